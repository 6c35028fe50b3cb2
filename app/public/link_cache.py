"""What each process knows of links: a bounded cache over the database that a recall gets through within seconds.

While the database does not answer, what was known goes on being served for an hour, and nobody waits for it twice.
"""

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LookUpTooSlow
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from app.db import HasEngine, database_now, reading
from app.kernel.errors import AppError
from app.links.core import Link, is_safe_address, state_of
from app.links.records import resolve
from app.tracking.core import Kind, Place

FRESH_SECONDS = 2.0
STALE_SECONDS = 3600.0
LOOK_UP_SECONDS = 0.2
PAUSE_SECONDS = 1.0
KNOWN, UNKNOWN = 1_000_000, 20_000
LOOK_UPS_AT_ONCE = 4
WARMING = "warmingUp"


class Answer(NamedTuple):
    """Where a code leads. `ends_at` is when that becomes a notice, on this process's monotonic clock."""

    kind: Kind
    location: str | None
    place: Place
    ends_at: float = math.inf


class _Entry(NamedTuple):
    answer: Answer
    asked_at: float


class LinkCache:
    """Safe to use from many threads; a code that is known and fresh costs one look into a dict."""

    def __init__(
        self,
        look_up: Callable[[str], Answer],
        known: int = KNOWN,
        unknown: int = UNKNOWN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look_up = look_up
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._unknown: dict[str, _Entry] = {}
        self._limits = (known, unknown)
        self._lock = threading.Lock()
        self._asked: dict[str, Future[_Entry]] = {}
        self._pool = ThreadPoolExecutor(LOOK_UPS_AT_ONCE, thread_name_prefix="link")
        self._paused_until = -math.inf

    def find(self, code: str) -> Answer | None:
        """Where `code` leads now; None when the database does not answer and nothing is known."""
        now = self._clock()
        entry = self._entries.get(code) or self._unknown.get(code)
        if entry is None or now - entry.asked_at >= FRESH_SECONDS:
            entry = self._asked_again(code, now) or self._while_down(entry, now)
        if entry is None:
            return None
        answer = entry.answer
        return answer if now < answer.ends_at else _notice(answer.place)

    def warm_up(self) -> None:
        """Ask once, beside everything else and whatever comes of it: the first customer need not wait to connect."""
        self._pool.submit(self._look_up, WARMING)

    def __len__(self) -> int:
        return len(self._entries) + len(self._unknown)

    def _asked_again(self, code: str, now: float) -> _Entry | None:
        if now < self._paused_until:
            return None
        with self._lock:
            future = self._asked.get(code)
            if future is None:
                future = self._asked[code] = self._pool.submit(self._ask, code)
        try:
            return future.result(LOOK_UP_SECONDS)
        except (LookUpTooSlow, CancelledError, AppError, SQLAlchemyError):
            future.cancel()
            self._paused_until = self._clock() + PAUSE_SECONDS
            return None
        finally:
            with self._lock:
                if self._asked.get(code) is future:
                    del self._asked[code]

    def _ask(self, code: str) -> _Entry:
        asked_at = self._clock()
        entry = _Entry(self._look_up(code), asked_at)
        is_unknown = entry.answer.kind == "unknown"
        with self._lock:
            kept, other = (self._unknown, self._entries) if is_unknown else (self._entries, self._unknown)
            newer = kept.get(code)
            if newer is None or newer.asked_at < asked_at:
                other.pop(code, None)
                kept.pop(code, None)
                kept[code] = entry
            if len(kept) > self._limits[is_unknown]:
                del kept[next(iter(kept))]
        return entry

    @staticmethod
    def _while_down(entry: _Entry | None, now: float) -> _Entry | None:
        """What is left to say without the database: what was known, unless that is too old or that there is nothing."""
        if entry is None or now - entry.asked_at >= STALE_SECONDS or entry.answer.kind == "unknown":
            return None
        return entry


def database_look_up(deps: HasEngine) -> Callable[[str], Answer]:
    """A function that asks the database where a code leads."""

    def look_up(code: str) -> Answer:
        asked_at = time.monotonic()
        with reading(deps) as session:
            link = resolve(session, code)
            if link is None:
                return Answer("unknown", None, Place(code))
            now = database_now(session)
            left = (link.expires_at - now).total_seconds() if link.expires_at else math.inf
            return _answer(link, state_of(link, now), asked_at + left)

    return look_up


def _answer(link: Link, state: str, ends_at: float) -> Answer:
    place = Place(link.code, link.target if link.target_kind == "poster" else None, link.parent_code)
    if state == "pending":
        return Answer("unknown", None, Place(link.code))
    if state != "active":
        return _notice(place)
    if link.target_kind == "poster":
        return Answer("redirect", landing_path(link.code), place, ends_at)
    if is_safe_address(link.target):
        return Answer("redirect", link.target, place, ends_at)
    return Answer("gone", None, place, ends_at)


def _notice(place: Place) -> Answer:
    return Answer("notice", notice_path(place.code), place)


def landing_path(code: str) -> str:
    """The page that shows the poster of an active link."""
    return f"/l/{code}"


def notice_path(code: str) -> str:
    """The page that says that a poster has been recalled or has expired."""
    return f"/l/{code}/notice"
