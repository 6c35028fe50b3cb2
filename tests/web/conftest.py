"""One small house with a person in every role, and browsers without a window to visit it."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import records
from app.accounts.core import ROLES, Role
from app.accounts.people import Profile
from app.accounts.proof import hashed, new_token, token_digest
from app.config import Settings
from app.db import transaction
from app.factory import create_app, open_deps, open_studio
from app.flow.design import publish_builtin
from app.flow.make_poster import Studio
from app.web.parts import EXTENSION, WebParts
from script.translations import catalogues, compile_
from tests.conftest import House, made_once

PASSWORD = "mountain-and-water-7"
NAMES: dict[Role, str] = {
    "advisor": "林若溪",
    "designer": "梅亦寒",
    "reviewer": "周慎之",
    "operator": "何知微",
    "auditor": "秦明远",
    "admin": "唐守一",
}


@pytest.fixture(scope="session")
def studio() -> Studio:
    """The real one, opened once."""
    for file in catalogues():
        compile_(file)
    return open_studio(Settings.from_env({}))


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hashed(PASSWORD)


@pytest.fixture(scope="session")
def published(of_all: Path, empty_sqlite: bytes, studio: Studio) -> Path:
    """A folder with a database and a store in which the built-in templates are published, to be copied."""

    def publish(folder: Path) -> None:
        (folder / "test.db").write_bytes(empty_sqlite)
        settings = _settings(folder)
        deps = open_deps(settings)
        publish_builtin(deps, studio, settings.poster_templates_dir)
        deps.engine.dispose()

    return made_once(of_all / "published", publish)


@pytest.fixture
def settings(published: Path, tmp_path: Path) -> Settings:
    shutil.copyfile(published / "test.db", tmp_path / "test.db")
    shutil.copytree(published / "var" / "objects", tmp_path / "var" / "objects", copy_function=os.link)
    return _settings(tmp_path)


def _settings(folder: Path) -> Settings:
    url, var = f"sqlite:///{folder / 'test.db'}", str(folder / "var")
    house = House({"IMPRIMATUR_DATABASE_URL": url, "IMPRIMATUR_VAR_DIR": var})
    return house.using(fonts_dir=Settings.from_env({}).fonts_dir).settings


@pytest.fixture
def app(settings: Settings, studio: Studio, password_hash: str) -> Iterator[Flask]:
    """The pages of a bank with one branch; the login of each person is their role."""
    made = create_app(settings, studio)
    parts: WebParts = made.extensions[EXTENSION]
    with transaction(parts.deps) as session:
        root = records.add_organisation(session, None, "headquarters", "澜山银行总行")
        branch = records.add_organisation(session, root, "branch", "望江支行")
        for role in ROLES:
            place = branch if role == "advisor" else root
            person = records.add_person(session, place.id, NAMES[role])
            records.add_account(session, person, place.id, role, role, password_hash)
            if role == "advisor":
                line = "澜山银行望江支行"
                records.put_profile(session, person, Profile(NAMES[role], "高级理财经理", "138 0000 2048", line))
                records.put_licence(session, person, "fund", "A2026000002048", date(2099, 12, 31))
    yield made
    parts.deps.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of nobody's."""
    return app.test_client()


@pytest.fixture
def as_role(app: Flask) -> Callable[[Role], FlaskClient]:
    """A browser in which the person with this role is signed in."""

    def opened(role: Role) -> FlaskClient:
        parts: WebParts = app.extensions[EXTENSION]
        token = new_token()
        with transaction(parts.deps) as session:
            account = records.account_by_login(session, role)
            assert account is not None
            records.add_session(session, account.id, token_digest(token), 1)
        browser = app.test_client()
        browser.set_cookie("session", token, domain="localhost")
        return browser

    return opened


def form_token(client: FlaskClient, path: str = "/sign-in") -> str:
    """The token that a form of this page would send."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]
