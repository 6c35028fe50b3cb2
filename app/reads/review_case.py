"""One case as reviewers and auditors read it: whose it is, what was submitted, what became of it step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.tables import OrganisationRow, PersonRow
from app.kernel.errors import NotFound
from app.library.core import Content, Version, order_of
from app.library.records import all_versions, find_version
from app.library.tables import TemplateContentRow
from app.posters.drafts import Snapshot
from app.posters.records import find_snapshot
from app.posters.tables import PosterRow, SnapshotRow
from app.reads.review_queue import DECISIONS, Claim, snapshot_of
from app.review.records import Case, Comment, Step, comments_on, find_case, history
from app.review.tables import CaseRow, ClaimRow

DECIDED = (*DECISIONS, "approve_by_policy")


@dataclass(frozen=True, slots=True)
class Past:
    """A step with the name of who took it (empty: a policy did) and the comments that were pinned with it."""

    step: Step
    person: str
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was decided on before: an earlier submission of the same work, or the version that it replaces."""

    decision: Past | None
    snapshot: Snapshot | None
    version: Version | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case with all that its page shows. A template's has no snapshot: its version is what was submitted."""

    case: Case
    version: Version
    snapshot: Snapshot | None
    owner: str
    organisation: str
    claim: Claim | None
    past: tuple[Past, ...]
    earlier: Earlier | None


def case_view(session: Session, organisation_path: str, subject_id: str, now: datetime) -> CaseView:
    """The case as it stands. *Raises* NotFound ``no_such_case``, also for one that is out of reach or not submitted."""
    case = find_case(session, subject_id)
    in_reach = case.organisation_path == "/" or case.organisation_path.startswith(organisation_path)
    if not in_reach or case.digest is None:
        raise NotFound("no_such_case", "there is nothing of that name under review")
    poster = session.get(PosterRow, subject_id) if case.kind == "poster" else None
    version = find_version(session, poster.template_version_id if poster else subject_id)
    past = _past(session, subject_id)
    submitter = next((one.person for one in reversed(past) if one.step.action == "submit"), "")
    organisation = session.scalar(select(OrganisationRow.name).where(OrganisationRow.path == case.organisation_path))
    return CaseView(
        case,
        version if poster else _as_submitted(session, version, case.digest),
        find_snapshot(session, subject_id, case.digest) if poster else None,
        _names(session, {poster.owner_person_id}).get(poster.owner_person_id, "") if poster else submitter,
        organisation or "",
        _claim(session, subject_id, now),
        past,
        _earlier_poster(session, poster, case, past) if poster else _earlier_template(session, version, case, past),
    )


def _past(session: Session, subject_id: str) -> tuple[Past, ...]:
    steps = history(session, subject_id)
    names = _names(session, {step.actor_person_id for step in steps if step.actor_person_id})
    pinned: dict[int, list[Comment]] = {}
    for step, comment in comments_on(session, subject_id):
        pinned.setdefault(step.number, []).append(comment)
    return tuple(
        Past(step, names.get(step.actor_person_id or "", ""), tuple(pinned.get(step.number, ()))) for step in steps
    )


def _names(session: Session, person_ids: set[str]) -> dict[str, str]:
    wanted = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(person_ids))
    return {row[0]: row[1] for row in session.execute(wanted)}


def _claim(session: Session, subject_id: str, now: datetime) -> Claim | None:
    row = session.get(ClaimRow, subject_id)
    if row is None or row.until <= now:
        return None
    return Claim(row.person_id, _names(session, {row.person_id}).get(row.person_id, ""), row.until)


def _last_decided(past: tuple[Past, ...], digest: str | None) -> Past | None:
    """The last decision on something else than `digest`."""
    decided = [one for one in past if one.step.action in DECIDED and one.step.digest not in (None, digest)]
    return decided[-1] if decided else None


def _earlier_poster(session: Session, poster: PosterRow, case: Case, past: tuple[Past, ...]) -> Earlier | None:
    current: PosterRow | None = poster
    while current is not None:
        steps = past if current is poster else _past(session, current.id)
        decision = _last_decided(steps, case.digest)
        if decision is not None:
            known = (SnapshotRow.poster_id == current.id) & (SnapshotRow.digest == decision.step.digest)
            row = session.scalar(select(SnapshotRow).where(known))
            return Earlier(decision, snapshot_of(row), None) if row else None
        current = session.get(PosterRow, current.based_on) if current.based_on else None
    return None


def _earlier_template(session: Session, version: Version, case: Case, past: tuple[Past, ...]) -> Earlier | None:
    decision = _last_decided(past, case.digest)
    if decision is not None and decision.step.digest:
        before = _as_submitted(session, version, decision.step.digest)
        return Earlier(decision, None, before) if before.content.digest == decision.step.digest else None
    known = select(CaseRow.subject_id, CaseRow.state).where(CaseRow.kind == "template")
    states: Mapping[str, str] = dict(session.execute(known).all())
    older = [
        one
        for one in all_versions(session, version.slug)
        if states.get(one.id) in ("approved", "retired") and order_of(one.version) < order_of(version.version)
    ]
    newest = max(older, key=lambda one: order_of(one.version), default=None)
    return Earlier(None, None, newest) if newest else None


def _as_submitted(session: Session, version: Version, digest: str) -> Version:
    """The version with the content of that digest, else with its newest."""
    wanted = (
        select(TemplateContentRow)
        .where(TemplateContentRow.version_id == version.id, TemplateContentRow.digest == digest)
        .order_by(TemplateContentRow.number.desc())
    )
    row: Any = session.scalars(wanted).first()
    if row is None:
        return version
    content = Content(row.digest, row.files, row.head)
    return Version(version.id, version.slug, version.version, version.organisation_path, row.number, content)
