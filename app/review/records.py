"""The rows of review. Whoever changes a case names the version they saw, and one of two such changes wins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.db import database_now, insert_or
from app.kernel.errors import Conflict, NotFound
from app.review.core import FIRST, Action, Kind, Sentence, State, due_at, marks, next_state, sentence_key
from app.review.tables import CaseRow, ClaimRow, CommentRow, SentenceMarkRow, SentenceRow, SentenceTextRow, StepRow


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it was read; `version` is what a change of it has to name."""

    subject_id: str
    kind: Kind
    organisation_path: str
    state: State
    version: int
    digest: str | None
    findings: tuple[Mapping[str, Any], ...]
    submitted_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mover:
    """Who takes a step: a role, and a person unless a policy does."""

    role: str
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case, as it happened."""

    number: int
    action: Action
    role: str
    actor_person_id: str | None
    digest: str | None
    policy: str | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark pinned to a place of the submitted work: ``slots.NAME``, ``layers.NAME`` or ``$``, and a point in it."""

    place: str
    text: str
    x: float | None = None
    y: float | None = None


def open_case(session: Session, subject_id: str, kind: Kind, organisation_path: str) -> Case:
    """Begin to keep the history of a new poster or template version: a draft."""
    row = CaseRow(
        subject_id=subject_id,
        kind=kind,
        organisation_path=organisation_path,
        state=FIRST,
        version=1,
        digest=None,
        findings=[],
        submitted_at=None,
        due_at=None,
    )
    session.add(row)
    session.flush()
    return _case(row)


def find_case(session: Session, subject_id: str) -> Case:
    """The case of a poster or template version as it stands. *Raises* NotFound ``no_such_case``."""
    row = session.get(CaseRow, subject_id, populate_existing=True)
    if row is None:
        raise NotFound("no_such_case", "there is nothing of that name under review")
    return _case(row)


def touch(session: Session, case: Case) -> Case:
    """Note that something of the case changed without a step: a draft was saved. *Raises* Conflict ``moved_on``."""
    return _compare_and_set(session, case, {})


def take_step(
    session: Session, case: Case, mover: Mover, action: Action, *, policy: str | None = None, reason: str = ""
) -> Case:
    """The case after the step, which is written down with it.

    *Raises* Forbidden and Conflict as `next_state`; Conflict ``moved_on`` when the case changed since it was read.
    """
    return _step(session, case, mover, action, {}, policy, reason)


def submit(session: Session, case: Case, mover: Mover, digest: str, findings: Sequence[Mapping[str, Any]]) -> Case:
    """The case with `digest` submitted. *Raises* as `take_step`."""
    now = database_now(session)
    changes = {"digest": digest, "findings": list(findings), "submitted_at": now, "due_at": due_at(now)}
    return _step(session, case, mover, "submit", changes, None, "")


def _step(
    session: Session,
    case: Case,
    mover: Mover,
    action: Action,
    changes: Mapping[str, Any],
    policy: str | None,
    reason: str,
) -> Case:
    state = next_state(case.kind, mover.role, action, case.state)
    after = _compare_and_set(session, case, {"state": state, **changes})
    last = session.scalar(select(func.max(StepRow.number)).where(StepRow.subject_id == case.subject_id))
    row = StepRow(
        subject_id=case.subject_id,
        number=(last or 0) + 1,
        action=action,
        role=mover.role,
        actor_person_id=mover.person_id,
        digest=after.digest,
        policy=policy,
        reason=reason,
        at=database_now(session),
    )
    session.add(row)
    session.flush()
    return after


def _compare_and_set(session: Session, case: Case, changes: Mapping[str, Any]) -> Case:
    seen = (CaseRow.subject_id == case.subject_id) & (CaseRow.version == case.version)
    statement = update(CaseRow).where(seen).values(version=case.version + 1, **changes)
    changed = session.execute(
        statement.returning(CaseRow.subject_id), execution_options={"synchronize_session": False}
    ).first()
    if changed is None:
        raise Conflict("moved_on", "somebody else has changed this meanwhile: look again")
    return find_case(session, case.subject_id)


def history(session: Session, subject_id: str) -> list[Step]:
    """All steps of a case, oldest first."""
    rows = session.scalars(select(StepRow).where(StepRow.subject_id == subject_id).order_by(StepRow.number))
    return [
        Step(
            row.number,
            cast(Action, row.action),
            row.role,
            row.actor_person_id,
            row.digest,
            row.policy,
            row.reason,
            row.at,
        )
        for row in rows
    ]


def movers_of_work(session: Session, subject_id: str) -> set[str]:
    """The persons who edited, submitted or withdrew: they had a hand in it."""
    own = StepRow.action.in_(("edit", "submit", "withdraw"))
    wanted = select(StepRow.actor_person_id).where(StepRow.subject_id == subject_id, own)
    return {person for person in session.scalars(wanted) if person is not None}


def comment(session: Session, subject_id: str, digest: str, comments: Iterable[Comment]) -> None:
    """Pin `comments` to the last step of the case."""
    last = select(func.max(StepRow.id)).where(StepRow.subject_id == subject_id)
    step_id = session.scalar(last)
    for one in comments:
        session.add(CommentRow(step_id=step_id, digest=digest, place=one.place, x=one.x, y=one.y, text=one.text))
    session.flush()


def comments_on(session: Session, subject_id: str) -> list[tuple[Step, Comment]]:
    """All comments on a case with the step that each belongs to, oldest first."""
    steps = {step.number: step for step in history(session, subject_id)}
    wanted = select(CommentRow, StepRow.number).join(StepRow).where(StepRow.subject_id == subject_id)
    return [
        (steps[number], Comment(row.place, row.text, row.x, row.y))
        for row, number in session.execute(wanted.order_by(CommentRow.id))
    ]


def remember_sentences(session: Session, subject_id: str, digest: str, found: Iterable[Sentence]) -> None:
    """Let the sentences of what was submitted be found again. Saying them twice changes nothing."""
    known = select(SentenceRow.key).where(SentenceRow.subject_id == subject_id, SentenceRow.digest == digest)
    seen = set(session.scalars(known))
    for one in found:
        key = sentence_key(one.text)
        if key not in seen:
            seen.add(key)
            _keep_text(session, one)
            session.add(SentenceRow(key=key, subject_id=subject_id, digest=digest, folded_key=one.folded_key))
    session.flush()


def _keep_text(session: Session, sentence: Sentence) -> None:
    """Somebody else may keep the same sentence at this moment: whoever is second has nothing to do."""
    row = {"folded_key": sentence.folded_key, "text": sentence.text, "folded": sentence.folded}
    new = insert_or(session, SentenceTextRow).on_conflict_do_nothing().returning(SentenceTextRow.folded_key)
    numbers = marks(sentence.folded)
    if session.execute(new, row).first() is not None and numbers:
        rows = [{"mark": mark, "folded_key": sentence.folded_key} for mark in numbers]
        session.connection().execute(insert_or(session, SentenceMarkRow).on_conflict_do_nothing(), rows)


def claim(session: Session, subject_id: str, person_id: str, length: timedelta, take_over: bool) -> datetime:
    """Until when the case is now claimed. *Raises* Conflict ``claimed`` where somebody else's claim holds."""
    session.execute(select(CaseRow.subject_id).where(CaseRow.subject_id == subject_id).with_for_update())
    now = database_now(session)
    row = session.get(ClaimRow, subject_id, populate_existing=True)
    if row is not None and row.person_id != person_id and row.until > now and not take_over:
        raise Conflict("claimed", "somebody else is looking at this", by_person_id=row.person_id)
    if row is None:
        row = ClaimRow(subject_id=subject_id)
        session.add(row)
    row.person_id, row.until = person_id, now + length
    session.flush()
    return row.until


def release(session: Session, subject_id: str, person_id: str) -> bool:
    """Give up a claim; whether this person had one."""
    own = (ClaimRow.subject_id == subject_id) & (ClaimRow.person_id == person_id)
    given_up = session.execute(delete(ClaimRow).where(own).returning(ClaimRow.subject_id))
    return given_up.first() is not None


def remove_case(session: Session, subject_id: str) -> None:
    """Take away a case that was never submitted, with its steps."""
    for table in (ClaimRow, StepRow, CaseRow):
        session.execute(delete(table).where(table.subject_id == subject_id))


def _case(row: CaseRow) -> Case:
    return Case(
        row.subject_id,
        cast(Kind, row.kind),
        row.organisation_path,
        cast(State, row.state),
        row.version,
        row.digest,
        tuple(row.findings),
        row.submitted_at,
        row.due_at,
    )
