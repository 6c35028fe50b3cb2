"""Counting attempts in this process alone: it holds when nothing else answers."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from app.kernel.digest import sha256_hex

WINDOW_SECONDS = 15 * 60
LOGIN_LIMIT = 10
ADDRESS_LIMIT = 50
_MOST_KEYS = 20_000


class LocalLimiter:
    """Attempts by key in a window of time; the oldest keys are forgotten when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, key: str, limit: int) -> float | None:
        """Count one attempt: None when it is allowed, else in how many seconds the next one will be."""
        with self._lock:
            now = self._clock()
            began, attempts = self._counts.get(key, (now, 0))
            if now - began >= WINDOW_SECONDS:
                began, attempts = now, 0
            self._counts[key] = (began, attempts + 1)
            self._counts.move_to_end(key)
            while len(self._counts) > _MOST_KEYS:
                self._counts.popitem(last=False)
            return None if attempts < limit else began + WINDOW_SECONDS - now

    def forgive(self, key: str, attempts: int) -> None:
        """Take back `attempts` of this key."""
        with self._lock:
            if key in self._counts:
                began, counted = self._counts[key]
                self._counts[key] = (began, max(0, counted - attempts))


def attempt_keys(login: str, address: str) -> tuple[tuple[str, int], tuple[str, int]]:
    """What an attempt is counted under, each with its limit; a key says neither who nor whence."""
    return (_key(f"login {login}"), LOGIN_LIMIT), (_key(f"from {address}"), ADDRESS_LIMIT)


def _key(text: str) -> str:
    return sha256_hex(text.encode("utf-8", "surrogatepass"))
