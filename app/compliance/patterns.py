"""RE2 patterns on folded text: compiled with their problems named, and which of them match, found by one scan."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import re2
from daachorse import MATCH_KIND_STANDARD, CharwiseDoubleArrayAhoCorasick

from app.compliance.atoms import CLAUSES, ways_of
from app.compliance.normalise import fold_pattern
from app.kernel.errors import Problem

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 8 << 20

_folded = lru_cache(maxsize=16_384)(fold_pattern)  # families put the same pattern into many rules and books
_ways = lru_cache(maxsize=16_384)(ways_of)


@lru_cache(maxsize=16_384)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern. *Raises* re2.error where RE2 does not know it or it would be too large."""
    return re2.compile(_folded(pattern), _OPTIONS)


def pattern_problem(pattern: str, path: str) -> Problem | None:
    """What is wrong with `pattern`, if anything."""
    try:
        compiled = compile_pattern(pattern)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else error.args[0]
        return Problem(path, "bad_pattern", f"RE2 refuses “{pattern}”: {reason}")
    if compiled.search("") is not None:
        return Problem(path, "bad_pattern", f"“{pattern}” matches nothing at all, so it would match everywhere")
    return None


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matches, in characters; `hit` is the part that counts, `groups` the texts of its named groups."""

    start: int
    end: int
    hit: tuple[int, int]
    groups: Mapping[str, str | None]


_NO_GROUPS: Mapping[str, str | None] = MappingProxyType({})


class PatternSet:
    """Numbered patterns. `worth_trying` says which of them may match a text; `matches` where one of them does.

    One scan for the patterns' atoms leaves a few patterns; those without atoms are always worth trying. Each way to
    match has a bit in each of `CLAUSES` layers of one large number: an atom sets the bits of the clauses that it meets,
    and a way is possible when its bit is set in every layer.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = list(dict.fromkeys(patterns))
        self.number = {pattern: number for number, pattern in enumerate(self.patterns)}
        self._compiled = [compile_pattern(pattern) for pattern in self.patterns]
        self._named = [tuple(one.groupindex) if one.groups else () for one in self._compiled]
        ways = [(number, way) for number, pattern in enumerate(self.patterns) for way in _ways(_folded(pattern))]
        self._pattern_of = [number for number, _ in ways]
        self._size = len(ways)
        self._met = 0  # bits of clauses that there are not
        bits: dict[str, int] = {}
        for index, (_, way) in enumerate(ways):
            for layer in range(CLAUSES):
                bit = 1 << (layer * self._size + index)
                if layer >= len(way):
                    self._met |= bit
                for atom in way[layer] if layer < len(way) else ():
                    bits[atom] = bits.get(atom, 0) | bit
        self._bits = list(bits.values())
        self._atoms = CharwiseDoubleArrayAhoCorasick(list(bits), MATCH_KIND_STANDARD) if bits else None

    def worth_trying(self, text: str) -> set[int]:
        """The numbers of the patterns that may match in `text`: all that match, and few others."""
        met = self._met
        if self._atoms is not None:
            bits = self._bits
            for atom in {number for _, _, number in self._atoms.find_overlapping(text)}:
                met |= bits[atom]
        possible = met & ((1 << self._size) - 1)
        for layer in range(1, CLAUSES):
            possible &= met >> (layer * self._size)
        return {self._pattern_of[index] for index in _bits_of(possible)}

    def search(self, number: int, data: bytes) -> bool:
        """Whether one pattern matches somewhere in the UTF-8 `data`."""
        return self._compiled[number].search(data) is not None

    def matches(self, number: int, data: bytes) -> list[Match]:
        """The matches of one pattern in the UTF-8 `data`; empty ones left out."""
        matches, at, chars = [], 0, 0
        for found in self._compiled[number].finditer(data):
            start, end = found.span()
            if start < end:
                chars += len(data[at:start].decode())
                at = start
                matches.append(self._match(number, found, data, chars))
        return matches

    def _match(self, number: int, found: Any, data: bytes, first: int) -> Match:
        start, end = found.span()
        whole = first, first + len(data[start:end].decode())
        if not self._named[number]:
            return Match(*whole, whole, _NO_GROUPS)
        groups = {name: None if text is None else text.decode() for name, text in found.groupdict().items()}
        if not groups.get("hit"):
            return Match(*whole, whole, groups)
        low, high = found.span(found.re.groupindex["hit"])
        begin = first + len(data[start:low].decode())
        return Match(*whole, (begin, begin + len(data[low:high].decode())), groups)


def _bits_of(number: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
