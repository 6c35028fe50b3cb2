"""Bodies of requests are taken in before anybody works on them, and only from those who send them.

The server gives a request to a thread when its head is there. Somebody who sends the body a byte at a time would hold
that thread for as long as they like, and with as many connections as there are threads the whole house. Here bodies
are read in places of their own, of which there are few; whoever is too slow is told so; and no more requests are worked
on at once than the settings say.
"""

import json
import secrets
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog

from app.web.connections import Connection, connections

PLACES = 16  # for bodies, beside the threads for requests
_PIECE_BYTES = 64 * 1024
_IN_MEMORY_BYTES = 1024 * 1024
_SAME_SECONDS = 1.0  # by which the clocks of kernel and process may differ about one event

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How slow a body may be: `grace_seconds` to begin with, then so many bytes in every second on average."""

    grace_seconds: float = 10.0
    bytes_per_second: int = 16 * 1024

    def is_too_slow(self, seconds: float, received_bytes: int) -> bool:
        """Whether so much in so long is too little."""
        return seconds > self.grace_seconds and received_bytes < self.bytes_per_second * (seconds - self.grace_seconds)


_Answer = tuple[str, str, str, str]
_SLOW: _Answer = (
    "408 Request Timeout",
    "request_timeout",
    "上传太慢，请重试。",
    "This took too long to arrive. Try again.",
)
_CUT: _Answer = ("400 Bad Request", "cut_off", "内容没有传完，请重试。", "This arrived only in part. Try again.")
_NO_LENGTH: _Answer = ("411 Length Required", "length_required", "请求没有说明长度。", "A body comes with its length.")
_MANY: _Answer = (
    "429 Too Many Requests",
    "too_many_uploads",
    "同时上传太多，请稍后再试。",
    "Too many uploads at once. Wait a little, then try again.",
)
_BUSY: _Answer = (
    "503 Service Unavailable",
    "server_busy",
    "系统繁忙，请稍后再试。",
    "Busy. Wait a little, then try again.",
)


class Bodies:
    """A WSGI application in front of `app`, of which `threads` requests at most are worked on at once.

    Bodies beyond `longest_bytes` are left to `app`, which refuses them unread. One address has three quarters of the
    places at most, unless a proxy of ours brings them all.
    """

    def __init__(
        self, app: WSGIApplication, threads: int, longest_bytes: int, is_proxied: bool = False, pace: Pace | None = None
    ) -> None:
        self._app = app
        self._longest_bytes = longest_bytes
        self._pace = pace or Pace()
        self._each = PLACES if is_proxied else PLACES * 3 // 4
        self._working = threading.BoundedSemaphore(threads)
        self._lock = threading.Lock()
        self._reading: list[tuple[str, float]] = []
        self._running: dict[int, tuple[str, float]] = {}
        self._ended: dict[str, float] = {}  # when a slow one of an address was ended last
        self._is_watched = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ:
            return _refused(_NO_LENGTH, environ, start_response)
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or not 0 < int(length) <= self._longest_bytes:
            return self._work(environ, start_response)
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as body:
            refusal = self._take_in(environ, int(length), body)
            if refusal is not None:
                return _refused(refusal, environ, start_response)
            body.seek(0)
            environ["wsgi.input"] = body
            return self._work(environ, start_response)

    def _work(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        me = threading.get_ident()
        self._running[me] = (environ.get("REMOTE_ADDR", ""), time.monotonic())
        try:
            with self._working:
                return self._app(environ, start_response)
        finally:
            del self._running[me]

    def _take_in(self, environ: WSGIEnvironment, length: int, body: IO[bytes]) -> _Answer | None:
        """Read the body; why it is refused, if it is."""
        place = (environ.get("REMOTE_ADDR", ""), time.monotonic())
        with self._lock:
            if len(self._reading) >= PLACES:
                return _BUSY
            if sum(address == place[0] for address, _ in self._reading) >= self._each:
                return _MANY
            self._reading.append(place)
            if not self._is_watched:
                self._is_watched = True
                threading.Thread(target=self._watch, name="bodies", daemon=True).start()
        try:
            received = _read(environ["wsgi.input"], length, body)
        finally:
            with self._lock:
                self._reading.remove(place)
                was_ended = self._ended.get(place[0], 0.0) >= place[1]
        if received == length:
            return None
        return _SLOW if was_ended or self._pace.is_too_slow(time.monotonic() - place[1], received) else _CUT

    def _watch(self) -> None:
        """While somebody reads for long, end the connections that are too slow, so that the reading ends."""
        while True:
            time.sleep(self._pace.grace_seconds / 10)
            with self._lock:
                if not self._reading:
                    self._is_watched = False
                    self._ended.clear()
                    return
                late = time.monotonic() - self._pace.grace_seconds
                addresses = {address for address, began in self._reading if began < late}
            for one in connections() if addresses else ():
                if one.address in addresses and self._is_too_slow(one):
                    _log.warning("slow_body_ended", seconds=round(one.sent_ago), received_bytes=one.received_bytes)
                    self._ended[one.address] = time.monotonic()
                    _end(one)

    def _is_too_slow(self, one: Connection) -> bool:
        """Whether it brings the body of a request too slowly; not one whose request is whole, and being worked on."""
        if not one.is_owed or not self._pace.is_too_slow(one.sent_ago, one.received_bytes):
            return False
        came = time.monotonic() - one.received_ago
        running = [began for address, began in self._running.copy().values() if address == one.address]
        return not any(abs(began - came) < _SAME_SECONDS for began in running)


def _end(one: Connection) -> None:
    try:
        one.end_reading()
    except OSError:
        return  # it has ended by itself


def _read(source: IO[bytes], length: int, body: IO[bytes]) -> int:
    received = 0
    while received < length:
        try:
            piece = source.read(min(_PIECE_BYTES, length - received))
        except OSError:
            break
        if not piece:
            break
        body.write(piece)
        received += len(piece)
    return received


def _refused(answer: _Answer, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    status, code, zh, en = answer
    if "application/json" in environ.get("HTTP_ACCEPT", ""):
        told = {"code": code, "message": f"{zh} {en}", "request_id": secrets.token_hex(8)}
        kind, text = "application/json", json.dumps({"error": told}, ensure_ascii=False)
    else:
        kind, text = "text/plain; charset=utf-8", f"{zh}\n{en}\n"
    data = text.encode()
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(data))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Connection", "close"),
    ]
    if answer in (_MANY, _BUSY):
        headers.append(("Retry-After", "5"))
    start_response(status, headers)
    return [data]
