"""A worker dies, or sleeps through its lease: the job is done once, by the next, within lease + 1 s."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.context import ForkProcess
from pathlib import Path

import pytest

from app.db import open_engine, reading
from app.flow.deps import Deps
from app.flow.render_later import request_rendition
from app.jobs import queue
from app.posters import records
from app.posters.core import Rendition
from app.storage.store import open_store
from tests.conftest import House, transport_settings
from tests.factories import an_order, paint_swatch
from tests.faults import small_worker

LEASE_SECONDS = 2.0
FORK = multiprocessing.get_context("fork")


class Scene:
    """One order, and the workers that are let loose on it."""

    def __init__(self, house: House, log: Path, stack: ExitStack) -> None:
        self.house, self.log, self.stack = house, log, stack
        self.deps = Deps(house.settings, open_engine(house.settings), open_store(house.settings), paint_swatch)
        stack.callback(self.deps.engine.dispose)
        self.order = an_order()
        self.rendition_id = request_rendition(self.deps, self.order)

    def start(self, point: str = "") -> ForkProcess:
        """A worker process that is ready, and will hold at `point`; a fork, since it is there at once."""
        worker = FORK.Process(target=small_worker.run, args=(self.house.environment, self.log, point))
        worker.start()
        self.stack.callback(end, worker)
        self.await_event("ready", worker.pid)
        return worker

    def events(self, event: str) -> list[int]:
        """The processes to which `event` happened."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [int(line.split()[1]) for line in lines if line.split()[0] == event]

    def await_event(self, event: str, pid: int | None) -> None:
        """Return when `event` has happened to `pid`."""
        await_that(lambda: pid in self.events(event), 20)

    @property
    def rendition(self) -> Rendition:
        """As the database has it."""
        with reading(self.deps) as session:
            return records.find(session, self.rendition_id)

    def job(self, job_id: int = 1) -> queue.JobStatus:
        """As the database has it."""
        with reading(self.deps) as session:
            return queue.status(session, job_id)

    def objects(self) -> list[str]:
        """The names of all files in the store."""
        return [file.name for file in self.house.settings.storage_dir.rglob("*") if file.is_file()]


def await_that(condition: Callable[[], bool], seconds: float) -> None:
    """Return when `condition` has come true; fail when it has not within `seconds`."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"it did not happen within {seconds} s"
        time.sleep(0.02)


def send(worker: ForkProcess, number: signal.Signals) -> None:
    """Send a signal to `worker`."""
    assert worker.pid is not None
    os.kill(worker.pid, number)


def end(worker: ForkProcess) -> None:
    """Leave no process behind."""
    worker.kill()
    worker.join()
    worker.close()


SMALLEST, LARGEST = ("sqlite", "embedded"), ("postgresql", "rabbitmq")
ALL = [SMALLEST, ("sqlite", "rabbitmq"), ("postgresql", "embedded"), LARGEST]


@pytest.fixture(params=[SMALLEST, LARGEST], ids="-".join)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    database, transport = request.param
    settings = {"storage_dir": tmp_path / "objects", "lease_seconds": LEASE_SECONDS, "reannounce_seconds": 1}
    settings |= {"database_url": request.getfixturevalue(f"{database}_url")} | transport_settings(transport)
    with ExitStack() as stack:
        yield Scene(House({}).using(**settings), tmp_path / "log", stack)


@pytest.mark.parametrize("scene", ALL, ids="-".join, indirect=True)
@pytest.mark.parametrize("point", ["painting", "stored"])
def test_a_job_whose_worker_is_killed_is_done_once_within_its_lease(scene: Scene, point: str) -> None:
    first = scene.start(point)
    scene.await_event("held", first.pid)
    second = scene.start()
    assert scene.rendition.outcome == "waiting"
    first.kill()
    first.join()
    await_that(lambda: scene.rendition.outcome == "done", LEASE_SECONDS + 1)
    assert scene.events("painting") == [first.pid, second.pid]
    assert scene.objects() == [scene.rendition.object_digest]
    assert scene.deps.store.get(str(scene.rendition.object_digest)) == paint_swatch(scene.order).data
    done = scene.job()
    assert (done.state, done.attempts, done.crashes) == ("done", 2, 1)


def test_a_worker_that_slept_through_its_lease_finds_the_job_done_and_changes_nothing(scene: Scene) -> None:
    first = scene.start("stored")
    scene.await_event("held", first.pid)
    second = scene.start()
    send(first, signal.SIGSTOP)
    await_that(lambda: scene.rendition.outcome == "done", 20)
    before = scene.job()
    send(first, signal.SIGCONT)
    send(first, signal.SIGTERM)
    first.join(20)
    assert first.exitcode == 0
    assert scene.job() == before
    assert scene.events("stored") == [first.pid, second.pid]
    assert scene.objects() == [scene.rendition.object_digest]


def test_a_worker_that_is_asked_to_stop_finishes_the_job_at_hand(scene: Scene) -> None:
    worker = scene.start()
    await_that(lambda: scene.rendition.outcome == "done", 20)
    send(worker, signal.SIGTERM)
    worker.join(20)
    assert worker.exitcode == 0


def test_a_job_that_kills_every_worker_is_given_up_and_the_next_job_is_done(scene: Scene) -> None:
    """A native crash in a renderer: failed after two tries, and the service lives."""
    for _ in range(queue.MAX_CRASHES):
        worker = scene.start("painting")
        scene.await_event("held", worker.pid)
        worker.kill()
        worker.join()
    request_rendition(scene.deps, an_order(size="square"))
    scene.start()
    await_that(lambda: scene.rendition.outcome == "failed", 20)
    assert scene.rendition.error_code == "worker_lost"
    await_that(lambda: scene.job(2).state == "done", 20)
