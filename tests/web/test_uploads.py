"""Uploads over a real connection: cut off in the middle, or lying about their length. Nothing is kept of them."""

import io
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.web.parts import EXTENSION
from tests.journey.serving import in_a_thread
from tests.web.test_works import AsRole, House, form_token

CUT = "cut"

# Werkzeug leaves the temporary file of a part that never ended to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@dataclass
class Line:
    """A server, the poster to bring pictures for, and what a browser would send beside the body."""

    port: int
    poster_id: str
    head: str
    objects: Path

    def kept(self) -> int:
        return sum(file.is_file() for file in self.objects.rglob("*"))

    def send(self, body: bytes, length: int, sent: int | None = None) -> str:
        """The status line for a body of which only `sent` bytes are sent, under the length that is claimed."""
        head = f"POST /posters/{self.poster_id}/pictures HTTP/1.1\r\n{self.head}Content-Length: {length}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            line.sendall(head.encode() + body[:sent])
            line.shutdown(socket.SHUT_WR)
            answer = b""
            while part := line.recv(65536):
                answer += part
        return answer.split(b"\r\n", 1)[0].decode()


@pytest.fixture
def line(app: Flask, as_role: AsRole) -> Iterator[Line]:
    browser = as_role("advisor")
    poster_id = House(app).started()
    token = form_token(browser, "/home")
    cookies = "; ".join(f"{one.key}={one.value}" for one in _cookies(browser))
    with in_a_thread(app) as address:
        port = int(address.rpartition(":")[2])
        head = (
            f"Host: 127.0.0.1:{port}\r\nCookie: {cookies}\r\nX-CSRFToken: {token}\r\n"
            f"Accept: application/json\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary={CUT}\r\n"
        )
        yield Line(port, poster_id, head, app.extensions[EXTENSION].settings.storage_dir)


def _cookies(browser: FlaskClient) -> list[Any]:
    found = [browser.get_cookie(name, domain="localhost") for name in ("session", "form")]
    return [one for one in found if one is not None]


def a_body() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((800, 600), 60).convert("RGB").save(file, "JPEG", quality=92)
    head = f'--{CUT}\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\n\r\n'
    return head.encode() + file.getvalue() + f"\r\n--{CUT}--\r\n".encode()


def test_a_whole_upload_is_kept(line: Line) -> None:
    before, body = line.kept(), a_body()
    assert line.send(body, len(body)).split()[1] == "201"
    assert line.kept() == before + 1


@pytest.mark.parametrize("part", [0.02, 0.5, 0.98])
def test_an_upload_that_is_cut_off_leaves_nothing(line: Line, part: float) -> None:
    before, body = line.kept(), a_body()
    assert re.search(r" (400|413|422) ", line.send(body, len(body), int(len(body) * part)))
    assert line.kept() == before


@pytest.mark.parametrize("claimed", [0.3, 0.999])
def test_a_length_that_is_less_than_what_comes_leaves_nothing(line: Line, claimed: float) -> None:
    before, body = line.kept(), a_body()
    assert re.search(r" (400|413|422) ", line.send(body, int(len(body) * claimed)))
    assert line.kept() == before


def test_a_length_beyond_all_limits_is_refused_unread(line: Line) -> None:
    before = line.kept()
    assert " 413 " in line.send(a_body(), 10 * 2**30, 1000)
    assert line.kept() == before
