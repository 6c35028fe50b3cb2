"""The database is locked, full, in deadlock or restarted: the caller is told so, and there is one effect."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import RETRIES, open_engine, reading, retried, transaction
from app.flow.deps import Deps
from app.flow.render_later import request_rendition
from app.kernel.errors import Unavailable
from app.posters import records
from app.storage.local import LocalStore
from app.worker import work
from tests.conftest import House
from tests.factories import an_order, paint_swatch


def deps_on(url: str, tmp_path: Path, wait_seconds: float = 5) -> Deps:
    settings = House({}).using(database_url=url, database_wait_seconds=wait_seconds).settings
    return Deps(settings, open_engine(settings), LocalStore(tmp_path / "objects"), paint_swatch)


@pytest.fixture
def sqlite_deps(sqlite_url: str, tmp_path: Path) -> Iterator[Deps]:
    deps = deps_on(sqlite_url, tmp_path, wait_seconds=0.2)
    yield deps
    deps.engine.dispose()


@pytest.fixture
def postgresql_deps(postgresql_url: str, tmp_path: Path) -> Iterator[Deps]:
    deps = deps_on(postgresql_url, tmp_path)
    yield deps
    deps.engine.dispose()


def test_a_database_that_somebody_holds_exclusively_is_unavailable_and_nothing_is_left_behind(
    sqlite_deps: Deps,
) -> None:
    path = sqlite_deps.engine.url.database
    assert path is not None
    outsider = sqlite3.connect(path, isolation_level=None)
    outsider.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable) as caught:
        request_rendition(sqlite_deps, an_order())
    assert caught.value.code == "database_busy"
    assert caught.value.fields["retry_after_seconds"] == 1
    work(sqlite_deps, once=True)
    outsider.execute("ROLLBACK")
    assert outsider.execute("SELECT count(*) FROM jobs").fetchone() == (0,)
    outsider.close()
    rendition_id = request_rendition(sqlite_deps, an_order())
    work(sqlite_deps, once=True)
    with reading(sqlite_deps) as session:
        assert records.find(session, rendition_id).outcome == "done"


def test_a_full_database_is_said_to_be_full_and_reading_goes_on(sqlite_deps: Deps) -> None:
    rendition_id = request_rendition(sqlite_deps, an_order())
    with pytest.raises(Unavailable) as caught, transaction(sqlite_deps) as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        session.execute(text("UPDATE jobs SET error = :long").bindparams(long="x" * 1_000_000))
    assert caught.value.code == "disk_full"
    with reading(sqlite_deps) as session:
        assert records.find(session, rendition_id).outcome == "waiting"


def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    deps = deps_on("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path)
    with pytest.raises(Unavailable) as caught:
        request_rendition(deps, an_order())
    assert caught.value.code == "database_down"


def test_two_in_deadlock_both_succeed_and_each_has_one_effect(postgresql_deps: Deps) -> None:
    for _ in range(2):
        request_rendition(postgresql_deps, an_order())
    meeting = threading.Barrier(2, timeout=10)
    tries: list[int] = []

    def cross(first: int, second: int) -> None:
        def work_across(session: Session) -> None:
            tries.append(first)
            add_one(session, first)
            if tries.count(first) == 1:
                meeting.wait()
            add_one(session, second)

        retried(postgresql_deps, work_across)

    threads = [threading.Thread(target=cross, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with reading(postgresql_deps) as session:
        assert session.execute(text("SELECT attempts FROM jobs")).scalars().all() == [2, 2]
    assert 3 <= len(tries) <= 2 + RETRIES, "one of the two was undone, and tried again"


def add_one(session: Session, job_id: int) -> None:
    session.execute(text("UPDATE jobs SET attempts = attempts + 1 WHERE id = :id").bindparams(id=job_id))


def test_a_conflict_that_does_not_end_is_given_up_after_three_retries(sqlite_deps: Deps) -> None:
    tries = []

    def always(_session: Session) -> None:
        tries.append(1)
        raise Unavailable("database_conflict", "again")

    with pytest.raises(Unavailable):
        retried(sqlite_deps, always)
    assert len(tries) == 4


def test_connections_that_the_server_dropped_are_replaced_before_the_work(
    postgresql_deps: Deps, postgresql_url: str
) -> None:
    """As after a restart: the pool holds connections that no longer lead anywhere."""
    rendition_id = request_rendition(postgresql_deps, an_order())
    other = SimpleNamespace(engine=open_engine(House({}).using(database_url=postgresql_url).settings))
    drop = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
    with reading(other) as session:
        assert session.execute(text(drop + "AND datname = current_database()")).scalar_one() >= 1
    other.engine.dispose()
    work(postgresql_deps, once=True)
    with reading(postgresql_deps) as session:
        assert records.find(session, rendition_id).outcome == "done"


def test_a_connection_dropped_in_the_middle_is_unavailable_and_leaves_nothing(postgresql_deps: Deps) -> None:
    with pytest.raises(Unavailable) as caught, transaction(postgresql_deps) as session:
        add_one(session, 1)
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert caught.value.code == "database_down"
