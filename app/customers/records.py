"""The rows of customers: how far the rules have gone, what they gave, what advisors add, and forgetting."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from app.customers.core import Fired, Given, due_at
from app.customers.tables import (
    CustomerCursorRow,
    CustomerEventRow,
    CustomerPointsRow,
    CustomerRow,
    CustomerTagRow,
    CustomerTaskRow,
)
from app.db import database_now, insert_or
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import new_code

CURSOR = "tags"
OF_A_CUSTOMER = (CustomerTaskRow, CustomerTagRow, CustomerPointsRow, CustomerEventRow)


class Who(NamedTuple):
    """What makes a customer one: the advisor, and the visitor's id."""

    advisor_person_id: str
    visitor: str


@dataclass(frozen=True, slots=True)
class Met:
    """When and where an advisor's customer was seen; the first and the last time within one batch."""

    organisation_path: str
    app: str
    first_at: datetime
    last_at: datetime


class EventEntry(NamedTuple):
    """One event, as it is stored."""

    visit_id: int
    customer_id: str
    kind: str
    at: datetime
    poster_id: str
    code: str
    level: int
    app: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Whose a customer is."""

    id: str
    advisor_person_id: str
    organisation_path: str
    name: str
    forgotten_at: datetime | None


@dataclass(frozen=True, slots=True)
class Task:
    """A task and whether it is done."""

    id: str
    customer_id: str
    rule: str
    done_at: datetime | None


# --- what the rules do ----------------------------------------------------------------------------------------------


def cursor(session: Session) -> int:
    """Up to which visit the rules have gone."""
    return session.scalar(select(CustomerCursorRow.visit_id).where(CustomerCursorRow.name == CURSOR)) or 0


def hold_cursor(session: Session) -> int:
    """As `cursor`, and hold it until the transaction ends, so that no other worker goes through the same visits."""
    noted = insert_or(session, CustomerCursorRow)
    held = noted.on_conflict_do_update(index_elements=["name"], set_={"name": noted.excluded.name})
    first = {"name": CURSOR, "visit_id": 0}
    found: int = session.connection().execute(held.returning(CustomerCursorRow.visit_id), first).scalar_one()
    return found


def move_cursor(session: Session, visit_id: int) -> None:
    """Note that the rules have gone up to this visit."""
    session.execute(update(CustomerCursorRow).where(CustomerCursorRow.name == CURSOR).values(visit_id=visit_id))


def meet(session: Session, met: Mapping[Who, Met]) -> dict[Who, str]:
    """The ids of these customers; who was not known is from now on."""
    if not met:
        return {}
    rows = [
        {
            "id": new_code(16),
            "advisor_person_id": who.advisor_person_id,
            "organisation_path": one.organisation_path,
            "visitor": who.visitor,
            "name": "",
            "app": one.app,
            "created_at": one.first_at,
            "last_seen_at": one.last_at,
        }
        for who, one in met.items()
    ]
    added = insert_or(session, CustomerRow)
    later = case(
        (CustomerRow.last_seen_at < added.excluded.last_seen_at, added.excluded.last_seen_at),
        else_=CustomerRow.last_seen_at,
    )
    upsert = added.on_conflict_do_update(
        index_elements=["advisor_person_id", "visitor"], set_={"last_seen_at": later}
    ).returning(CustomerRow.id, CustomerRow.advisor_person_id, CustomerRow.visitor)
    found = session.connection().execute(upsert, rows)
    return {Who(advisor, visitor): id_ for id_, advisor, visitor in found}


def add_events(session: Session, events: Sequence[EventEntry]) -> None:
    """Add events; one whose visit was added before is left as it is."""
    if events:
        added = insert_or(session, CustomerEventRow).on_conflict_do_nothing()
        session.connection().execute(added, [one._asdict() for one in events])


def events_since(
    session: Session, customer_ids: Collection[str], since: datetime | None
) -> dict[str, list[EventEntry]]:
    """The events of these customers since then, or all of them."""
    columns = [getattr(CustomerEventRow, name) for name in EventEntry._fields]
    wanted = select(*columns).where(CustomerEventRow.customer_id.in_(customer_ids))
    if since is not None:
        wanted = wanted.where(CustomerEventRow.at >= since)
    found: dict[str, list[EventEntry]] = {}
    for row in session.execute(wanted):
        found.setdefault(row.customer_id, []).append(EventEntry._make(row))
    return found


def given_to(session: Session, customer_ids: Collection[str]) -> dict[str, list[Given]]:
    """What rules have given to these customers before."""
    found: dict[str, list[Given]] = {}
    for table in (CustomerTagRow, CustomerPointsRow):
        given = select(table.customer_id, table.rule, table.visit_id, table.given_at)
        for customer_id, rule, visit_id, at in session.execute(given.where(table.customer_id.in_(customer_ids))):
            found.setdefault(customer_id, []).append(Given(rule, visit_id, at))
    it = CustomerTaskRow
    tasks = select(it.customer_id, it.rule, it.visit_id, it.given_at, it.done_at.is_(None))
    for customer_id, rule, visit_id, at, is_open in session.execute(tasks.where(it.customer_id.in_(customer_ids))):
        found.setdefault(customer_id, []).append(Given(rule, visit_id, at, bool(is_open)))
    return found


def give(session: Session, fired: Iterable[tuple[str, Fired]], zone: ZoneInfo) -> None:
    """Write down what rules gave to customers; what they had already is left as it is."""
    rows: dict[str, list[dict[str, Any]]] = {"tag": [], "points": [], "task": []}
    for customer_id, one in fired:
        rows[one.rule.result].append(_given_row(customer_id, one, zone))
    for result, table in (("tag", CustomerTagRow), ("points", CustomerPointsRow), ("task", CustomerTaskRow)):
        if rows[result]:
            session.connection().execute(insert_or(session, table).on_conflict_do_nothing(), rows[result])


def _given_row(customer_id: str, fired: Fired, zone: ZoneInfo) -> dict[str, Any]:
    rule, at = fired.rule, fired.event.at
    row: dict[str, Any] = {
        "customer_id": customer_id,
        "rule": rule.name,
        "visit_id": fired.event.id,
        "given_at": at,
        "title": dict(rule.title),
        "reason": fired.reason,
    }
    if rule.result == "tag":
        return row | {"expires_at": rule.expires_at(at)}
    if rule.result == "points":
        return row | {"points": rule.points, "half_life_days": rule.half_life}
    due = due_at(at, rule.working_days, zone)
    return row | {"id": new_code(16), "due_at": due, "to_do": dict(rule.to_do), "note": ""}


# --- what advisors do -----------------------------------------------------------------------------------------------


def find_customer(session: Session, customer_id: str) -> Customer:
    """The customer. *Raises* NotFound ``no_such_customer``."""
    row = session.get(CustomerRow, customer_id)
    if row is None:
        raise NotFound("no_such_customer", "there is no such customer")
    return Customer(row.id, row.advisor_person_id, row.organisation_path, row.name, row.forgotten_at)


def customers_of(session: Session, advisor_person_id: str) -> list[Customer]:
    """The customers of an advisor who may be remembered, the one met first first."""
    theirs = (CustomerRow.advisor_person_id == advisor_person_id) & CustomerRow.forgotten_at.is_(None)
    rows = session.scalars(select(CustomerRow).where(theirs).order_by(CustomerRow.created_at, CustomerRow.id))
    return [Customer(row.id, row.advisor_person_id, row.organisation_path, row.name, None) for row in rows]


def open_tasks(session: Session, customer_id: str) -> list[Task]:
    """What is still to be done for a customer, what is due first first."""
    theirs = (CustomerTaskRow.customer_id == customer_id) & CustomerTaskRow.done_at.is_(None)
    rows = session.scalars(select(CustomerTaskRow).where(theirs).order_by(CustomerTaskRow.due_at, CustomerTaskRow.id))
    return [Task(row.id, row.customer_id, row.rule, None) for row in rows]


def rename(session: Session, customer_id: str, name: str) -> None:
    """Let the customer be called `name`. *Raises* Conflict ``forgotten``: who was forgotten gets no name again."""
    remembered = (CustomerRow.id == customer_id) & CustomerRow.forgotten_at.is_(None)
    renamed = update(CustomerRow).where(remembered).values(name=name).returning(CustomerRow.id)
    if session.execute(renamed).first() is None:
        raise Conflict("forgotten", "this customer asked to be forgotten")


def find_task(session: Session, task_id: str) -> Task:
    """The task. *Raises* NotFound ``no_such_task``."""
    row = session.get(CustomerTaskRow, task_id)
    if row is None:
        raise NotFound("no_such_task", "there is no such task")
    return Task(row.id, row.customer_id, row.rule, row.done_at)


def complete(session: Session, task_id: str, person_id: str, note: str) -> None:
    """Write down that the task is done, once. *Raises* Conflict ``done_already``."""
    is_open = (CustomerTaskRow.id == task_id) & CustomerTaskRow.done_at.is_(None)
    done = {"done_at": database_now(session), "done_by_person_id": person_id, "note": note}
    if session.execute(update(CustomerTaskRow).where(is_open).values(**done).returning(CustomerTaskRow.id)).first():
        return
    raise Conflict("done_already", "this task is done already")


# --- forgetting -----------------------------------------------------------------------------------------------------


def forget_visitor(session: Session, visitor: str) -> list[str]:
    """The ids of the customers that this visitor was to advisors; of each, nothing is left but that there was one."""
    wanted = select(CustomerRow.id).where(CustomerRow.visitor == visitor).order_by(CustomerRow.id).with_for_update()
    ids = list(session.scalars(wanted))
    for table in OF_A_CUSTOMER:
        session.execute(delete(table).where(table.customer_id.in_(ids)))
    husk = {"visitor": None, "name": "", "app": "", "forgotten_at": database_now(session)}
    session.execute(update(CustomerRow).where(CustomerRow.id.in_(ids)).values(**husk))
    return ids
