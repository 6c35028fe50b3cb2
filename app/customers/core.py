"""Rules over a customer's events, as pure functions: what fires at which event, what a score is worth now, when a task
is due.

A rule has needs; it fires at an event that serves one of its needs when, at that moment, all of them are met. The same
events and rules give the same result, whatever the order in which the events became known.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from app.kernel.errors import Problem

EventKind = Literal["open", "read", "contact", "share", "agree"]
Result = Literal["tag", "points", "task"]

# What of a visit is an event of a customer.
EVENT_OF_VISIT: Mapping[str, EventKind] = {
    "redirect": "open",
    "seen": "read",
    "contact": "contact",
    "share": "share",
    "consent": "agree",
}
DUE_TIME = time(18, 0)
LONGEST_NAME = 40
LONGEST_NOTE = 500

# What a sentence of a rule may mention.
FIELDS = ("times", "days", "within", "poster")

Words = Mapping[str, str]
Moment = tuple[datetime, int]


class Event(NamedTuple):
    """Something that a customer did with a poster.

    `day` is the local day of `at`. `level` says over how many re-shares the poster reached them: 0 is straight from the
    advisor. `poster` is the poster's title in each language.
    """

    id: int
    kind: EventKind
    at: datetime
    day: date
    poster_id: str
    product: str
    occasion: str
    level: int
    poster: Words


@dataclass(frozen=True, slots=True)
class Need:
    """What must have happened: how many events of some kind, on how many days, with how many posters.

    An empty set admits everything. Without `within` (days) everything since the first event counts.
    """

    kinds: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    occasions: frozenset[str] = frozenset()
    min_level: int = 0
    times: int = 1
    days: int = 1
    posters: int = 1
    within: int | None = None

    def admits(self, event: Event) -> bool:
        """Whether `event` serves this need."""
        return (
            (not self.kinds or event.kind in self.kinds)
            and (not self.products or event.product in self.products)
            and (not self.occasions or event.occasion in self.occasions)
            and event.level >= self.min_level
        )

    def is_met(self, served: Sequence[Event], moments: Sequence[Moment], event: Event) -> bool:
        """Whether it is met at `event`, when `served` (at `moments`, in order) is all that ever serves it."""
        found = self.window(served, moments, event)
        return (
            len(found) >= self.times
            and (self.days <= 1 or len({one.day for one in found}) >= self.days)
            and (self.posters <= 1 or len({one.poster_id for one in found}) >= self.posters)
        )

    def window(self, served: Sequence[Event], moments: Sequence[Moment], event: Event) -> Sequence[Event]:
        """What of `served` counts at `event`: itself and what came before it."""
        begin = 0 if self.within is None else bisect_left(moments, (event.at - timedelta(days=self.within), 0))
        return served[begin : bisect_right(moments, (event.at, event.id))]


@dataclass(frozen=True, slots=True)
class Rule:
    """When something is set, and what. `again_after` is the days for which it is not set once more; 0 is every time.

    `points` fade by half every `half_life` days. A tag ends after `expires_after` days, a task is due after
    `working_days`.
    """

    name: str
    result: Result
    needs: tuple[Need, ...]
    title: Words
    reason: Words
    again_after: int
    points: float = 0.0
    half_life: float = 30.0
    expires_after: int | None = None
    to_do: Words = field(default_factory=dict)
    working_days: int = 1

    @property
    def is_momentary(self) -> bool:
        """Whether one event is enough, so that no other is looked at."""
        return len(self.needs) == 1 and (self.needs[0].times, self.needs[0].days, self.needs[0].posters) == (1, 1, 1)

    def expires_at(self, at: datetime) -> datetime | None:
        """When a tag that is given at `at` ends."""
        return None if self.expires_after is None else at + timedelta(days=self.expires_after)


class Fired(NamedTuple):
    """A rule that fired, the event that set it, and its reason in each language."""

    rule: Rule
    event: Event
    reason: dict[str, str]


class Given(NamedTuple):
    """What a rule set earlier, by which event and when that was; `is_open` for a task that nobody has done yet."""

    rule: str
    event_id: int
    at: datetime
    is_open: bool = False


class Points(NamedTuple):
    """Points that were given at a time, and how they fade."""

    points: float
    half_life_days: float
    at: datetime


def fire(rules: Iterable[Rule], history: Sequence[Event], new: Collection[int], given: Iterable[Given]) -> list[Fired]:
    """What the `new` events (by id) of one customer set off, in the order of time.

    `history` holds them and all earlier events that rules look back to, in any order. An event that became known late
    is weighed as if it had come in time: every event since then is looked at once more.
    """
    ordered = sorted(history, key=lambda event: (event.at, event.id))
    first = next((number for number, event in enumerate(ordered) if event.id in new), len(ordered))
    earlier: dict[str, list[Given]] = {}
    for one in given:
        earlier.setdefault(one.rule, []).append(one)
    found: list[Fired] = []
    for rule in rules:
        before = earlier.get(rule.name, [])
        if not any(one.is_open for one in before):
            found += _fired(rule, ordered, first, before)
    return sorted(found, key=lambda one: (one.event.at, one.event.id))


def _fired(rule: Rule, ordered: Sequence[Event], first: int, given: Sequence[Given]) -> list[Fired]:
    done = {one.event_id for one in given}
    triggers = [one for one in ordered[first:] if one.id not in done and any(need.admits(one) for need in rule.needs)]
    if not triggers:
        return []
    served = [[event for event in ordered if need.admits(event)] for need in rule.needs]
    parts = [
        (need, events, [(event.at, event.id) for event in events])
        for need, events in zip(rule.needs, served, strict=True)
    ]
    moments = [one.at for one in given]
    found: list[Fired] = []
    for event in triggers:
        if _is_too_soon(rule, event.at, moments):
            continue
        if not all(need.is_met(events, times, event) for need, events, times in parts):
            continue
        need, events, times = next(part for part in parts if part[0].admits(event))
        found.append(Fired(rule, event, reason_of(rule, need, need.window(events, times, event), event)))
        moments.append(event.at)
        if rule.result == "task":
            break
    return found


def _is_too_soon(rule: Rule, at: datetime, moments: Iterable[datetime]) -> bool:
    """Whether it was set within the pause already; also after `at`, when the event became known late."""
    pause = timedelta(days=rule.again_after)
    return any(abs(at - before) < pause for before in moments)


def reason_of(rule: Rule, need: Need, counted: Sequence[Event], event: Event) -> dict[str, str]:
    """The sentence that says why the rule fired, in each language."""
    facts = {
        "times": len(counted),
        "days": len({one.day for one in counted}),
        "within": need.within if need.within is not None else "",
    }
    return {
        language: sentence.format_map({**facts, "poster": event.poster.get(language, "")})
        for language, sentence in rule.reason.items()
    }


def look_back_days(rules: Iterable[Rule]) -> int | None:
    """How many days before an event any rule looks; None when one looks back to the beginning."""
    windows = [need.within for rule in rules if not rule.is_momentary for need in rule.needs]
    bounded = [days for days in windows if days is not None]
    return None if len(bounded) < len(windows) else max(bounded, default=0)


def score_at(given: Iterable[Points], now: datetime) -> float:
    """What points are worth at `now`: each loses half of itself every half-life."""
    return sum(worth(one, now) for one in given)


def worth(given: Points, now: datetime) -> float:
    """What is left of one gift of points."""
    age_days = max(0.0, (now - given.at).total_seconds() / 86400)
    return float(given.points * 0.5 ** (age_days / given.half_life_days))


def due_at(at: datetime, working_days: int, zone: ZoneInfo) -> datetime:
    """The close of business, so many working days after `at`; Saturday and Sunday are none."""
    day, left = at.astimezone(zone).date(), working_days
    while left:
        day += timedelta(days=1)
        if day.weekday() < 5:
            left -= 1
    return datetime.combine(day, DUE_TIME, zone)


def in_both(title: str | Mapping[str, str | None]) -> Words:
    """A title in both languages, also where a template speaks only one."""
    if isinstance(title, str):
        return {"zh": title, "en": title}
    return {one: title.get(one) or next(filter(None, title.values()), "") for one in ("zh", "en")}


def short_name(customer_id: str) -> str:
    """What tells customers without a name apart."""
    return customer_id[:4]


def line_problems(path: str, text: str, longest: int) -> list[Problem]:
    """What is wrong with something that an advisor wrote; nothing at all is right too."""
    if len(text) > longest:
        return [Problem(path, "too_long", f"at most {longest} characters")]
    if not all(char.isprintable() or (char in "\r\n" and longest > LONGEST_NAME) for char in text):
        return [Problem(path, "forbidden_character", "no control characters")]
    return []
