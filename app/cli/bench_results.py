"""`imprimatur bench results`: how long the operator's dashboard takes, in two stores of which one holds ten times more.

The stores hold a year of daily counts, issues and shares. Single visits are left out: no page of results reads them.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from app.accounts.people import Organisation
from app.accounts.records import organisation
from app.config import Settings
from app.db import open_engine, reading, writing_connection
from app.flow.roll_up import roll_up
from app.reads.facts import facts, first_day
from app.reads.results import Period, results
from app.schema import metadata, migrate

DAYS, BRANCHES, TEMPLATES, ACTIVE_DAYS = 365, 12, 24, 15
VISITS_EACH_DAY, TIMES_MORE = 7, 10
_ROWS_AT_ONCE = 20_000


@dataclass(slots=True)
class ResultsBench:
    """Milliseconds of each read, by visits in the store and by days of the period.

    Those of computing (`worked_ms`) are the same on a busy machine; those on the clock are not.
    """

    runs: int
    taken_ms: dict[int, dict[int, list[float]]] = field(default_factory=dict)
    worked_ms: dict[int, dict[int, list[float]]] = field(default_factory=dict)
    rolled_s: dict[int, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Machine-readable: medians and 95th percentiles, and the growth from the smaller store to the larger."""
        small, large = sorted(self.taken_ms)
        return {
            "runs": self.runs,
            "stores": {
                str(visits): {
                    "year_rolled_up_s": round(self.rolled_s[visits], 1),
                    "periods": {
                        str(days): {
                            "p50_ms": round(statistics.median(taken), 1),
                            "p95_ms": round(_p95(taken), 1),
                            "cpu_ms": round(statistics.median(self.worked_ms[visits][days]), 1),
                        }
                        for days, taken in periods.items()
                    },
                }
                for visits, periods in self.taken_ms.items()
            },
            "growth": {
                str(days): round(statistics.median(self.worked_ms[large][days]) / statistics.median(worked), 2)
                for days, worked in self.worked_ms[small].items()
            },
        }

    def as_text(self) -> str:
        """A table."""
        found = self.as_json()
        lines = [f"The dashboard of headquarters, today still open; {self.runs} runs"]
        for visits, store in found["stores"].items():
            for days, taken in store["periods"].items():
                figures = (
                    f"p50 {taken['p50_ms']:7.1f} ms   p95 {taken['p95_ms']:7.1f} ms   cpu {taken['cpu_ms']:7.1f} ms"
                )
                lines.append(f"{int(visits):>12,} visits  {days:>3} days   {figures}")
        grown = ", ".join(f"{ratio:.2f} for {days} days" for days, ratio in found["growth"].items())
        return "\n".join([*lines, f"{TIMES_MORE} times the visits take this many times the computing: {grown}"])


def bench_results(visits: int, runs: int) -> ResultsBench:
    """Fill two stores, roll them up, and read both in turn."""
    bench = ResultsBench(runs)
    with tempfile.TemporaryDirectory() as folder:
        readers = {count: _filled(bench, Path(folder), count) for count in (visits, visits * TIMES_MORE)}
        for _ in range(runs):
            for count, read in readers.items():
                for days in (30, 90):
                    begun, at_work = time.perf_counter(), time.process_time()
                    read(days)
                    taken, worked = time.perf_counter() - begun, time.process_time() - at_work
                    bench.taken_ms.setdefault(count, {}).setdefault(days, []).append(taken * 1000)
                    bench.worked_ms.setdefault(count, {}).setdefault(days, []).append(worked * 1000)
    return bench


def _filled(bench: ResultsBench, folder: Path, visits: int) -> Callable[[int], None]:
    """A way to read the dashboard of a new store that holds so many visits."""
    url = SecretStr(f"sqlite:///{folder / f'{visits}.sqlite'}")
    settings = Settings.from_env({}).model_copy(update={"database_url": url})
    deps = SimpleNamespace(settings=settings, engine=open_engine(settings))
    zone = ZoneInfo(settings.time_zone)
    today = datetime.now(zone).date()
    migrate(deps)
    with writing_connection(deps) as connection:
        for table, rows in _rows(visits, today, zone):
            insert = metadata.tables[table].insert()
            for at in range(0, len(rows), _ROWS_AT_ONCE):
                connection.execute(insert, rows[at : at + _ROWS_AT_ONCE])
    begun = time.perf_counter()
    roll_up(deps, facts, first_day)
    bench.rolled_s[visits] = time.perf_counter() - begun
    with reading(deps) as session:
        place: Organisation = organisation(session, "hq")

    def read(days: int) -> None:
        with reading(deps) as session:
            found = results(session, place, Period(today - timedelta(days=days - 1), today), zone)
        assert found.total.humans

    return read


def _rows(visits: int, today: date, zone: ZoneInfo) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    chance = random.Random(7)  # noqa: S311  # the same store each time
    now = datetime.now(UTC)
    posters, advisors = max(50, visits // (ACTIVE_DAYS * VISITS_EACH_DAY)), max(30, visits // 3300)
    head = {"id": "hq", "parent_id": None, "path": "/hq/", "kind": "headquarters", "name": "hq", "created_at": now}
    below = [
        {"id": f"b{n}", "parent_id": "hq", "path": f"/hq/b{n}/", "kind": "branch", "name": f"b{n}", "created_at": now}
        for n in range(BRANCHES)
    ]
    yield "organisations", [head, *below]
    made = {"version": "1.0.0", "organisation_path": "/", "created_at": now}
    yield "template_versions", [{"id": f"t{n}", "slug": f"template-{n}", **made} for n in range(TEMPLATES)]
    # Today is open, and as busy as any other day.
    born = [today - timedelta(days=chance.randrange(DAYS)) for _ in range(posters)]
    owners = [chance.randrange(advisors) for _ in range(posters)]
    yield (
        "posters",
        [
            {
                "id": f"p{n}",
                "template_version_id": f"t{chance.randrange(TEMPLATES)}",
                "owner_person_id": f"a{owner}",
                "organisation_path": f"/hq/b{owner % BRANCHES}/",
                "created_at": now,
            }
            for n, owner in enumerate(owners)
        ],
    )
    yield from _issues(posters, born, zone, now)
    yield (
        "poster_shares",
        [
            {
                "poster_id": f"p{n // 2}",
                "link_code": f"c{n // 2}",
                "via": "wechat",
                "shared_by_person_id": "a" if n % 4 else None,
                "shared_at": datetime.combine(born[n // 2], clock(11), zone),
            }
            for n in range(posters * 2)
        ],
    )
    yield (
        "visit_days",
        [
            {
                "subject_kind": "poster",
                "subject": f"p{n}",
                "day": day + timedelta(days=later),
                "views": VISITS_EACH_DAY,
                "humans": chance.randrange(1, VISITS_EACH_DAY),
                "visitors": 1,
                "people": chance.randrange(2),
            }
            for n, day in enumerate(born)
            for later in range(ACTIVE_DAYS)
            if day + timedelta(days=later) <= today
        ],
    )


def _issues(
    posters: int, born: list[date], zone: ZoneInfo, now: datetime
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    ids = range(posters)
    shot: dict[str, Any] = {"revision": 1, "digest": "d" * 64, "content": {}, "findings": [], "taken_at": now}
    yield "poster_snapshots", [{"id": f"s{n}", "poster_id": f"p{n}", **shot} for n in ids]
    begun = {"channel": "wechat", "issued_by_person_id": "a", "begun_at": now}
    issues = [{"id": f"i{n}", "poster_id": f"p{n}", "snapshot_id": f"s{n}", "link_code": f"c{n}", **begun} for n in ids]
    yield "poster_issues", issues
    file = {"format": "png", "object_digest": "d" * 64, "media_type": "image/png", "bytes": 1}
    yield (
        "poster_files",
        [{"issue_id": f"i{n}", "finished_at": datetime.combine(born[n], clock(10), zone), **file} for n in ids],
    )


def _p95(taken: list[float]) -> float:
    return sorted(taken)[min(len(taken) - 1, round(len(taken) * 0.95))]
