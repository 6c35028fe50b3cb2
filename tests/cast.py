"""A small bank with a few people, made by the real flow; everybody's password is the same."""

from dataclasses import dataclass, fields
from typing import Any

import pyotp
from sqlalchemy import Engine

from app.accounts.core import Actor, Role
from app.cli.parts import Parts
from app.db import database_now, reading
from app.flow.deps import Deps
from app.flow.manage_accounts import NewAccount, create_account, create_first
from app.flow.manage_people import create_organisation, create_person
from app.flow.sign_in import actor_of, sign_in
from app.storage.store import open_store
from tests.conftest import House
from tests.factories import paint_swatch

PASSWORD = "望江楼上望江流-2048"
HERE = "192.0.2.7"


def deps_on(engine: Engine, **settings: object) -> Deps:
    """Dependencies on this database."""
    house = House({}).using(**settings)
    return Deps(house.settings, engine, open_store(house.settings), paint_swatch)


def parts_on(deps: Deps) -> Parts:
    """What the command line needs for commands that only touch the database; any other part is refused."""

    def refuse(*_: object) -> Any:
        raise AssertionError("these commands need no such part")

    given = {"settings": lambda: deps.settings, "deps": lambda _settings: deps}
    return Parts(**{one.name: refuse for one in fields(Parts)} | given)


def enter(deps: Deps, login: str, password: str = PASSWORD, totp: str = "", previous: str | None = None) -> str:
    """The token of a new session."""
    return sign_in(deps, login, password, totp, HERE, previous)


def actor(deps: Deps, login: str) -> Actor:
    """Who this login is."""
    found = actor_of(deps, enter(deps, login))
    assert found is not None
    return found


@dataclass(frozen=True)
class Bank:
    """Headquarters with the admin `root`; the branches `east`, which has an outlet, and `west`."""

    deps: Deps
    root: Actor
    east: str
    outlet: str
    west: str

    def hire(self, login: str, role: Role = "advisor", organisation_id: str | None = None) -> Actor:
        """A new person with an account, at the branch `east` if nothing else is said."""
        place = organisation_id or self.east
        person_id = create_person(self.deps, self.root, place, login.title())
        create_account(self.deps, self.root, NewAccount(person_id, place, role, login, PASSWORD))
        return actor(self.deps, login)


def a_bank(deps: Deps) -> Bank:
    """The bank, on an empty database."""
    create_first(deps, "澜山银行", "陆山", "admin", "root", PASSWORD)
    root = actor(deps, "root")
    east = create_organisation(deps, root, root.organisation_id, "branch", "望江支行")
    outlet = create_organisation(deps, root, east, "outlet", "望江一号网点")
    west = create_organisation(deps, root, root.organisation_id, "branch", "临溪支行")
    return Bank(deps, root, east, outlet, west)


def code_of_now(deps: Deps, secret: str, steps: int = 0) -> str:
    """The one-time code of this moment, or of some steps later, by the database's clock."""
    with reading(deps) as session:
        return pyotp.TOTP(secret).at(int(database_now(session).timestamp()) + 30 * steps)
