"""The queue's rows: enqueued with the caller, claimed by one, settled once, on both databases."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.db import UtcDateTime, database_now, open_engine, reading, transaction
from app.jobs import queue
from app.jobs.queue import Job, JobStatus
from app.jobs.relay import relay
from app.kernel.errors import Conflict, NotFound, Unavailable
from tests.conftest import House

NAMES = ["greet"]


@pytest.fixture
def deps(engine: Engine) -> SimpleNamespace:
    return SimpleNamespace(engine=engine)


def enqueue(deps: Any, name: str = "greet") -> int:
    with transaction(deps) as session:
        return queue.enqueue(session, name, {"row": 7})


def claim(deps: Any, lease_seconds: float = 30, job_id: int | None = None) -> Job | None:
    with transaction(deps) as session:
        return queue.claim(session, NAMES, lease_seconds, job_id)


def claimed(deps: Any, lease_seconds: float = 30) -> Job:
    job = claim(deps, lease_seconds)
    assert job is not None
    return job


def status(deps: Any, job_id: int) -> JobStatus:
    with reading(deps) as session:
        return queue.status(session, job_id)


def make_due(deps: Any) -> None:
    """Let a second's wait, or the rest of a lease, pass."""
    with transaction(deps) as session:
        past = database_now(session) - timedelta(seconds=1)
        session.execute(text("UPDATE jobs SET due_at = :past").bindparams(past=past.replace(tzinfo=None)))


def unannounced(deps: Any, again_after_seconds: float = 60) -> list[int]:
    with transaction(deps) as session:
        return queue.take_unannounced(session, NAMES, again_after_seconds, 10)


def test_a_job_exists_only_when_its_transaction_commits(deps: SimpleNamespace) -> None:
    with pytest.raises(KeyError), transaction(deps) as session:
        queue.enqueue(session, "greet", {"row": 7})
        raise KeyError
    assert claim(deps) is None


def test_a_job_is_claimed_by_one_and_done_once(deps: SimpleNamespace) -> None:
    job_id = enqueue(deps)
    job = claimed(deps)
    assert (job.id, job.name, job.payload, job.attempt) == (job_id, "greet", {"row": 7}, 1)
    assert claim(deps) is None
    assert claim(deps, job_id=job_id) is None
    with transaction(deps) as session:
        queue.complete(session, job)
    done = status(deps, job_id)
    assert (done.state, done.attempts, done.error_code) == ("done", 1, None)
    assert done.finished_at is not None
    with pytest.raises(Conflict) as caught, transaction(deps) as session:
        queue.complete(session, job)
    assert caught.value.code == "lease_lost"


def test_jobs_are_claimed_in_the_order_in_which_they_fell_due(deps: SimpleNamespace) -> None:
    ids = [enqueue(deps) for _ in range(3)]
    assert [claimed(deps).id for _ in range(3)] == ids


def test_a_job_of_an_unknown_name_waits_for_a_release_that_knows_it(deps: SimpleNamespace) -> None:
    job_id = enqueue(deps, "from_the_future")
    assert claim(deps) is None
    assert unannounced(deps) == []
    assert status(deps, job_id).state == "queued"


def test_a_job_that_is_being_claimed_elsewhere_is_passed_over(postgresql_url: str) -> None:
    """On PostgreSQL: SQLite has one writer at a time."""
    deps = SimpleNamespace(engine=open_engine(House({}).using(database_url=postgresql_url).settings))
    first, second = enqueue(deps), enqueue(deps)
    with transaction(deps) as one, transaction(deps) as other:
        jobs = [queue.claim(session, NAMES, 30) for session in (one, other)]
    deps.engine.dispose()
    assert [job.id for job in jobs if job] == [first, second]


def test_a_lease_that_ran_out_passes_to_the_next_and_the_first_can_change_nothing(deps: SimpleNamespace) -> None:
    job_id = enqueue(deps)
    first = claimed(deps)
    make_due(deps)
    second = claimed(deps)
    assert second.attempt == 2
    attempts = (
        lambda session: queue.complete(session, first),
        lambda session: queue.renew(session, first, 30),
        lambda session: queue.put_back(session, first, "x", ""),
        lambda session: queue.give_up(session, first, "x", ""),
    )
    for attempt in attempts:
        with pytest.raises(Conflict), transaction(deps) as session:
            attempt(session)
    with transaction(deps) as session:
        queue.complete(session, second)
    assert status(deps, job_id) == JobStatus("done", 2, 1, None, None, status(deps, job_id).finished_at)


def test_a_renewed_lease_goes_on(deps: SimpleNamespace) -> None:
    enqueue(deps)
    job = claimed(deps)
    make_due(deps)
    with transaction(deps) as session:
        queue.renew(session, job, 30)
    assert claim(deps) is None


def test_a_job_whose_worker_died_twice_is_failed(deps: SimpleNamespace) -> None:
    job_id = enqueue(deps)
    for _ in range(queue.MAX_CRASHES):
        claimed(deps)
        make_due(deps)
    assert claim(deps) is None
    failed = status(deps, job_id)
    assert (failed.state, failed.error_code, failed.crashes) == ("failed", "worker_lost", 2)


def test_a_job_is_tried_again_later_each_time_and_failed_after_the_last_try(deps: SimpleNamespace) -> None:
    job_id = enqueue(deps)
    waits = []
    for _ in range(queue.MAX_ATTEMPTS):
        job = claimed(deps)
        with transaction(deps) as session:
            queue.put_back(session, job, "storage_down", "no answer")
            due_at = session.execute(text("SELECT due_at FROM jobs").columns(due_at=UtcDateTime())).scalar_one()
            waits.append(round((due_at - database_now(session)).total_seconds()) if due_at else None)
        assert claim(deps) is None
        make_due_if_open(deps)
    assert waits == [1, 2, 4, 8, None]
    failed = status(deps, job_id)
    assert (failed.state, failed.attempts, failed.error_code, failed.error) == (
        "failed",
        5,
        "storage_down",
        "no answer",
    )


def make_due_if_open(deps: Any) -> None:
    with transaction(deps) as session:
        past = database_now(session) - timedelta(seconds=1)
        statement = "UPDATE jobs SET due_at = :past WHERE due_at IS NOT NULL"
        session.execute(text(statement).bindparams(past=past.replace(tzinfo=None)))


def test_a_due_job_is_announced_once_and_again_when_the_message_must_be_lost(deps: SimpleNamespace) -> None:
    job_id = enqueue(deps)
    assert unannounced(deps) == [job_id]
    assert unannounced(deps) == []
    assert unannounced(deps, again_after_seconds=0) == [job_id]
    with transaction(deps) as session:
        queue.unannounce(session, [job_id])
    assert unannounced(deps) == [job_id]


def test_a_job_is_announced_again_when_its_lease_runs_out_but_not_before(deps: SimpleNamespace) -> None:
    job_id = enqueue(deps)
    assert unannounced(deps) == [job_id]
    claimed(deps, lease_seconds=0.2)
    assert unannounced(deps) == []
    with transaction(deps) as session:
        session.execute(text("UPDATE jobs SET announced_at = due_at"))
    make_due(deps)
    with transaction(deps) as session:
        past = database_now(session) - timedelta(seconds=5)
        session.execute(text("UPDATE jobs SET announced_at = :past").bindparams(past=past.replace(tzinfo=None)))
    assert unannounced(deps) == [job_id]


def test_a_job_that_does_not_exist_is_not_found(deps: SimpleNamespace) -> None:
    with pytest.raises(NotFound):
        status(deps, 999)


def test_relay_takes_back_what_the_broker_did_not_take(deps: SimpleNamespace) -> None:
    ids = [enqueue(deps) for _ in range(3)]
    sent: list[int] = []

    def announce(job_id: int) -> None:
        if len(sent) == 1:
            raise Unavailable("broker_down", "gone")
        sent.append(job_id)

    with pytest.raises(Unavailable):
        relay(deps, NAMES, announce, 60)
    assert sent == ids[:1]
    assert unannounced(deps) == ids[1:]
