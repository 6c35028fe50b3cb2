"""The day where the house is: what begins, ends or expires on a day does so at its own midnight."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.db import database_now
from app.flow.deps import Deps


def day_here(deps: Deps, session: Session) -> date:
    """Today, by the database's clock."""
    return database_now(session).astimezone(ZoneInfo(deps.settings.time_zone)).date()


def end_of(deps: Deps, day: date) -> datetime:
    """The moment at which `day` is over."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(deps.settings.time_zone))
