"""Turns: what makes the house paint, check or open files is done for each person only so often, and few at a time.

Counted in each process by itself, as threads are.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app

from app.kernel.errors import Unavailable
from app.web.visitor import current_actor

View = TypeVar("View", bound=Callable[..., Any])
EXTENSION = "imprimatur-turns"
_MOST_KEYS = 10_000


class Turns:
    """`at_once` at a time for each key; beyond `burst` of them, `per_second`. Safe to use from many threads."""

    def __init__(
        self,
        at_once: int = 3,
        burst: int = 60,
        per_second: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once, self._burst, self._per_second = at_once, burst, per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._busy: dict[str, int] = {}
        # The instant at which all that a key has had is forgotten; each is after `1 / per_second`.
        self._debts: OrderedDict[str, float] = OrderedDict()

    @contextmanager
    def taken(self, key: str) -> Iterator[None]:
        """One turn. *Raises* Unavailable ``too_many_renders`` with `retry_after_seconds`."""
        with self._lock:
            now = self._clock()
            busy = self._busy.get(key, 0)
            debt = max(self._debts.get(key, now), now)
            wait = debt - now - (self._burst - 1) / self._per_second
            if busy >= self._at_once or wait > 0:
                message = "this was asked for too often at once: wait a moment"
                raise Unavailable("too_many_renders", message, retry_after_seconds=max(1, math.ceil(wait)))
            self._busy[key] = busy + 1
            self._debts[key] = debt + 1 / self._per_second
            self._debts.move_to_end(key)
            while len(self._debts) > _MOST_KEYS:
                self._debts.popitem(last=False)
        try:
            yield
        finally:
            with self._lock:
                self._busy[key] -= 1
                if not self._busy[key]:
                    del self._busy[key]


def turn() -> AbstractContextManager[None]:
    """A turn of whoever asks. *Raises* Unavailable ``too_many_renders`` when it is entered."""
    turns: Turns = current_app.extensions[EXTENSION]
    return turns.taken(current_actor().person_id)


def in_turn(view: View) -> View:
    """For a route that is costly: each person takes turns. Stands below the route's policy."""

    @wraps(view)
    def taking(*given: Any, **named: Any) -> Any:
        with turn():
            return view(*given, **named)

    return cast(View, taking)
