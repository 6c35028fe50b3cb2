"""The rows of the claims library."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import database_now
from app.evidence.core import EvidencedSentence, NewSentence
from app.evidence.tables import EvidencedSentenceRow
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import new_code


def add(session: Session, new: NewSentence, folded: str, person_id: str) -> str:
    """The id of a new sentence, which does not hold before somebody else approves it."""
    row = EvidencedSentenceRow(
        id=new_code(16),
        jurisdiction=new.jurisdiction,
        product=new.product,
        text=new.text,
        folded=folded,
        evidence=new.evidence,
        file_digest=new.file_digest,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        written_by_person_id=person_id,
        written_at=database_now(session),
    )
    session.add(row)
    session.flush()
    return row.id


def find(session: Session, sentence_id: str) -> EvidencedSentence:
    """*Raises* NotFound ``no_such_sentence``."""
    row = session.get(EvidencedSentenceRow, sentence_id, populate_existing=True)
    if row is None:
        raise NotFound("no_such_sentence", "there is no such sentence in the library")
    return _sentence(row)


def approve(session: Session, sentence_id: str, person_id: str) -> None:
    """Let the sentence hold. *Raises* Conflict ``wrong_state`` when it does not wait any more."""
    row = EvidencedSentenceRow
    waits = (row.id == sentence_id) & row.approved_at.is_(None) & row.ended_at.is_(None)
    _change(session, waits, {"approved_by_person_id": person_id, "approved_at": database_now(session)})


def end(session: Session, sentence_id: str, person_id: str) -> None:
    """Let the sentence not hold any more. *Raises* Conflict ``wrong_state`` when it is ended already."""
    row = EvidencedSentenceRow
    is_open = (row.id == sentence_id) & row.ended_at.is_(None)
    _change(session, is_open, {"ended_by_person_id": person_id, "ended_at": database_now(session)})


def all_sentences(session: Session) -> list[EvidencedSentence]:
    """The whole library, the newest first."""
    row = EvidencedSentenceRow
    return [_sentence(one) for one in session.scalars(select(row).order_by(row.written_at.desc(), row.id))]


def approved(session: Session) -> list[EvidencedSentence]:
    """Those that were approved and have not been ended."""
    row = EvidencedSentenceRow
    wanted = select(row).where(row.approved_at.is_not(None), row.ended_at.is_(None)).order_by(row.id)
    return [_sentence(one) for one in session.scalars(wanted)]


def changes(session: Session) -> tuple[int, int]:
    """Two counts of which one rises with every change of what holds."""
    row = EvidencedSentenceRow
    counts = session.execute(select(func.count(row.approved_at), func.count(row.ended_at))).one()
    return int(counts[0]), int(counts[1])


def _change(session: Session, condition: Any, values: dict[str, Any]) -> None:
    changed = update(EvidencedSentenceRow).where(condition).values(**values).returning(EvidencedSentenceRow.id)
    if session.execute(changed).first() is None:
        raise Conflict("wrong_state", "this was decided on already")


def _sentence(row: EvidencedSentenceRow) -> EvidencedSentence:
    return EvidencedSentence(**{name: getattr(row, name) for name in EvidencedSentence.__dataclass_fields__})
