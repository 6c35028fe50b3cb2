"""Manage people: organisations, persons, what posters say of them, and what they are licensed for."""

from datetime import date
from typing import cast

from sqlalchemy.orm import Session

from app.accounts import records
from app.accounts.core import Actor, require, require_in_scope
from app.accounts.people import (
    BELOW,
    KINDS,
    LicenceClass,
    Organisation,
    OrganisationKind,
    Person,
    Profile,
    licence_problems,
    profile_problems,
    text_problems,
)
from app.archive.records import append
from app.db import retried
from app.flow.deps import Deps
from app.kernel.digest import digest_of
from app.kernel.errors import Invalid, Problem


def create_organisation(deps: Deps, actor: Actor, parent_id: str, kind: str, name: str) -> str:
    """The id of a new branch or outlet. *Raises* Forbidden, NotFound, Invalid ``missing``, ``bad_kind``."""
    require(actor, "organisation.manage")

    def create(session: Session) -> str:
        parent = organisation_in_scope(session, actor, parent_id)
        problems = text_problems("name", name, 120)
        if kind not in KINDS or kind not in BELOW[parent.kind]:
            problems.append(
                Problem("kind", "bad_kind", f"below a {parent.kind}: {', '.join(BELOW[parent.kind]) or '–'}")
            )
        if problems:
            raise Invalid.of(problems)
        made = records.add_organisation(session, parent, cast(OrganisationKind, kind), name.strip())
        append(session, "organisation.created", f"organisation:{made.id}", actor.person_id, {"parent": parent.id})
        return made.id

    return retried(deps, create)


def create_person(deps: Deps, actor: Actor, organisation_id: str, name: str) -> str:
    """The id of a new person. *Raises* Forbidden, NotFound, Invalid ``missing``."""
    require(actor, "account.manage")
    problems = text_problems("name", name, 120)
    if problems:
        raise Invalid.of(problems)

    def create(session: Session) -> str:
        organisation = organisation_in_scope(session, actor, organisation_id)
        person_id = records.add_person(session, organisation.id, name.strip())
        body = {"organisation": organisation.id}
        append(session, "person.created", f"person:{person_id}", actor.person_id, body)
        return person_id

    return retried(deps, create)


def set_profile(deps: Deps, actor: Actor, person_id: str, profile: Profile) -> None:
    """Write what posters say of a person: everybody their own, who manages profiles those in scope.

    *Raises* Forbidden, NotFound, Invalid with every problem.
    """
    require(actor, "profile.edit" if person_id == actor.person_id else "profile.manage")
    problems = profile_problems(profile)
    if problems:
        raise Invalid.of(problems)

    def write(session: Session) -> None:
        person_in_scope(session, actor, person_id)
        records.put_profile(session, person_id, profile)
        told = {name: getattr(profile, name) for name in Profile.__slots__}
        append(session, "profile.changed", f"person:{person_id}", actor.person_id, {"digest": digest_of(told)})

    retried(deps, write)


def set_licence(deps: Deps, actor: Actor, person_id: str, licence_class: str, number: str, expires_on: date) -> str:
    """The id of the licence; the same class and number again only moves its end.

    *Raises* Forbidden, NotFound, Invalid ``unknown_class``, ``missing``.
    """
    require(actor, "licence.manage")
    problems = licence_problems(licence_class, number)
    if problems:
        raise Invalid.of(problems)

    def write(session: Session) -> str:
        person_in_scope(session, actor, person_id)
        class_ = cast(LicenceClass, licence_class)
        id_ = records.put_licence(session, person_id, class_, number.strip(), expires_on)
        body = {"licence": id_, "class": licence_class, "expires_on": expires_on.isoformat()}
        append(session, "licence.set", f"person:{person_id}", actor.person_id, body)
        return id_

    return retried(deps, write)


def organisation_in_scope(session: Session, actor: Actor, organisation_id: str) -> Organisation:
    """*Raises* NotFound ``no_such_organisation``, also for one that is out of scope."""
    found = records.organisation(session, organisation_id)
    require_in_scope(actor, found.path, "organisation")
    return found


def person_in_scope(session: Session, actor: Actor, person_id: str) -> Person:
    """*Raises* NotFound ``no_such_person``, also for one that is out of scope; oneself never is."""
    found = records.person(session, person_id)
    if person_id != actor.person_id:
        require_in_scope(actor, found.organisation_path, "person")
    return found
