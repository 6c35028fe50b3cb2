"""RE2 patterns on folded text: compiled with their problems named, and sets that tell in one pass which may match."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import re2

from app.compliance.normalise import fold_pattern
from app.kernel.errors import Problem

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 8 << 20
_SET_OPTIONS = re2.Options()
_SET_OPTIONS.log_errors = False
_SET_OPTIONS.never_capture = True
_SET_OPTIONS.max_mem = 16 << 20


_folded = lru_cache(maxsize=16_384)(fold_pattern)  # families put the same pattern into many rules and books


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


# One set of all patterns would need a new automaton state for almost every new text; small ones share their states.
_SET_SIZE = 24


def _set_of(patterns: Iterable[str]) -> Any:
    members = re2.Set.SearchSet(_SET_OPTIONS)
    for pattern in patterns:
        members.Add(_folded(pattern))
    members.Compile()
    return members


class PatternSet:
    """Numbered patterns. `matching` says which of them match a text; `spans` where one of them does."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = list(dict.fromkeys(patterns))
        self.number = {pattern: number for number, pattern in enumerate(self.patterns)}
        self._compiled = [compile_pattern(pattern) for pattern in self.patterns]
        self._sets = [
            (start, _set_of(self.patterns[start : start + _SET_SIZE]))
            for start in range(0, len(self.patterns), _SET_SIZE)
        ]

    def matching(self, text: str) -> frozenset[int]:
        """The numbers of all patterns that match somewhere in `text`."""
        data = text.encode()
        return frozenset(start + number for start, members in self._sets for number in members.Match(data) or ())

    def search(self, number: int, text: str) -> bool:
        """Whether one pattern matches somewhere in `text`."""
        return self._compiled[number].search(text) is not None

    def matches(self, number: int, text: str) -> Iterator[Any]:
        """The matches of one pattern."""
        return iter(self._compiled[number].finditer(text))
