"""The rows of rescans, and of the posters that do not pass any more."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import database_now
from app.kernel.errors import NotFound
from app.rescans.core import BlockedPoster, Rescan
from app.rescans.tables import BlockedPosterRow, RescanRow

_AT_ONCE = 500  # posters that one statement asks about


def add_rescan(
    session: Session, rescan_id: str, book: int, fingerprint: str, jurisdictions: Sequence[str], job_id: int | None
) -> None:
    """A rescan that job `job_id` carries out; without one it is finished, since nothing was out."""
    now = database_now(session)
    row = RescanRow(
        id=rescan_id,
        book=book,
        fingerprint=fingerprint,
        jurisdictions=list(jurisdictions),
        job_id=job_id,
        ordered_at=now,
        total=0,
        done=0,
        blocked=0,
        unjudged=0,
        finished_at=now if job_id is None else None,
    )
    session.add(row)
    session.flush()


def find_rescan(session: Session, rescan_id: str) -> Rescan:
    """*Raises* NotFound ``no_such_rescan``."""
    row = session.get(RescanRow, rescan_id, populate_existing=True)
    if row is None:
        raise NotFound("no_such_rescan", "there is no such rescan")
    return _rescan(row)


def newest_rescans(session: Session, limit: int) -> list[Rescan]:
    """The newest rescans, newest first."""
    rows = session.scalars(select(RescanRow).order_by(RescanRow.ordered_at.desc(), RescanRow.book.desc()).limit(limit))
    return [_rescan(row) for row in rows]


def is_known(session: Session, fingerprint: str) -> bool:
    """Whether a rescan under exactly these rules was ordered."""
    return session.scalar(select(RescanRow.id).where(RescanRow.fingerprint == fingerprint).limit(1)) is not None


def is_all_kept(session: Session, jurisdictions: Sequence[str]) -> bool:
    """Whether an earlier rescan has seen to it that of all that is out a document is kept."""
    through = RescanRow.finished_at.is_not(None) & RescanRow.position.is_not(None) & (RescanRow.unjudged == 0)
    known = session.scalars(select(RescanRow.jurisdictions).where(through))
    return any(set(jurisdictions) <= set(found) for found in known)


def note_progress(session: Session, rescan_id: str, **counts: int | str) -> None:
    """Write down how far a rescan is: `total`, `done`, `blocked`, `unjudged`, `position`."""
    session.execute(update(RescanRow).where(RescanRow.id == rescan_id).values(**counts))


def end_rescan(session: Session, rescan_id: str) -> None:
    """Write down that a rescan is finished."""
    session.execute(update(RescanRow).where(RescanRow.id == rescan_id).values(finished_at=database_now(session)))


def note_findings(
    session: Session, poster_id: str, digest: str, book: int, findings: Sequence[Mapping[str, Any]]
) -> bool:
    """Keep what was found against a poster; whether that is news. What a later book of rules has found stays."""
    return note_all_findings(session, book, [(poster_id, digest, findings)]) == [poster_id]


def note_all_findings(
    session: Session, book: int, found: Sequence[tuple[str, str, Sequence[Mapping[str, Any]]]]
) -> list[str]:
    """The same for some posters, each with its digest and findings; the ids of those of which it is news."""
    ids = [poster_id for poster_id, _, _ in found]
    known = (BlockedPosterRow.poster_id.in_(ids[at : at + _AT_ONCE]) for at in range(0, len(ids), _AT_ONCE))
    rows = {row.poster_id: row for some in known for row in session.scalars(select(BlockedPosterRow).where(some))}
    now, news = database_now(session), []
    for poster_id, digest, findings in found:
        row = rows.get(poster_id)
        if row is not None and row.book > book:
            continue
        is_same = row is not None and row.digest == digest and row.findings == list(findings)
        if row is None:
            row = rows[poster_id] = BlockedPosterRow(poster_id=poster_id)
            session.add(row)
        row.digest, row.book, row.findings = digest, book, [dict(one) for one in findings]
        if not is_same:
            row.found_at = now
            news.append(poster_id)
    session.flush()
    return news


def clear(session: Session, poster_ids: Sequence[str], book: int) -> None:
    """These posters pass under the book of rules. What was read on a finished file stands against it all the same."""
    passed = BlockedPosterRow.poster_id.in_(poster_ids) & (BlockedPosterRow.book <= book)
    for row in session.scalars(select(BlockedPosterRow).where(passed)):
        if not any("picture" in found and "digest" not in found["picture"] for found in row.findings):
            session.delete(row)
    session.flush()


def find_blocked(session: Session, poster_id: str) -> BlockedPoster | None:
    """What stands against a poster, if anything does."""
    row = session.get(BlockedPosterRow, poster_id)
    return BlockedPoster(row.poster_id, row.digest, row.book, tuple(row.findings), row.found_at) if row else None


def _rescan(row: RescanRow) -> Rescan:
    return Rescan(
        row.id,
        row.book,
        row.fingerprint,
        tuple(row.jurisdictions),
        row.job_id,
        row.ordered_at,
        row.total,
        row.done,
        row.blocked,
        row.unjudged,
        row.finished_at,
        row.position,
    )
