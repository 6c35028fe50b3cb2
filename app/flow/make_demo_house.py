"""What all stories of the demonstration share: the bank, its calendar, its chance, and what was made so far."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.flow.deps import Deps
from app.flow.make_demo_calendar import Calendar
from app.flow.make_demo_people import Staff
from app.flow.make_poster import Studio
from app.tracking.core import Agents
from app.tracking.spool import Spool

WEEKS = timedelta(days=30)


@dataclass(frozen=True)
class House:
    """The demonstration bank while its weeks pass. `deps` tells the time by `calendar`.

    `versions` are template versions by slug, `newest` the code of each advisor's newest poster, `met` the visitors who
    have agreed.
    """

    deps: Deps
    studio: Studio
    calendar: Calendar
    staff: Staff
    chance: random.Random
    agents: Agents
    spool: Spool
    visits_per_poster: int
    customers: int
    versions: dict[str, str] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)
    met: list[str] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        """Where the bank's clocks hang."""
        return ZoneInfo(self.deps.settings.time_zone)

    @property
    def today(self) -> date:
        """The day on which the demonstration ends."""
        return self.calendar.ends_at.astimezone(self.zone).date()

    @property
    def has_room(self) -> bool:
        """Whether one more customer may agree: they come one after the other over the weeks."""
        passed = 1 - (self.calendar.ends_at - self.calendar()) / WEEKS
        return len(self.met) < self.customers * min(1.0, 0.05 + 1.1 * passed)

    def day(self, back: int) -> date:
        """The day `back` days before today."""
        return self.today - timedelta(days=back)

    def office_hour(self, back: int) -> datetime:
        """An instant of that day between nine and five; today one of the last hours, so that it has been."""
        if back == 0:
            return self.calendar.ends_at - timedelta(minutes=self.chance.randint(25, 180))
        opening = datetime.combine(self.day(back), time(9), self.zone)
        return opening + timedelta(minutes=self.chance.randint(0, 480), seconds=self.chance.randint(0, 59))

    def soon(self, least_minutes: float, most_minutes: float) -> timedelta:
        """Some while."""
        return timedelta(seconds=round(60 * self.chance.uniform(least_minutes, most_minutes), 3))
