"""Roll up: the figures of a day that is over are kept, so that nobody has to count them again.

Nothing depends on it but speed: what is not kept is counted when it is asked for, and comes to the same.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from app.db import database_now, reading, retried
from app.flow.visit import DrainDeps
from app.kernel.errors import Unavailable
from app.tracking import records
from app.tracking.results import Fact, add_up

PAUSE_SECONDS = 60.0
# A share that was written down at midnight is committed by then.
SETTLED_AFTER = timedelta(minutes=10)
_log = structlog.get_logger(__name__)

Count = Callable[[Session, Sequence[date], ZoneInfo], Sequence[Fact]]
FirstDay = Callable[[Session, ZoneInfo], date | None]


def roll_up(deps: DrainDeps, count: Count, first_day: FirstDay) -> int:
    """Close every day that is over and still open; how many. `count` knows what came on given days.

    Any number may do so at once, and each may be killed at any moment. *Raises* Unavailable as `transaction`.
    """
    zone = ZoneInfo(deps.settings.time_zone)
    with reading(deps) as session:
        last = (database_now(session) - SETTLED_AFTER).astimezone(zone).date() - timedelta(days=1)
        first = first_day(session, zone)
        if first is None or first > last:
            return 0
        closed = records.closed_days(session, first, last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    wanted = [day for day in reversed(days) if day not in closed]
    for day in wanted:
        _close(deps, count, day, zone)
    return len(wanted)


def roll_up_until(deps: DrainDeps, count: Count, first_day: FirstDay, stop: threading.Event) -> None:
    """Roll up again and again until `stop`; while the database does not answer, the days stay open."""
    while not stop.is_set():
        try:
            roll_up(deps, count, first_day)
        except Unavailable as error:
            _log.warning("results_not_rolled_up", code=error.code)
        stop.wait(PAUSE_SECONDS)


def _close(deps: DrainDeps, count: Count, day: date, zone: ZoneInfo) -> None:
    def close(session: Session) -> None:
        records.hold_counts(session)
        records.close_day(session, day, add_up(count(session, [day], zone)))

    retried(deps, close)
