"""People as administrators see them: who they are, how they come in, what they are licensed for; and the tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.accounts import records
from app.accounts.core import Actor, is_in_scope
from app.accounts.people import Licence, Organisation, Person, Profile
from app.accounts.tables import AccountRow, LicenceRow, OrganisationRow, PersonRow, SessionRow
from app.db import database_now
from app.kernel.errors import NotFound

PAGE = 50
SOON = timedelta(days=60)
STATES = ("open", "closed", "never", "ending")


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """A way to sign in, without what proves it."""

    id: str
    login: str
    role: str
    organisation_id: str
    organisation: str
    is_open: bool
    has_codes: bool
    must_change_password: bool
    last_sign_in_at: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A person with their accounts, and the licence that ends first."""

    id: str
    name: str
    organisation: str
    accounts: tuple[AccountSeen, ...]
    next_end: date | None


@dataclass(frozen=True, slots=True)
class People:
    """One page of people by name; `after` is where the next one begins, `total` counts all that fit."""

    people: tuple[PersonSeen, ...]
    total: int
    after: str | None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that an administrator sees of one person."""

    person: Person
    organisation: str
    accounts: tuple[AccountSeen, ...]
    profile: Profile | None
    licences: tuple[Licence, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """An organisation in the tree, with how many people belong to it; `depth` counts from the top of what is shown."""

    organisation: Organisation
    depth: int
    people: int


def people(
    session: Session, actor: Actor, words: str = "", role: str = "", state: str = "", after: str | None = None
) -> People:
    """The people of the actor's organisation and below that fit; `after` is the last person of the page before."""
    fits = _fits(session, actor, words, role, state)
    base = select(PersonRow.id).join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id).where(fits)
    total = session.scalar(select(func.count()).select_from(base.subquery())) or 0
    wanted = (
        select(PersonRow.id, PersonRow.name, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(fits)
        .order_by(PersonRow.name, PersonRow.id)
        .limit(PAGE + 1)
    )
    last = session.get(PersonRow, after) if after else None
    if last is not None:
        wanted = wanted.where(
            or_(PersonRow.name > last.name, and_(PersonRow.name == last.name, PersonRow.id > last.id))
        )
    rows = list(session.execute(wanted))
    shown = rows[:PAGE]
    ids = [row[0] for row in shown]
    accounts, ends = _accounts(session, ids), _next_ends(session, ids)
    found = tuple(PersonSeen(id_, name, place, accounts.get(id_, ()), ends.get(id_)) for id_, name, place in shown)
    return People(found, total, ids[-1] if len(rows) > PAGE else None)


def person_page(session: Session, actor: Actor, person_id: str) -> PersonPage:
    """*Raises* NotFound ``no_such_person``, also for one that is out of scope."""
    person = records.person(session, person_id)
    if not is_in_scope(actor, person.organisation_path):
        raise NotFound("no_such_person", "there is no such person")
    return PersonPage(
        person,
        records.organisation(session, person.organisation_id).name,
        _accounts(session, [person_id]).get(person_id, ()),
        records.profile(session, person_id),
        tuple(records.licences(session, person_id)),
    )


def person_of_account(session: Session, actor: Actor, account_id: str) -> str:
    """The person behind an account. *Raises* NotFound ``no_such_account``, also when it is out of scope."""
    found = records.account(session, account_id)
    person = records.person(session, found.person_id)
    if not is_in_scope(actor, found.organisation_path) or not is_in_scope(actor, person.organisation_path):
        raise NotFound("no_such_account", "there is no such account")
    return found.person_id


def tree(session: Session, actor: Actor) -> tuple[Node, ...]:
    """The actor's organisation and all below it, each after its parent, with how many people belong to it."""
    counted = select(PersonRow.organisation_id, func.count()).group_by(PersonRow.organisation_id)
    counts = dict(session.execute(counted).all())
    found = records.organisations(session, actor.organisation_path)
    children: dict[str | None, list[Organisation]] = {}
    for one in found:
        children.setdefault(one.parent_id if one.id != actor.organisation_id else None, []).append(one)
    nodes: list[Node] = []

    def walk(parent: str | None, depth: int) -> None:
        for one in sorted(children.get(parent, ()), key=lambda node: (node.kind, node.name)):
            nodes.append(Node(one, depth, counts.get(one.id, 0)))
            walk(one.id, depth + 1)

    walk(None, 0)
    return tuple(nodes)


def _fits(session: Session, actor: Actor, words: str, role: str, state: str) -> ColumnElement[bool]:
    fits: ColumnElement[bool] = OrganisationRow.path.startswith(actor.organisation_path, autoescape=True)
    own = AccountRow.person_id == PersonRow.id
    if words:
        by_login = exists().where(own, AccountRow.login.icontains(words, autoescape=True))
        by_place = OrganisationRow.name.icontains(words, autoescape=True)
        fits &= PersonRow.name.icontains(words, autoescape=True) | by_login | by_place
    if role:
        fits &= exists().where(own, AccountRow.role == role)
    if state == "open":
        fits &= exists().where(own, AccountRow.disabled_at.is_(None))
    elif state == "closed":
        fits &= exists().where(own, AccountRow.disabled_at.is_not(None))
    elif state == "never":
        fits &= exists().where(own, AccountRow.last_sign_in_at.is_(None), AccountRow.disabled_at.is_(None))
    elif state == "ending":
        limit = (database_now(session) + SOON).date()
        fits &= exists().where(LicenceRow.person_id == PersonRow.id, LicenceRow.expires_on <= limit)
    return fits


def _accounts(session: Session, person_ids: Sequence[str]) -> dict[str, tuple[AccountSeen, ...]]:
    alive = (
        select(func.count())
        .where(SessionRow.account_id == AccountRow.id, SessionRow.expires_at > database_now(session))
        .scalar_subquery()
    )
    wanted = (
        select(AccountRow, OrganisationRow.name, alive)
        .join(OrganisationRow, OrganisationRow.id == AccountRow.organisation_id)
        .where(AccountRow.person_id.in_(person_ids))
        .order_by(AccountRow.created_at, AccountRow.id)
    )
    found: dict[str, tuple[AccountSeen, ...]] = {}
    for row, place, sessions in session.execute(wanted):
        seen = AccountSeen(
            id=row.id,
            login=row.login,
            role=row.role,
            organisation_id=row.organisation_id,
            organisation=place,
            is_open=row.disabled_at is None,
            has_codes=row.totp_secret is not None,
            must_change_password=row.must_change_password,
            last_sign_in_at=row.last_sign_in_at,
            sessions=sessions,
        )
        found[row.person_id] = (*found.get(row.person_id, ()), seen)
    return found


def _next_ends(session: Session, person_ids: Sequence[str]) -> dict[str, date]:
    """The day on which the first licence of each person ends; only the latest of one class counts."""
    latest = (
        select(LicenceRow.person_id, LicenceRow.licence_class, func.max(LicenceRow.expires_on).label("ends"))
        .where(LicenceRow.person_id.in_(person_ids))
        .group_by(LicenceRow.person_id, LicenceRow.licence_class)
        .subquery()
    )
    wanted = select(latest.c.person_id, func.min(latest.c.ends)).group_by(latest.c.person_id)
    return {person_id: ends for person_id, ends in session.execute(wanted) if ends is not None}
