"""The reviewers' queue, and what helps to decide: what differs from the approved copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.accounts.tables import OrganisationRow, PersonRow
from app.library.records import all_versions
from app.library.tables import TemplateVersionRow
from app.posters.drafts import Snapshot, SnapshotContent
from app.posters.tables import PosterRow, SnapshotRow
from app.rendering.calendar_slots import is_calendars
from app.rendering.template import Template, TextSlot
from app.rendering.values import words_in
from app.review.core import Piece, copy_diff
from app.review.tables import CaseRow, ClaimRow, StepRow

DECISIONS = ("approve", "reject", "request_change")
SEVERITIES = ("block", "review", "advise")


@dataclass(frozen=True, slots=True)
class Claim:
    """Who is looking at something, and until when that holds."""

    person_id: str
    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a decision. `age` counts from its submission, `findings` those nobody decided on.

    `owner` is whose poster it is, or who submitted the template; `title` is in both languages. Works with one `group`
    are the same but for the name and the code on them.
    """

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
    version: str
    title: Any
    product: str
    owner: str
    organisation: str
    severities: Mapping[str, int]
    claim: Claim | None
    group: str


def review_queue(session: Session, organisation_path: str, now: datetime, kind: str | None = None) -> list[Waiting]:
    """All that waits at or below an organisation, what is due first first."""
    owner, holder = aliased(PersonRow), aliased(PersonRow)
    wanted = (
        select(CaseRow, PosterRow, TemplateVersionRow, owner.name, OrganisationRow.name, ClaimRow, holder.name)
        .outerjoin(PosterRow, PosterRow.id == CaseRow.subject_id)
        .outerjoin(
            TemplateVersionRow,
            (TemplateVersionRow.id == CaseRow.subject_id) | (TemplateVersionRow.id == PosterRow.template_version_id),
        )
        .outerjoin(owner, owner.id == PosterRow.owner_person_id)
        .outerjoin(OrganisationRow, OrganisationRow.path == CaseRow.organisation_path)
        .outerjoin(ClaimRow, (ClaimRow.subject_id == CaseRow.subject_id) & (ClaimRow.until > now))
        .outerjoin(holder, holder.id == ClaimRow.person_id)
        .where(CaseRow.state == "in_review", CaseRow.organisation_path.startswith(organisation_path, autoescape=True))
        .order_by(CaseRow.due_at, CaseRow.subject_id)
    )
    rows = session.execute(wanted if kind is None else wanted.where(CaseRow.kind == kind)).all()
    heads = {one.id: one.content.head for one in all_versions(session)} if rows else {}
    groups = _groups(session)
    submitters = _submitters(session)
    return [
        Waiting(
            subject_id=case.subject_id,
            kind=case.kind,
            template=template.slug,
            owner_person_id=poster.owner_person_id if poster else None,
            organisation_path=case.organisation_path,
            digest=case.digest or "",
            findings=len(case.findings),
            submitted_at=case.submitted_at or now,
            due_at=case.due_at or now,
            age=now - (case.submitted_at or now),
            is_overdue=case.due_at is not None and case.due_at < now,
            version=template.version,
            title=heads[template.id]["title"],
            product=heads[template.id]["product"],
            owner=name or submitters.get(case.subject_id, ""),
            organisation=organisation or "",
            severities={one: sum(hit["severity"] == one for hit in case.findings) for one in SEVERITIES},
            claim=Claim(claim.person_id, holder_name or "", claim.until) if claim else None,
            group=groups.get(case.subject_id, case.subject_id),
        )
        for case, poster, template, name, organisation, claim, holder_name in rows
    ]


def _groups(session: Session) -> dict[str, str]:
    """What each waiting poster is but for name and code, by poster."""
    wanted = (
        select(SnapshotRow)
        .join(CaseRow, (CaseRow.subject_id == SnapshotRow.poster_id) & (CaseRow.digest == SnapshotRow.digest))
        .where(CaseRow.state == "in_review")
    )
    return {row.poster_id: snapshot_of(row).masked_digest for row in session.scalars(wanted)}


def snapshot_of(row: SnapshotRow) -> Snapshot:
    """The snapshot that `row` holds."""
    content = SnapshotContent.of(row.content)
    return Snapshot(row.id, row.poster_id, row.revision, row.digest, content, tuple(row.findings))


def _submitters(session: Session) -> dict[str, str]:
    """Who submitted last, by subject, of what waits."""
    wanted = (
        select(StepRow.subject_id, PersonRow.name)
        .join(PersonRow, PersonRow.id == StepRow.actor_person_id)
        .join(CaseRow, CaseRow.subject_id == StepRow.subject_id)
        .where(CaseRow.state == "in_review", StepRow.action == "submit")
        .order_by(StepRow.id)
    )
    return {row[0]: row[1] for row in session.execute(wanted)}


@dataclass(frozen=True, slots=True)
class Change:
    """A slot whose content is not the template's approved example; `pieces` is empty for a picture."""

    slot: str
    pieces: tuple[Piece, ...]


def changes(template: Template, content: SnapshotContent) -> list[Change]:
    """What a submitted poster says otherwise than the template's approved copy, in the template's order of slots.

    What the calendar filled in is no news.
    """
    return _changes(template, content, {})


def changes_since(template: Template, before: SnapshotContent, content: SnapshotContent) -> list[Change]:
    """What a submitted poster says otherwise than an earlier submission, in the template's order of slots."""
    return _changes(template, content, before.values["slots"])


def _changes(template: Template, content: SnapshotContent, before: Mapping[str, Any]) -> list[Change]:
    given: Mapping[str, Any] = content.values["slots"]
    found = []
    for name, slot in template.slots.items():
        if not isinstance(slot, TextSlot):
            if given.get(name) != before.get(name):
                found.append(Change(name, ()))
            continue
        example = words_in(slot.example, content.language)
        old, new = _text(before.get(name, example)), _text(given.get(name, example))
        if old != new and not is_calendars(slot, new):
            found.append(Change(name, copy_diff(old, new)))
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value.get("text", ""))
