"""The claims library as reviewers read it: each sentence with the names of who wrote, approved and ended it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.tables import PersonRow
from app.evidence.core import EvidencedSentence
from app.evidence.records import all_sentences


@dataclass(frozen=True, slots=True)
class SentenceLine:
    """A sentence with names. `state` is "holds", or why it does not today: waiting, not_yet, over, ended."""

    sentence: EvidencedSentence
    names: Mapping[str, str]
    state: str


def evidence_lines(session: Session, today: date, words: str = "") -> list[SentenceLine]:
    """The library, what waits first, then the newest; all `words` must stand in the sentence or its evidence."""
    found = [one for one in all_sentences(session) if _fits(one, words)]
    people = {id_ for one in found for id_ in _people(one)}
    names = {
        row[0]: row[1] for row in session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(people)))
    }
    lines = [SentenceLine(one, {id_: names.get(id_, "") for id_ in _people(one)}, _state(one, today)) for one in found]
    return sorted(lines, key=lambda line: line.state != "waiting")


def _fits(one: EvidencedSentence, words: str) -> bool:
    said = f"{one.text}\n{one.folded}\n{one.evidence}".casefold()
    return all(word in said for word in words.casefold().split()[:8])


def _people(one: EvidencedSentence) -> set[str]:
    ids = (one.written_by_person_id, one.approved_by_person_id, one.ended_by_person_id)
    return {id_ for id_ in ids if id_ is not None}


def _state(one: EvidencedSentence, today: date) -> str:
    if one.state != "approved":
        return one.state
    if today < one.valid_from:
        return "not_yet"
    return "holds" if one.holds(today) else "over"
