"""The rows of the archive: written at the end of the chain inside the caller's transaction, and read."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.archive.core import JSON, Entry, Head, Stored, chained, read, write
from app.archive.tables import ArchiveEntryRow, ArchiveHeadRow
from app.db import database_now
from app.jobs.queue import enqueue

SEAL_JOB = "seal_archive"
SEAL_AFTER_SECONDS = 60.0
ORDER_AGAIN_AFTER = timedelta(minutes=10)
_AT_ONCE = 5000


def append(session: Session, kind: str, subject: str, actor_person_id: str | None, body: Mapping[str, JSON]) -> int:
    """The number of a new entry, which is there if and only if the caller's transaction commits.

    `body` holds ids and digests, never personal data in clear. Other writers wait here until the caller commits, so
    append last. *Raises* Invalid ``bad_kind``, ``bad_subject``, ``not_json``.
    """
    head = _lock_head(session)
    now = database_now(session)
    sequence = head.sequence + 1
    text = write(Entry(sequence, _instant(now), kind, subject, actor_person_id, body))
    found = chained(head.hash, text)
    session.add(ArchiveEntryRow(sequence=sequence, kind=kind, subject=subject, text=text, hash=found))
    head.sequence, head.hash = sequence, found
    if head.seal_ordered_at is None or head.seal_ordered_at < now - ORDER_AGAIN_AFTER:
        _order_seal(session, head, now)
    session.flush()
    return sequence


def entries(session: Session, subject: str) -> list[Entry]:
    """The whole life of `subject`, oldest first."""
    row = ArchiveEntryRow
    return [
        read(text) for text in session.scalars(select(row.text).where(row.subject == subject).order_by(row.sequence))
    ]


def latest(session: Session, limit: int, before: int | None = None) -> list[Entry]:
    """The newest entries, newest first; with `before` those older than that number."""
    row = ArchiveEntryRow
    wanted = select(row.text).order_by(row.sequence.desc()).limit(limit)
    return [read(text) for text in session.scalars(wanted if before is None else wanted.where(row.sequence < before))]


def head(session: Session) -> Head:
    """Where the database says that the chain ends."""
    row = session.get_one(ArchiveHeadRow, 1, populate_existing=True)
    return Head(row.sequence, row.hash)


def sealed_until(session: Session) -> int:
    """The last entry that the database knows a signed head to cover."""
    return session.get_one(ArchiveHeadRow, 1, populate_existing=True).sealed


def chain(session: Session, after: int = 0) -> Iterator[Stored]:
    """All entries after number `after` as they are stored, in order; they are fetched as they are asked for."""
    row = ArchiveEntryRow
    columns = select(row.sequence, row.kind, row.subject, row.text, row.hash).order_by(row.sequence).limit(_AT_ONCE)
    while found := session.execute(columns.where(row.sequence > after)).all():
        yield from (Stored(*values) for values in found)
        after = found[-1].sequence


def mark_sealed(session: Session, until: int) -> None:
    """Write down that a signed head covers the entries to `until`; for what came since, the next one is ordered."""
    row = _lock_head(session)
    row.sealed = max(row.sealed, until)
    if row.sequence > row.sealed:
        _order_seal(session, row, database_now(session))
    else:
        row.seal_ordered_at = None
    session.flush()


def _lock_head(session: Session) -> ArchiveHeadRow:
    """The head row, held until the transaction ends: by an update, which locks on every database."""
    session.flush()
    session.execute(update(ArchiveHeadRow).where(ArchiveHeadRow.id == 1).values(id=1))
    return session.get_one(ArchiveHeadRow, 1, populate_existing=True)


def _order_seal(session: Session, row: ArchiveHeadRow, now: datetime) -> None:
    enqueue(session, SEAL_JOB, {}, SEAL_AFTER_SECONDS)
    row.seal_ordered_at = now


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
