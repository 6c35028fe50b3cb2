"""The rows of checked documents: kept once for all posters that are alike, and how each of them stands."""

import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import database_now, insert_or
from app.kernel.ids import new_code
from app.rescans.core import CheckedDocument, Standing
from app.rescans.tables import BookStateRow, CheckedDocumentRow, CheckedSnapshotRow, StandingRow

_LEVEL = 1  # a tenth larger than the smallest, and written three times as fast


def keep_document(session: Session, snapshot_id: str, document: CheckedDocument) -> None:
    """Have a snapshot judged by `document`, which is kept if it is new; one that is there stands as it stood."""
    session.execute(insert_or(session, CheckedDocumentRow).on_conflict_do_nothing(), row_of(document))
    link = {"snapshot_id": snapshot_id, "document_digest": document.digest}
    session.execute(insert_or(session, CheckedSnapshotRow).on_conflict_do_nothing(), link)


def row_of(document: CheckedDocument) -> dict[str, Any]:
    """The document as a row."""
    return {
        "digest": document.digest,
        "jurisdiction": document.jurisdiction,
        "content": zlib.compress(document.content, _LEVEL),
        "lines": document.lines,
        "pictures": dict(document.pictures) if document.pictures else None,
        "standing_id": document.standing_id,
    }


def add_rows(connection: Connection, rows: Sequence[Mapping[str, Any]], links: Sequence[Mapping[str, str]]) -> None:
    """Many new documents at once, and the snapshots that are judged by them (snapshot_id, document_digest)."""
    connection.execute(insert(CheckedDocumentRow), list(rows))
    connection.execute(insert(CheckedSnapshotRow), list(links))


def documents(
    session: Session,
    standings: Collection[str] | None,
    jurisdictions: Collection[str],
    after: str,
    limit: int,
    until: str | None = None,
) -> list[CheckedDocument]:
    """At most `limit` documents with one of the standings (None: with none at all), by digest after `after`.

    With `until`, those with a greater digest are left out.

    Their `content` is left out: most are not asked for it.
    """
    row = CheckedDocumentRow
    stands: ColumnElement[bool] = row.standing_id.is_(None) if standings is None else row.standing_id.in_(standings)
    columns = (row.digest, row.jurisdiction, row.lines, row.pictures, row.standing_id)
    wanted = select(*columns).where(stands, row.digest > after, row.jurisdiction.in_(jurisdictions))
    if until is not None:
        wanted = wanted.where(row.digest <= until)
    return [
        CheckedDocument(digest, jurisdiction, b"", lines, pictures, standing_id)
        for digest, jurisdiction, lines, pictures, standing_id in session.execute(
            wanted.order_by(row.digest).limit(limit)
        )
    ]


def count_unjudged(session: Session) -> int:
    """How many documents have no standing."""
    wanted = select(func.count()).select_from(CheckedDocumentRow)
    return session.scalar(wanted.where(CheckedDocumentRow.standing_id.is_(None))) or 0


def contents(session: Session, digests: Sequence[str]) -> dict[str, bytes]:
    """The canonical JSON of some documents, by digest."""
    found: dict[str, bytes] = {}
    for part in _parts(digests):
        wanted = select(CheckedDocumentRow.digest, CheckedDocumentRow.content)
        for digest, content in session.execute(wanted.where(CheckedDocumentRow.digest.in_(part))):
            found[digest] = zlib.decompress(content)
    return found


def stand(session: Session, digests: Sequence[str], standing_id: str) -> None:
    """Write down how some documents stand from now on."""
    for part in _parts(digests):
        ours = CheckedDocumentRow.digest.in_(part)
        session.execute(update(CheckedDocumentRow).where(ours).values(standing_id=standing_id))


def reread(session: Session, lines: Mapping[str, bytes]) -> None:
    """Write down how documents are read now, where that has changed, by digest."""
    for digest, read in lines.items():
        ours = CheckedDocumentRow.digest == digest
        session.execute(update(CheckedDocumentRow).where(ours).values(lines=read))


# --- standings --------------------------------------------------------------------------------------------------------


def standing(session: Session, jurisdiction: str, fingerprint: str, day: str) -> str:
    """The id of a standing under these rules on this day; there may be several, one is enough."""
    row = StandingRow
    same = (row.jurisdiction == jurisdiction) & (row.fingerprint == fingerprint) & (row.day == day)
    known = session.scalar(select(row.id).where(same).limit(1))
    if known is not None:
        return known
    new = StandingRow(id=new_code(16), jurisdiction=jurisdiction, fingerprint=fingerprint, day=day)
    new.made_at = database_now(session)
    session.add(new)
    session.flush()
    return new.id


def standings(session: Session, jurisdictions: Collection[str]) -> list[Standing]:
    """All standings of some jurisdictions, in the order in which they were made."""
    wanted = select(StandingRow).where(StandingRow.jurisdiction.in_(jurisdictions)).order_by(StandingRow.made_at)
    return [
        Standing(row.id, row.jurisdiction, row.fingerprint, row.day, row.made_at) for row in session.scalars(wanted)
    ]


def move_on(session: Session, standing_ids: Collection[str], fingerprint: str, day: str) -> None:
    """Let all documents of some standings stand under other rules and another day, for they were judged by them."""
    ours = StandingRow.id.in_(standing_ids)
    session.execute(update(StandingRow).where(ours).values(fingerprint=fingerprint, day=day))


def keep_state(session: Session, jurisdiction: str, fingerprint: str, state: Mapping[str, Any]) -> None:
    """Keep a state of the rules, if it is not there."""
    packed = zlib.compress(json.dumps(state, ensure_ascii=False, sort_keys=True).encode())
    row = {"jurisdiction": jurisdiction, "fingerprint": fingerprint, "state": packed}
    session.execute(insert_or(session, BookStateRow).on_conflict_do_nothing(), row)


def knows_state(session: Session, jurisdiction: str, fingerprint: str) -> bool:
    """Whether that state of the rules is kept."""
    row = BookStateRow
    same = (row.jurisdiction == jurisdiction) & (row.fingerprint == fingerprint)
    return session.scalar(select(row.fingerprint).where(same)) is not None


def find_state(session: Session, jurisdiction: str, fingerprint: str) -> dict[str, Any] | None:
    """A state of the rules as it was kept."""
    row = session.get(BookStateRow, (jurisdiction, fingerprint))
    return None if row is None else json.loads(zlib.decompress(row.state))


def _parts(values: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))
