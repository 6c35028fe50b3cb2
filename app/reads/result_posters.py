"""The posters behind the figures: a list of them for a period, and one with its links, days and shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.db import database_now
from app.kernel.errors import NotFound
from app.library.tables import TemplateVersionRow
from app.links import records as links
from app.links.core import Link, state_of
from app.posters.tables import IssuedFileRow, IssueRow, PosterRow, ShareRow
from app.reads.facts import counted_in
from app.reads.result_names import within
from app.reads.results import EVERYTHING, Only, Period
from app.review.tables import CaseRow
from app.tracking import records as tracking
from app.tracking.results import Figures
from app.tracking.tables import VisitDayRow

Sort = Literal["posters", "shares", "humans", "people", "reshares"]
SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True, slots=True)
class PosterLine:
    """A poster and what came of it in a period. `state` is "recalled", too, when its template was."""

    id: str
    slug: str
    person_id: str
    organisation_path: str
    state: str
    issued_at: datetime | None
    figures: Figures


def result_posters(
    session: Session,
    path: str,
    period: Period,
    zone: ZoneInfo,
    only: Only = EVERYTHING,
    sort: Sort = "humans",
    limit: int = 50,
    offset: int = 0,
) -> list[PosterLine]:
    """The posters at or below `path` that have anything of what they are sorted by, most of it first.

    Sorted by ``posters`` they are those that were issued in the period, the newest first.
    """
    each = counted_in(period.first, period.last, zone, _made(path, only)).subquery()
    sums = {name: func.sum(each.c[name]) for name in Figures._fields}
    issued_at = _issued_at()
    of_template = aliased(CaseRow)
    order = issued_at.desc() if sort == "posters" else sums[sort].desc()
    wanted = (
        select(PosterRow, TemplateVersionRow.slug, CaseRow.state, of_template.state, issued_at, *sums.values())
        .join(each, each.c.poster_id == PosterRow.id)
        .join(TemplateVersionRow, TemplateVersionRow.id == PosterRow.template_version_id)
        .join(CaseRow, CaseRow.subject_id == PosterRow.id)
        .join(of_template, of_template.subject_id == PosterRow.template_version_id)
        .group_by(PosterRow.id, TemplateVersionRow.slug, CaseRow.state, of_template.state)
        .having(sums[sort] > 0)
        .order_by(order, PosterRow.id)
        .limit(limit)
        .offset(offset)
    )
    return [_line(*row) for row in session.execute(wanted)]


@dataclass(frozen=True, slots=True)
class PosterHead:
    """Whose poster it is and how it stands."""

    id: str
    version_id: str
    slug: str
    person_id: str
    organisation_path: str
    state: str
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link with how it stands now, its human scans, and the people first met through it, over all days."""

    link: Link
    state: str
    humans: int
    people: int


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A share; without a person it was a customer's."""

    shared_at: datetime
    via: str
    person_id: str | None
    code: str


def poster_head(session: Session, path: str, poster_id: str) -> PosterHead:
    """The poster, if it was made at or below `path`. *Raises* NotFound ``no_such_poster``."""
    of_template = aliased(CaseRow)
    found = session.execute(
        select(PosterRow, TemplateVersionRow.slug, CaseRow.state, of_template.state, _issued_at())
        .join(TemplateVersionRow, TemplateVersionRow.id == PosterRow.template_version_id)
        .join(CaseRow, CaseRow.subject_id == PosterRow.id)
        .join(of_template, of_template.subject_id == PosterRow.template_version_id)
        .where(PosterRow.id == poster_id, within(path))
    ).one_or_none()
    if found is None:
        raise NotFound("no_such_poster", "there is no such poster")
    row, slug, state, template_state, issued_at = found
    state = "recalled" if template_state == "recalled" else state
    return PosterHead(
        row.id, row.template_version_id, slug, row.owner_person_id, row.organisation_path, state, issued_at
    )


def poster_days(session: Session, poster_id: str, period: Period, zone: ZoneInfo) -> list[Figures]:
    """What came of one poster on each day of a period."""
    one = select(PosterRow.id).where(PosterRow.id == poster_id)
    found: dict[date, Figures] = {}
    for visited in tracking.by_day(session, "poster", poster_id, period.first, period.last):
        found[visited.day] = Figures(scans=visited.views, humans=visited.humans, people=visited.people)
    for share in poster_shares(session, poster_id, limit=None):
        day = share.shared_at.astimezone(zone).date()
        by_advisor = int(share.person_id is not None)
        found[day] = found.get(day, Figures()).plus(Figures(shares=by_advisor, reshares=1 - by_advisor))
    issued_at = session.scalar(select(_issued_at()).select_from(PosterRow).where(PosterRow.id.in_(one)))
    if issued_at is not None:
        day = issued_at.astimezone(zone).date()
        found[day] = found.get(day, Figures()).plus(Figures(posters=1))
    return [found.get(day, Figures()) for day in period.days]


def poster_links(session: Session, poster_id: str) -> list[LinkLine]:
    """All links of a poster, parents before their children."""
    found = links.links_to(session, "poster", poster_id)
    row = VisitDayRow
    wanted = (
        select(row.subject, func.sum(row.humans), func.sum(row.people))
        .where(row.subject_kind == "link", row.subject.in_([one.code for one in found]))
        .group_by(row.subject)
    )
    counts = {code: (int(humans), int(people)) for code, humans, people in session.execute(wanted)}
    now = database_now(session)
    return [LinkLine(one, state_of(one, now), *counts.get(one.code, (0, 0))) for one in found]


def poster_shares(session: Session, poster_id: str, limit: int | None = 100) -> list[ShareLine]:
    """How a poster was shared, the newest first."""
    wanted = select(ShareRow).where(ShareRow.poster_id == poster_id).order_by(ShareRow.id.desc()).limit(limit)
    return [
        ShareLine(row.shared_at, row.via, row.shared_by_person_id, row.link_code) for row in session.scalars(wanted)
    ]


def _made(path: str, only: Only) -> Select[Any]:
    wanted = select(PosterRow.id).where(within(path))
    if only.advisor is not None:
        wanted = wanted.where(PosterRow.owner_person_id == only.advisor)
    if only.template is not None:
        versions = select(TemplateVersionRow.id).where(TemplateVersionRow.slug == only.template)
        wanted = wanted.where(PosterRow.template_version_id.in_(versions))
    return wanted


def _issued_at() -> Any:
    """When the first file of a poster was finished."""
    return (
        select(func.min(IssuedFileRow.finished_at))
        .join(IssueRow, IssueRow.id == IssuedFileRow.issue_id)
        .where(IssueRow.poster_id == PosterRow.id)
        .correlate(PosterRow)
        .scalar_subquery()
    )


def _line(
    row: PosterRow, slug: str, state: str, template_state: str, issued_at: datetime | None, *sums: Any
) -> PosterLine:
    state = "recalled" if template_state == "recalled" else state
    figures = Figures(*map(int, sums))
    return PosterLine(row.id, slug, row.owner_person_id, row.organisation_path, state, issued_at, figures)


def sum_of(days: Sequence[Figures]) -> Figures:
    """The sums over days."""
    return Figures(*map(sum, zip(*days, strict=True))) if days else Figures()
