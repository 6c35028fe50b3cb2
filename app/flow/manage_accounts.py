"""Manage accounts: give somebody a way in, change it, take it away.

Nobody grants a role above their own, and nobody touches an account of their own person, the second one included.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.accounts import proof, records
from app.accounts.core import Actor, Role, as_role, may_grant, require, require_in_scope
from app.accounts.people import (
    Account,
    Profile,
    login_key,
    login_problems,
    password_problems,
    profile_problems,
    text_problems,
)
from app.archive.core import JSON
from app.archive.records import append
from app.db import database_now, retried
from app.flow.deps import Deps
from app.flow.manage_people import organisation_in_scope, person_in_scope
from app.kernel.digest import digest_of
from app.kernel.errors import Forbidden, Invalid, Problem


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a new account is to be; the role is still a word that somebody wrote.

    A password that `must_change` opens nothing but the page on which it is changed.
    """

    person_id: str
    organisation_id: str
    role: str
    login: str
    password: str
    must_change: bool = False


def create_account(deps: Deps, actor: Actor, new: NewAccount) -> str:
    """The id of a new account.

    *Raises* Forbidden ``not_permitted`` or ``own_account``, NotFound, Conflict ``login_taken``, Invalid with every
    problem.
    """
    require(actor, "account.manage")
    role, login = _checked(new)
    _require_grant(actor, role)
    if new.person_id == actor.person_id:
        raise Forbidden("own_account", "somebody else must do this for you")
    password_hash = proof.hashed(new.password)

    def create(session: Session) -> str:
        person_in_scope(session, actor, new.person_id)
        organisation = organisation_in_scope(session, actor, new.organisation_id)
        place = organisation.id
        id_ = records.add_account(session, new.person_id, place, role, login, password_hash, new.must_change)
        body = {"person": new.person_id, "organisation": organisation.id, "role": role}
        append(session, "account.created", f"account:{id_}", actor.person_id, body)
        return id_

    return retried(deps, create)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who begins: a person, what posters say of them, and their way in. The role is still a word."""

    name: str
    title: str
    phone: str
    organisation_id: str
    role: str
    login: str
    password: str


def hire(deps: Deps, actor: Actor, new: NewPerson) -> str:
    """The id of a new person with profile and account, all or nothing; their password is to be changed.

    *Raises* Forbidden ``not_permitted``, NotFound, Conflict ``login_taken``, Invalid with every problem.
    """
    require(actor, "account.manage")
    profile = Profile(new.name.strip(), new.title.strip(), new.phone.strip())
    account = NewAccount("", new.organisation_id, new.role, new.login, new.password)
    role, login = _checked(account, profile_problems(profile))
    _require_grant(actor, role)
    password_hash = proof.hashed(new.password)

    def create(session: Session) -> str:
        organisation = organisation_in_scope(session, actor, new.organisation_id)
        place, by = organisation.id, actor.person_id
        person_id = records.add_person(session, place, profile.name)
        whole = replace(profile, organisation_line=organisation.name)
        records.put_profile(session, person_id, whole)
        id_ = records.add_account(session, person_id, place, role, login, password_hash, must_change_password=True)
        told = {name: getattr(whole, name) for name in Profile.__slots__}
        append(session, "person.created", f"person:{person_id}", by, {"organisation": place})
        append(session, "profile.changed", f"person:{person_id}", by, {"digest": digest_of(told)})
        body = {"person": person_id, "organisation": place, "role": role}
        append(session, "account.created", f"account:{id_}", by, body)
        return person_id

    return retried(deps, create)


def create_first(deps: Deps, headquarters: str, name: str, new_role: str, login: str, password: str) -> str:
    """The id of an account at headquarters, for whoever stands at the machine itself: there need be nobody yet.

    *Raises* Conflict ``login_taken``, Invalid with every problem.
    """
    problems = [*text_problems("headquarters", headquarters, 120), *text_problems("name", name, 120)]
    role, key = _checked(NewAccount("", "", new_role, login, password), problems)
    password_hash = proof.hashed(password)

    def create(session: Session) -> str:
        roots = [one for one in records.organisations(session) if one.parent_id is None]
        root = roots[0] if roots else records.add_organisation(session, None, "headquarters", headquarters.strip())
        person_id = records.add_person(session, root.id, name.strip())
        id_ = records.add_account(session, person_id, root.id, role, key, password_hash)
        if not roots:
            append(session, "organisation.created", f"organisation:{root.id}", None, {"parent": None})
        append(session, "person.created", f"person:{person_id}", None, {"organisation": root.id})
        body = {"person": person_id, "organisation": root.id, "role": role}
        append(session, "account.created", f"account:{id_}", None, body)
        return id_

    return retried(deps, create)


def change_role(deps: Deps, actor: Actor, account_id: str, role: str, organisation_id: str) -> None:
    """Give an account another role or another place; it is in force from its next request on.

    *Raises* Forbidden ``not_permitted`` or ``own_account``, NotFound, Invalid ``unknown_role``.
    """
    require(actor, "account.manage")
    new_role = as_role(role)
    if new_role is None:
        raise Invalid.of([_unknown_role()])
    _require_grant(actor, new_role)

    def change(session: Session, account: Account) -> Mapping[str, JSON]:
        organisation = organisation_in_scope(session, actor, organisation_id)
        records.change_account(session, account.id, role=new_role, organisation_id=organisation.id)
        return {
            "from": {"role": account.role, "organisation": account.organisation_id},
            "to": {"role": new_role, "organisation": organisation.id},
        }

    _change(deps, actor, account_id, "account.role_changed", change)


def disable_account(deps: Deps, actor: Actor, account_id: str) -> None:
    """Close an account: all its sessions end at once. *Raises* Forbidden, NotFound."""

    def change(session: Session, account: Account) -> Mapping[str, JSON]:
        records.change_account(session, account.id, disabled_at=account.disabled_at or database_now(session))
        records.end_sessions(session, account.id)
        return {}

    _change(deps, actor, account_id, "account.disabled", change)


def enable_account(deps: Deps, actor: Actor, account_id: str) -> None:
    """Open an account again. *Raises* Forbidden, NotFound."""

    def change(session: Session, account: Account) -> Mapping[str, JSON]:
        records.change_account(session, account.id, disabled_at=None)
        return {}

    _change(deps, actor, account_id, "account.enabled", change)


def reset_password(deps: Deps, actor: Actor, account_id: str, password: str) -> None:
    """Set another's password and take away their one-time codes; all their sessions end at once.

    The password opens nothing but the page on which it is changed.
    *Raises* Forbidden, NotFound, Invalid ``password_too_short`` and its like.
    """
    require(actor, "account.manage")
    password_hash = proof.hashed(password)

    def change(session: Session, account: Account) -> Mapping[str, JSON]:
        problems = password_problems(password, account.login)
        if problems:
            raise Invalid.of(problems)
        now = database_now(session)
        changes = {"password_hash": password_hash, "password_changed_at": now, "totp_secret": None}
        records.change_account(session, account.id, must_change_password=True, **changes)
        records.end_sessions(session, account.id)
        return {}

    _change(deps, actor, account_id, "account.password_reset", change)


def _change(
    deps: Deps, actor: Actor, account_id: str, kind: str, change: Callable[[Session, Account], Mapping[str, JSON]]
) -> None:
    require(actor, "account.manage")

    def carry_out(session: Session) -> None:
        account = records.account(session, account_id)
        require_in_scope(actor, account.organisation_path, "account")
        if account.person_id == actor.person_id:
            raise Forbidden("own_account", "somebody else must do this for you")
        _require_grant(actor, account.role)
        body = change(session, account)
        append(session, kind, f"account:{account.id}", actor.person_id, body)

    retried(deps, carry_out)


def _require_grant(actor: Actor, role: Role) -> None:
    if not may_grant(actor.role, role):
        raise Forbidden("not_permitted", "nobody manages a role above their own", role=role)


def _checked(new: NewAccount, problems: list[Problem] | None = None) -> tuple[Role, str]:
    role, login = as_role(new.role), login_key(new.login)
    found = [*(problems or ()), *login_problems(login), *password_problems(new.password, login)]
    if role is None:
        raise Invalid.of([*found, _unknown_role()])
    if found:
        raise Invalid.of(found)
    return role, login


def _unknown_role() -> Problem:
    return Problem("role", "unknown_role", "advisor, designer, reviewer, operator, auditor or admin")
