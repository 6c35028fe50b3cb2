"""What each process remembers of callers for a while, in memory: who guesses, opens many at once, asks too much."""

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address

from app.tracking.core import BURST_CODES, BURST_SECONDS

MISSES = 30
MISS_SECONDS = 2.0
REMEMBERED = 50_000


class Callers:
    """Bounded, safe to use from many threads. An address may miss `MISSES` codes at once, then one in two seconds."""

    def __init__(self, remembered: int = REMEMBERED, clock: Callable[[], float] = time.monotonic) -> None:
        self._remembered = remembered
        self._clock = clock
        self._lock = threading.Lock()
        self._debts: dict[str, float] = {}
        self._opened: dict[tuple[str, str], tuple[float, set[str]]] = {}

    def wait_seconds(self, address: str) -> float:
        """How long `address` has to wait before it may try another code; 0 for nearly everybody.

        A debt is the instant at which all misses are forgotten, each after `MISS_SECONDS`.
        """
        if not self._debts:
            return 0.0
        debt = self._debts.get(network_of(address), 0.0)
        return max(0.0, debt - self._clock() - (MISSES - 1) * MISS_SECONDS)

    def missed(self, address: str) -> None:
        """Note that `address` asked for a code that is not there."""
        key, now = network_of(address), self._clock()
        with self._lock:
            debt = max(self._debts.pop(key, now), now) + MISS_SECONDS
            self._debts[key] = debt
            if len(self._debts) > self._remembered:
                del self._debts[next(iter(self._debts))]

    def is_burst(self, address: str, user_agent: str, code: str) -> bool:
        """Note that `code` was opened; whether this caller opens more different codes at once than a person can."""
        key, now = (address, user_agent), self._clock()
        found = self._opened.get(key)
        if found is not None and now - found[0] < BURST_SECONDS and code in found[1]:
            return len(found[1]) >= BURST_CODES
        with self._lock:
            found = self._opened.get(key)
            if found is None or now - found[0] >= BURST_SECONDS:
                self._opened.pop(key, None)
                found = self._opened[key] = (now, set())
            if len(found[1]) < BURST_CODES:
                found[1].add(code)
            if len(self._opened) > self._remembered:
                del self._opened[next(iter(self._opened))]
        return len(found[1]) >= BURST_CODES


class Allowance:
    """How often somebody may do a thing: `burst` times at once, then once in `seconds`. Bounded, for many threads."""

    def __init__(
        self,
        burst: int,
        seconds: float,
        remembered: int = REMEMBERED,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst, self._seconds = burst, seconds
        self._remembered = remembered
        self._clock = clock
        self._lock = threading.Lock()
        self._debts: dict[str, float] = {}

    def take(self, key: str) -> float:
        """0 when it may be done, and then it counts as done; else how many seconds to wait."""
        with self._lock:
            now = self._clock()
            debt = max(self._debts.get(key, now), now)
            wait = debt - now - (self._burst - 1) * self._seconds
            if wait > 0:
                return wait
            self._debts.pop(key, None)
            self._debts[key] = debt + self._seconds
            if len(self._debts) > self._remembered:
                del self._debts[next(iter(self._debts))]
            return 0.0


@lru_cache(8192)
def network_of(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the 64 bits of an IPv6 one that a household is given."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else parsed.exploded[:19]


def client_address(remote: str, forwarded_for: str, proxies: int) -> str:
    """Who asks: the peer, or what the outermost of our own `proxies` saw."""
    if not proxies or not forwarded_for:
        return remote
    seen = [one.strip() for one in forwarded_for.split(",")]
    return seen[-min(proxies, len(seen))]
