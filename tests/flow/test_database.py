"""Transactions, instants and the database's own errors, on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Engine, Integer, MetaData, Select, Table, literal, select, text
from sqlalchemy.exc import StatementError

from app.db import UtcDateTime, database_now, reading, transaction
from app.kernel.errors import Invalid, Unavailable

INSTANTS = Table("instants", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))


@pytest.fixture
def deps(engine: Engine) -> SimpleNamespace:
    deps = SimpleNamespace(engine=engine)
    with transaction(deps) as session:
        INSTANTS.create(session.connection())
    return deps


def instants(deps: SimpleNamespace) -> list[datetime]:
    with reading(deps) as session:
        return list(session.scalars(select(INSTANTS.c.at).order_by(INSTANTS.c.id)))


def test_a_block_that_ends_is_committed_and_one_that_raises_is_not(deps: SimpleNamespace) -> None:
    at = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)
    with transaction(deps) as session:
        session.execute(INSTANTS.insert().values(at=at))
    with pytest.raises(KeyError), transaction(deps) as session:
        session.execute(INSTANTS.insert().values(at=at))
        raise KeyError
    assert instants(deps) == [at]


def test_what_a_reader_changes_is_not_kept(deps: SimpleNamespace) -> None:
    with reading(deps) as session:
        session.execute(INSTANTS.insert().values(at=datetime.now(UTC)))
    assert instants(deps) == []


def test_an_instant_comes_back_in_utc_whatever_zone_it_was_given_in(deps: SimpleNamespace) -> None:
    with transaction(deps) as session:
        session.execute(INSTANTS.insert().values(at=datetime(2026, 11, 22, 8, 0, tzinfo=timezone(timedelta(hours=8)))))
    [stored] = instants(deps)
    assert stored.isoformat() == "2026-11-22T00:00:00+00:00"


def test_a_naive_instant_is_refused(deps: SimpleNamespace) -> None:
    with pytest.raises(StatementError, match="naive"), transaction(deps) as session:
        session.execute(INSTANTS.insert().values(at=datetime(2026, 11, 22, 8, 0)))  # noqa: DTZ001


def test_a_value_that_no_column_holds_is_said_to_be_none(deps: SimpleNamespace) -> None:
    """Neither database takes a number of thirty digits, and PostgreSQL no zero byte."""
    asked: list[Select[Any]] = [select(literal(10**30, BigInteger))]
    if deps.engine.dialect.name == "postgresql":
        asked.append(select(literal("a\x00b")))
    for one in asked:
        with pytest.raises(Invalid) as refused, reading(deps) as session:
            session.execute(one)
        assert [(problem.path, problem.code) for problem in refused.value.problems] == [("value", "not_storable")]


def test_the_databases_clock_is_aware_and_close_to_ours(deps: SimpleNamespace) -> None:
    with reading(deps) as session:
        assert abs(database_now(session) - datetime.now(UTC)) < timedelta(seconds=5)


def test_foreign_keys_hold(deps: SimpleNamespace) -> None:
    orphan = "INSERT INTO renditions (id, job_id, template, template_version, size, language, format, {values}, "
    orphan += (
        "values_digest, link, ordered_at) VALUES ('x', 99, 't', '1', 's', 'zh', 'png', '{{}}', '', '', '2026-01-01')"
    )
    with pytest.raises(Exception, match=r"(?i)foreign key"), transaction(deps) as session:
        session.execute(text(orphan.format(values='"values"')))
        session.flush()


def test_a_table_locked_by_somebody_else_is_unavailable_not_an_endless_wait(deps: SimpleNamespace) -> None:
    """Beyond the waiting time (five seconds by default) the caller is told to come again."""
    other = deps.engine.connect()
    postgresql = deps.engine.dialect.name == "postgresql"
    lock = "LOCK TABLE instants" if postgresql else "INSERT INTO instants (id) VALUES (7)"
    try:
        other.execute(text(lock))
        with pytest.raises(Unavailable) as caught, transaction(deps) as session:
            session.execute(text("SET LOCAL lock_timeout = '100ms'" if postgresql else "SELECT 1"))
            session.execute(INSTANTS.insert().values(at=datetime.now(UTC)))
    finally:
        other.rollback()
        other.close()
    assert caught.value.code == "database_busy"
    assert caught.value.fields["retry_after_seconds"] == 1
