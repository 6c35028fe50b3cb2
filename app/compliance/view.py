"""One way of reading the text (as it stands, with lines joined, restored), with everything that rules ask of it."""

import bisect
from functools import cached_property

from app.compliance.normalise import Folded, tighten
from app.compliance.patterns import Match, PatternSet
from app.compliance.segment import Segments


class View:
    """A folded text with its map to the original. `changed` are the original spans that only this view reads so."""

    def __init__(
        self, folded: Folded, patterns: PatternSet, how: str = "", changed: tuple[tuple[int, int], ...] = ()
    ) -> None:
        self.folded = folded
        self.text = folded.text
        self.how = how
        self.changed = changed
        self._patterns = patterns
        self._matches: dict[str, list[Match]] = {}
        self._spans: dict[str, tuple[tuple[int, int], ...]] = {}
        self._had: dict[tuple[str, int, int], bool] = {}

    @cached_property
    def tight(self) -> Folded:
        """The text without separators, pointing into this view's text."""
        return tighten(self.folded)

    @cached_property
    def segments(self) -> Segments:
        """Words and sentences."""
        return Segments(self.text)

    @cached_property
    def worth_trying(self) -> set[int]:
        """Numbers of the patterns that may match somewhere."""
        return self._patterns.worth_trying(self.text)

    @cached_property
    def _possible(self) -> frozenset[str]:
        return frozenset([self._patterns.patterns[number] for number in self.worth_trying])

    def may_match(self, pattern: str) -> bool:
        """Whether `pattern` may match anywhere; where it does not, it matches in no part of the text either."""
        return pattern in self._possible

    @cached_property
    def _data(self) -> bytes:
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

    def is_all(self, pattern: str, text: str) -> bool:
        """Whether `pattern` matches the whole of `text`."""
        found = self._patterns.matches(self._patterns.number[pattern], text.encode())
        return any((match.start, match.end) == (0, len(text)) for match in found)

    def matches(self, pattern: str) -> list[Match]:
        """The matches of `pattern`, with their groups; empty ones left out. Rules have patterns in common."""
        found = self._matches.get(pattern)
        if found is None:
            number = self._patterns.number[pattern]
            found = self._patterns.matches(number, self._data) if number in self.worth_trying else []
            self._matches[pattern] = found
        return found

    def reads_anew(self, start: int, end: int) -> bool:
        """Whether [start, end) of this view's text holds something that only this view reads so."""
        if not self.how:
            return True
        first, last = self.folded.span(start, end)
        at = bisect.bisect_right(self.changed, first, key=lambda change: change[1])
        return at < len(self.changed) and self.changed[at][0] < last
