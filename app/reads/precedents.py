"""Precedents: what was decided earlier on the same sentence, or on one that says nearly the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.compliance.normalise import fold_term
from app.reads.review_queue import DECISIONS
from app.review.core import SIMILAR, Sentence, likeness, marks, sentence_key, sentences
from app.review.tables import CaseRow, SentenceMarkRow, SentenceRow, SentenceTextRow, StepRow

CANDIDATES = 400  # sentences that are compared with each one
SHOWN = 5  # sentences that say nearly the same


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision on a work that held the sentence; `is_in_reach` when the reader may open it."""

    subject_id: str
    action: str
    reason: str
    at: datetime
    is_in_reach: bool


@dataclass(frozen=True, slots=True)
class Precedent:
    """What reviewers decided on works that held `said`, the newest first.

    It is as like to `sentence` as `likeness` says (1: it is the same).
    """

    sentence: str
    said: str
    likeness: float
    rulings: tuple[Ruling, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each way."""
        return {action: sum(one.action == action for one in self.rulings) for action in DECISIONS}

    @property
    def reasons(self) -> tuple[tuple[str, str, datetime], ...]:
        """Action, reason and time of those that had a reason."""
        return tuple((one.action, one.reason, one.at) for one in self.rulings if one.reason)

    def is_about(self, text: str) -> bool:
        """Whether a finding on these characters stands in the sentence."""
        folded = fold_term(text)
        return bool(folded) and (folded in fold_term(self.sentence) or fold_term(self.sentence) in folded)


def precedents(
    session: Session, texts: Iterable[str], except_subject: str | None = None, path: str = "/"
) -> list[Precedent]:
    """Earlier decisions on each sentence of `texts`, the same ones first, then those that say nearly the same.

    Sentences that nobody decided on are left out. Of works outside of `path` there is the decision, and no way to them.
    """
    found: list[Precedent] = []
    for text in dict.fromkeys(sentence for given in texts for sentence in sentences(given)):
        own = Sentence(text, fold_term(text))
        exact = _rulings(session, [sentence_key(text)], [own.folded_key], except_subject, path)
        found += [Precedent(text, text, 1.0, exact)] if exact else []
        for said, alike in _similar(session, own):
            rulings = _rulings(session, [], [said.folded_key], except_subject, path)
            found += [Precedent(text, said.text, alike, rulings)] if rulings else []
    return found


def _similar(session: Session, own: Sentence) -> list[tuple[Sentence, float]]:
    """The sentences that say nearly the same, the likest first."""
    wanted = (
        select(SentenceTextRow.text, SentenceTextRow.folded)
        .join(SentenceMarkRow, SentenceMarkRow.folded_key == SentenceTextRow.folded_key)
        .where(SentenceMarkRow.mark.in_(marks(own.folded)), SentenceTextRow.folded_key != own.folded_key)
        .distinct()
        .limit(CANDIDATES)
    )
    known = [Sentence(text, folded) for text, folded in session.execute(wanted)]
    rated = [(one, likeness(own.folded, one.folded)) for one in known]
    return sorted((pair for pair in rated if pair[1] >= SIMILAR), key=lambda pair: -pair[1])[:SHOWN]


def _rulings(
    session: Session, keys: list[str], folded_keys: list[str], except_subject: str | None, path: str
) -> tuple[Ruling, ...]:
    wanted = (
        select(StepRow.subject_id, StepRow.action, StepRow.reason, StepRow.at, CaseRow.organisation_path, StepRow.id)
        .join(SentenceRow, (StepRow.subject_id == SentenceRow.subject_id) & (StepRow.digest == SentenceRow.digest))
        .join(CaseRow, CaseRow.subject_id == StepRow.subject_id)
        .where(
            SentenceRow.key.in_(keys) | SentenceRow.folded_key.in_(folded_keys),
            StepRow.action.in_(DECISIONS),
        )
        .distinct()
        .order_by(StepRow.id.desc())
    )
    if except_subject is not None:
        wanted = wanted.where(SentenceRow.subject_id != except_subject)
    return tuple(
        Ruling(subject, action, reason, at, place == "/" or place.startswith(path))
        for subject, action, reason, at, place, _ in session.execute(wanted)
    )
