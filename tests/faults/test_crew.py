"""A crew's pieces of work that hang, crash or eat memory: each costs itself, and the next one succeeds."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.jobs.crew import Crew
from app.kernel.errors import AppError, Blocked, Invalid, Problem, Unavailable
from tests.posters import PROJECT

MEMORY_MIB = 256


def work(piece: str) -> str:
    """Does to its process what the piece says."""
    match piece:
        case "hang":
            while True:
                time.sleep(1)
        case "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        case "eat":
            return str(len(bytearray(2 * MEMORY_MIB * 2**20)))
        case "refuse":
            raise Invalid.of([Problem("slots.headline", "too_long", "61 characters, 40 allowed")])
    return piece.upper()


def outcomes(pieces: list[str], size: int = 2, seconds: float = 20) -> dict[str, str | AppError]:
    with Crew(work, size, seconds, MEMORY_MIB) as crew:
        return dict(crew.do(pieces))


def test_each_piece_gets_its_result() -> None:
    pieces = [f"piece {number}" for number in range(20)]
    assert outcomes(pieces) == {piece: piece.upper() for piece in pieces}


@pytest.mark.parametrize("fatal", ["crash", "eat"])
def test_a_piece_that_kills_its_child_twice_has_failed_and_the_others_go_on(
    fatal: str, capfd: pytest.CaptureFixture[str]
) -> None:
    found = outcomes(["a", fatal, "b", "c"])
    error = found.pop(fatal)
    assert isinstance(error, Unavailable)
    assert error.code == "render_crashed"
    assert found == {"a": "A", "b": "B", "c": "C"}


def test_a_piece_that_hangs_is_stopped_at_its_limit_and_the_next_succeeds() -> None:
    started = time.monotonic()
    found = outcomes(["hang", "a"], size=1, seconds=1)
    assert time.monotonic() - started < 10
    error = found["hang"]
    assert isinstance(error, Blocked)
    assert error.code == "render_timeout"
    assert found["a"] == "A"


def test_what_a_child_refuses_arrives_with_all_that_it_says() -> None:
    error = outcomes(["refuse"])["refuse"]
    assert isinstance(error, Invalid)
    assert [(problem.path, problem.code) for problem in error.problems] == [("slots.headline", "too_long")]


def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "children"
    code = f"""
import os, time
from app.jobs.crew import Crew
def work(piece):
    with open({str(note)!r}, "a") as file:
        file.write(f"{{os.getpid()}}\\n")
    if piece == 2:
        os.kill(os.getppid(), 9)
    time.sleep(0.5)
    return piece
list(Crew(work, 2, 60, 512).do([1, 2]))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    deadline = time.monotonic() + 10
    while len(note.read_text().split()) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    children = [int(line) for line in note.read_text().split()]
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(children) == 2
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


LINGERING = """
import signal
from app.jobs.crew import Crew
signal.signal(signal.SIGTERM, lambda *_: None)  # as a worker does
kept = Crew(str.upper, 1, 20, 256)
kept.itself = kept
print(list(kept.do(["a"])), flush=True)
"""


def test_a_process_ends_though_nobody_has_let_its_crew_go() -> None:
    """As a worker does in which a job has failed: the error still holds all that was at hand."""
    done = subprocess.run([sys.executable, "-c", LINGERING], cwd=PROJECT, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, "[('a', 'A')]\n")
