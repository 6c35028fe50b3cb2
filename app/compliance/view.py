"""One way of reading the text (as it stands, with lines joined, restored), with everything that rules ask of it."""

import bisect
from collections.abc import Sequence

from app.compliance.normalise import Folded, Tight
from app.compliance.pack import Nearby
from app.compliance.patterns import Match, PatternSet
from app.compliance.segment import Segments
from app.kernel.lazy import lazy


class View:
    """A folded text with its map to the original. `changed` are the original spans that only this view reads so."""

    def __init__(
        self,
        folded: Folded,
        patterns: PatternSet,
        how: str = "",
        changed: tuple[tuple[int, int], ...] = (),
        tight: Tight | None = None,
    ) -> None:
        self.folded = folded
        self.text = folded.text
        self.how = how
        self.changed = changed
        self._patterns = patterns
        self._matches: dict[str, Sequence[Match]] = {}
        self._spans: dict[str, tuple[tuple[int, int], ...]] = {}
        self._occurs: dict[str, bool] = {}
        self._had: dict[tuple[str, int, int], bool] = {}
        if tight is not None:
            self.tight = tight

    @lazy
    def tight(self) -> Tight:
        """The text without separators, pointing into this view's text."""
        return Tight(self.text)

    @lazy
    def segments(self) -> Segments:
        """Words and sentences."""
        return Segments(self.text)

    @lazy
    def opened(self) -> int:
        """What the patterns that are asked for around hits leave open here; `open_together` says it sooner for many."""
        return self._patterns.open_around(self.text)

    @property
    def is_opened(self) -> bool:
        """Whether that is known."""
        return "opened" in self.__dict__

    def may_match(self, pattern: str) -> bool:
        """Whether `pattern` may match anywhere; where it does not, it matches in no part of the text either."""
        return self._patterns.may_match(pattern, self.opened)

    @lazy
    def data(self) -> bytes:
        """The text in UTF-8, as RE2 reads it."""
        return self.text.encode()

    def spans(self, pattern: str) -> tuple[tuple[int, int], ...]:
        """Where `pattern` matches."""
        found = self._spans.get(pattern)
        if found is None:
            found = self._spans[pattern] = tuple([(match.start, match.end) for match in self.matches(pattern)])
        return found

    def spans_from(self, pattern: str, start: int) -> list[tuple[int, int]]:
        """Where `pattern` matches in the text from `start` on, counted from there."""
        number = self._patterns.number[pattern]
        return [(match.start, match.end) for match in self._patterns.matches(number, self.text[start:].encode())]

    def has(self, pattern: str, start: int, end: int) -> bool:
        """Whether `pattern` matches in [start, end), taken as a text of its own."""
        asked = (pattern, start, end)
        found = self._had.get(asked)
        if found is None:
            found = self._patterns.search(self._patterns.number[pattern], self.text[start:end].encode())
            self._had[asked] = found
        return found

    def occurs(self, pattern: str) -> bool:
        """Whether `pattern` matches anywhere, with more than an empty match."""
        known = self._matches.get(pattern)
        if known is not None:
            return bool(known)
        found = self._occurs.get(pattern)
        if found is None:
            found = self._occurs[pattern] = self._patterns.occurs(self._patterns.number[pattern], self.data)
        return found

    def exists(self, nearby: Nearby) -> bool:
        """Whether a context's pattern matches somewhere; True for one that holds to its hit, which is not known yet."""
        return nearby.is_anchored or self.occurs(nearby.pattern)

    def note(self, pattern: str, found: Sequence[Match]) -> None:
        """Note where `pattern` is known to match."""
        self._matches[pattern] = found

    def note_whether(self, pattern: str, occurs: bool) -> None:
        """Note whether `pattern` is known to match anywhere."""
        self._occurs[pattern] = occurs
        if not occurs:
            self._matches[pattern] = ()

    def knows_whether(self, pattern: str) -> bool:
        """Whether it is known whether `pattern` matches anywhere."""
        return pattern in self._matches or pattern in self._occurs

    def knows(self, pattern: str) -> bool:
        """Whether it is known where `pattern` matches."""
        return pattern in self._matches

    def is_all(self, pattern: str, text: str) -> bool:
        """Whether `pattern` matches the whole of `text`."""
        found = self._patterns.matches(self._patterns.number[pattern], text.encode())
        return any((match.start, match.end) == (0, len(text)) for match in found)

    def matches(self, pattern: str) -> Sequence[Match]:
        """The matches of `pattern`, with their groups; empty ones left out. Rules have patterns in common."""
        found = self._matches.get(pattern)
        if found is None:
            found = self.tried(pattern) if self.may_match(pattern) else []
            self._matches[pattern] = found
        return found

    def tried(self, pattern: str) -> Sequence[Match]:
        """The same of a pattern that is known to be worth trying."""
        found = self._matches.get(pattern)
        if found is None:
            found = self._matches[pattern] = self._patterns.matches(self._patterns.number[pattern], self.data)
        return found

    def reads_anew(self, start: int, end: int) -> bool:
        """Whether [start, end) of this view's text holds something that only this view reads so."""
        if not self.how:
            return True
        first, last = self.folded.span(start, end)
        at = bisect.bisect_right(self.changed, first, key=lambda change: change[1])
        return at < len(self.changed) and self.changed[at][0] < last


def try_together(patterns: PatternSet, pattern: str, views: Sequence[View]) -> None:
    """Find out for some views at once where `pattern` matches."""
    asked = [view for view in views if not view.knows(pattern)]
    if not asked:
        return
    found = patterns.matches_together(patterns.number[pattern], [view.data for view in asked])
    for index, view in enumerate(asked):
        view.note(pattern, found.get(index, ()))


def occur_together(patterns: PatternSet, pattern: str, views: Sequence[View]) -> None:
    """Find out for some views at once whether `pattern` matches anywhere."""
    asked = [view for view in views if not view.knows_whether(pattern)]
    if not asked:
        return
    found = patterns.occurring(patterns.number[pattern], [view.data for view in asked])
    for index, view in enumerate(asked):
        view.note_whether(pattern, index in found)


def open_together(patterns: PatternSet, views: Sequence[View]) -> None:
    """Find out for many views at once what the patterns that are asked for around hits leave open."""
    asked = [view for view in views if not view.is_opened]
    if len(asked) >= _MANY:
        for view, opened in zip(asked, patterns.open_around_each([view.text for view in asked]), strict=True):
            view.opened = opened


_MANY = 24  # fewer views are asked one by one, and only where somebody wants to know
