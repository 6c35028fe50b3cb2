"""Customers in somebody's scope: who they are, and what they are worth now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.accounts.tables import PersonRow
from app.customers.core import Points, score_at, short_name
from app.customers.tables import CustomerPointsRow, CustomerRow, CustomerTagRow, CustomerTaskRow

Sort = Literal["score", "seen"]
PER_PAGE = 50
TAGS_IN_LISTS = 3
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for. `page` counts from 1."""

    tag: str | None = None
    words: str = ""
    sort: Sort = "score"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Known:
    """A customer in a list. `name` is empty until the advisor gives one; `tags` are the newest, with how many more."""

    id: str
    short: str
    name: str
    app: str
    advisor: str
    score: float
    tags: tuple[Words, ...]
    more_tags: int
    open_tasks: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class TagChoice:
    """A tag that somebody in scope has, and how many have it."""

    rule: str
    title: Words
    customers: int


@dataclass(frozen=True, slots=True)
class Customers:
    """One page of what was found; `everybody` is how many there are at all."""

    rows: tuple[Known, ...]
    found: int
    everybody: int
    pages: int
    tags: tuple[TagChoice, ...]


def customers(session: Session, actor: Actor, now: datetime, asked: Asked) -> Customers:
    """The customers that `actor` may see and that fit; out of scope there is nothing to be found."""
    reach = _reach(actor)
    wanted = [*reach, *_fits(asked, now)]
    found = session.scalar(select(func.count()).select_from(CustomerRow).where(*wanted)) or 0
    everybody = session.scalar(select(func.count()).select_from(CustomerRow).where(*reach)) or 0
    begin = (asked.page - 1) * PER_PAGE
    newest = select(CustomerRow.id).where(*wanted).order_by(CustomerRow.last_seen_at.desc(), CustomerRow.id)
    if asked.sort == "seen":
        ids = list(session.scalars(newest.limit(PER_PAGE).offset(begin)))
        scores = _scores(session, CustomerPointsRow.customer_id.in_(ids), now)
    else:
        scores = _scores(session, CustomerPointsRow.customer_id.in_(select(CustomerRow.id).where(*wanted)), now)
        ids = sorted(session.scalars(newest), key=lambda id_: -scores.get(id_, 0.0))[begin : begin + PER_PAGE]
    rows = _rows(session, ids, scores, now)
    return Customers(rows, found, everybody, -(-found // PER_PAGE), _choices(session, reach, now))


def _reach(actor: Actor) -> list[ColumnElement[bool]]:
    """Whom `actor` may see: in scope, and to an advisor only their own."""
    in_scope = CustomerRow.organisation_path.startswith(actor.organisation_path, autoescape=True)
    conditions = [in_scope, CustomerRow.forgotten_at.is_(None)]
    if actor.role == "advisor":
        conditions.append(CustomerRow.advisor_person_id == actor.person_id)
    return conditions


def _fits(asked: Asked, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.tag is not None:
        tagged = select(CustomerTagRow.customer_id).where(CustomerTagRow.rule == asked.tag, _holds(now))
        conditions.append(CustomerRow.id.in_(tagged))
    for word in asked.words.split():
        named = CustomerRow.name.icontains(word, autoescape=True)
        conditions.append(named | CustomerRow.id.startswith(word, autoescape=True))
    return conditions


def _holds(now: datetime) -> ColumnElement[bool]:
    return CustomerTagRow.expires_at.is_(None) | (CustomerTagRow.expires_at > now)


def _scores(session: Session, whose: ColumnElement[bool], now: datetime) -> dict[str, float]:
    it = CustomerPointsRow
    given: dict[str, list[Points]] = {}
    wanted = select(it.customer_id, it.points, it.half_life_days, it.given_at).where(whose)
    # Past the mapper: these are the rows of everybody who fits.
    for customer_id, points, half_life_days, at in session.connection().execute(wanted):
        given.setdefault(customer_id, []).append(Points(points, half_life_days, at))
    return {customer_id: score_at(points, now) for customer_id, points in given.items()}


def _rows(session: Session, ids: Sequence[str], scores: Mapping[str, float], now: datetime) -> tuple[Known, ...]:
    wanted = select(CustomerRow, PersonRow.name).join(PersonRow, PersonRow.id == CustomerRow.advisor_person_id)
    rows = {row.id: (row, advisor) for row, advisor in session.execute(wanted.where(CustomerRow.id.in_(ids)))}
    tags = _tags(session, ids, now)
    is_open = CustomerTaskRow.customer_id.in_(ids) & CustomerTaskRow.done_at.is_(None)
    counted = select(CustomerTaskRow.customer_id, func.count()).where(is_open).group_by(CustomerTaskRow.customer_id)
    open_tasks = {row[0]: row[1] for row in session.execute(counted)}
    return tuple(
        Known(
            row.id,
            short_name(row.id),
            row.name,
            row.app,
            advisor,
            scores.get(row.id, 0.0),
            tuple(tags.get(row.id, {}).values())[:TAGS_IN_LISTS],
            max(0, len(tags.get(row.id, {})) - TAGS_IN_LISTS),
            open_tasks.get(row.id, 0),
            row.last_seen_at,
        )
        for row, advisor in (rows[id_] for id_ in ids)
    )


def _tags(session: Session, ids: Sequence[str], now: datetime) -> dict[str, dict[str, Words]]:
    """The titles of the tags that each customer has now, newest first, each once."""
    it = CustomerTagRow
    wanted = select(it.customer_id, it.rule, it.title).where(it.customer_id.in_(ids), _holds(now))
    found: dict[str, dict[str, Words]] = {}
    for customer_id, rule, title in session.execute(wanted.order_by(it.given_at.desc(), it.rule)):
        found.setdefault(customer_id, {}).setdefault(rule, title)
    return found


def _choices(session: Session, reach: Iterable[ColumnElement[bool]], now: datetime) -> tuple[TagChoice, ...]:
    it = CustomerTagRow
    counted = (
        select(it.rule, func.count(it.customer_id.distinct()).label("customers"), func.max(it.visit_id).label("newest"))
        .where(it.customer_id.in_(select(CustomerRow.id).where(*reach)), _holds(now))
        .group_by(it.rule)
        .subquery()
    )
    titled = select(it.rule, it.title, counted.c.customers).join(
        counted, (counted.c.rule == it.rule) & (counted.c.newest == it.visit_id)
    )
    found = [TagChoice(rule, title, number) for rule, title, number in session.execute(titled)]
    return tuple(sorted(found, key=lambda one: (-one.customers, one.rule)))
