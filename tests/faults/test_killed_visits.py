"""kill -9 of server and drain under load, five times: every answered scan is a row, exactly once."""

import http.client
import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import pytest

from app.flow import visit as visit_flow
from app.kernel.ids import new_code
from app.tracking.spool import spool_files
from tests.conftest import House
from tests.faults import small_site
from tests.redirects import PERSON, a_link, counts, deps_for, kept
from tests.services import free_ports

ROUNDS, CALLERS = 5, 6
PAUSE_SECONDS = 0.01  # without it, who asks would take the processor from who answers
FORK = multiprocessing.get_context("fork")
HEADERS = {name.removeprefix("HTTP_").replace("_", "-"): value for name, value in PERSON.items()}


class Load:
    """Callers who scan without a pause, each time with a marker of its own, and know which were answered."""

    def __init__(self, port: int, code: str) -> None:
        self.port, self.code = port, code
        self.asked: list[str] = []
        self.answered: list[str] = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._scan) for _ in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def _scan(self) -> None:
        while not self.ended.is_set():
            marker = "z" + new_code(15)
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            self.asked.append(marker)
            try:
                connection.request("GET", f"/r/{self.code}?via={marker}", headers=HEADERS)
                if connection.getresponse().status == 302:
                    self.answered.append(marker)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # nobody is there: whoever starts needs the processor
            finally:
                connection.close()
            time.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        """Wait for the last answers."""
        self.ended.set()
        for thread in self.threads:
            thread.join()


class Scene:
    """A site that is served and drained by processes that can be killed."""

    def __init__(self, house: House, folder: Path, stack: ExitStack) -> None:
        self.house, self.folder, self.stack = house, folder, stack
        self.deps: Any = deps_for(house.settings)
        stack.callback(self.deps.engine.dispose)
        [self.port] = free_ports(1)
        self.code = a_link(self.deps)
        self.deps.engine.dispose()

    def serve(self) -> ForkProcess:
        """A web process that answers."""
        ready = self.folder / f"ready-{new_code()}"
        process = self._start(small_site.serve, self.house.environment, self.port, ready)
        deadline = time.monotonic() + 20
        while not ready.exists():
            assert time.monotonic() < deadline, "it did not start"
            time.sleep(0.01)
        return process

    def drain(self) -> ForkProcess:
        """A process that drains."""
        return self._start(small_site.drain, self.house.environment)

    def _start(self, target: Any, *arguments: Any) -> ForkProcess:
        process = FORK.Process(target=target, args=arguments)
        process.start()
        self.stack.callback(_end, process)
        return process


def _end(process: ForkProcess) -> None:
    process.kill()
    process.join()


@pytest.fixture(params=["sqlite-written", "postgresql-synced"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    database, durability = request.param.split("-")
    url = request.getfixturevalue(f"{database}_url")
    house = House({}).using(database_url=url, spool_dir=tmp_path / "visits", visit_durability=durability)
    with ExitStack() as stack:
        yield Scene(house, tmp_path, stack)


def test_every_answered_scan_is_a_row_exactly_once(scene: Scene) -> None:
    served, drained = scene.serve(), scene.drain()
    load = Load(scene.port, scene.code)
    try:
        for _ in range(ROUNDS):
            time.sleep(0.5)
            _end(served)
            _end(drained)
            drained, served = scene.drain(), scene.serve()
        _end(drained)
        time.sleep(0.5)  # scanned while nobody drains: something is left in the spool
    finally:
        load.stop()
    _end(served)
    folder = scene.house.settings.spool_dir
    assert len(spool_files(folder)) > 0
    visit_flow.drain(scene.deps)
    visits = kept(scene.deps)
    rows = Counter(visit.parent_code for visit in visits)
    led_on = sum(visit.kind == "redirect" for visit in visits)
    assert len(load.answered) > 20 * ROUNDS
    assert set(load.answered) <= set(rows) <= set(load.asked)
    assert set(rows.values()) == {1}
    assert led_on >= len(load.answered)
    assert counts(scene.deps)["poster", "poster-1"] == (len(rows), led_on, 0)
    assert spool_files(folder) == []
