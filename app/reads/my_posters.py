"""An advisor's own posters: where each stands, what came of it, and what is to be done next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.core import Actor, can_see
from app.kernel.errors import NotFound
from app.library.tables import TemplateContentRow, TemplateVersionRow
from app.links.tables import LinkRow
from app.posters.tables import IssuedFileRow, IssueRow, PosterRow, RevisionRow, ShareRow, SnapshotRow
from app.review import records as review
from app.review.records import Comment, Step
from app.review.tables import CaseRow, StepRow
from app.tracking.tables import VisitDayRow

Next = Literal["fill", "wait", "correct", "issue", "share", "start_again"]

_NEXT: dict[str, Next] = {
    "draft": "fill",
    "in_review": "wait",
    "changes_requested": "correct",
    "approved": "issue",
    "issued": "share",
    "rejected": "start_again",
    "recalled": "start_again",
    "expired": "start_again",
}
# What a list is narrowed to, and the states that belong to each.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "open": ("draft", "changes_requested"),
    "waiting": ("in_review",),
    "ready": ("approved",),
    "out": ("issued",),
    "ended": ("rejected", "recalled", "expired"),
}
_SPOKEN_IN = ("changes_requested", "rejected", "recalled")


@dataclass(frozen=True, slots=True)
class MyPoster:
    """One poster. `state` is "recalled", too, when its template was, and "expired" once its link has come to an end.

    `head` is its template's; `said` is what the last reviewer wrote. `shares` counts the advisor's own, `reshares`
    those of customers; `scans` are views by people, `people` those of them who agreed to be told apart.
    """

    id: str
    template: str
    template_version_id: str
    head: Mapping[str, Any]
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
    reshares: int
    scans: int
    people: int
    said: str


@dataclass(frozen=True, slots=True)
class Told:
    """A poster with its whole story: steps, what reviewers pinned to it, and what its owner is called.

    `submitted_revision` is the one that was submitted last; `findings` are those of it that nobody had decided on.
    """

    poster: MyPoster
    owner_person_id: str
    digest: str | None
    submitted_revision: int | None
    findings: tuple[Mapping[str, Any], ...]
    comments: tuple[Comment, ...]
    steps: tuple[Step, ...]
    policy: str | None
    expires_at: datetime | None


def my_posters(session: Session, person_id: str, now: datetime | None = None) -> list[MyPoster]:
    """All posters of a person, the one touched last first."""
    return _posters(session, PosterRow.owner_person_id == person_id, now)


def one_poster(session: Session, actor: Actor, poster_id: str, now: datetime) -> Told:
    """One poster with its story. *Raises* NotFound ``no_such_poster``, also for what the actor may not see."""
    row = session.get(PosterRow, poster_id)
    if row is None or not can_see(actor, row.organisation_path, row.owner_person_id):
        raise NotFound("no_such_poster", "there is no such poster")
    (poster,) = _posters(session, PosterRow.id == poster_id, now)
    case, steps = review.find_case(session, poster_id), tuple(review.history(session, poster_id))
    wanted = select(SnapshotRow.revision).where(SnapshotRow.poster_id == poster_id, SnapshotRow.digest == case.digest)
    decisions = [step.number for step in steps if step.action in ("approve", "reject", "request_change")]
    last = decisions[-1] if decisions else None
    comments = [comment for step, comment in review.comments_on(session, poster_id) if step.number == last]
    link = session.get(LinkRow, poster.link_code) if poster.link_code else None
    since = next((index for index in range(len(steps) - 1, -1, -1) if steps[index].action == "submit"), len(steps))
    return Told(
        poster,
        row.owner_person_id,
        case.digest,
        session.scalar(wanted),
        case.findings,
        tuple(comments),
        steps,
        next((step.policy for step in steps[since:] if step.policy), None),
        link.expires_at if link else None,
    )


def _posters(session: Session, which: ColumnElement[bool], now: datetime | None) -> list[MyPoster]:
    rows = _rows(session, which)
    ids = [poster.id for poster, *_ in rows]
    out, said = _issued(session, ids), _said(session, ids)
    shares, visits = _shares(session, ids), _visits(session, ids)
    ended = _ended(session, [code for code, _ in out.values()], now)
    found = []
    for poster, revision, case, slug, head, template_state in rows:
        code, formats = out.get((poster.id, case.digest or ""), (None, ()))
        state = "recalled" if template_state == "recalled" else case.state
        if state == "issued" and code in ended:
            state = "expired"
        own, others = shares.get(poster.id, (0, 0))
        scans, people = visits.get(poster.id, (0, 0))
        found.append(
            MyPoster(
                poster.id,
                slug,
                poster.template_version_id,
                head,
                state,
                _NEXT[state],
                revision.size,
                revision.language,
                revision.number,
                revision.saved_at,
                case.due_at if state == "in_review" else None,
                code,
                formats,
                own,
                others,
                scans,
                people,
                said.get(poster.id, "") if state in _SPOKEN_IN else "",
            )
        )
    return found


def _rows(session: Session, which: ColumnElement[bool]) -> list[Any]:
    of_template = aliased(CaseRow)
    newest = (
        select(RevisionRow.poster_id, func.max(RevisionRow.number).label("number"))
        .join(PosterRow, PosterRow.id == RevisionRow.poster_id)
        .where(which)
        .group_by(RevisionRow.poster_id)
        .subquery()
    )
    content = (
        select(TemplateContentRow.version_id, func.max(TemplateContentRow.number).label("number"))
        .group_by(TemplateContentRow.version_id)
        .subquery()
    )
    of_version, newest_content = TemplateContentRow.version_id, TemplateContentRow.number
    wanted = (
        select(PosterRow, RevisionRow, CaseRow, TemplateVersionRow.slug, TemplateContentRow.head, of_template.state)
        .join(newest, newest.c.poster_id == PosterRow.id)
        .join(RevisionRow, (RevisionRow.poster_id == PosterRow.id) & (RevisionRow.number == newest.c.number))
        .join(CaseRow, CaseRow.subject_id == PosterRow.id)
        .join(TemplateVersionRow, TemplateVersionRow.id == PosterRow.template_version_id)
        .join(content, content.c.version_id == TemplateVersionRow.id)
        .join(TemplateContentRow, (of_version == content.c.version_id) & (newest_content == content.c.number))
        .join(of_template, of_template.subject_id == PosterRow.template_version_id)
        .where(which)
        .order_by(RevisionRow.saved_at.desc(), PosterRow.id)
    )
    return list(session.execute(wanted).all())


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


def _ended(session: Session, codes: list[str], now: datetime | None) -> set[str]:
    """Those of the links whose time is over."""
    if now is None:
        return set()
    return set(session.scalars(select(LinkRow.code).where(LinkRow.code.in_(codes), LinkRow.expires_at <= now)))


def _shares(session: Session, ids: list[str]) -> dict[str, tuple[int, int]]:
    """How often each was shared by its advisor, and by customers."""
    own = func.count(ShareRow.shared_by_person_id)
    wanted = select(ShareRow.poster_id, own, func.count()).where(ShareRow.poster_id.in_(ids))
    rows = session.execute(wanted.group_by(ShareRow.poster_id))
    return {poster_id: (by_advisor, all_ - by_advisor) for poster_id, by_advisor, all_ in rows}


def _visits(session: Session, ids: list[str]) -> dict[str, tuple[int, int]]:
    """How often people looked at each, and how many of them agreed to be told apart."""
    row = VisitDayRow
    wanted = select(row.subject, func.sum(row.humans), func.sum(row.visitors)).where(
        row.subject_kind == "poster", row.subject.in_(ids)
    )
    return {
        subject: (int(humans), int(people)) for subject, humans, people in session.execute(wanted.group_by(row.subject))
    }


def _said(session: Session, ids: list[str]) -> dict[str, str]:
    wanted = select(StepRow.subject_id, StepRow.reason).where(StepRow.subject_id.in_(ids), StepRow.reason != "")
    return {row[0]: row[1] for row in session.execute(wanted.order_by(StepRow.id))}
