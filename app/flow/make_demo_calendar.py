"""The demonstration's own time: weeks that pass within seconds, one thing after the other."""

import heapq
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

MOMENT = timedelta(milliseconds=7)

Story = Iterator[datetime]


class Calendar:
    """A clock for `with_clock`, and what is still to happen by it.

    A story is a generator: it does something, and yields the instant at which it wants to go on. Stories are told
    interleaved, always the one whose instant comes first, and the clock never goes back; each look at it takes a
    moment, so that what happens later has a later instant.
    """

    def __init__(self, begins_at: datetime, ends_at: datetime) -> None:
        self.ends_at = ends_at
        self._now = begins_at
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._told = itertools.count()

    def __call__(self) -> datetime:
        """The time; it is never asked twice in the same moment."""
        self._now += MOMENT
        return self._now

    def wait_until(self, instant: datetime) -> None:
        """Let time pass in which nothing happens."""
        self._now = max(self._now, instant)

    def tell(self, story: Story) -> None:
        """Begin `story`, which is told from its first instant on."""
        instant = next(story, None)
        if instant is not None:
            heapq.heappush(self._waiting, (instant, next(self._told), story))

    def run(self) -> None:
        """Let time pass until nothing is left to happen, or the end has come; what lies after that never happens."""
        while self._waiting and self._waiting[0][0] <= self.ends_at:
            instant, _, story = heapq.heappop(self._waiting)
            self.wait_until(instant)
            self.tell(story)
