"""`imprimatur bench batch`: every template in every size for many advisors, killed at random moments, then proved.

Each advisor has a photo of their own. Killed runs and the last one work on the same folders, one after the other; how
fast it goes is taken from what is not killed. A run that is stopped from outside goes on when it is called again.
"""

import csv
import hashlib
import io
import json
import multiprocessing
import os
import random
import resource
import signal
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

from app.cli.bench_print import NAMES
from app.flow.batch import BatchOrder, Limits, Progress, run_batch
from app.flow.batch_files import MANIFEST_NAME
from app.flow.batch_journal import JOURNAL_NAME
from app.flow.batch_rows import TableRow
from app.flow.orders import MEDIA_TYPES, Studio
from app.jobs.crew import Crew
from app.kernel.errors import AppError, Unavailable
from app.kernel.files import write_whole
from app.rendering.proof import prove
from app.rendering.scene import QrLayer
from app.rendering.template import LoadedTemplate, flat
from app.rendering.thumbnail import square

BASE_URL = "https://go.lanshan.example/r"
TURNS = "runs.jsonl"
SPREAD = 24  # so many places of the sample photo, across and down, are photos of their own
PHOTO_PX = 900
SHARE = 20  # a part of the posters is made by one worker and by two, in turn, for their ratio
FIRST_KILL_SECONDS = 1.0
DEATH_SECONDS = 5.0
LEAST_SHARE, ROUNDS = 200, 3
FAULTY_NAMED = 20


@dataclass(frozen=True, slots=True)
class Sort:
    """One template in one size, and whether a code stands on it."""

    template: LoadedTemplate
    size: str

    @property
    def name(self) -> str:
        """The folder of its posters."""
        return f"{self.template.template.slug}-{self.size}"

    @property
    def has_code(self) -> bool:
        """Whether each poster has its own code."""
        name, size = self.template.template.size(self.size)
        return any(isinstance(layer, QrLayer) for _, layer in flat(size.layers, name))

    @property
    def day(self) -> date:
        """A day on which it may be used."""
        validity, today = self.template.template.validity, datetime.now(UTC).date()
        ends_on = validity.ends_on or today
        return min(max(today, validity.starts_on), ends_on)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one run made. *Unit*: seconds of the clock and of the processors, mebibytes of its largest process."""

    made: int
    seconds: float
    cpu_seconds: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class LookedAt:
    """How many posters, or rows without one, have each fault; and the first faulty files, with what is wrong."""

    faults: dict[str, int]
    faulty: list[str]


@dataclass(frozen=True, slots=True)
class BatchBench:
    """What came of it all. `growth` is how many times as many posters a second two workers make as one."""

    posters: int
    sorts: int
    workers: int
    kills: int
    turns: list[Turn]
    growth: float
    looked_at: LookedAt

    def as_json(self) -> dict[str, Any]:
        """Machine-readable."""
        made, seconds = sum(one.made for one in self.turns), sum(one.seconds for one in self.turns)
        cpu_seconds = sum(one.cpu_seconds for one in self.turns)
        return {
            "posters": self.posters,
            "sorts": self.sorts,
            "workers": self.workers,
            "kills": self.kills,
            "made_unkilled": made,
            "per_second": round(made / seconds, 1) if seconds else 0.0,
            "per_core_second": round(made / cpu_seconds, 1) if cpu_seconds else 0.0,
            "peak_mib": round(max((one.peak_mib for one in self.turns), default=0.0), 1),
            "growth": round(self.growth, 2),
            **self.looked_at.faults,
            "faulty": self.looked_at.faulty,
        }

    def as_text(self) -> str:
        """A few lines."""
        said = self.as_json()
        return "\n".join(
            (
                f"{self.posters} posters, {self.sorts} sizes of templates, {self.workers} workers, {self.kills} kills",
                f"{said['per_second']} a second; {said['per_core_second']} for each second of a core (goal 35); "
                f"at most {said['peak_mib']:.0f} MiB a process",
                f"two workers make {said['growth']:.2f} times as many as one (goal 1.7)",
                ", ".join(f"{name.replace('_', ' ')}: {number}" for name, number in self.looked_at.faults.items()),
                *self.looked_at.faulty,
            )
        )


def bench_batch(
    studio: Studio, folder: Path, posters: int, workers: int, kills: int, only: Sequence[str] = ()
) -> BatchBench:
    """Make at least `posters` posters in `folder`, of all templates or `only` some, and look at each of them."""
    chosen = [one for slug, one in studio.templates.items() if not only or slug in only]
    sorts = [Sort(one, size) for one in chosen for size in one.template.sizes]
    rows = advisors(studio, folder / "photos", -(-posters // len(sorts)))
    studio.prepare(*(one.template.jurisdiction for one in chosen))
    whole = partial(_make, studio, folder, sorts, rows, workers)
    # A run that is killed late may have made all; the last one must find something to be timed by.
    killed = partial(_make, studio, folder, sorts[:-1] or sorts, rows, workers)
    turns = folder / TURNS
    if not turns.exists():
        turns.write_text("", encoding="utf-8")
        patience, chance = FIRST_KILL_SECONDS, random.Random()  # noqa: S311
        for _ in range(kills):
            patience = max(patience, 1.5 * _killed(killed, chance.uniform(0.1, 1) * patience))
    _note(turns, _whole(whole))
    share = max(LEAST_SHARE, posters // SHARE)
    return BatchBench(
        posters=len(sorts) * len(rows),
        sorts=len(sorts),
        workers=workers,
        kills=kills,
        turns=[Turn(**json.loads(line)) for line in turns.read_text(encoding="utf-8").splitlines()],
        growth=_growth(studio, folder / "growth", sorts[-1], rows[:share]),
        looked_at=looked_at(folder, sorts, rows, workers),
    )


def advisors(studio: Studio, photos: Path, number: int) -> list[TableRow]:
    """The rows of so many people, each with a part of the sample photo, written into `photos`, as their own."""
    photos.mkdir(parents=True, exist_ok=True)
    sample = studio.sample_profile
    rows: list[TableRow] = []
    for index in range(number):
        place = photos / f"{index}.jpg"
        if sample.photo is not None and not place.exists():
            down, across = divmod(index, SPREAD)
            box = (0.2 * across / SPREAD, 0.3 * (down % SPREAD) / SPREAD, 0.75 - 0.0001 * (down // SPREAD))
            write_whole(place, square(sample.photo, box, PHOTO_PX).data)
        cells = {
            "name": f"{NAMES[index % len(NAMES)]}{index // len(NAMES) or ''}",
            "title": sample.title,
            "organisation": sample.organisation,
            "phone": sample.phone,
            "licence": f"A2026{index:09d}",
            "photo": place.name,
        }
        rows.append((index + 2, cells))
    return rows


# --- runs ------------------------------------------------------------------------------------------------------------


def _make(
    studio: Studio, folder: Path, sorts: list[Sort], rows: list[TableRow], workers: int, told: Connection | None = None
) -> None:
    """What one run does: every sort in turn, each as far as it is not done yet."""
    if told is not None:
        os.setsid()  # so that it can be killed with all of its children
        Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    begun, made = time.perf_counter(), 0
    for sort in sorts:
        order = BatchOrder(
            template=sort.template,
            rows=rows,
            base=folder / "photos",
            out=folder / sort.name,
            format="jpeg",
            as_of=sort.day,
            base_url=BASE_URL,
            size=sort.size,
            workers=workers,
        )
        seen: list[Progress] = []
        run_batch(studio, order, seen.append, Limits())
        made += len(rows) - seen[-1].resumed
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_seconds = sum(one.ru_utime + one.ru_stime for one in used)
    peak_mib = max(one.ru_maxrss for one in used) / 1024
    if told is not None:
        told.send(Turn(made, time.perf_counter() - begun, cpu_seconds, peak_mib))


def _end_with(parent: int) -> None:
    """A run does not outlive the bench."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os.killpg(0, signal.SIGKILL)


def _started(work: "partial[None]") -> tuple[Any, Connection]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, kwargs={"told": theirs})
    process.start()
    theirs.close()
    return process, ours


def _killed(work: "partial[None]", after_seconds: float) -> float:
    """A run that is killed, with all of its children; how long it was let live."""
    process, told = _started(work)
    begun = time.perf_counter()
    process.join(after_seconds)
    if process.is_alive():
        os.killpg(process.pid, signal.SIGKILL)
    process.join()
    told.close()
    lived = time.perf_counter() - begun
    _await_death(process.pid)
    return lived


def _await_death(group: int) -> None:
    """Returns when no process of the group is left: a child that is dying still holds its batch's lock."""
    deadline = time.monotonic() + DEATH_SECONDS
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.01)


def _whole(work: "partial[None]") -> Turn:
    process, told = _started(work)
    try:
        turn: Turn = told.recv()
    except EOFError as error:
        raise Unavailable("bench_run_failed", "a run ended without a word; standard error says why") from error
    process.join()
    return turn


def _note(turns: Path, turn: Turn) -> None:
    with turns.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(turn)) + "\n")


def _growth(studio: Studio, folder: Path, sort: Sort, rows: list[TableRow]) -> float:
    """Posters a second of two workers, by those of one, in turn; the median of the rounds."""
    ratios = []
    for turn in range(ROUNDS):
        rates = {}
        for workers in (1, 2):
            part = folder / f"{turn}-{workers}"
            part.mkdir(parents=True, exist_ok=True)
            if not (part / "photos").exists():
                (part / "photos").symlink_to(folder.parent.resolve() / "photos")
            done = _whole(partial(_make, studio, part, [sort], rows, workers))
            rates[workers] = len(rows) / done.seconds
        ratios.append(rates[2] / rates[1])
    return statistics.median(ratios)


# --- looking ---------------------------------------------------------------------------------------------------------


def looked_at(folder: Path, sorts: list[Sort], rows: list[TableRow], workers: int) -> LookedAt:
    """Rows that have no poster, or more than one, and posters that are not what they should be."""
    faults: Counter[str] = Counter(without_poster=0, missing=0, unlisted=0, doubled=0, changed=0, unproved=0)
    listed = [(sort, row) for sort in sorts for row in _manifest(folder / sort.name)]
    for sort in sorts:
        place = folder / sort.name
        here = [row["file"] for one, row in listed if one is sort]
        there = {file.name for file in place.iterdir()} - {MANIFEST_NAME, JOURNAL_NAME, ".batch.lock"}
        faults["without_poster"] += here.count("") + len(rows) - len(here)
        faults["missing"] += len({*here} - {""} - there)
        faults["unlisted"] += len(there - {*here})
        faults["doubled"] += len(here) - here.count("") - len({*here} - {""})
    links = Counter(row["url"] for _, row in listed)
    faults["doubled"] += sum(number - 1 for number in links.values())
    whole = [
        (folder / sort.name / row["file"], row, sort.has_code)
        for sort, row in listed
        if row["file"] and (folder / sort.name / row["file"]).exists()
    ]

    def look(index: int) -> str | None:
        return _fault_of(*whole[index])

    faulty: list[str] = []
    with Crew(look, workers, Limits().seconds, Limits().memory_mib) as crew:
        for index, fault in crew.do(range(len(whole))):
            if fault is None:
                continue
            faults["unproved" if isinstance(fault, AppError) else fault] += 1
            file = whole[index][0].relative_to(folder)
            faulty.append(f"{file}: {fault.code}, {fault}" if isinstance(fault, AppError) else f"{file}: {fault}")
    return LookedAt(dict(faults), faulty[:FAULTY_NAMED])


def _manifest(folder: Path) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO((folder / MANIFEST_NAME).read_text(encoding="utf-8-sig")))


def _fault_of(file: Path, row: dict[str, str], has_code: bool) -> str | None:
    """What is wrong with a file, read anew as a stranger reads it. *Raises* as `prove`."""
    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != row["sha256"]:
        return "changed"
    prove(data, MEDIA_TYPES["jpeg"], row["url"] if has_code else None)
    return None
