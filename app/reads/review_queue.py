"""The reviewers' queue, and what helps to decide: what differs from the approved copy, and what was said before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.library.tables import TemplateVersionRow
from app.posters.drafts import SnapshotContent
from app.posters.tables import PosterRow
from app.rendering.template import Template, TextSlot
from app.rendering.values import words_in
from app.review.core import Piece, copy_diff, sentence_key, sentences
from app.review.tables import CaseRow, SentenceRow, StepRow

DECISIONS = ("approve", "reject", "request_change")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a decision. `age` counts from its submission, `findings` those nobody decided on."""

    subject_id: str
    kind: str
    template: str
    owner_person_id: str | None
    organisation_path: str
    digest: str
    findings: int
    submitted_at: datetime
    due_at: datetime
    age: timedelta
    is_overdue: bool


def review_queue(session: Session, organisation_path: str, now: datetime, kind: str | None = None) -> list[Waiting]:
    """All that waits at or below an organisation, what is due first first."""
    wanted = (
        select(CaseRow, PosterRow, TemplateVersionRow)
        .outerjoin(PosterRow, PosterRow.id == CaseRow.subject_id)
        .outerjoin(
            TemplateVersionRow,
            (TemplateVersionRow.id == CaseRow.subject_id) | (TemplateVersionRow.id == PosterRow.template_version_id),
        )
        .where(CaseRow.state == "in_review", CaseRow.organisation_path.startswith(organisation_path, autoescape=True))
        .order_by(CaseRow.due_at, CaseRow.subject_id)
    )
    rows = session.execute(wanted if kind is None else wanted.where(CaseRow.kind == kind))
    return [
        Waiting(
            case.subject_id,
            case.kind,
            template.slug,
            poster.owner_person_id if poster else None,
            case.organisation_path,
            case.digest or "",
            len(case.findings),
            case.submitted_at or now,
            case.due_at or now,
            now - (case.submitted_at or now),
            case.due_at is not None and case.due_at < now,
        )
        for case, poster, template in rows
    ]


@dataclass(frozen=True, slots=True)
class Precedent:
    """What reviewers decided on works that held this sentence: how often each way, and their reasons, newest first."""

    sentence: str
    counts: Mapping[str, int]
    reasons: tuple[tuple[str, str, datetime], ...]


def precedents(session: Session, texts: Iterable[str], except_subject: str | None = None) -> list[Precedent]:
    """Earlier decisions on each sentence of `texts`; sentences that nobody decided on are left out."""
    by_key = {sentence_key(one): one for text in texts for one in sentences(text)}
    wanted = (
        select(SentenceRow.key, StepRow.action, StepRow.reason, StepRow.at)
        .join(StepRow, (StepRow.subject_id == SentenceRow.subject_id) & (StepRow.digest == SentenceRow.digest))
        .where(SentenceRow.key.in_(by_key), StepRow.action.in_(DECISIONS))
        .order_by(StepRow.id.desc())
    )
    if except_subject is not None:
        wanted = wanted.where(SentenceRow.subject_id != except_subject)
    found: dict[str, list[tuple[str, str, datetime]]] = {}
    for key, action, reason, at in session.execute(wanted):
        found.setdefault(key, []).append((action, reason, at))
    return [
        Precedent(
            sentence,
            {action: sum(one[0] == action for one in found[key]) for action in DECISIONS},
            tuple(one for one in found[key] if one[1]),
        )
        for key, sentence in by_key.items()
        if key in found
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """A slot whose content is not the template's approved example; `pieces` is empty for a picture."""

    slot: str
    pieces: tuple[Piece, ...]


def changes(template: Template, content: SnapshotContent) -> list[Change]:
    """What a submitted poster says otherwise than the template's approved copy, in the template's order of slots."""
    given: Mapping[str, Any] = content.values["slots"]
    found = []
    for name, slot in template.slots.items():
        if name not in given:
            continue
        if not isinstance(slot, TextSlot):
            found.append(Change(name, ()))
            continue
        text = given[name] if isinstance(given[name], str) else given[name].get("text", "")
        example = words_in(slot.example, content.language)
        if text != example:
            found.append(Change(name, copy_diff(example, text)))
    return found
