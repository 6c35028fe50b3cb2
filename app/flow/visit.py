"""Visit: what the spools hold becomes rows, exactly once, whoever dies on the way."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import reading, retried
from app.kernel.errors import Unavailable
from app.links import records as links
from app.links.core import Link
from app.tracking import records, spool
from app.tracking.core import Visit

BATCH = 5000
PAUSE_SECONDS = 0.5
_log = structlog.get_logger(__name__)


class DrainDeps(Protocol):
    """What a drain needs of the dependencies of a flow."""

    @property
    def settings(self) -> Settings: ...

    @property
    def engine(self) -> Engine: ...


@dataclass(frozen=True, slots=True)
class Drained:
    """What one batch came to: visits taken in, where the spool stands now, whether anything is left to try at once."""

    visits: int
    end: int
    is_more: bool


def drain(deps: DrainDeps) -> int:
    """Take in what the spools of this machine hold; how many visits. Files whose writer is gone are removed when empty.

    Any number of drains may run at once, and each may be killed at any moment. *Raises* Unavailable as `transaction`.
    """
    return sum(_drain_file(deps, path) for path in spool.spool_files(deps.settings.spool_dir))


def drain_until(deps: DrainDeps, stop: threading.Event, pause_seconds: float = PAUSE_SECONDS) -> None:
    """Drain again and again until `stop`; while the database does not answer, the spools wait."""
    while not stop.is_set():
        try:
            taken = drain(deps)
        except Unavailable as error:
            _log.warning("visits_not_drained", code=error.code)
            taken = 0
        if not taken:
            stop.wait(pause_seconds)


def _drain_file(deps: DrainDeps, path: Path) -> int:
    taken = 0
    with spool.orphaned(path) as is_orphan:
        drained = _next_batch(deps, path, is_orphan)
        while drained is not None:
            taken += drained.visits
            if drained.is_more:
                drained = _next_batch(deps, path, is_orphan)
                continue
            if is_orphan and drained.end >= path.stat().st_size:
                # The file first: a drain that finds no note of a spool begins it anew, and must not find the file.
                path.unlink()
                retried(deps, lambda session: records.forget_spool(session, path.name))
            break
    return taken


def _next_batch(deps: DrainDeps, path: Path, is_orphan: bool) -> Drained | None:
    """The next batch taken in; None when there is nothing to take, or the file has just been removed."""
    with reading(deps) as session:
        begun = records.taken_bytes(session, path.name)
    try:
        if not is_orphan and path.stat().st_size <= begun:
            return None
        return retried(deps, lambda session: _take_in(session, deps.settings, path, is_orphan))
    except FileNotFoundError:
        return None


def _take_in(session: Session, settings: Settings, path: Path, is_orphan: bool) -> Drained:
    begun = records.begin(session, path.name)
    chunk = spool.read(path, begun, BATCH, is_orphan)
    if chunk.skipped:
        _log.error("spool_damaged", spool=path.name, skipped_bytes=chunk.skipped)
    visits = _with_posters(session, chunk.visits)
    records.take_in(session, path.name, visits, chunk.end, ZoneInfo(settings.time_zone))
    return Drained(len(visits), chunk.end, chunk.end > begun)


def _with_posters(session: Session, visits: Sequence[Visit]) -> list[Visit]:
    """Fill in what the redirect could not look up, because the database did not answer it."""
    wanted = sorted({visit.code for visit in visits if visit.kind == "unresolved"})
    if not wanted:
        return list(visits)
    known = links.resolve_many(session, wanted)
    return [_resolved(visit, known.get(visit.code)) if visit.kind == "unresolved" else visit for visit in visits]


def _resolved(visit: Visit, link: Link | None) -> Visit:
    if link is None:
        return visit._replace(kind="unknown")
    poster_id = link.target if link.target_kind == "poster" else None
    if link.parent_code is None:
        return visit._replace(poster_id=poster_id)
    return visit._replace(poster_id=poster_id, parent_code=link.parent_code, parent_confidence="scanned")
