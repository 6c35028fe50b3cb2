"""RE2 patterns on folded text: compiled with their problems named, and where they match."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType
from typing import Any, NamedTuple

import re2

from app.compliance.atoms import Ways, ways_of
from app.compliance.normalise import CJK, fold_pattern, fold_term
from app.compliance.prefilter import Prefilter
from app.kernel.errors import Problem

_ANYWHERE, _NOWHERE = re2._Anchor.UNANCHORED, (-1, -1)
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 8 << 20

_LITERAL = re.compile(rf"[{CJK}]{{2,8}}")


class Known(NamedTuple):
    """What follows from a sound pattern alone: its folded form, its ways to match, the Chinese words in it."""

    folded: str
    ways: Ways
    words: tuple[str, ...]


_recalled: dict[str, Known] = {}


def recall(known: Mapping[str, Known]) -> None:
    """Take over what `know` has found out earlier about sound patterns; it is much to work out at each start."""
    _recalled.update(known)


def know(pattern: str) -> Known:
    """What there is to know of a pattern."""
    return Known(_folded(pattern), ways(pattern), words(pattern))


@lru_cache(maxsize=16_384)  # families put the same pattern into many rules and books
def _folded(pattern: str) -> str:
    return _recalled[pattern].folded if pattern in _recalled else fold_pattern(pattern)


@lru_cache(maxsize=16_384)
def ways(pattern: str) -> Ways:
    """The ways in which a pattern can match: what the atoms say."""
    return _recalled[pattern].ways if pattern in _recalled else ways_of(_folded(pattern))


def words(pattern: str) -> tuple[str, ...]:
    """The Chinese words in a pattern, folded, each as often as it is there."""
    return _recalled[pattern].words if pattern in _recalled else tuple(_words(pattern))


def _words(pattern: str) -> Iterator[str]:
    for match in _LITERAL.finditer(re.sub(r"\[[^\]]*\]", "|", pattern)):
        optional = match.string[match.end() : match.end() + 1] in ("?", "*", "{")
        yield fold_term(match.group()[:-1] if optional else match.group())


@lru_cache(maxsize=16_384)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern. *Raises* re2.error where RE2 does not know it or it would be too large."""
    return re2.compile(_folded(pattern), _OPTIONS)


def pattern_problem(pattern: str, path: str) -> Problem | None:
    """What is wrong with `pattern`, if anything."""
    if pattern in _recalled:
        return None
    try:
        compiled = compile_pattern(pattern)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else error.args[0]
        return Problem(path, "bad_pattern", f"RE2 refuses “{pattern}”: {reason}")
    if compiled.search("") is not None:
        return Problem(path, "bad_pattern", f"“{pattern}” matches nothing at all, so it would match everywhere")
    return None


class Match(NamedTuple):
    """Where a pattern matches, in characters; `hit` is the part that counts, `groups` the texts of its named groups."""

    start: int
    end: int
    hit: tuple[int, int]
    groups: Mapping[str, str | None]


_NO_END = re.compile(r"\\[^Az]|\[\^?\]?(?:\\.|[^\]\\])*\]")  # escapes and classes, in which ^ and $ are no ends
_END = re.compile(r"[$^]|\\[Az]")
_MOST_BYTES = 1 << 16  # searched together: what a pattern looks for in vain it looks for in no more than that
_FEW = 3  # texts are searched one by one
_NO_GROUPS: Mapping[str, str | None] = MappingProxyType({})


class PatternSet:
    """Numbered patterns: where one matches, and which of those that are asked for around hits may match at all."""

    def __init__(self, patterns: Iterable[str], around: Iterable[str] = ()) -> None:
        self.patterns = list(dict.fromkeys(patterns))
        self.number = {pattern: number for number, pattern in enumerate(self.patterns)}
        self._searches: list[tuple[Any, dict[str, int]] | None] = [None] * len(self.patterns)
        self._lines: dict[int, Any] = {}
        numbered = [(pattern, way) for pattern in dict.fromkeys(around) for way in ways(pattern)]
        self._mask: dict[str, int] = {}
        for index, (pattern, _) in enumerate(numbered):
            self._mask[pattern] = self._mask.get(pattern, 0) | 1 << index
        self._around = Prefilter([way for _, way in numbered])

    def open_around(self, text: str) -> int:
        """What `may_match` asks: computed once for a text."""
        return self._around.open(text)

    def open_around_each(self, texts: Sequence[str]) -> list[int]:
        """The same for some texts at once."""
        return self._around.open_many(texts)

    def may_match(self, pattern: str, opened: int) -> bool:
        """Whether a pattern may match in the text that `open_around` was asked about. True where nothing is known."""
        mask = self._mask.get(pattern)
        return mask is None or opened & mask != 0

    def touched(self, number: int, texts: Sequence[bytes]) -> set[int]:
        """The indices of the UTF-8 `texts` in which one pattern may match: all in which it does, and few others."""
        return {index for first, last, _ in self._touched(number, texts) for index in range(first, last + 1)}

    def occurring(self, number: int, texts: Sequence[bytes]) -> set[int]:
        """The indices of the UTF-8 `texts` in which one pattern has a match that is not empty."""
        if len(texts) < _FEW:
            return {index for index, text in enumerate(texts) if self.occurs(number, text)}
        is_free = not _has_ends(self.patterns[number])
        found: set[int] = set()
        for first, last, is_inside in self._touched(number, texts):
            if is_inside and is_free:
                found.add(first)
            else:
                found.update(index for index in range(first, last + 1) if self.occurs(number, texts[index]))
        return found

    def _touched(self, number: int, texts: Sequence[bytes]) -> Iterator[tuple[int, int, bool]]:
        return _touched(self._line_match(number), texts)

    def matches_together(self, number: int, texts: Sequence[bytes]) -> dict[int, list[Match]]:
        """The matches of one pattern in each of the UTF-8 `texts` that has any, by its index.

        A match that lies in one line of all texts together is what a search in that line alone would find: it begins
        as early and is preferred as much. Where one runs over the end of a line, the lines are searched alone.
        """
        if len(texts) < _FEW or _has_ends(self.patterns[number]):
            asked = self.touched(number, texts) if len(texts) >= _FEW else range(len(texts))
            return {index: alone for index in asked if (alone := self.matches(number, texts[index]))}
        found: dict[int, list[Match]] = {}
        for first, part in _parts(texts):
            self._match_lines(number, part, first, found)
        return found

    def _match_lines(self, number: int, texts: Sequence[bytes], first: int, found: dict[int, list[Match]]) -> None:
        """Note the matches of one pattern in the `texts`, which are numbered from `first`."""
        (match, named), together = self._search(number), b"\n".join(texts)
        ends = _ends(texts)
        begin, size, line, done, chars = 0, len(together), -1, 0, 0
        while begin <= size:
            spans = match(_ANYWHERE, together, begin, size)
            start, end = spans[0]
            if start < 0:
                return
            if line < 0 or start > ends[line]:
                line = bisect_left(ends, start, line + 1)
                done, chars = ends[line - 1] + 1 if line else 0, 0
            if end > ends[line] or start == ends[line] < end:
                last = bisect_left(ends, end)
                for at in range(line, last + 1):
                    if alone := self.matches(number, texts[at]):
                        found[first + at] = alone
                begin = ends[last] + 1
                continue
            if start < end:
                chars += len(together[done:start].decode())
                done = start
                found.setdefault(first + line, []).append(_match(spans, named, together, chars))
            begin = end if end > begin else begin + 1

    def _search(self, number: int) -> tuple[Any, dict[str, int]]:
        """The search of one pattern, and the numbers of its named groups; compiled when it is first asked for."""
        found = self._searches[number]
        if found is None:
            compiled = compile_pattern(self.patterns[number])
            # The wrapper around each search takes longer than the search: what it wraps is called instead.
            found = compiled._regexp.Match, dict(compiled.groupindex) if compiled.groups else {}
            self._searches[number] = found
        return found

    def _line_match(self, number: int) -> Any:
        """The search of one pattern in many lines: there, ^ and $ hold to each of them."""
        if number not in self._lines:
            pattern = self.patterns[number]
            found = compile_pattern("(?m)" + pattern)._regexp.Match if _has_ends(pattern) else self._search(number)[0]
            self._lines[number] = found
        return self._lines[number]

    def search(self, number: int, data: bytes) -> bool:
        """Whether one pattern matches somewhere in the UTF-8 `data`."""
        return bool(self._search(number)[0](_ANYWHERE, data, 0, len(data))[0] != _NOWHERE)

    def occurs(self, number: int, data: bytes) -> bool:
        """Whether one pattern has a match in the UTF-8 `data` that is not empty."""
        start, end = self._search(number)[0](_ANYWHERE, data, 0, len(data))[0]
        return start < end or (start >= 0 and bool(self.matches(number, data)))

    def matches(self, number: int, data: bytes) -> list[Match]:
        """The matches of one pattern in the UTF-8 `data`; empty ones left out."""
        (match, named), size = self._search(number), len(data)
        matches: list[Match] = []
        begin, done, chars = 0, 0, 0
        while True:
            spans = match(_ANYWHERE, data, begin, size)
            start, end = spans[0]
            if start < 0:
                return matches
            if start < end:
                chars += len(data[done:start].decode())
                done = start
                matches.append(_match(spans, named, data, chars))
            if begin == size:
                return matches
            begin = end if end > begin else begin + 1


@lru_cache(maxsize=16_384)
def _has_ends(pattern: str) -> bool:
    """Whether a pattern asks where the text begins or ends."""
    return _END.search(_NO_END.sub("", pattern)) is not None


class Clue:
    """An RE2 pattern, taken as it is, that tells which of many texts are worth a closer look."""

    def __init__(self, pattern: str) -> None:
        self._match = re2.compile(pattern, _OPTIONS)._regexp.Match if pattern else None

    @classmethod
    def of_words(cls, words: Iterable[str]) -> "Clue":
        """For texts in which one of these words stands."""
        return cls("|".join(map(re2.escape, sorted(words))))

    def touched(self, texts: Sequence[bytes]) -> list[int]:
        """The indices of the UTF-8 `texts` in which it may match: all in which it does, and few others."""
        if self._match is None:
            return []
        found = {index for first, last, _ in _touched(self._match, texts) for index in range(first, last + 1)}
        return sorted(found)


def _touched(match: Any, texts: Sequence[bytes]) -> Iterator[tuple[int, int, bool]]:
    """(first, last, whether it lies inside of that one) of the texts that a match touches.

    They are searched as lines of one text. What matches in one of them matches there, too, so that some match touches
    that line; a match may also run over several lines. Of each line there is at most one match.
    """
    for offset, part in _parts(texts):
        together, ends = b"\n".join(part), _ends(part)
        begin, size, line = 0, len(together), 0
        while begin <= size:
            start, end = match(_ANYWHERE, together, begin, size)[0]
            if start < 0:
                break
            line = bisect_left(ends, start, line)
            last = line if end <= ends[line] else bisect_left(ends, end, line)
            yield offset + line, offset + last, start < end and start < ends[line] and last == line
            begin = ends[last] + 1


def _ends(texts: Sequence[bytes]) -> list[int]:
    """Where each of the texts ends when they are the lines of one."""
    return list(accumulate([len(text) + 1 for text in texts], initial=-1))[1:]


def _parts(texts: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    """The texts in parts that are short enough to be searched together, each with the index of its first."""
    first, size = 0, 0
    for index, text in enumerate(texts):
        size += len(text) + 1
        if size > _MOST_BYTES and index > first:
            yield first, texts[first:index]
            first, size = index, len(text) + 1
    yield first, texts[first:]


def _match(spans: Sequence[tuple[int, int]], named: Mapping[str, int], data: bytes, first: int) -> Match:
    start, end = spans[0]
    whole = first, first + len(data[start:end].decode())
    if not named:
        return Match(*whole, whole, _NO_GROUPS)
    groups = {name: _text(data, spans[index]) for name, index in named.items()}
    if not groups.get("hit"):
        return Match(*whole, whole, groups)
    low, high = spans[named["hit"]]
    begin = first + len(data[start:low].decode())
    return Match(*whole, (begin, begin + len(data[low:high].decode())), groups)


def _text(data: bytes, span: tuple[int, int]) -> str | None:
    return None if span == _NOWHERE else data[span[0] : span[1]].decode()
