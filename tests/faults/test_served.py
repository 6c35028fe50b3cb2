"""The product as `imprimatur serve` runs it: killed under load it loses no answered scan; told to end, it ends soon."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import DEVNULL
from typing import IO, Any

import pytest

from app.config import PROJECT, Settings
from app.flow import visit as visit_flow
from app.tracking.spool import spool_files
from tests.conftest import House
from tests.faults.test_killed_visits import Load
from tests.redirects import a_link, counts, deps_for, kept
from tests.services import free_ports

ROUNDS = 5
START_SECONDS = 90.0
END_SECONDS = 12.0


TOLD_WHERE_NOTHING_CAN_BE_RAISED = """
import os, signal, weakref
from app import factory

class Thing: pass

def opened(settings):
    thing = Thing()
    watched = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGTERM))
    del thing

factory._open_for_all = opened
"""
TOLD_WITH_ALL_ITS_GROUP_WHEN_IT_HAS_FORKED = """
import os, signal
from app import factory

server = os.getpid()

def forked():
    if {who}:
        os.killpg(0, signal.SIGINT)

factory._open_for_all = lambda settings: os.register_at_fork(after_in_parent=forked)
"""
PATIENT_WITH_WHOEVER_DOES_NOT_END = """
from app.web import serving

serving.GRACE_SECONDS = 60.0
"""


class Served:
    """Two web processes and a worker, in a session of their own; `first` is run by the server before all else."""

    def __init__(self, house: House, port: int, errors: IO[bytes] | int = DEVNULL, first: str = "") -> None:
        command = [sys.executable, "-c", f"{first}\nfrom app.factory import main\nmain()", "serve", "--port", str(port)]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("IMPRIMATUR_")}
        self.port = port
        self.process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=inherited | house.environment,
            stdout=DEVNULL,
            stderr=errors,
            start_new_session=True,
        )

    def wait_until_it_answers(self) -> None:
        """Return at the first answer."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            try:
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            finally:
                connection.close()
        raise AssertionError("it did not start")

    def processes(self) -> list[int]:
        """The ids of all that runs in the session."""
        return self._alive("-s", self.process.pid)

    def children(self, parent: int) -> list[int]:
        """The ids of what `parent` has started."""
        return self._alive("--ppid", parent)

    def _alive(self, which: str, of: int) -> list[int]:
        """The ids of processes; one that has ended and whose parent has not looked yet is none."""
        asked = ["ps", "-o", "pid=,stat=", which, str(of)]
        found = subprocess.run(asked, capture_output=True, text=True).stdout.splitlines()
        return [int(pid) for pid, state in map(str.split, found) if not state.startswith("Z")]

    def worker(self) -> int:
        """The id of the process that does the jobs: only its keeper has a child."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for child in self.children(self.process.pid):
                for found in self.children(child):
                    return found
            time.sleep(0.1)
        raise AssertionError("there is no worker")

    def is_gone(self) -> bool:
        """Whether nothing runs any more; the last child may take a moment."""
        deadline = time.monotonic() + 5
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.processes() == []

    def kill(self) -> None:
        """kill -9 of everything at once."""
        for process in self.processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()
        assert self.is_gone()


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> House:
    fonts = Settings.from_env({}).fonts_dir
    more = {"database_url": sqlite_url, "var_dir": tmp_path / "var", "fonts_dir": fonts, "web_processes": 2}
    return House({}).using(spool_dir=tmp_path / "visits", **more)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def errors_file(house: House) -> Path:
    return house.settings.var_dir.with_name("errors.txt")


def serve(house: House, port: int, stack: ExitStack, first: str = "") -> Served:
    served = Served(house, port, stack.enter_context(errors_file(house).open("ab")), first)
    stack.callback(served.kill)
    return served


def drain_all(deps: Any) -> None:
    """Take in what is left; the file of a process that was killed just now may still be held by it for a moment."""
    until = time.monotonic() + 20
    while True:
        visit_flow.drain(deps)
        if not spool_files(deps.settings.spool_dir) or time.monotonic() > until:
            return
        time.sleep(0.1)


def test_every_answered_scan_is_a_row_exactly_once_though_all_is_killed(house: House, stack: ExitStack) -> None:
    deps = deps_for(house.settings)
    stack.callback(deps.engine.dispose)
    code = a_link(deps)
    deps.engine.dispose()
    [port] = free_ports(1)
    served = serve(house, port, stack)
    served.wait_until_it_answers()
    load = Load(port, code)
    try:
        for _ in range(ROUNDS):
            time.sleep(1.5)
            assert len(served.processes()) >= 4  # granian, its two web processes, and the worker
            served.kill()
            served = serve(house, port, stack)
            served.wait_until_it_answers()
        time.sleep(1.5)
    finally:
        load.stop()
    served.kill()
    drain_all(deps)
    rows = Counter(visit.parent_code for visit in kept(deps))
    assert len(load.answered) > 20 * ROUNDS
    assert set(load.answered) <= set(rows) <= set(load.asked)
    assert set(rows.values()) == {1}
    assert counts(deps)["poster", "poster-1"][0] == len(rows)
    assert spool_files(house.settings.spool_dir) == []


@pytest.mark.parametrize(("number", "seconds"), [(signal.SIGTERM, 0.3), (signal.SIGTERM, 1.0), (signal.SIGINT, 1.7)])
def test_told_to_end_while_it_starts_it_leaves_nobody_behind(
    house: House, stack: ExitStack, number: signal.Signals, seconds: float
) -> None:
    served = serve(house, free_ports(1)[0], stack)
    time.sleep(seconds)
    served.process.send_signal(number)
    served.process.wait(END_SECONDS)
    assert served.is_gone()


@pytest.mark.parametrize(
    "first",
    [
        TOLD_WHERE_NOTHING_CAN_BE_RAISED,
        TOLD_WITH_ALL_ITS_GROUP_WHEN_IT_HAS_FORKED.format(who="os.getpid() == server"),
        TOLD_WITH_ALL_ITS_GROUP_WHEN_IT_HAS_FORKED.format(who="os.getppid() == server"),
    ],
    ids=["where nothing can be raised", "at a fork of the server", "at the fork of the worker"],
)
def test_told_to_end_at_the_worst_moment_it_leaves_nobody_behind(house: House, stack: ExitStack, first: str) -> None:
    served = serve(house, free_ports(1)[0], stack, first)
    served.process.wait(START_SECONDS)
    assert served.is_gone()


def test_told_to_end_while_it_serves_it_ends_soon(house: House, stack: ExitStack) -> None:
    served = serve(house, free_ports(1)[0], stack)
    served.wait_until_it_answers()
    served.process.send_signal(signal.SIGTERM)
    served.process.wait(END_SECONDS)
    assert served.is_gone()
    assert errors_file(house).read_bytes() == b""


def test_told_again_and_again_with_all_its_group_it_ends_as_soon(house: House, stack: ExitStack) -> None:
    served = serve(house, free_ports(1)[0], stack, PATIENT_WITH_WHOEVER_DOES_NOT_END)
    served.wait_until_it_answers()
    for number in (signal.SIGINT, signal.SIGTERM) * 5:
        os.killpg(served.process.pid, number)
        time.sleep(0.002)
    served.process.wait(END_SECONDS)
    assert served.is_gone()


def test_a_worker_that_dies_is_followed_by_another_and_nobody_outlives_the_server(
    house: House, stack: ExitStack
) -> None:
    served = serve(house, free_ports(1)[0], stack)
    served.wait_until_it_answers()
    first = served.worker()
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while first in served.processes() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert served.worker() != first
    served.process.kill()
    served.process.wait()
    deadline = time.monotonic() + END_SECONDS
    while not served.is_gone() and time.monotonic() < deadline:
        pass
    assert served.processes() == []
