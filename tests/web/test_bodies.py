"""What is said of a body that did not come whole: that it was too slow, or that it was cut off."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from app.web.bodies import Bodies, Pace

GRACE_SECONDS = 0.5


class Line:
    """A connection, with what the server's side of it knows of a request that is a body of 100,000 bytes."""

    def __init__(self, listening: socket.socket, opened: ExitStack) -> None:
        self.customer = opened.enter_context(socket.create_connection(listening.getsockname()))
        self.server, (address, _) = listening.accept()
        opened.enter_context(self.server)
        source = opened.enter_context(self.server.makefile("rb", buffering=0))
        self.environ = {"CONTENT_LENGTH": "100000", "REMOTE_ADDR": address, "wsgi.input": source}
        self.statuses: list[str] = []
        self.customer.sendall(b"x")

    def ask(self, bodies: Bodies) -> threading.Thread:
        """Let a thread take the body in."""
        thread = threading.Thread(target=bodies, args=(self.environ, self._start), daemon=True)
        thread.start()
        return thread

    def _start(self, status: str, _headers: Any) -> None:
        self.statuses.append(status)


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def listening(opened: ExitStack) -> socket.socket:
    return opened.enter_context(socket.create_server(("127.0.0.1", 0)))


def never(*_: Any) -> Any:
    raise AssertionError("no body was whole")


@pytest.fixture
def bodies() -> Bodies:
    return Bodies(never, threads=2, longest_bytes=1_000_000, pace=Pace(GRACE_SECONDS))


def test_one_whose_thread_began_late_is_told_that_it_was_slow(
    listening: socket.socket, opened: ExitStack, bodies: Bodies
) -> None:
    lines = [Line(listening, opened), Line(listening, opened)]
    first = lines[0].ask(bodies)
    time.sleep(GRACE_SECONDS * 0.9)
    second = lines[1].ask(bodies)
    for thread in (first, second):
        thread.join(20)
    assert [line.statuses for line in lines] == [["408 Request Timeout"]] * 2


def test_one_who_stops_half_way_is_told_so(listening: socket.socket, opened: ExitStack, bodies: Bodies) -> None:
    line = Line(listening, opened)
    taken_in = line.ask(bodies)
    line.customer.shutdown(socket.SHUT_WR)
    taken_in.join(20)
    assert line.statuses == ["400 Bad Request"]
