"""Tasks in somebody's scope: what is to be done by when, and what was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.accounts.tables import PersonRow
from app.customers.core import short_name
from app.customers.tables import CustomerRow, CustomerTaskRow

SHOWN = 200
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task with the customer whom it is about; `name` is empty until the advisor gives one."""

    id: str
    customer_id: str
    short: str
    name: str
    app: str
    advisor: str
    title: Words
    reason: Words
    to_do: Words
    visit_id: int
    given_at: datetime
    due_at: datetime
    is_overdue: bool
    done_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks that are open, what is due first first, or those that are done, the newest first; and how many."""

    lines: tuple[TaskLine, ...]
    open: int
    overdue: int
    done: int


def tasks(session: Session, actor: Actor, now: datetime, done: bool = False) -> Tasks:
    """The tasks that `actor` may see."""
    reach, is_open = _reach(actor), CustomerTaskRow.done_at.is_(None)
    wanted = _lines().where(*reach).limit(SHOWN)
    if done:
        wanted = wanted.where(~is_open).order_by(CustomerTaskRow.done_at.desc(), CustomerTaskRow.id)
    else:
        wanted = wanted.where(is_open).order_by(CustomerTaskRow.due_at, CustomerTaskRow.id)
    return Tasks(
        tuple(_line(task, customer, advisor, now) for task, customer, advisor in session.execute(wanted)),
        _count(session, *reach, is_open),
        _count(session, *reach, is_open, CustomerTaskRow.due_at < now),
        _count(session, *reach, ~is_open),
    )


def tasks_of(session: Session, customer_id: str, now: datetime) -> tuple[TaskLine, ...]:
    """All tasks about one customer: the open ones first, by due date, then those that are done."""
    wanted = _lines().where(CustomerTaskRow.customer_id == customer_id).order_by(CustomerTaskRow.due_at)
    found = [_line(task, customer, advisor, now) for task, customer, advisor in session.execute(wanted)]
    return tuple(sorted(found, key=lambda task: task.done_at is not None))


def _lines() -> Select[CustomerTaskRow, CustomerRow, str]:
    return (
        select(CustomerTaskRow, CustomerRow, PersonRow.name)
        .join(CustomerRow, CustomerRow.id == CustomerTaskRow.customer_id)
        .join(PersonRow, PersonRow.id == CustomerRow.advisor_person_id)
    )


def _reach(actor: Actor) -> list[ColumnElement[bool]]:
    conditions = [CustomerRow.organisation_path.startswith(actor.organisation_path, autoescape=True)]
    if actor.role == "advisor":
        conditions.append(CustomerRow.advisor_person_id == actor.person_id)
    return conditions


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    joined = (
        select(func.count())
        .select_from(CustomerTaskRow)
        .join(CustomerRow, CustomerRow.id == CustomerTaskRow.customer_id)
    )
    return session.scalar(joined.where(*conditions)) or 0


def _line(task: CustomerTaskRow, customer: CustomerRow, advisor: str, now: datetime) -> TaskLine:
    return TaskLine(
        task.id,
        customer.id,
        short_name(customer.id),
        customer.name,
        customer.app,
        advisor,
        task.title,
        task.reason,
        task.to_do,
        task.visit_id,
        task.given_at,
        task.due_at,
        task.done_at is None and task.due_at < now,
        task.done_at,
        task.note,
    )
