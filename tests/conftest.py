"""What all tests share: closed sockets, and the two databases, stores and transports that the product runs on."""

import fcntl
import gc
import multiprocessing
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import boto3
import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Dialect, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.sql import ClauseElement
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from app.accounts import proof
from app.config import PROJECT, Settings
from app.db import open_engine
from app.kernel.memory import put_away
from app.schema import migrate
from app.storage.store import Store, open_store
from tests.services import S3_ACCESS_KEY, S3_SECRET_KEY, address_of

# Whoever changes the product searches anew each time; what decides whether a change lands must not depend on luck.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


class _Compiled(BytecodeCache):
    """The pages' templates, compiled once for all applications that a process of tests opens."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": _Compiled()}

_compile_builder = Rule._compile_builder
_builders: dict[object, Callable[..., tuple[str, str]]] = {}


def _compiled_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """The builder of a rule's addresses, compiled once for all applications; it depends on nothing else of the rule."""
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


Rule._compile_builder = _compiled_builder  # type: ignore[method-assign]

_compile = ClauseElement._compile_w_cache
_statements: LRUCache[Any, Any] = LRUCache(2000)
_dialects: dict[object, Dialect] = {}


def _compiled_once(self: ClauseElement, dialect: Dialect, *, compiled_cache: Any, **given: Any) -> Any:
    """A statement as SQL, compiled once for all engines on the same product; each test has an engine of its own."""
    if compiled_cache is not None:
        dialect = _dialects.setdefault((dialect.name, dialect.driver, dialect.server_version_info), dialect)
        compiled_cache = _statements
    return _compile(self, dialect, compiled_cache=compiled_cache, **given)


ClauseElement._compile_w_cache = _compiled_once  # type: ignore[method-assign]

CHROMIUM = "/usr/bin/chromium-headless-shell"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOPBACK = ("127.", "::1", "localhost")


# What takes longest begins first, so that no worker sits idle while the other ends; and what mostly waits, for servers
# that are killed and leases that run out, stands between what computes, so that not all workers wait at once.
FIRST = (
    "tests/journey/test_main_job.py",
    "tests/faults/test_served.py",
    "tests/journey/test_editor.py",
    "tests/faults/test_killed_worker.py",
    "tests/journey/test_all_pages.py",
    "tests/faults/test_killed_batch.py",
    "tests/journey/test_review_pages.py",
    "tests/bench/test_bench.py",
    "tests/faults/test_sandbox.py",
)
SOON = (
    "tests/journey/",
    "tests/render/test_determinism.py",
    "tests/flow/test_worker_command.py",
    "tests/flow/test_demo.py",
)
WAITING = "tests/faults/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests, file by file."""
    files = list(dict.fromkeys(item.nodeid.partition("::")[0] for item in items))
    first = [file for file in FIRST if file in files]
    waiting = [file for file in files if file.startswith(WAITING) and file not in first]
    busy = [file for file in files if file not in {*first, *waiting}]
    busy.sort(key=lambda file: not file.startswith(SOON))
    every = len(busy) // (len(waiting) + 1) or 1
    for number, file in enumerate(waiting):
        busy.insert(number * (every + 1), file)
    ranks = {file: rank for rank, file in enumerate([*first, *busy])}
    items.sort(key=lambda item: ranks[item.nodeid.partition("::")[0]])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium: one for all tests of a process, which cannot drive two."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield opened
        opened.close()
        # Painters that were forked meanwhile hold the driver's pipes too, and it would wait for their end for ever.
        for painter in multiprocessing.active_children():
            painter.kill()


@pytest.fixture(autouse=True, scope="session")
def _what_stays_is_not_looked_through_again() -> None:
    """Templates, rules and fonts are a million objects: each full collection would take seconds."""
    gc.collect()
    with put_away():
        pass
    gc.set_threshold(100_000, 50, 50)


def pytest_sessionfinish() -> None:
    """What is left of a whole run is looked through once; pytest would do so five times."""
    gc.collect()
    gc.freeze()


class OutsideRefusedError(RuntimeError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True, scope="session")
def _passwords_are_cheap() -> Iterator[None]:
    """A password is meant to cost; hundreds of people sign in here, and none of them is real."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proof, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(autouse=True, scope="session")
def _sockets_are_closed_to_the_outside() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _only_loopback(getattr(socket.socket, name)))
        yield


def _only_loopback(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise OutsideRefusedError(f"a test tried to connect to {address[0]}")
        return connect(self, address)

    return guarded


def service(name: str) -> str:
    """The address of a test service; without one the test is skipped, but in CI, where all must be there, it fails."""
    address = address_of(name)
    if address is not None:
        return address
    message = f"no {name}: script/test starts one"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@dataclass(frozen=True)
class House:
    """The settings of one test's own house, as variables for a child process and as a value."""

    environment: dict[str, str]

    @property
    def settings(self) -> Settings:
        return Settings.from_env(self.environment)

    def using(self, **more: object) -> "House":
        """The same house with other settings. A worker of a test finds no spools but the test's own, and reads no
        finished posters unless it is told to.
        """
        nowhere = {"IMPRIMATUR_SPOOL_DIR": str(PROJECT / "var" / "no-spools"), "IMPRIMATUR_OCR_POSTERS": "off"}
        given = {f"IMPRIMATUR_{name.upper()}": str(value) for name, value in more.items()}
        return House(nowhere | self.environment | given)


@pytest.fixture(scope="session")
def of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run of the tests share."""
    ours = tmp_path_factory.getbasetemp()
    return ours.parent if os.environ.get("PYTEST_XDIST_WORKER") else ours


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, which whoever comes first makes in another place; it is there when all of it is."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = Path(tempfile.mkdtemp(dir=folder.parent))
            make(making)
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a database file that has just been migrated."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    _migrated(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture(scope="session")
def empty_postgresql() -> Iterator[str]:
    """The URL of a server with a database, ready to be copied, that has just been migrated."""
    server = service("postgresql")
    name = f"template_{uuid4().hex}"
    _ask(server, f'CREATE DATABASE "{name}"')
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    _migrated(url)
    yield url
    _ask(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _migrated(url: str) -> None:
    engine = open_engine(Settings.from_env({"IMPRIMATUR_DATABASE_URL": url}))
    migrate(SimpleNamespace(engine=engine))
    engine.dispose()


def _ask(server: str, *statements: str) -> None:
    with _connected(server) as asked:
        for statement in statements:
            asked.execute(statement)


def _connected(server: str) -> psycopg.Connection:
    return psycopg.connect(make_url(server).set(drivername="postgresql").render_as_string(False), autocommit=True)


@cache
def _way_to_copy(server: str) -> str:
    """File by file is half the work of block by block; a server that cannot choose copies by file anyway."""
    with _connected(server) as asked:
        return " STRATEGY FILE_COPY" if asked.info.server_version >= 150_000 else ""


@pytest.fixture
def sqlite_url(empty_sqlite: bytes, tmp_path: Path) -> str:
    path = tmp_path / "test.db"
    path.write_bytes(empty_sqlite)
    return f"sqlite:///{path}"


_left: list[str] = []


@contextmanager
def copy_of(template: str) -> Iterator[str]:
    """The URL of a database of PostgreSQL's that begins as what stands behind `template`.

    It is dropped when the next but one is made: at once, the server would wait for connections that are just closing.
    """
    name = f"test_{uuid4().hex}"
    original = make_url(template)
    server = original.set(database="postgres").render_as_string(hide_password=False)
    drops = [f'DROP DATABASE "{left}" WITH (FORCE)' for left in _left[:-1]]
    del _left[:-1]
    _ask(server, *drops, f'CREATE DATABASE "{name}" TEMPLATE "{original.database}"{_way_to_copy(server)}')
    try:
        yield original.set(database=name).render_as_string(hide_password=False)
    finally:
        _left.append(name)


@pytest.fixture
def postgresql_url(empty_postgresql: str) -> Iterator[str]:
    with copy_of(empty_postgresql) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of this test's own, on either product."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def s3_settings() -> Iterator[dict[str, object]]:
    """The settings of a bucket of this test's own, on a real S3 server."""
    endpoint, bucket = service("s3"), f"test-{uuid4().hex}"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=S3_ACCESS_KEY,
        aws_secret_access_key=S3_SECRET_KEY,
    )
    client.create_bucket(Bucket=bucket)
    yield {
        "storage": "s3",
        "s3_endpoint": endpoint,
        "s3_bucket": bucket,
        "s3_access_key": S3_ACCESS_KEY,
        "s3_secret_key": S3_SECRET_KEY,
    }
    for found in client.list_objects_v2(Bucket=bucket).get("Contents", []):
        client.delete_object(Bucket=bucket, Key=found["Key"])
    client.delete_bucket(Bucket=bucket)
    client.close()


@pytest.fixture(params=["local", "s3"])
def storage_settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, object]:
    """The settings of a store of this test's own, of either kind."""
    if request.param == "s3":
        found: dict[str, object] = request.getfixturevalue("s3_settings")
        return found
    return {"storage": "local", "storage_dir": tmp_path / "objects"}


@pytest.fixture
def store(storage_settings: dict[str, object]) -> Store:
    """An empty store, of either kind."""
    return open_store(House({}).using(**storage_settings).settings)


def transport_settings(transport: str) -> dict[str, object]:
    """The settings of a job transport of one test's own."""
    if transport == "embedded":
        return {"jobs": "embedded"}
    return {"jobs": "rabbitmq", "rabbitmq_url": service("rabbitmq"), "rabbitmq_queue": f"test-{uuid4().hex}"}


@pytest.fixture(params=["embedded", "rabbitmq"])
def jobs_settings(request: pytest.FixtureRequest) -> dict[str, object]:
    """The settings of a job transport of this test's own, of either kind."""
    return transport_settings(request.param)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The engine on a migrated, empty database, on either product."""
    engine = open_engine(House({}).using(database_url=database_url).settings)
    yield engine
    engine.dispose()
