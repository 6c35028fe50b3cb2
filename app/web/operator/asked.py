"""What an operator's page is asked for: a period, a place, a figure; and the same question with something changed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from app.kernel.errors import NotFound
from app.reads.result_posters import SORTS, Sort
from app.reads.results import Only, Period
from app.web.parts import parts

LENGTHS = (7, 30, 90)
USUAL_DAYS = 30
LONGEST_DAYS = 366
MAX_ID = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `days` is the length that was chosen, None for days of one's own; `is_unclear` when those could not
    be read. `branch` narrows to an organisation below one's own, `template` and `advisor` to what is theirs.
    """

    period: Period
    days: int | None
    figure: Sort
    branch: str | None
    template: str | None
    advisor: str | None
    is_unclear: bool = False

    @property
    def only(self) -> Only:
        """What the question is narrowed to."""
        return Only(self.template, self.advisor)

    def args(self, **changes: Any) -> dict[str, Any]:
        """The question as parts of an address, with `changes`; None leaves one out."""
        first, last = self.period.first.isoformat(), self.period.last.isoformat()
        span = {"days": self.days} if self.days else {"from": first, "until": last}
        kept = {"branch": self.branch, "template": self.template, "advisor": self.advisor, "figure": self.figure}
        return {name: value for name, value in (span | kept | changes).items() if value is not None}

    def url(self, endpoint: str, **changes: Any) -> str:
        """The address of a page that is asked the same, with `changes`."""
        return url_for(endpoint, **self.args(**changes))


def zone() -> ZoneInfo:
    """The zone by whose days the house counts."""
    return ZoneInfo(parts().settings.time_zone)


def today() -> date:
    """The day where the bank is."""
    return datetime.now(zone()).date()


def asked(given: MultiDict[str, str] | None = None) -> Asked:
    """The question of this request. *Raises* NotFound for an id that cannot be one."""
    given = request.args if given is None else given
    period, days, is_unclear = _period(given)
    figure = given.get("figure", "")
    branch, template, advisor = (given.get(name) or None for name in ("branch", "template", "advisor"))
    if any(one is not None and (len(one) > MAX_ID or not one.isprintable()) for one in (branch, template, advisor)):
        raise NotFound("not_found", "there is nothing of this name")
    return Asked(period, days, figure if figure in SORTS else "humans", branch, template, advisor, is_unclear)


def page_number(given: MultiDict[str, str]) -> int:
    """Which page of a list, counted from 1."""
    text = given.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 1000 and len(text) <= 4 else 1


def _period(given: MultiDict[str, str]) -> tuple[Period, int | None, bool]:
    now = today()
    usual = Period(now - timedelta(days=USUAL_DAYS - 1), now)
    if given.get("from") or given.get("until"):
        own = _own(given.get("from", ""), given.get("until", ""), now)
        return (own, None, False) if own else (usual, USUAL_DAYS, True)
    days = given.get("days", "")
    length = int(days) if days in map(str, LENGTHS) else USUAL_DAYS
    return Period(now - timedelta(days=length - 1), now), length, False


def _own(first: str, until: str, now: date) -> Period | None:
    try:
        period = Period(date.fromisoformat(first), min(date.fromisoformat(until), now))
    except ValueError:
        return None
    is_sane = period.first.year >= 2000 and 1 <= period.length_days <= LONGEST_DAYS
    return period if is_sane else None
