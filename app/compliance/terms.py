"""Terms found in a tightened text, if what stands between their characters lets them be one word."""

from collections.abc import Iterable, Iterator

from daachorse import MATCH_KIND_STANDARD, CharwiseDoubleArrayAhoCorasick

from app.compliance.normalise import is_cjk
from app.compliance.view import View

_STOPS = frozenset("。！？；!?;.")
_COMMAS = frozenset(",、:，：")


class TermIndex:
    """All terms of a set of rules in one automaton."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = list(dict.fromkeys(terms))
        self._automaton = CharwiseDoubleArrayAhoCorasick(self._terms, MATCH_KIND_STANDARD) if self._terms else None

    def find(self, view: View) -> Iterator[tuple[str, int, int]]:
        """(term, start, end) in the view's text of every hit that separators and Latin word edges allow."""
        if self._automaton is None:
            return
        tight = view.tight
        for start, end, number in self._automaton.find_overlapping(tight.text):
            first, last = tight.starts[start], tight.starts[end - 1] + 1
            if _at_edges(tight.text, start, end, view.text, first, last) and _is_one(
                view.text, tight.starts, start, end
            ):
                yield self._terms[number], first, last


def _at_edges(tight: str, start: int, end: int, text: str, first: int, last: int) -> bool:
    """A hit must not begin or end inside a Latin word or a number."""
    if first and _sticks(text[first - 1], tight[start], text, first - 2):
        return False
    return last >= len(text) or not _sticks(tight[end - 1], text[last], text, last + 1)


def _sticks(left: str, right: str, text: str, beyond: int) -> bool:
    if left.isascii() and right.isascii():
        if left.isalpha() and right.isalpha():
            return True
        if left.isdigit() and right.isdigit():
            return True
        point = right if left.isdigit() else left if right.isdigit() else ""
        return point == "." and 0 <= beyond < len(text) and text[beyond].isdigit()
    return False


def _is_one(text: str, starts: tuple[int, ...], start: int, end: int) -> bool:
    """Whether the hit's characters belong together in spite of what stands between them."""
    first, last = starts[start], starts[end - 1] + 1
    if last - first == end - start:
        return True
    gaps = [text[starts[i] + 1 : starts[i + 1]] for i in range(start, end - 1)]
    if any(len(gap) > 4 for gap in gaps):
        return False
    hard = [gap for gap in gaps if _STOPS & set(gap) and not _inside_number(gap)]
    commas = [gap for gap in gaps if _COMMAS & set(gap)]
    if not hard and not commas:
        return True
    if not (_edge(text, first - 1) and _edge(text, last)):
        return False
    pieces = len(hard) + len(commas) + 1
    spelled_out = (end - start) / pieces <= 1.5
    return spelled_out or (not hard and is_cjk(text[first]))


def _inside_number(gap: str) -> bool:
    return gap == "."


def _edge(text: str, at: int) -> bool:
    return at < 0 or at >= len(text) or not (text[at].isalnum() or text[at] == "%")


def needs_boundary(term: str) -> bool:
    """Whether a hit of `term` must keep to the words of a Chinese sentence: short ones hide inside others."""
    return len(term) <= 3 and all(map(is_cjk, term))
