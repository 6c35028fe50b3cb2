"""`imprimatur bench rescan`: posters in circulation judged again, when everything and when one rule has changed."""

import multiprocessing
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import cycle
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from app.cli.bench_copies import harmless_copies
from app.cli.bench_goals import Goal, goals_as_text
from app.compliance.changed import state_of
from app.compliance.document import Document
from app.compliance.engine import check, check_text
from app.compliance.overlay import laid_over, read_rule
from app.config import Settings
from app.db import open_engine, reading, retried, transaction, writing_connection
from app.flow.deps import Deps
from app.flow.kept_document import Kept, packed
from app.flow.make_poster import Order, Studio, compose
from app.flow.rescan import JOB, carry_out, order_rescan
from app.jobs import queue
from app.kernel.errors import Conflict, Unavailable
from app.kernel.memory import take_out
from app.library import records as library
from app.library.core import Content
from app.reads.rejudged import Works
from app.rendering.values import Values
from app.rescans import documents, records
from app.schema import migrate
from app.storage.store import open_store

OpenStudio = Callable[[Settings, str | None], Studio]

WORD, EVERY = "晴川晚樱", 1000  # stands in every so many texts
RULE = f"""
id: cn-house-bench
kind: term
severity: block
source: {{law: {{zh: 内部口径, en: House wording}}, article: practice}}
message: {{zh: 不再使用的产品名, en: A product name that is not used any more.}}
suggestion: {{zh: 换成现在的名称, en: Use the name of today.}}
terms: [{WORD}]
must_hit: ["{WORD}开放申购", "说说{WORD}"]
must_pass: [晴川开放申购, 晚樱开了]
"""
UNKNOWN, WHOLE, ONE = "unknown rules before", "whole pack", "one changed rule"
GOALS = ((WHOLE, 15.0), (ONE, 3.0))
MOST_MIB = 500.0
LOOK_SECONDS = 0.5  # between two looks at the memory
FULL = (1_000_000, 200_000)  # what the goals are for


@dataclass(frozen=True, slots=True)
class Scan:
    """One rescan: seconds of the clock and of the processors, most memory of its processes, and what came of it."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_mib: float
    blocked: int


@dataclass(frozen=True, slots=True)
class RescanBench:
    """All rescans of one database."""

    posters: int
    texts: int
    scans: tuple[Scan, ...]
    database: str = "SQLite"

    def goals(self) -> list[Goal]:
        """What is aimed at for a million posters; another number has no goals."""
        taken = {scan.name: scan for scan in self.scans} if (self.posters, self.texts) == FULL else {}
        return [
            *(Goal(name, taken[name].seconds if taken else None, most, "s", at_least=False) for name, most in GOALS),
            Goal("memory", max(s.peak_mib for s in self.scans) if taken else None, MOST_MIB, "MiB", at_least=False),
        ]

    def as_json(self) -> dict[str, Any]:
        """Machine-readable."""
        return {
            "posters": self.posters,
            "texts": self.texts,
            "database": self.database,
            "rescans": {
                scan.name: {
                    "seconds": round(scan.seconds, 2),
                    "cpu_seconds": round(scan.cpu_seconds, 2),
                    "peak_mib": round(scan.peak_mib),
                    "blocked": scan.blocked,
                }
                for scan in self.scans
            },
            "goals": [goal.as_json() for goal in self.goals()],
        }

    def as_text(self) -> str:
        """A table, and the goals."""
        lines = [f"{self.posters:,} posters in circulation with {self.texts:,} distinct texts, {self.database}"]
        lines += [
            f"{scan.name:18} {scan.seconds:8.1f} s   cpu {scan.cpu_seconds:8.1f} s   "
            f"{scan.peak_mib:6.0f} MiB   {scan.blocked:,} blocked"
            for scan in self.scans
        ]
        return "\n".join([*lines, *goals_as_text(self.goals())])


def bench_rescan(
    open_studio: OpenStudio, settings: Settings, posters: int, texts: int, database_url: str | None = None
) -> RescanBench:
    """Fill a SQLite database of its own, or the empty one at `database_url`, and carry out all rescans, each in a
    process of its own. *Raises* Conflict ``not_empty``.
    """
    with tempfile.TemporaryDirectory(prefix="imprimatur-bench-") as folder:
        url = database_url or f"sqlite:///{Path(folder) / 'bench.db'}"
        own = settings.model_copy(update={"database_url": SecretStr(url), "storage_dir": Path(folder) / "objects"})
        _require_empty(own)
        fill(own, open_studio(own, None), posters, texts)
        scans = tuple(_scanned(open_studio, own, name) for name in (UNKNOWN, WHOLE, ONE))
    return RescanBench(posters, texts, scans, "SQLite" if url.startswith("sqlite") else "PostgreSQL")


# --- the database ----------------------------------------------------------------------------------------------------


def _require_empty(settings: Settings) -> None:
    """A bench writes a million rows: never beside somebody's own."""
    engine = open_engine(settings)
    tables = inspect(engine).get_table_names()
    engine.dispose()
    if tables:
        raise Conflict("not_empty", f"the database of a bench must be empty; this one has {len(tables)} tables")


def fill(settings: Settings, studio: Studio, posters: int, texts: int) -> None:
    """Make a database with so many posters in circulation, each text on as many of them."""
    engine = open_engine(settings)
    deps = Deps(settings, engine, open_store(settings), _no_painter)
    migrate(deps)
    with transaction(deps) as session:
        version = library.add_version(session, "bench", "1.0.0", "/")
        head = {"jurisdiction": "CN", "title": {"zh": "bench", "en": "bench"}}
        library.add_content(session, version, Content("0" * 64, {}, head), None)
    with writing_connection(deps) as connection:
        for table in _POSTERS:
            connection.execute(text(_numbered(table, version)), {"count": posters})
    with transaction(deps) as session:
        standing = documents.standing(session, "CN", "0" * 64, "2026-01-01")  # rules that nobody knows any more
    with writing_connection(deps) as connection:
        _keep_documents(connection, studio, posters, texts, standing)
        connection.execute(text("ANALYZE"))
    engine.dispose()


# Numbered rows are made by the database itself: a million of them take seconds.
_POSTERS = {
    "posters": {
        "id": "'p' || {number}",
        "template_version_id": "'{version}'",
        "owner_person_id": "'a' || CAST(i % 5000 AS TEXT)",
        "organisation_path": "'/hq/'",
        "created_at": "'{now}'",
    },
    "poster_snapshots": {
        "id": "'s' || {number}",
        "poster_id": "'p' || {number}",
        "revision": "1",
        "digest": "'{zeros}' || {number}",
        "content": "'{}'",
        "findings": "'[]'",
        "taken_at": "'{now}'",
    },
    "review_cases": {
        "subject_id": "'p' || {number}",
        "kind": "'poster'",
        "organisation_path": "'/hq/'",
        "state": "'issued'",
        "version": "1",
        "digest": "'{zeros}' || {number}",
        "findings": "'[]'",
    },
    "links": {
        "code": "'c' || {number}",
        "target_kind": "'poster'",
        "target": "'p' || {number}",
        "channel": "'wechat'",
        "root_code": "'c' || {number}",
        "depth": "0",
        "minted_at": "'{now}'",
        "activated_at": "'{now}'",
    },
}


def _numbered(table: str, version: str) -> str:
    """Rows with a number of fifteen digits in their names, as both databases write them."""
    columns = _POSTERS[table]
    said = {
        "number": "substr(CAST(1000000000000000 + i AS TEXT), 2)",
        "zeros": "0" * 49,
        "version": version,
        "now": _now(),
    }
    values = [value if value == "'{}'" else value.format_map(said) for value in columns.values()]
    counted = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)"
    return f"INSERT INTO {table} ({', '.join(columns)}) {counted} SELECT {', '.join(values)} FROM n"  # noqa: S608


def _keep_documents(connection: Connection, studio: Studio, posters: int, texts: int, standing: str) -> None:
    """So many different documents, each of as many posters."""
    rows, links = [], []
    each = max(1, posters // texts)
    for number, document in enumerate(_documents(studio, texts)):
        kept = packed(studio.rules, Kept(document, "phone", "zh", {}))
        rows.append(documents.row_of(kept._replace(standing_id=standing)))
        last = posters if number == texts - 1 else (number + 1) * each
        links += [
            {"snapshot_id": f"s{poster:015d}", "document_digest": kept.digest} for poster in range(number * each, last)
        ]
        if len(rows) == 1000 or number == texts - 1:
            documents.add_rows(connection, rows, links)
            rows, links = [], []


def _documents(studio: Studio, count: int) -> Iterator[Document]:
    """Posters of the built-in templates with everyday copy in their largest text, and every so often a certain word."""
    today = datetime.now(UTC).date()
    found = _bases(studio, today)
    products = {base.facts.product for base, _ in found}

    def is_harmless(copy: str) -> bool:
        """For whichever product it is put into."""
        outcomes = (check_text(studio.rules, copy, "CN", product, today).outcome for product in products)
        return all(outcome != "block" for outcome in outcomes)

    bases = cycle(found)
    for number, copy in enumerate(harmless_copies(count, is_harmless)):
        base, place = next(bases)
        said = f"{WORD}。{copy}" if number % EVERY == 0 else copy
        runs = list(base.runs)
        runs[place] = replace(runs[place], text=f"{said}（{number}）")
        yield replace(base, runs=tuple(runs))


def _bases(studio: Studio, today: date) -> list[tuple[Document, int]]:
    """The built-in templates' documents that nothing blocks, with the place of their longest slot."""
    found = []
    for loaded in studio.templates.values():
        template = loaded.template
        if template.jurisdiction == "CN" and "zh" in template.languages:
            day = max(today, template.validity.starts_on)
            order = Order(loaded, Values(profile=studio.sample_profile), studio.sample_link, "png", day)
            document = compose(studio, order)[1].document
            slots = [index for index, run in enumerate(document.runs) if run.slot]
            if slots and check(studio.rules, document, today).outcome != "block":
                found.append((document, max(slots, key=lambda index: len(document.runs[index].text))))
    return found


# --- one rescan, in a process of its own -----------------------------------------------------------------------------


def _scanned(open_studio: OpenStudio, settings: Settings, name: str) -> Scan:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_scan, args=(theirs, open_studio, settings, name))
    process.start()
    theirs.close()
    try:
        done: Scan = ours.recv()
    except EOFError as error:
        raise Unavailable("bench_ended", "the process of the rescan has ended") from error
    finally:
        process.join(30)
    return done


def _scan(answer: Pipe, open_studio: OpenStudio, settings: Settings, name: str) -> None:
    answer.send(scan(settings, open_studio(settings, "daily-greeting"), name))
    take_out()


def scan(settings: Settings, studio: Studio, name: str) -> Scan:
    """Carry out one rescan, as a worker does it."""
    if name == ONE:
        read = read_rule(RULE)
        studio = replace(studio, rules=laid_over(studio.rules, {read.id: read}))
    studio.rules.books["CN"].in_force  # noqa: B018 - compiled before the clock starts
    engine = open_engine(settings)
    deps = Deps(settings, engine, open_store(settings), _no_painter, studio=lambda: studio)
    if name == WHOLE:
        retried(deps, lambda session: _forget_rules(session, studio))
    retried(deps, lambda session: order_rescan(session, 1, studio.rules.fingerprint, ["CN"]))
    job = retried(deps, lambda session: queue.claim(session, [JOB], 3600))
    if job is None:
        raise RuntimeError("the rescan was ordered just now")
    with _Watch() as watch:
        carry_out(Works, deps, job)
    with reading(deps) as session:
        (rescan,) = records.newest_rescans(session, 1)
    engine.dispose()
    return Scan(name, watch.seconds, watch.cpu_seconds, watch.peak_mib, rescan.blocked)


class _Watch:
    """Times a block, and measures the memory of this process and its children: what they share is counted once."""

    def __enter__(self) -> "_Watch":
        self.peak_mib = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._began, self._worked = time.perf_counter(), _cpu_seconds()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds, self.cpu_seconds = time.perf_counter() - self._began, _cpu_seconds() - self._worked
        self._is_over.set()
        self._thread.join()
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # also of a moment at which nobody looked
        self.peak_mib = max(self.peak_mib, own)

    def _look(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            children = [pid for file in Path("/proc/self/task").glob("*/children") for pid in _read(file).split()]
            self.peak_mib = max(self.peak_mib, sum(map(_proportional_mib, ["self", *children])))


def _cpu_seconds() -> float:
    """Of this process and of the children that have ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _proportional_mib(process: str) -> float:
    lines = _read(Path(f"/proc/{process}/smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _read(file: Path) -> str:
    """What stands in a file about processes; nothing when its process has ended."""
    try:
        return file.read_text()
    except OSError:
        return ""


def _forget_rules(session: Session, studio: Studio) -> None:
    """Let all documents stand under rules of which every one was another, with the same words to be restored."""
    before = replace(state_of(studio.rules, "CN"), rules={})
    documents.keep_state(session, "CN", "1" * 64, before.as_json())
    known = [one.id for one in documents.standings(session, ["CN"])]
    documents.move_on(session, known, "1" * 64, _now()[:10])


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _no_painter(_: object) -> Any:
    raise Unavailable("no_painter", "a rescan paints nothing")
