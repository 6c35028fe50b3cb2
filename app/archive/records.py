"""The rows of the archive: written at the end of the chain inside the caller's transaction, and read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, case, select
from sqlalchemy.orm import Session

from app.archive.core import JSON, Entry, Head, Stored, chained, read, write
from app.archive.tables import ArchiveEntryRow, ArchiveHeadRow
from app.db import database_now
from app.jobs.queue import enqueue

SEAL_JOB = "seal_archive"
SEAL_AFTER_SECONDS = 60.0
ORDER_AGAIN_AFTER = timedelta(minutes=10)
_AT_ONCE = 5000
_ENTRIES, _HEAD = cast(Table, ArchiveEntryRow.__table__), cast(Table, ArchiveHeadRow.__table__)
# An update, because that locks the row on every database.
_NEXT = (
    _HEAD.update()
    .values(sequence=_HEAD.c.sequence + bindparam("more"))
    .returning(_HEAD.c.sequence, _HEAD.c.hash, _HEAD.c.seal_ordered_at)
)


def append(session: Session, kind: str, subject: str, actor_person_id: str | None, body: Mapping[str, JSON]) -> int:
    """The number of a new entry, which is there if and only if the caller's transaction commits.

    `body` holds ids and digests, never personal data in clear. Other writers wait here until the caller commits, so
    append last. *Raises* Invalid ``bad_kind``, ``bad_subject``, ``not_json``.
    """
    return append_all(session, kind, actor_person_id, [(subject, body)])


def append_all(
    session: Session, kind: str, actor_person_id: str | None, told: Sequence[tuple[str, Mapping[str, JSON]]]
) -> int:
    """`append` of an entry for each (subject, body), of which there must be one; the number of the last."""
    # Below the session's bookkeeping: this is part of nearly every transaction of the product.
    connection = session.connection()
    last, found, seal_ordered_at = connection.execute(_NEXT, {"more": len(told)}).one()
    now = database_now(session)
    rows = []
    for sequence, (subject, body) in enumerate(told, last - len(told) + 1):
        text = write(Entry(sequence, _instant(now), kind, subject, actor_person_id, body))
        found = chained(found, text)
        rows.append({"sequence": sequence, "kind": kind, "subject": subject, "text": text, "hash": found})
    if seal_ordered_at is None or seal_ordered_at < now - ORDER_AGAIN_AFTER:
        enqueue(session, SEAL_JOB, {}, SEAL_AFTER_SECONDS)
        seal_ordered_at = now
    connection.execute(_ENTRIES.insert(), rows)
    connection.execute(_HEAD.update(), {"hash": found, "seal_ordered_at": seal_ordered_at})
    number: int = last
    return number


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
    it = _ENTRIES.c
    columns = select(it.sequence, it.kind, it.subject, it.text, it.hash).order_by(it.sequence).limit(_AT_ONCE)
    while True:
        cursor = session.connection().execute(columns.where(it.sequence > after)).cursor
        # The driver's own tuples: a check reads every entry there is, and SQLAlchemy's rows took half of its time.
        found = cursor.fetchall() if cursor is not None else []
        if not found:
            return
        yield from map(Stored._make, found)
        after = found[-1][0]


def mark_sealed(session: Session, until: int) -> None:
    """Write down that a signed head covers the entries to `until`; for what came since, the next one is ordered."""
    highest = case((_HEAD.c.sealed < until, until), else_=_HEAD.c.sealed)
    changed = _HEAD.update().values(sealed=highest).returning(_HEAD.c.sequence, _HEAD.c.sealed)
    sequence, sealed = session.connection().execute(changed).one()
    ordered_at = None
    if sequence > sealed:
        enqueue(session, SEAL_JOB, {}, SEAL_AFTER_SECONDS)
        ordered_at = database_now(session)
    session.connection().execute(_HEAD.update(), {"seal_ordered_at": ordered_at})


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
