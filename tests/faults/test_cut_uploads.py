"""Uploads that stop in the middle or lie about their length, sent to the real server: refused, and nothing is left."""

import http.client
import re
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from app.accounts import records
from app.accounts.proof import hashed, new_token, token_digest
from app.config import Settings
from app.db import reading, transaction
from app.factory import open_deps
from app.flow.deps import Deps
from app.library.records import all_versions
from tests.bundles import bundle
from tests.conftest import House
from tests.faults.test_served import Served
from tests.services import free_ports

BOUNDARY = "cut-" + secrets.token_hex(8)


@dataclass(frozen=True)
class Site:
    """A served product in which a designer is signed in."""

    port: int
    deps: Deps
    cookie: str
    form_token: str

    def body(self, data: bytes) -> bytes:
        """A form with a bundle, as browsers send it."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.form_token}\r\n'
        file = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="bundle"; filename="kit.zip"\r\n'
            "Content-Type: application/zip\r\n\r\n"
        )
        return head.encode() + file.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()

    def send(self, length: str, body: bytes, close: bool = True) -> int | None:
        """The status of the answer to `body` under a Content-Length; None when there was none."""
        head = (
            f"POST /design/upload HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n"
            "Connection: close\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            try:
                wire.sendall(head.encode() + body)
                if close:
                    wire.shutdown(socket.SHUT_WR)
                answer = wire.recv(4096)
            except OSError:
                return None
        found = re.match(rb"HTTP/1.1 (\d{3})", answer)
        return int(found[1]) if found else None

    def nothing_is_left(self) -> bool:
        """Whether there is neither an object nor a version."""
        with reading(self.deps) as session:
            versions = all_versions(session)
        folder = self.deps.settings.storage_dir
        kept = [file for file in folder.rglob("*") if file.is_file() and "named" not in file.parts]
        return not versions and not kept


@pytest.fixture(scope="module")
def site(empty_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("uploads")
    (folder / "test.db").write_bytes(empty_sqlite)
    fonts = Settings.from_env({}).fonts_dir
    url = f"sqlite:///{folder / 'test.db'}"
    house = House({}).using(database_url=url, var_dir=folder / "var", spool_dir=folder / "visits", fonts_dir=fonts)
    deps = open_deps(house.settings)
    token = new_token()
    with transaction(deps) as session:
        root = records.add_organisation(session, None, "headquarters", "澜山银行")
        person = records.add_person(session, root.id, "梅亦寒")
        account = records.add_account(session, person, root.id, "designer", "mei", hashed("mountain-and-water-7"))
        records.add_session(session, account, token_digest(token), 1)
    (port,) = free_ports(1)
    served = Served(house, port)
    served.wait_until_it_answers()
    try:
        yield _opened(port, deps, token)
    finally:
        served.kill()
        deps.engine.dispose()


def _opened(port: int, deps: Deps, token: str) -> Site:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", "/me", headers={"Cookie": f"session={token}"})
        answer = connection.getresponse()
        page, cookie = answer.read().decode(), answer.getheader("Set-Cookie") or ""
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None, page[-500:]
    return Site(port, deps, f"session={token}; {cookie.partition(';')[0]}", found[1])


def test_an_upload_that_is_cut_off_leaves_nothing(site: Site) -> None:
    whole = site.body(bundle())
    for share in (0.02, 0.5, 0.999):
        part = whole[: int(len(whole) * share)]
        assert site.send(str(len(whole)), part) in (400, 413, None)
        assert site.nothing_is_left()


def test_a_length_that_lies_leaves_nothing(site: Site) -> None:
    """Who sends on after the answer may lose it to the reset of the connection; what counts is that nothing is left."""
    whole = site.body(bundle())
    for length, allowed in (
        (str(len(whole) // 2), (400, 413, 422, None)),
        ("10", (400, 413, None)),
        (str(33 * 1024 * 1024), (400, 413, None)),
        (str(10**12), (400, 413, None)),
        ("-5", (400, None)),
        ("nonsense", (400, None)),
    ):
        assert (length, site.send(length, whole)) in [(length, one) for one in allowed]
        assert site.nothing_is_left()


def test_the_server_takes_the_next_whole_upload(site: Site) -> None:
    whole = site.body(bundle())
    began = time.monotonic()
    assert site.send(str(len(whole)), whole, close=False) == 303
    assert time.monotonic() - began < 20
    assert not site.nothing_is_left()
