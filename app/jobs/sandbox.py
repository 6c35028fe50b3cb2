"""A sandbox: warm child processes that open what strangers bring, and know nothing and reach nothing else.

A child is a new interpreter, not a fork: it has none of its parent's memory, secrets, files or connections, and its
limits leave it no file or socket to open. What it answers is read as data, never unpickled. It ends with its parent,
whose end of the line then closes, and by itself when a piece of work takes too long.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from app.kernel.errors import Invalid, Problem, Unavailable

CHILD = Path(__file__).with_name("sandbox_child.py")
MAX_TRIES = 2
PATIENCE_SECONDS = 30.0
LONGEST_HEAD = 2**20
LONGEST_DATA = 2**28
_OVERTIME = {-signal.SIGALRM, -signal.SIGXCPU}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one piece of work may take, beyond the child's own start: seconds of CPU, and twice as many in all; memory.

    After so many `pieces` a child is renewed.
    """

    seconds: float = 15.0
    memory_mib: int = 1024
    pieces: int = 200


class Killed(Exception):
    """The child died over a piece of work, as often as it was tried; `is_overtime`: its time ran out."""

    def __init__(self, is_overtime: bool) -> None:
        super().__init__("overtime" if is_overtime else "crash")
        self.is_overtime = is_overtime


class Sandbox:
    """At most `size` children of this process that do what the functions in ``WORKS`` of `module` do.

    Each is started when it is first needed, and stays. May be used by many threads.
    """

    def __init__(self, module: str, limits: Limits | None = None, size: int = 2) -> None:
        self._module = module
        self._limits = limits or Limits()
        self._size = size
        self._begin()
        _sandboxes.add(self)

    def _begin(self) -> None:
        self._free = threading.Condition()
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()

    def do(self, work: str, arguments: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        """What the function called `work` makes of `data`: values that JSON knows, and bytes.

        *Raises* whatever Invalid the function raises; Killed; Unavailable ``sandbox_busy`` when no child gets free.
        """
        head = json.dumps({"work": work, "arguments": dict(arguments)}).encode()
        for attempt in range(1, MAX_TRIES + 1):
            child = self._take()
            answer = child.ask(head, data)
            self._give_back(child, is_alive=answer is not None)
            if answer is not None:
                return _read(answer)
            if child.is_overtime or attempt == MAX_TRIES:
                break
        raise Killed(child.is_overtime)

    def pids(self) -> list[int]:
        """The process ids of the children."""
        with self._free:
            return [child.process.pid for child in self._all]

    def close(self) -> None:
        """Let all children go."""
        with self._free:
            for child in self._all:
                child.end()
            self._all, self._idle = set(), []

    def forget(self) -> None:
        """After a fork, in the new process: the children are the parent's. Their lines must not be held open here."""
        for child in self._all:
            child.forget()
        self._begin()

    def _take(self) -> "_Child":
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self._free:
            while not self._idle and len(self._all) >= self._size:
                if not self._free.wait(deadline - time.monotonic()):
                    raise Unavailable("sandbox_busy", "too many files are being opened", retry_after_seconds=5)
            child = self._idle.pop() if self._idle else _Child(self._module, self._limits)
            self._all.add(child)
            return child

    def _give_back(self, child: "_Child", is_alive: bool) -> None:
        with self._free:
            if is_alive and child.pieces < self._limits.pieces and child in self._all:
                self._idle.append(child)
            else:
                child.end()
                self._all.discard(child)
            self._free.notify()


def _read(answer: tuple[bytes, bytes]) -> tuple[dict[str, Any], bytes]:
    said, data = json.loads(answer[0]), answer[1]
    if "problems" in said:
        problems = [Problem(str(path), str(code), str(message)) for path, code, message in said["problems"]]
        raise Invalid(str(said["code"]), str(said["message"]), problems)
    return dict(said["answer"]), data


class _Child:
    def __init__(self, module: str, limits: Limits) -> None:
        self.pieces = 0
        self.is_overtime = False
        self._seconds = limits.seconds
        self.process = subprocess.Popen(
            [sys.executable, "-I", CHILD, module, str(limits.seconds), str(limits.memory_mib)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            cwd="/",
            start_new_session=True,  # Ctrl-C is the parent's to answer
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._to, self._from = self.process.stdin, self.process.stdout

    def ask(self, head: bytes, data: bytes) -> tuple[bytes, bytes] | None:
        """The answer: a document and bytes. None when the child died, or answered nonsense."""
        self.pieces += 1
        # The child keeps its time itself; this is for one that does not get so far.
        guard = threading.Timer(3 * self._seconds + 10, self.process.kill)
        guard.daemon = True
        guard.start()
        try:
            send(self._to, head, data)
            return receive(self._from)
        except (OSError, EOFError, ValueError):  # a ValueError: the line was closed meanwhile
            return None
        finally:
            guard.cancel()

    def end(self) -> None:
        """End the process, whatever it does; says why it had ended, if it had."""
        self._to.close()
        self._from.close()
        try:
            status = self.process.wait(0.05 if self.pieces else 0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.is_overtime = status in _OVERTIME

    def forget(self) -> None:
        """Close this process's copies of the line."""
        self._to.close()
        self._from.close()
        self.process.returncode = 0  # it is nobody's to wait for here


def send(line: IO[bytes], head: bytes, data: bytes) -> None:
    """Write a message: the lengths of both parts, eight bytes each, and both parts."""
    for part in (len(head).to_bytes(8), len(data).to_bytes(8), head, data):
        rest = memoryview(part)
        while rest:
            rest = rest[line.write(rest) :]


def receive(line: IO[bytes]) -> tuple[bytes, bytes]:
    """The next message. *Raises* EOFError when there is none, or one that is too long."""
    lengths = _exactly(line, 16)
    head, data = int.from_bytes(lengths[:8]), int.from_bytes(lengths[8:])
    if head > LONGEST_HEAD or data > LONGEST_DATA:
        raise EOFError
    return _exactly(line, head), _exactly(line, data)


def _exactly(line: IO[bytes], length: int) -> bytes:
    found = bytearray()
    while len(found) < length:
        part = line.read(min(length - len(found), 2**20))
        if not part:
            raise EOFError
        found += part
    return bytes(found)


_sandboxes: "weakref.WeakSet[Sandbox]" = weakref.WeakSet()


def _close_all() -> None:
    for one in list(_sandboxes):
        one.close()


def _forget_all() -> None:
    for one in list(_sandboxes):
        one.forget()


atexit.register(_close_all)
os.register_at_fork(after_in_child=_forget_all)
