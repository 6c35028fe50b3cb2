"""Slow bodies and floods against the real server: they are answered 408 and 429, and everybody else goes on."""

import http.client
import re
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.bundles import bundle
from tests.faults.signed_in_site import BOUNDARY, Site, served_site

SLOW = 40  # five times as many as there are threads for requests
ATTEMPTS = 3  # at measuring, on a machine on which others work as well


@pytest.fixture(scope="module")
def site(empty_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served_site(empty_sqlite, tmp_path_factory.mktemp("floods"), body_seconds=1) as served:
        yield served


def look(site: Site) -> float:
    """How long somebody else waits for a page."""
    began = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)) as connection:
        connection.request("GET", "/me", headers={"Cookie": site.other_cookie})
        answer = connection.getresponse()
        answer.read()
    assert answer.status == 200
    return time.monotonic() - began


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def slow_body(site: Site, address: str) -> socket.socket:
    """A connection from `address` that sends its body, which nobody has asked for, a byte at a time."""
    wire = socket.create_connection(("127.0.0.1", site.port), timeout=30, source_address=(address, 0))
    head = (
        f"POST /design/upload HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nAccept: application/json\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: 100000\r\n\r\n"
    )
    wire.sendall(head.encode())
    return wire


def answers(wires: list[socket.socket], until: Callable[[], bool]) -> list[int]:
    """The status of each answer, while a byte is sent on each line ten times a second."""
    found: dict[socket.socket, int] = {}
    while len(found) < len(wires) and not until():
        for wire in wires:
            if wire in found:
                continue
            wire.settimeout(0.001)
            try:
                status = re.match(rb"HTTP/1.1 (\d{3})", wire.recv(4096))
                found[wire] = int(status[1]) if status else 0
            except TimeoutError:
                wire.sendall(b"x")
        time.sleep(0.1)
    return list(found.values())


def test_slow_bodies_are_ended_and_nobody_else_waits(site: Site) -> None:
    look(site)
    wires = [slow_body(site, f"127.0.0.{2 + number % 2}") for number in range(SLOW)]
    found: list[int] = []
    deadline = time.monotonic() + 30
    dribbling = threading.Thread(target=lambda: found.extend(answers(wires, lambda: time.monotonic() > deadline)))
    dribbling.start()
    try:
        waited = [look(site) for _ in range(20)]
        assert site.send(str(len(site.body(bundle()))), site.body(bundle()), close=False) in (303, 503)
    finally:
        dribbling.join()
        for wire in wires:
            wire.close()
    assert p95(waited) < 1
    kinds = Counter(found)
    assert set(kinds) <= {408, 429, 503}
    assert kinds.total() == SLOW
    assert kinds[408] >= 12
    assert kinds[429] + kinds[503] >= SLOW - 20


def test_a_body_that_comes_steadily_is_taken_in_however_long_it_takes(site: Site) -> None:
    """Three times as long as a body may take by itself, at a pace that is allowed."""
    whole = site.body(bundle())
    head = (
        f"POST /design/upload HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nCookie: {site.cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(whole)}\r\n"
        "Connection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as wire:
        wire.sendall(head.encode())
        for part in range(30):
            wire.sendall(whole[len(whole) * part // 30 : len(whole) * (part + 1) // 30])
            time.sleep(0.1)
        assert wire.recv(4096).startswith(b"HTTP/1.1 303 ")


def test_a_body_without_a_length_is_refused(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as wire:
        head = f"POST /design/upload HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
        wire.sendall(head.encode() + b"5\r\nabcde\r\n")
        assert wire.recv(4096).startswith(b"HTTP/1.1 411 ")


def test_a_hundred_renders_by_one_person_keep_nobody_else_waiting(site: Site) -> None:
    """Each upload lays a template out in every size; a hundred of them would take both cores for a minute."""
    whole = site.body(bundle())
    for attempt in range(1, ATTEMPTS + 1):
        with ThreadPoolExecutor(20) as pool:
            sent = [pool.submit(site.send, str(len(whole)), whole, False) for _ in range(100)]
            waited = [look(site) for _ in range(20)]
            kinds = Counter(one.result() for one in sent)
        assert set(kinds) <= {303, 409, 429, 503}
        assert kinds[429] >= 50
        if p95(waited) < 1:
            return
        assert attempt < ATTEMPTS, waited
