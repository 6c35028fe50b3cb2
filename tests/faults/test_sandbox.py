"""The sandbox: a file that hangs, crashes or eats its child costs itself alone, and the child reaches nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.jobs import sandbox as module
from app.jobs.sandbox import Killed, Limits, Sandbox
from app.kernel.errors import Invalid, Unavailable
from tests.posters import PROJECT

WORKS = "tests.faults.sandbox_works"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(WORKS, Limits(seconds=1, memory_mib=128, pieces=5), size=2)
    yield made
    made.close()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def pid_of(sandbox: Sandbox) -> int:
    return int(sandbox.do("loud", {}, b"")[0]["pid"])


def test_a_piece_gets_its_answer_from_a_child_that_stays_warm(sandbox: Sandbox) -> None:
    big = os.urandom(3_000_000)
    told, made = sandbox.do("loud", {}, big)
    assert made == big.upper()
    assert told["pid"] not in (os.getpid(), os.getppid())
    assert pid_of(sandbox) == told["pid"]


def test_a_child_is_renewed_after_so_many_pieces(sandbox: Sandbox) -> None:
    pids = [pid_of(sandbox) for _ in range(7)]
    assert (len(set(pids[:5])), len(set(pids))) == (1, 2)
    assert gone(pids[0])


def test_a_refusal_comes_with_all_its_problems(sandbox: Sandbox) -> None:
    with pytest.raises(Invalid) as refused:
        sandbox.do("refuse", {}, b"")
    assert [(one.path, one.code) for one in refused.value.problems] == [
        ("slots.photo", "bad_picture"),
        ("slots.b", "foreign_qr"),
    ]


@pytest.mark.parametrize(("work", "arguments"), [("crash", {}), ("eat", {"mib": 512}), ("lie", {})])
def test_a_piece_that_kills_its_child_is_tried_twice_and_the_next_succeeds(
    sandbox: Sandbox, work: str, arguments: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    start = module._Child.__init__

    def counted(self: object, *given: object) -> None:
        started.append(given)
        start(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(module._Child, "__init__", counted)
    with pytest.raises(Killed) as killed:
        sandbox.do(work, arguments, b"x" * 100_000)
    assert not killed.value.is_overtime
    assert len(started) == module.MAX_TRIES
    assert sandbox.do("loud", {}, b"next")[1] == b"NEXT"


@pytest.mark.parametrize("is_busy", [True, False])
def test_a_piece_that_takes_too_long_is_ended_once_and_the_next_succeeds(sandbox: Sandbox, is_busy: bool) -> None:
    pid = pid_of(sandbox)
    started = time.monotonic()
    with pytest.raises(Killed) as killed:
        sandbox.do("hang", {"is_busy": is_busy}, b"")
    assert killed.value.is_overtime
    assert 0.9 < time.monotonic() - started < 8
    assert gone(pid)
    assert sandbox.do("loud", {}, b"next")[1] == b"NEXT"


def hang(sandbox: Sandbox) -> None:
    with suppress(Killed):
        sandbox.do("hang", {"is_busy": False}, b"")


def test_a_piece_that_hangs_keeps_nobody_else_waiting(sandbox: Sandbox) -> None:
    hanging = threading.Thread(target=hang, args=(sandbox,))
    hanging.start()
    assert [sandbox.do("loud", {}, b"x")[1] for _ in range(3)] == [b"X"] * 3
    assert hanging.is_alive()
    hanging.join()


def test_whoever_finds_no_child_free_is_told_to_come_again(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    hanging = [threading.Thread(target=hang, args=(sandbox,)) for _ in range(2)]
    for one in hanging:
        one.start()
    while len(sandbox.pids()) < 2:
        time.sleep(0.01)
    with pytest.raises(Unavailable) as refused:
        sandbox.do("loud", {}, b"")
    assert (refused.value.code, refused.value.fields["retry_after_seconds"]) == ("sandbox_busy", 5)
    for one in hanging:
        one.join()


@pytest.mark.parametrize("what", ["file", "socket", "write"])
def test_a_child_reaches_no_file_and_no_network(sandbox: Sandbox, what: str) -> None:
    assert sandbox.do("reach", {"what": what}, b"")[0]["error"] == "OSError"


def test_a_child_knows_no_secrets(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPRIMATUR_SECRET_KEY", "nobody-knows")
    told, _ = sandbox.do("loud", {}, b"")
    assert not [name for name in told["environment"] if name.startswith(("IMPRIMATUR", "PYTHON"))]
    pid = told["pid"]
    assert sorted(os.listdir(f"/proc/{pid}/fd")) == ["0", "1", "2"]
    assert b"nobody-knows" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_after_a_fork_each_process_has_children_of_its_own(sandbox: Sandbox) -> None:
    before = pid_of(sandbox)
    reader, writer = os.pipe()
    forked = os.fork()
    if not forked:
        os.write(writer, str(pid_of(sandbox)).encode())
        sandbox.close()
        os._exit(0)
    os.waitpid(forked, 0)
    theirs = int(os.read(reader, 20))
    os.close(reader), os.close(writer)
    assert theirs != before
    assert gone(theirs)
    assert pid_of(sandbox) == before


ORPHANED = f"""
import os, sys, threading, time
from app.jobs.sandbox import Limits, Sandbox
sandbox = Sandbox("{WORKS}", Limits(seconds=1))
print(sandbox.do("loud", {{}}, b"")[0]["pid"], flush=True)
if os.fork() == 0:  # as web processes are, and children of a crew: it must not hold the line open
    time.sleep(30)
    os._exit(0)
if sys.argv[1] == "busy":
    threading.Thread(target=sandbox.do, args=("hang", {{"is_busy": True}}, b"")).start()
    time.sleep(0.2)
print("ready", flush=True)
time.sleep(30)
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_children_end_with_a_parent_that_is_killed(state: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHANED, state], cwd=PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert parent.stdout.readline() == "ready\n"
    assert is_alive(pid)
    parent.kill()
    parent.wait()
    try:
        assert gone(pid)
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.stdout.close()
