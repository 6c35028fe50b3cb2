"""What came of posters on given days, counted from what was written down: issues, shares and visits by day."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    Select,
    case,
    column,
    exists,
    func,
    literal,
    select,
    union_all,
    values,
)
from sqlalchemy.orm import Session, aliased

from app.db import UtcDateTime
from app.library.tables import TemplateVersionRow
from app.posters.tables import IssuedFileRow, IssueRow, PosterRow, ShareRow
from app.tracking.results import Fact, Figures
from app.tracking.tables import VisitDayRow

_DAYS_AT_ONCE = 200
_VISITS: dict[str, Any] = {"scans": VisitDayRow.views, "humans": VisitDayRow.humans, "people": VisitDayRow.people}


def facts(session: Session, days: Sequence[date], zone: ZoneInfo, organisation_path: str = "/") -> list[Fact]:
    """What came on `days` (local, of `zone`) of the posters at or below an organisation."""
    found: list[Fact] = []
    for at in range(0, len(days), _DAYS_AT_ONCE):
        found += _facts(session, days[at : at + _DAYS_AT_ONCE], zone, organisation_path)
    return found


def first_day(session: Session, zone: ZoneInfo) -> date | None:
    """The day of the first visit, share or issue; None before there is any."""
    visited = session.scalar(select(func.min(VisitDayRow.day)))
    instants: list[datetime | None] = [
        session.scalar(select(func.min(ShareRow.shared_at))),
        session.scalar(select(func.min(IssuedFileRow.finished_at))),
    ]
    found = [instant.astimezone(zone).date() for instant in instants if instant is not None]
    return min([*found, *([visited] if visited else [])], default=None)


def counted(days: Sequence[date], zone: ZoneInfo) -> CompoundSelect[Any]:
    """A row for each poster and day and each thing that was counted: day, poster_id, and the six figures."""
    bounds = _values([(day, *bounds_of(day, zone)) for day in days])
    return union_all(_issued(bounds), _shared(bounds), _visited(days))


def counted_in(first: date, last: date, zone: ZoneInfo, poster_ids: Select[Any]) -> CompoundSelect[Any]:
    """As `counted`, of those posters, with all days from `first` to `last` as one."""
    span = (first, bounds_of(first, zone)[0], bounds_of(last, zone)[1])
    bounds = _values([span])
    row = VisitDayRow
    visited = (
        select(literal(first, Date), row.subject, *_figures(**{name: func.sum(of) for name, of in _VISITS.items()}))
        .where(row.subject_kind == "poster", row.day.between(first, last), row.subject.in_(poster_ids))
        .group_by(row.subject)
    )
    issued = _issued(bounds).where(IssueRow.poster_id.in_(poster_ids))
    return union_all(issued, _shared(bounds).where(ShareRow.poster_id.in_(poster_ids)), visited)


def bounds_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a local day begins and ends."""
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def _facts(session: Session, days: Sequence[date], zone: ZoneInfo, organisation_path: str) -> Iterable[Fact]:
    each = counted(days, zone).subquery()
    place = (each.c.day, PosterRow.organisation_path, PosterRow.owner_person_id, TemplateVersionRow.slug)
    sums = [func.sum(each.c[name]) for name in Figures._fields]
    wanted = (
        select(*place, *sums)
        .join(PosterRow, PosterRow.id == each.c.poster_id)
        .join(TemplateVersionRow, TemplateVersionRow.id == PosterRow.template_version_id)
        .group_by(*place)
    )
    if organisation_path != "/":
        wanted = wanted.where(PosterRow.organisation_path.startswith(organisation_path, autoescape=True))
    found = session.execute(wanted)
    return [Fact(day, path, person, slug, Figures(*map(int, sums))) for day, path, person, slug, *sums in found]


def _values(rows: Sequence[tuple[date, datetime, datetime]]) -> Any:
    columns = (column("day", Date), column("begins", UtcDateTime), column("ends", UtcDateTime))
    return values(*columns, name="days").data(list(rows)).cte("days")


def _issued(days: Any) -> Select[Any]:
    """A poster is issued when its first file is finished."""
    earlier_file, earlier = aliased(IssuedFileRow), aliased(IssueRow)
    is_later_file = exists().where(
        earlier.poster_id == IssueRow.poster_id,
        earlier_file.issue_id == earlier.id,
        earlier_file.finished_at < days.c.begins,
    )
    return (
        select(days.c.day, IssueRow.poster_id, *_figures(posters=literal(1, Integer)))
        .join_from(days, IssuedFileRow, IssuedFileRow.finished_at.between(days.c.begins, days.c.ends))
        .join(IssueRow, IssueRow.id == IssuedFileRow.issue_id)
        .where(IssuedFileRow.finished_at < days.c.ends, ~is_later_file)
        .distinct()
    )


def _shared(days: Any) -> Select[Any]:
    by_advisor = func.sum(case((ShareRow.shared_by_person_id.is_not(None), 1), else_=0))
    by_customer = func.sum(case((ShareRow.shared_by_person_id.is_(None), 1), else_=0))
    return (
        select(days.c.day, ShareRow.poster_id, *_figures(shares=by_advisor, reshares=by_customer))
        .join_from(days, ShareRow, ShareRow.shared_at.between(days.c.begins, days.c.ends))
        .where(ShareRow.shared_at < days.c.ends)
        .group_by(days.c.day, ShareRow.poster_id)
    )


def _visited(days: Sequence[date]) -> Select[Any]:
    row = VisitDayRow
    wanted = select(row.day, row.subject.label("poster_id"), *_figures(**_VISITS))
    return wanted.where(row.subject_kind == "poster", row.day.in_(days))


def _figures(**given: Any) -> list[Any]:
    return [given.get(name, literal(0, Integer)).label(name) for name in Figures._fields]
