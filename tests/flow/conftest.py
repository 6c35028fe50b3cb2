"""What the tests of the main job share: a bank of their own, on either database.

Its templates are published once for all tests of a process; each test begins with a copy of that database and of what
it keeps.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.config import Settings
from app.db import open_engine
from tests.bank import Bank, bank_on, open_bank
from tests.conftest import copy_of


@pytest.fixture(scope="session")
def objects_of_a_bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the published templates' files are, whichever database they were published in."""
    return tmp_path_factory.mktemp("bank") / "objects"


@pytest.fixture(scope="session")
def bank_in_sqlite(empty_sqlite: bytes, objects_of_a_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a database file in which a bank has just been opened."""
    folder = tmp_path_factory.mktemp("bank_in_sqlite")
    (folder / "bank.db").write_bytes(empty_sqlite)
    _opened(f"sqlite:///{folder / 'bank.db'}", objects_of_a_bank, folder)
    return (folder / "bank.db").read_bytes()


@pytest.fixture(scope="session")
def bank_in_postgresql(
    empty_postgresql: str, objects_of_a_bank: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a database, ready to be copied, in which a bank has just been opened."""
    with copy_of(empty_postgresql) as url:
        _opened(url, objects_of_a_bank, tmp_path_factory.mktemp("bank_in_postgresql"))
        yield url


def _opened(url: str, objects: Path, folder: Path) -> None:
    engine = open_engine(Settings.from_env({"IMPRIMATUR_DATABASE_URL": url}))
    open_bank(engine, objects, folder / "templates")
    engine.dispose()


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = tmp_path / "test.db"
    path.write_bytes(request.getfixturevalue("bank_in_sqlite" if _has_bank(request) else "empty_sqlite"))
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest) -> Iterator[str]:
    with copy_of(request.getfixturevalue("bank_in_postgresql" if _has_bank(request) else "empty_postgresql")) as url:
        yield url


def _has_bank(request: pytest.FixtureRequest) -> bool:
    return "objects_of_a_bank" in request.fixturenames


@pytest.fixture
def bank(engine: Engine, objects_of_a_bank: Path, tmp_path: Path) -> Bank:
    """A bank with two published templates and nothing else."""
    shutil.copytree(objects_of_a_bank, tmp_path / "objects")  # no links: some tests let objects rot
    return bank_on(engine, tmp_path / "objects")
