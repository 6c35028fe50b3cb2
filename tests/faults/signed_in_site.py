"""The product as `imprimatur serve` runs it, with a designer who is signed in; requests go over bare sockets."""

import http.client
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.accounts import records
from app.accounts.proof import hashed, new_token, token_digest
from app.config import Settings
from app.db import reading, transaction
from app.factory import open_deps
from app.flow.deps import Deps
from app.library.records import all_versions
from tests.conftest import House
from tests.faults.test_served import Served
from tests.services import free_ports

BOUNDARY = "cut-" + secrets.token_hex(8)


@dataclass(frozen=True)
class Site:
    """A served product in which a designer is signed in, and another one, who only looks."""

    port: int
    deps: Deps
    cookie: str
    form_token: str
    other_cookie: str

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


@contextmanager
def served_site(empty_sqlite: bytes, folder: Path, **more: object) -> Iterator[Site]:
    """A site with a house of its own in `folder`, under further settings."""
    (folder / "test.db").write_bytes(empty_sqlite)
    fonts = Settings.from_env({}).fonts_dir
    url = f"sqlite:///{folder / 'test.db'}"
    places = {"var_dir": folder / "var", "spool_dir": folder / "visits", "fonts_dir": fonts}
    house = House({}).using(database_url=url, **places, **more)
    deps = open_deps(house.settings)
    tokens = [_designer(deps, name) for name in ("mei", "song")]
    (port,) = free_ports(1)
    served = Served(house, port)
    served.wait_until_it_answers()
    try:
        yield _opened(port, deps, tokens)
    finally:
        served.kill()
        deps.engine.dispose()


def _designer(deps: Deps, login: str) -> str:
    """The token of a new designer's session."""
    token = new_token()
    with transaction(deps) as session:
        found = records.organisations(session)
        root = found[0] if found else records.add_organisation(session, None, "headquarters", "澜山银行")
        person = records.add_person(session, root.id, "梅亦寒")
        account = records.add_account(session, person, root.id, "designer", login, hashed("mountain-and-water-7"))
        records.add_session(session, account, token_digest(token), 1)
    return token


def _opened(port: int, deps: Deps, tokens: list[str]) -> Site:
    token, other = tokens
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", "/me", headers={"Cookie": f"session={token}"})
        answer = connection.getresponse()
        page, cookie = answer.read().decode(), answer.getheader("Set-Cookie") or ""
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None, page[-500:]
    return Site(port, deps, f"session={token}; {cookie.partition(';')[0]}", found[1], f"session={other}")
