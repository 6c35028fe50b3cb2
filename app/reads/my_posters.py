"""An advisor's own posters: where each stands, what came of it, and what is to be done next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.library.tables import TemplateVersionRow
from app.posters.tables import IssuedFileRow, IssueRow, PosterRow, RevisionRow, ShareRow, SnapshotRow
from app.review.tables import CaseRow, StepRow

Next = Literal["fill", "wait", "correct", "issue", "share", "start_again"]

_NEXT: dict[str, Next] = {
    "draft": "fill",
    "in_review": "wait",
    "changes_requested": "correct",
    "approved": "issue",
    "issued": "share",
    "rejected": "start_again",
    "recalled": "start_again",
}


@dataclass(frozen=True, slots=True)
class MyPoster:
    """One poster. `state` is "recalled", too, when its template was; `said` is what the last reviewer wrote."""

    id: str
    template: str
    template_version_id: str
    state: str
    next: Next
    size: str
    language: str
    revision: int
    saved_at: datetime
    due_at: datetime | None
    link_code: str | None
    formats: tuple[str, ...]
    shares: int
    said: str


def my_posters(session: Session, person_id: str) -> list[MyPoster]:
    """All posters of a person, the one touched last first."""
    of_template = aliased(CaseRow)
    newest = (
        select(RevisionRow.poster_id, func.max(RevisionRow.number).label("number"))
        .group_by(RevisionRow.poster_id)
        .subquery()
    )
    wanted = (
        select(PosterRow, RevisionRow, CaseRow, TemplateVersionRow.slug, of_template.state)
        .join(newest, newest.c.poster_id == PosterRow.id)
        .join(RevisionRow, (RevisionRow.poster_id == PosterRow.id) & (RevisionRow.number == newest.c.number))
        .join(CaseRow, CaseRow.subject_id == PosterRow.id)
        .join(TemplateVersionRow, TemplateVersionRow.id == PosterRow.template_version_id)
        .join(of_template, of_template.subject_id == PosterRow.template_version_id)
        .where(PosterRow.owner_person_id == person_id)
        .order_by(RevisionRow.saved_at.desc(), PosterRow.id)
    )
    rows = session.execute(wanted).all()
    ids = [poster.id for poster, *_ in rows]
    out, shares, said = _issued(session, ids), _shares(session, ids), _said(session, ids)
    found = []
    for poster, revision, case, slug, template_state in rows:
        state = "recalled" if template_state == "recalled" else case.state
        code, formats = out.get((poster.id, case.digest or ""), (None, ()))
        found.append(
            MyPoster(
                poster.id,
                slug,
                poster.template_version_id,
                state,
                _NEXT[state],
                revision.size,
                revision.language,
                revision.number,
                revision.saved_at,
                case.due_at if state == "in_review" else None,
                code,
                formats,
                shares.get(poster.id, 0),
                said.get(poster.id, "") if state in ("changes_requested", "rejected", "recalled") else "",
            )
        )
    return found


def _issued(session: Session, ids: list[str]) -> dict[tuple[str, str], tuple[str, tuple[str, ...]]]:
    """Link code and finished formats, by poster and digest of the snapshot."""
    wanted = (
        select(IssueRow.poster_id, SnapshotRow.digest, IssueRow.link_code, IssuedFileRow.format)
        .join(SnapshotRow, SnapshotRow.id == IssueRow.snapshot_id)
        .join(IssuedFileRow, IssuedFileRow.issue_id == IssueRow.id)
        .where(IssueRow.poster_id.in_(ids))
        .order_by(IssuedFileRow.finished_at)
    )
    found: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
    for poster_id, digest, code, format_ in session.execute(wanted):
        _, formats = found.get((poster_id, digest), (code, ()))
        found[poster_id, digest] = (code, (*formats, format_))
    return found


def _shares(session: Session, ids: list[str]) -> dict[str, int]:
    wanted = select(ShareRow.poster_id, func.count()).where(ShareRow.poster_id.in_(ids)).group_by(ShareRow.poster_id)
    return {row[0]: row[1] for row in session.execute(wanted)}


def _said(session: Session, ids: list[str]) -> dict[str, str]:
    wanted = select(StepRow.subject_id, StepRow.reason).where(StepRow.subject_id.in_(ids), StepRow.reason != "")
    return {row[0]: row[1] for row in session.execute(wanted.order_by(StepRow.id))}
