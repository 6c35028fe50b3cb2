"""Decisions that were made, by people and by policies: the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.tables import PersonRow
from app.library.records import all_versions
from app.library.tables import TemplateVersionRow
from app.posters.tables import PosterRow
from app.review.tables import CaseRow, StepRow

By = Literal["person", "policy"]
ACTIONS = ("approve", "reject", "request_change", "approve_by_policy")


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision. `person` is who decided, empty for a policy; `state` is where the work stands now."""

    id: int
    subject_id: str
    kind: str
    template: str
    version: str
    title: Any
    owner: str
    action: str
    person: str
    policy: str | None
    reason: str
    digest: str
    at: datetime
    state: str
    is_newest: bool


def decisions(
    session: Session,
    organisation_path: str,
    limit: int,
    before: int | None = None,
    by: By | None = None,
    action: str | None = None,
) -> list[Decided]:
    """At most `limit` decisions at or below an organisation or for the whole house, older than the one `before`."""
    owner, judge = aliased(PersonRow), aliased(PersonRow)
    wanted = (
        select(StepRow, CaseRow, TemplateVersionRow, owner.name, judge.name)
        .join(CaseRow, CaseRow.subject_id == StepRow.subject_id)
        .outerjoin(PosterRow, PosterRow.id == CaseRow.subject_id)
        .join(
            TemplateVersionRow,
            (TemplateVersionRow.id == CaseRow.subject_id) | (TemplateVersionRow.id == PosterRow.template_version_id),
        )
        .outerjoin(owner, owner.id == PosterRow.owner_person_id)
        .outerjoin(judge, judge.id == StepRow.actor_person_id)
        .where(
            StepRow.action.in_(ACTIONS),
            or_(
                CaseRow.organisation_path == "/",
                CaseRow.organisation_path.startswith(organisation_path, autoescape=True),
            ),
        )
        .order_by(StepRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(StepRow.id < before)
    if by is not None:
        wanted = wanted.where(StepRow.policy.is_(None) if by == "person" else StepRow.policy.is_not(None))
    if action is not None:
        wanted = wanted.where(StepRow.action == action)
    titles = {one.id: one.content.head["title"] for one in all_versions(session)}
    return [
        Decided(
            id=step.id,
            subject_id=case.subject_id,
            kind=case.kind,
            template=template.slug,
            version=template.version,
            title=titles.get(template.id, template.slug),
            owner=owner_name or "",
            action=step.action,
            person=judge_name or "",
            policy=step.policy,
            reason=step.reason,
            digest=step.digest or "",
            at=step.at,
            state=case.state,
            is_newest=step.digest == case.digest,
        )
        for step, case, template, owner_name, judge_name in session.execute(wanted)
    ]
