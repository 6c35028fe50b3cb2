"""The rows of organisations, persons, accounts, their sessions and the attempts to sign in."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, case, delete, func, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.core import Actor, Role
from app.accounts.limiter import WINDOW_SECONDS
from app.accounts.people import (
    Account,
    Licence,
    LicenceClass,
    LiveSession,
    Organisation,
    OrganisationKind,
    Person,
    Profile,
)
from app.accounts.proof import SEALED_LENGTH
from app.accounts.tables import (
    AccountRow,
    LicenceRow,
    OrganisationRow,
    PersonRow,
    ProfileRow,
    SessionRow,
    SignInAttemptsRow,
)
from app.db import UtcDateTime, database_now, insert_or
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import new_code

# --- organisations and persons ---------------------------------------------------------------------------------------


def add_organisation(session: Session, parent: Organisation | None, kind: OrganisationKind, name: str) -> Organisation:
    """A new node below `parent`, or a new root."""
    id_ = new_code(16)
    path = f"{parent.path if parent else '/'}{id_}/"
    parent_id = parent.id if parent else None
    session.add(
        OrganisationRow(id=id_, parent_id=parent_id, path=path, kind=kind, name=name, created_at=database_now(session))
    )
    session.flush()
    return Organisation(id_, parent_id, path, kind, name)


def organisation(session: Session, organisation_id: str) -> Organisation:
    """*Raises* NotFound ``no_such_organisation``."""
    row = session.get(OrganisationRow, organisation_id)
    if row is None:
        raise NotFound("no_such_organisation", "there is no such organisation")
    return _organisation(row)


def organisations(session: Session, below: str = "/") -> list[Organisation]:
    """The organisation at the path `below` and all under it, parents before their children."""
    wanted = select(OrganisationRow).where(OrganisationRow.path.startswith(below, autoescape=True))
    found = [_organisation(row) for row in session.scalars(wanted)]
    return sorted(found, key=lambda one: (one.path.count("/"), one.name))


def add_person(session: Session, organisation_id: str, name: str) -> str:
    """The id of a new person."""
    row = PersonRow(id=new_code(16), organisation_id=organisation_id, name=name, created_at=database_now(session))
    session.add(row)
    session.flush()
    return row.id


def person(session: Session, person_id: str) -> Person:
    """*Raises* NotFound ``no_such_person``."""
    wanted = select(PersonRow, OrganisationRow.path).join(
        OrganisationRow, OrganisationRow.id == PersonRow.organisation_id
    )
    found = session.execute(wanted.where(PersonRow.id == person_id)).one_or_none()
    if found is None:
        raise NotFound("no_such_person", "there is no such person")
    row, path = found
    return Person(row.id, row.organisation_id, path, row.name)


def profile(session: Session, person_id: str) -> Profile | None:
    """What posters say of the person, if they have a profile."""
    row = session.get(ProfileRow, person_id)
    if row is None:
        return None
    return Profile(row.name, row.title, row.phone, row.organisation_line, row.photo_digest, row.contact_code)


def put_profile(session: Session, person_id: str, new: Profile) -> None:
    """Write the profile of the person, over an older one."""
    fields = {name: getattr(new, name) for name in Profile.__slots__}
    session.merge(ProfileRow(person_id=person_id, updated_at=database_now(session), **fields))
    session.flush()


def licences(session: Session, person_id: str) -> list[Licence]:
    """All licences of the person, expired ones as well, by class and number."""
    wanted = select(LicenceRow).where(LicenceRow.person_id == person_id)
    rows = session.scalars(wanted.order_by(LicenceRow.licence_class, LicenceRow.number))
    return [Licence(row.id, cast(LicenceClass, row.licence_class), row.number, row.expires_on) for row in rows]


def put_licence(session: Session, person_id: str, licence_class: LicenceClass, number: str, expires_on: date) -> str:
    """The id of the licence; the same class and number again is the same licence with another end."""
    row = LicenceRow
    same = (row.person_id == person_id) & (row.licence_class == licence_class) & (row.number == number)
    known = session.scalars(select(row).where(same)).one_or_none()
    if known is None:
        known = LicenceRow(id=new_code(16), person_id=person_id, licence_class=licence_class, number=number)
        known.created_at = database_now(session)
        session.add(known)
    known.expires_on = expires_on
    session.flush()
    return known.id


# --- accounts --------------------------------------------------------------------------------------------------------


def add_account(
    session: Session,
    person_id: str,
    organisation_id: str,
    role: Role,
    login: str,
    password_hash: str,
    must_change_password: bool = False,
) -> str:
    """The id of a new account. *Raises* Conflict ``login_taken``."""
    now = database_now(session)
    row = AccountRow(id=new_code(16), person_id=person_id, organisation_id=organisation_id, role=role, login=login)
    row.password_hash, row.password_changed_at, row.created_at = password_hash, now, now
    row.must_change_password = must_change_password
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        # The caller has just read person and organisation in this transaction: what is left is the login.
        raise Conflict("login_taken", "somebody has this login already") from error
    return row.id


def account(session: Session, account_id: str) -> Account:
    """*Raises* NotFound ``no_such_account``."""
    found = _account(session, _accounts().where(AccountRow.id == account_id))
    if found is None:
        raise NotFound("no_such_account", "there is no such account")
    return found


def account_by_login(session: Session, login: str) -> Account | None:
    """The account with this login, if there is one."""
    return _account(session, _accounts().where(AccountRow.login == login))


def clear_totp_secrets(session: Session) -> list[tuple[str, str]]:
    """Account and secret wherever one stands in clear, as all did once."""
    wanted = select(AccountRow.id, AccountRow.totp_secret).where(func.length(AccountRow.totp_secret) < SEALED_LENGTH)
    return [(account_id, secret) for account_id, secret in session.execute(wanted) if secret is not None]


def replace_totp_secret(session: Session, account_id: str, old: str, new: str) -> None:
    """Keep the same secret in another form, unless it was changed meanwhile."""
    same = (AccountRow.id == account_id) & (AccountRow.totp_secret == old)
    session.execute(update(AccountRow).where(same).values(totp_secret=new))


def change_account(session: Session, account_id: str, **changes: Any) -> None:
    """Set columns of the account; its row is locked until the transaction ends."""
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(**changes))


def change_password(session: Session, seen: Account, password_hash: str) -> None:
    """Set the hash, if it is still the one that was `seen`. *Raises* Conflict ``account_changed``."""
    now = database_now(session)
    _change_seen(session, seen, password_hash=password_hash, password_changed_at=now, must_change_password=False)


def renew_hash(session: Session, seen: Account, password_hash: str) -> None:
    """Keep the same password under a newer hash, unless it was changed meanwhile."""
    row = AccountRow
    same = (row.id == seen.id) & (row.password_hash == seen.password_hash)
    session.execute(update(row).where(same).values(password_hash=password_hash))


def _change_seen(session: Session, seen: Account, **changes: Any) -> None:
    row = AccountRow
    same = (row.id == seen.id) & (row.password_hash == seen.password_hash) & row.disabled_at.is_(None)
    same &= row.last_totp_step.is_not_distinct_from(seen.last_totp_step)
    same &= row.totp_secret.is_not_distinct_from(seen.totp_secret)
    if session.execute(update(row).where(same).values(**changes).returning(row.id)).first() is None:
        raise Conflict("account_changed", "the account has changed meanwhile")


# --- sessions --------------------------------------------------------------------------------------------------------


def enter(session: Session, seen: Account, totp_step: int | None, token_digest: str, hours: float) -> None:
    """Begin a session of the account as it was `seen`. *Raises* Conflict ``account_changed``: look again.

    A one-time code that was used meanwhile, a new password or a disabling all count as changes.
    """
    step = totp_step if totp_step is not None else seen.last_totp_step
    _change_seen(session, seen, last_totp_step=step, last_sign_in_at=database_now(session))
    add_session(session, seen.id, token_digest, hours)


def add_session(session: Session, account_id: str, token_digest: str, hours: float) -> None:
    """Begin a session, and clear away those that are over."""
    now = database_now(session)
    session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
    ends = now + timedelta(hours=hours)
    session.add(SessionRow(token_digest=token_digest, account_id=account_id, created_at=now, expires_at=ends))
    session.flush()


def end_session(session: Session, token_digest: str) -> str | None:
    """End one session; the id of its account, if there was one."""
    ended = delete(SessionRow).where(SessionRow.token_digest == token_digest).returning(SessionRow.account_id)
    found: str | None = session.execute(ended).scalar_one_or_none()
    return found


def end_sessions(session: Session, account_id: str, but: str | None = None) -> int:
    """End all sessions of the account, `but` the one of that digest; how many that were."""
    own = SessionRow.account_id == account_id
    ending = delete(SessionRow).where(own if but is None else own & (SessionRow.token_digest != but))
    return len(session.scalars(ending.returning(SessionRow.token_digest)).all())


def sessions(session: Session, account_id: str) -> list[LiveSession]:
    """The sessions of the account that have not ended, the newest first."""
    alive = (SessionRow.account_id == account_id) & (SessionRow.expires_at > database_now(session))
    rows = session.scalars(select(SessionRow).where(alive).order_by(SessionRow.created_at.desc()))
    return [LiveSession(row.token_digest, row.created_at, row.expires_at) for row in rows]


def actor(session: Session, token_digest: str) -> Actor | None:
    """Who holds the token, with role and organisation as they are at this moment."""
    wanted = (
        select(
            AccountRow.id,
            AccountRow.person_id,
            AccountRow.organisation_id,
            OrganisationRow.path,
            AccountRow.role,
            AccountRow.must_change_password,
        )
        .join(SessionRow, SessionRow.account_id == AccountRow.id)
        .join(OrganisationRow, OrganisationRow.id == AccountRow.organisation_id)
        .where(SessionRow.token_digest == token_digest, SessionRow.expires_at > database_now(session))
        .where(AccountRow.disabled_at.is_(None))
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        return None
    account_id, person_id, organisation_id, path, role, must_change = found
    return Actor(account_id, person_id, organisation_id, path, cast(Role, role), must_change)


# --- attempts --------------------------------------------------------------------------------------------------------


def count_attempts(session: Session, limits: Iterable[tuple[str, int]]) -> float | None:
    """Count one attempt under each key: None when all allow it, else in how many seconds they will.

    Counting and looking are one statement, so that attempts at the same moment cannot pass together.
    """
    now, waits = database_now(session), []
    for key, limit in limits:
        began, attempts = _count(session, key, now)
        if attempts > limit:
            waits.append((began + timedelta(seconds=WINDOW_SECONDS) - now).total_seconds())
    return max(waits, default=None)


def forgive_attempts(session: Session, key: str, attempts: int) -> None:
    """Take back `attempts` of this key, and clear away old counts."""
    row = SignInAttemptsRow
    session.execute(
        update(row)
        .where(row.key == key)
        .values(attempts=case((row.attempts > attempts, row.attempts - attempts), else_=0))
    )
    session.execute(delete(row).where(row.window_began_at < database_now(session) - timedelta(days=1)))


def _count(session: Session, key: str, now: datetime) -> tuple[datetime, int]:
    row = SignInAttemptsRow
    is_over = row.window_began_at <= now - timedelta(seconds=WINDOW_SECONDS)
    again = {
        "attempts": case((is_over, 1), else_=row.attempts + 1),
        "window_began_at": case((is_over, literal(now, UtcDateTime)), else_=row.window_began_at),
    }
    counted = (
        insert_or(session, row)
        .values(key=key, window_began_at=now, attempts=1)
        .on_conflict_do_update(index_elements=[row.key], set_=again)
        .returning(row.window_began_at, row.attempts)
    )
    began, attempts = session.execute(counted).one()
    return began, attempts


def _organisation(row: OrganisationRow) -> Organisation:
    return Organisation(row.id, row.parent_id, row.path, cast(OrganisationKind, row.kind), row.name)


def _accounts() -> Select[AccountRow, str]:
    return select(AccountRow, OrganisationRow.path).join(
        OrganisationRow, OrganisationRow.id == AccountRow.organisation_id
    )


def _account(session: Session, wanted: "Select[AccountRow, str]") -> Account | None:
    found = session.execute(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        return None
    row, path = found
    return Account(
        id=row.id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        organisation_path=path,
        login=row.login,
        password_hash=row.password_hash,
        role=cast(Role, row.role),
        disabled_at=row.disabled_at,
        totp_secret=row.totp_secret,
        last_totp_step=row.last_totp_step,
    )
