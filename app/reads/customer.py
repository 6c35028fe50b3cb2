"""One customer: what they did, what rules made of it and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.core import Actor, can_see
from app.accounts.tables import PersonRow
from app.customers.core import Points, in_both, score_at, short_name, worth
from app.customers.tables import CustomerEventRow, CustomerPointsRow, CustomerRow, CustomerTagRow
from app.kernel.errors import NotFound
from app.library.tables import TemplateContentRow
from app.posters.tables import PosterRow
from app.reads.tasks import TaskLine, tasks_of

LONGEST_TIMELINE = 300
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, with the poster's title."""

    id: int
    kind: str
    at: datetime
    poster_id: str
    poster: Words
    level: int
    app: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with its reason and the event that set it; once it is over it only tells what was."""

    rule: str
    title: Words
    reason: Words
    given_at: datetime
    expires_at: datetime | None
    is_over: bool
    event: Happened | None


@dataclass(frozen=True, slots=True)
class Gain:
    """What one rule has given in points: how often, how much then, and what it is worth now."""

    title: Words
    times: int
    given: float
    worth: float


@dataclass(frozen=True, slots=True)
class Moment:
    """An event with what it set."""

    event: Happened
    tags: tuple[Tag, ...]
    points: float
    tasks: tuple[TaskLine, ...]


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """All that is known of one customer. Who was forgotten has nothing but the instant of it."""

    id: str
    short: str
    name: str
    app: str
    advisor: str
    created_at: datetime
    last_seen_at: datetime
    forgotten_at: datetime | None
    score: float
    gains: tuple[Gain, ...]
    tags: tuple[Tag, ...]
    tasks: tuple[TaskLine, ...]
    timeline: tuple[Moment, ...]
    events: int


def customer(session: Session, actor: Actor, customer_id: str, now: datetime) -> CustomerPage:
    """One customer. *Raises* NotFound ``no_such_customer``, also for somebody else's."""
    wanted = select(CustomerRow, PersonRow.name).join(PersonRow, PersonRow.id == CustomerRow.advisor_person_id)
    found = session.execute(wanted.where(CustomerRow.id == customer_id)).one_or_none()
    if found is None or not can_see(actor, found[0].organisation_path, found[0].advisor_person_id):
        raise NotFound("no_such_customer", "there is no such customer")
    row, advisor = found
    events = _happened(session, customer_id)
    by_id = {event.id: event for event in events}
    tags = _all_tags(session, customer_id, by_id, now)
    tasks = tasks_of(session, customer_id, now)
    points = list(session.scalars(select(CustomerPointsRow).where(CustomerPointsRow.customer_id == customer_id)))
    counted = select(func.count()).select_from(CustomerEventRow).where(CustomerEventRow.customer_id == customer_id)
    return CustomerPage(
        row.id,
        short_name(row.id),
        row.name,
        row.app,
        advisor,
        row.created_at,
        row.last_seen_at,
        row.forgotten_at,
        score_at((_points(one) for one in points), now),
        _gains(points, now),
        tags,
        tasks,
        _timeline(events, tags, tasks, points),
        session.scalar(counted) or 0,
    )


def _happened(session: Session, customer_id: str) -> list[Happened]:
    """The newest events, newest first."""
    it = CustomerEventRow
    wanted = select(it).where(it.customer_id == customer_id).order_by(it.at.desc(), it.visit_id.desc())
    rows = list(session.scalars(wanted.limit(LONGEST_TIMELINE)))
    titles = poster_titles(session, {row.poster_id for row in rows})
    return [
        Happened(row.visit_id, row.kind, row.at, row.poster_id, titles[row.poster_id], row.level, row.app)
        for row in rows
    ]


def poster_titles(session: Session, poster_ids: Iterable[str]) -> dict[str, Words]:
    """What the templates of these posters are called."""
    newest = (
        select(TemplateContentRow.version_id, func.max(TemplateContentRow.number).label("number"))
        .group_by(TemplateContentRow.version_id)
        .subquery()
    )
    wanted = (
        select(PosterRow.id, TemplateContentRow.head)
        .join(newest, newest.c.version_id == PosterRow.template_version_id)
        .join(
            TemplateContentRow,
            (TemplateContentRow.version_id == newest.c.version_id) & (TemplateContentRow.number == newest.c.number),
        )
        .where(PosterRow.id.in_(set(poster_ids)))
    )
    return {id_: in_both(head["title"]) for id_, head in session.execute(wanted)}


def _all_tags(session: Session, customer_id: str, events: Mapping[int, Happened], now: datetime) -> tuple[Tag, ...]:
    """Those that hold first, then those that are over; the newest first."""
    it = CustomerTagRow
    rows = session.scalars(select(it).where(it.customer_id == customer_id).order_by(it.given_at.desc(), it.rule))
    found = [
        Tag(
            row.rule,
            row.title,
            row.reason,
            row.given_at,
            row.expires_at,
            row.expires_at is not None and row.expires_at <= now,
            events.get(row.visit_id),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda tag: tag.is_over))


def _points(row: CustomerPointsRow) -> Points:
    return Points(row.points, row.half_life_days, row.given_at)


def _gains(rows: Iterable[CustomerPointsRow], now: datetime) -> tuple[Gain, ...]:
    by_rule: dict[str, list[CustomerPointsRow]] = {}
    for row in sorted(rows, key=lambda row: row.given_at):
        by_rule.setdefault(row.rule, []).append(row)
    found = [
        Gain(
            given[-1].title,
            len(given),
            sum(one.points for one in given),
            sum(worth(_points(one), now) for one in given),
        )
        for given in by_rule.values()
    ]
    return tuple(sorted(found, key=lambda gain: -gain.worth))


def _timeline(
    events: Iterable[Happened], tags: Iterable[Tag], tasks: Iterable[TaskLine], points: Iterable[CustomerPointsRow]
) -> tuple[Moment, ...]:
    gained: dict[int, float] = {}
    for row in points:
        gained[row.visit_id] = gained.get(row.visit_id, 0.0) + row.points
    set_by: dict[int, list[Tag]] = {}
    for tag in tags:
        if tag.event is not None:
            set_by.setdefault(tag.event.id, []).append(tag)
    asked: dict[int, list[TaskLine]] = {}
    for task in tasks:
        asked.setdefault(task.visit_id, []).append(task)
    return tuple(
        Moment(event, tuple(set_by.get(event.id, ())), gained.get(event.id, 0.0), tuple(asked.get(event.id, ())))
        for event in events
    )
