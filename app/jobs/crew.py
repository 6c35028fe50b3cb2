"""A crew of child processes that work under limits: one that hangs, crashes or eats memory costs its own piece of work.

Children are forked, so that they have everything their parent has loaded; nothing but pieces and results is copied.
"""

import atexit
import multiprocessing
import os
import resource
import signal
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from app.kernel.errors import AppError, Blocked, Unavailable

Piece = TypeVar("Piece")
Result = TypeVar("Result")

MAX_TRIES = 2


class Crew(Generic[Piece, Result]):
    """`size` children that each call `work` on one piece at a time, for at most `seconds` and `memory_mib` more memory.

    To be used by one thread. `work` must be repeatable: a piece whose child died is tried once more.
    """

    def __init__(self, work: Callable[[Piece], Result], size: int, seconds: float, memory_mib: int) -> None:
        self._work = work
        self._size = size
        self._seconds = seconds
        self._memory_mib = memory_mib
        self._idle: list[_Child] = []
        _crews.add(self)

    def __enter__(self) -> "Crew[Piece, Result]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the children go; those at work are killed."""
        while self._idle:
            self._idle.pop().dismiss()

    def do(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Result | AppError]]:
        """Each piece with its result, as they come.

        An AppError that `work` raises is the piece's result; so are Blocked ``render_timeout`` and, after two deaths of
        a child, Unavailable ``render_crashed``.
        """
        coming = iter(pieces)
        again: deque[Piece] = deque()
        busy: dict[Connection, tuple[_Child, Piece, float]] = {}
        deaths: list[Piece] = []
        try:
            while True:
                while len(busy) < self._size and (given := _next(again, coming)) is not None:
                    child = self._idle.pop() if self._idle else _Child(self._work, self._memory_mib)
                    child.connection.send(given[0])
                    busy[child.connection] = (child, given[0], time.monotonic() + self._seconds)
                if not busy:
                    return
                patience = min(deadline for _, _, deadline in busy.values()) - time.monotonic()
                ready = wait(list(busy), timeout=max(patience, 0))
                for connection in list(busy):
                    child, piece, deadline = busy[connection]
                    if connection in ready:
                        del busy[connection]
                        try:
                            result = connection.recv()
                        except (EOFError, ConnectionResetError):
                            child.dismiss()
                            deaths.append(piece)
                            if deaths.count(piece) < MAX_TRIES:
                                again.append(piece)
                            else:
                                yield piece, Unavailable("render_crashed", "the process that did this died twice")
                            continue
                        self._idle.append(child)
                        yield piece, result
                    elif time.monotonic() >= deadline:
                        del busy[connection]
                        child.dismiss()
                        yield piece, Blocked("render_timeout", f"not finished after {self._seconds:g} seconds")
        finally:
            for child, _, _ in busy.values():
                child.dismiss()


_crews: "weakref.WeakSet[Crew[Any, Any]]" = weakref.WeakSet()


def _close_all() -> None:
    """At the end of the process: children that do as their parent at SIGTERM would be waited for in vain."""
    for one in list(_crews):
        one.close()


atexit.register(_close_all)


def _next(again: "deque[Piece]", coming: Iterator[Piece]) -> tuple[Piece] | None:
    if again:
        return (again.popleft(),)
    for piece in coming:
        return (piece,)
    return None


class _Child:
    def __init__(self, work: Callable[[Piece], Result], memory_mib: int) -> None:
        context = multiprocessing.get_context("fork")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self.connection, theirs, work, memory_mib), daemon=True)
        self._process.start()
        theirs.close()

    def dismiss(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self._process.close()
        self.connection.close()


def _serve(parents: Connection, ours: Connection, work: Callable[[Piece], Result], memory_mib: int) -> None:
    """The life of a child: it ends with its parent, whose end of the line then closes."""
    parents.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    _hold_memory(memory_mib)
    while True:
        try:
            piece = ours.recv()
        except EOFError:
            return
        try:
            answer: Result | AppError = work(piece)
        except AppError as error:
            answer = error
        ours.send(answer)


def _hold_memory(memory_mib: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + memory_mib * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
