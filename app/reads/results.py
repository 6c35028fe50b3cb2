"""The operator's results: what came of an organisation's posters in a period, and by branch, template and advisor.

Days that are over are read from the figures that were kept of them; days that are still open are counted.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.people import Organisation
from app.accounts.tables import OrganisationRow
from app.reads.facts import facts
from app.tracking.records import closed_days
from app.tracking.results import Fact, Figures
from app.tracking.tables import ResultDayRow

_SUMS = [func.sum(getattr(ResultDayRow, name)) for name in Figures._fields]


@dataclass(frozen=True, slots=True)
class Period:
    """The local days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def length_days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def days(self) -> list[date]:
        """Each day, in order."""
        return [self.first + timedelta(days=n) for n in range(self.length_days)]

    @property
    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        return Period(self.first - timedelta(days=self.length_days), self.first - timedelta(days=1))

    def holds(self, day: date) -> bool:
        """Whether the day is one of these."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Branch:
    """An organisation directly below, or (`is_itself`) what belongs to none of those."""

    id: str
    name: str
    is_itself: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """What came in a period. `days` and `days_before` have an entry for each day; the three tables hold what has any
    figures, most human scans first.
    """

    period: Period
    total: Figures
    before: Figures
    days: list[Figures]
    days_before: list[Figures]
    branches: list[tuple[Branch, Figures]]
    templates: list[tuple[str, Figures]]
    advisors: list[tuple[str, Figures]]


@dataclass(frozen=True, slots=True)
class Only:
    """Narrows results to one template (its slug) or one advisor (the person's id)."""

    template: str | None = None
    advisor: str | None = None

    @property
    def facet(self) -> tuple[str, str]:
        """Under which facet and key the kept figures are found."""
        if self.template is not None:
            return "template", self.template
        return ("advisor", self.advisor) if self.advisor is not None else ("all", "")

    def holds(self, fact: Fact) -> bool:
        """Whether the fact is of these."""
        return self.template in (None, fact.slug) and self.advisor in (None, fact.person_id)


EVERYTHING = Only()


def results(
    session: Session, organisation: Organisation, period: Period, zone: ZoneInfo, only: Only = EVERYTHING
) -> Results:
    """What came of the posters at or below `organisation`. The tables beside branches are empty when it is narrowed."""
    both = Period(period.before.first, period.last)
    closed = closed_days(session, both.first, both.last)
    still_open = [day for day in both.days if day not in closed]
    counted = [one for one in facts(session, still_open, zone, organisation.path) if only.holds(one)]
    by_day = _by_day(session, organisation.id, both, only, counted)
    days = [by_day[day] for day in period.days]
    days_before = [by_day[day] for day in period.before.days]
    total = _sum(days)
    inside = [one for one in counted if period.holds(one.day)]
    narrowed = only != EVERYTHING
    return Results(
        period,
        total,
        _sum(days_before),
        days,
        days_before,
        _branches(session, organisation, period, only, inside, total),
        [] if narrowed else _keys(session, organisation.id, "template", period, inside),
        [] if narrowed else _keys(session, organisation.id, "advisor", period, inside),
    )


def _by_day(
    session: Session, organisation_id: str, both: Period, only: Only, counted: Sequence[Fact]
) -> Mapping[date, Figures]:
    facet, key = only.facet
    row = ResultDayRow
    wanted = select(row.day, *(getattr(row, name) for name in Figures._fields)).where(
        row.organisation_id == organisation_id,
        row.facet == facet,
        row.key == key,
        row.day.between(both.first, both.last),
    )
    found: dict[date, Figures] = defaultdict(Figures)
    for day, *figures in session.execute(wanted):
        found[day] = Figures(*figures)
    for fact in counted:
        found[fact.day] = found[fact.day].plus(fact.figures)
    return found


def _branches(
    session: Session, organisation: Organisation, period: Period, only: Only, inside: Sequence[Fact], total: Figures
) -> list[tuple[Branch, Figures]]:
    children = session.scalars(select(OrganisationRow).where(OrganisationRow.parent_id == organisation.id)).all()
    facet, key = only.facet
    row = ResultDayRow
    kept = (
        select(row.organisation_id, *_SUMS)
        .where(row.organisation_id.in_([child.id for child in children]), row.facet == facet, row.key == key)
        .where(row.day.between(period.first, period.last))
        .group_by(row.organisation_id)
    )
    sums: dict[str, Figures] = defaultdict(Figures)
    for id_, *figures in session.execute(kept):
        sums[id_] = Figures(*map(int, figures))
    for fact in inside:
        below = fact.organisation_path.removeprefix(organisation.path)
        if below:
            child_id = below.split("/")[0]
            sums[child_id] = sums[child_id].plus(fact.figures)
    found = [(Branch(child.id, child.name), sums[child.id]) for child in children]
    own = Figures(*(whole - part for whole, part in zip(total, _sum(list(sums.values())), strict=True)))
    if children and any(own):
        found.append((Branch(organisation.id, organisation.name, True), own))
    return sorted(found, key=lambda one: (-one[1].humans, one[0].is_itself, one[0].name))


def _keys(
    session: Session, organisation_id: str, facet: str, period: Period, inside: Sequence[Fact]
) -> list[tuple[str, Figures]]:
    row = ResultDayRow
    kept = (
        select(row.key, *_SUMS)
        .where(row.organisation_id == organisation_id, row.facet == facet)
        .where(row.day.between(period.first, period.last))
        .group_by(row.key)
    )
    sums: dict[str, Figures] = defaultdict(Figures)
    for key, *figures in session.execute(kept):
        sums[key] = Figures(*map(int, figures))
    for fact in inside:
        key = fact.slug if facet == "template" else fact.person_id
        sums[key] = sums[key].plus(fact.figures)
    return sorted(sums.items(), key=lambda one: (-one[1].humans, -one[1].shares, one[0]))


def _sum(figures: Sequence[Figures]) -> Figures:
    return Figures(*map(sum, zip(*figures, strict=True))) if figures else Figures()
