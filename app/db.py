"""The database: the engine for SQLite and PostgreSQL, the one place that commits, errors in our own words."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, TypeDecorator, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session

from app.config import Settings
from app.kernel.errors import AppError, Invalid, Problem, Unavailable

RETRIES = 3
_WRITE, _CLOCK = "imprimatur_write", "imprimatur_clock"


class Base(DeclarativeBase):
    """What every mapped class derives from; constraints are named by rule, so that migrations can name them again."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC. *Raises* ValueError for a naive one: nobody knows when that was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class HasEngine(Protocol):
    """Whatever carries the engine: the dependencies of a flow, or a small stand-in for them."""

    @property
    def engine(self) -> Engine: ...


def open_engine(settings: Settings) -> Engine:
    """The engine for ``settings.database_url``; nothing is connected yet."""
    url = make_url(settings.database_url.get_secret_value())
    wait = settings.database_wait_seconds
    if url.get_backend_name() != "sqlite":
        options = f"-c timezone=utc -c lock_timeout={int(wait * 1000)}"
        arguments = {"options": options, "connect_timeout": max(2, int(wait))}
        return create_engine(url, pool_pre_ping=True, connect_args=arguments, hide_parameters=True)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": wait}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def insert_or(session: Session, table: Any) -> Any:
    """An INSERT that may say what to do on a conflict; the databases spell it alike, SQLAlchemy does not.

    The other database's way is not even imported, which would cost each process that starts a tenth of a second.
    """
    return import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}").insert(table)


@contextmanager
def transaction(deps: HasEngine) -> Iterator[Session]:
    """A session whose work is committed at the end of the block, or rolled back when the block raises.

    *Raises* Unavailable when the database is locked (``database_busy``), gone (``database_down``) or full
    (``disk_full``), and ``database_conflict`` when it chose to undo this transaction in favour of another; Invalid
    ``not_storable`` for a value that no database column holds.
    """
    with _translated(), Session(deps.engine.execution_options(**{_WRITE: True}), expire_on_commit=False) as session:
        yield session
        session.commit()


@contextmanager
def reading(deps: HasEngine) -> Iterator[Session]:
    """A session for looking only: it takes no write lock, and keeps no change. *Raises* as `transaction`."""
    with _translated(), Session(deps.engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing_connection(deps: HasEngine) -> Iterator[Connection]:
    """A bare connection in one transaction, for migrations. *Raises* as `transaction`."""
    with _translated(), deps.engine.execution_options(**{_WRITE: True}).begin() as connection:
        yield connection


T = TypeVar("T")


def retried(deps: HasEngine, work: Callable[[Session], T]) -> T:
    """What `work` returns, in a transaction that is begun again, at most three times, when the database undid it.

    Only a transaction that certainly left nothing behind is repeated, so there is one effect.
    """
    for attempt in range(1, RETRIES + 1):
        try:
            with transaction(deps) as session:
                return work(session)
        except Unavailable as error:
            if error.code != "database_conflict":
                raise
        time.sleep(attempt * random.uniform(0.02, 0.08))  # noqa: S311  # let the other one finish, or they meet again
    with transaction(deps) as session:
        return work(session)


def with_clock(engine: Engine, clock: Callable[[], datetime]) -> Engine:
    """`engine`, told the time by `clock` instead of its database: for days that pass within a second.

    Every instant that is written or compared through it comes from there, so that they agree among themselves.
    """
    return engine.execution_options(**{_CLOCK: clock})


def database_now(session: Session) -> datetime:
    """The database's clock: leases and deadlines are measured by it, so that machines need not agree on the time."""
    clock: Callable[[], datetime] | None = session.get_bind().get_execution_options().get(_CLOCK)
    if clock is not None:
        return clock()
    if session.get_bind().dialect.name == "sqlite":
        written = session.execute(text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")).scalar_one()
        return datetime.fromisoformat(written).replace(tzinfo=UTC)
    instant: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return instant.astimezone(UTC)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DataError, OverflowError) as error:  # text with a zero byte, a number beyond the column's
        raise Invalid.of([Problem("value", "not_storable", "the database has no room for such a value")]) from error
    except DBAPIError as error:
        known = _known(error)
        if known is None:
            raise
        raise known from error


_BUSY = ("database_busy", "the database is busy")
_DOWN = ("database_down", "the database does not answer")
_FULL = ("disk_full", "the database's disk is full")
_CONFLICT = ("database_conflict", "the database undid this transaction in favour of another")

_SQLITE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _DOWN,
    sqlite3.SQLITE_CANTOPEN: _DOWN,
}
_POSTGRESQL = {
    "40001": _CONFLICT,
    "40P01": _CONFLICT,
    "55P03": _BUSY,
    "53100": _FULL,
    "53300": _BUSY,
    "57P01": _DOWN,
    "57P02": _DOWN,
    "57P03": _DOWN,
}


def _known(error: DBAPIError) -> AppError | None:
    cause: Any = error.orig
    if isinstance(cause, sqlite3.Error):
        found = _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    else:
        state = getattr(cause, "sqlstate", None)
        found = _POSTGRESQL.get(state or "") or (_DOWN if error.connection_invalidated or state is None else None)
    return Unavailable(*found, retry_after_seconds=1) if found else None
