"""Atoms of a pattern: literals that must stand in every text that the pattern matches.

One scan for the atoms of all patterns tells which few patterns are worth trying on a text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

Clause = frozenset[str]
"""Atoms of which one must stand in the text."""
Way = tuple[Clause, ...]
"""One way to match: every clause must be met. Without clauses nothing is asked."""
Ways = tuple[Way, ...]
"""The ways to match of a pattern or of a part of it: one of them must be possible."""

CLAUSES = 4  # that a way keeps: the rarest
_MOST_ATOMS = 600  # a clause of more says little and costs memory
_MOST_WAYS = 24  # of one pattern
_MOST_WORDS = 48  # that a run of literals, classes and optional parts may spell
_ANY: Ways = ((),)
_UNREAD = re.compile(r"\(\?[a-zA-Z-]*i|\\[QxC0-9]|\\[pP][A-Z]")  # what the parser below does not read


def ways_of(pattern: str) -> Ways:
    """The ways to match of a folded RE2 pattern; one of them is empty where the pattern must always be tried."""
    return _ANY if _UNREAD.search(pattern) else tuple(map(_rarest, _Parser(pattern).alternatives().asked()))


def _rarest(way: Way) -> Way:
    return tuple(sorted(set(way), key=_cost)[:CLAUSES])


def _cost(clause: Clause) -> float:
    """About how often one of the atoms stands in a text."""
    return sum(_FREQUENCY[not atom.isascii()].get(len(atom), 0.0005) for atom in clause)


_FREQUENCY = {True: {1: 0.02, 2: 0.001}, False: {1: 0.7, 2: 0.3, 3: 0.1, 4: 0.03, 5: 0.01, 6: 0.005}}


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of a part: all `words` that it can be, if they are few, or else the `ways` in which it matches."""

    words: Clause | None = None
    ways: Ways = _ANY

    def asked(self) -> Ways:
        """The ways, those of a part that is one of some words included."""
        return self.ways if self.words is None else _clause(self.words)


def _clause(words: Iterable[str]) -> Ways:
    listed = sorted(words, key=len)
    if len(listed) <= _MOST_WORDS:  # what holds another atom says nothing more
        listed = [word for at, word in enumerate(listed) if not any(other in word for other in listed[:at])]
    clause = frozenset(listed)
    return ((clause,),) if clause and all(clause) and len(clause) <= _MOST_ATOMS else _ANY


def _any_of(branches: list[_Part]) -> _Part:
    """One of the branches. Those that only ask for one clause are one way together."""
    words = [branch.words for branch in branches if branch.words is not None]
    if len(words) == len(branches):
        together = frozenset().union(*words)
        if len(together) <= _MOST_WORDS:
            return _Part(together)
    ways = [way for branch in branches for way in branch.asked()]
    if () in ways:
        return _Part()
    single = [way[0] for way in ways if len(way) == 1]
    several = [way for way in ways if len(way) > 1]
    if len(several) > _MOST_WAYS:
        return _Part(ways=_in_one(ways))
    merged = _clause(frozenset().union(*single)) if single else ()
    return _Part() if merged == _ANY else _Part(ways=(*merged, *several))


def _in_one(ways: Iterable[Way]) -> Ways:
    """All `ways` as one clause: the rarest of each."""
    listed = list(ways)
    return _ANY if () in listed else _clause(frozenset().union(*(min(way, key=_cost) for way in listed)))


@dataclass(slots=True)
class _Sequence:
    """The parts of one branch: the words of the run being read, and the ways so far."""

    run: Clause = frozenset(("",))
    is_whole: bool = True
    ways: list[Way] = field(default_factory=lambda: [()])

    def follow(self, part: _Part) -> None:
        """Take `part`, which must stand there just once."""
        if part.words is None:
            self.cut()
            self.ask(part.ways)
        elif len(self.run) * len(part.words) <= _MOST_WORDS:
            self.run = frozenset(first + last for first in self.run for last in part.words)
        else:
            self.cut()
            self.run = part.words

    def cut(self) -> None:
        """End the run: what follows need not stand right behind it."""
        self.ask(_clause(self.run))
        self.run, self.is_whole = frozenset(("",)), False

    def ask(self, ways: Ways) -> None:
        """One of `ways` must be possible, too."""
        if len(self.ways) * len(ways) > _MOST_WAYS:
            ways = _in_one(ways)
        self.ways = [(*before, *more) for before in self.ways for more in ways]

    def end(self) -> _Part:
        """All that is known of the branch."""
        if self.is_whole:
            return _Part(self.run)
        self.cut()
        return _Part(ways=tuple(dict.fromkeys(map(_rarest, self.ways))))


class _Parser:
    """Reads a pattern that RE2 has accepted; what it does not know gives no atoms."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def alternatives(self) -> _Part:
        """All branches up to the closing bracket or the end."""
        branches = [self._branch()]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._branch())
        return _any_of(branches)

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _branch(self) -> _Part:
        sequence = _Sequence()
        while self._peek() not in ("", "|", ")"):
            part = self._item()
            least, most = self._repeat()
            if most == 1 and (least == 1 or part.words is not None):
                sequence.follow(part if least == 1 or part.words is None else _Part(part.words | {""}))
            else:
                sequence.cut()
                if least:
                    sequence.ask(part.asked())
                    sequence.cut()
        return sequence.end()

    def _item(self) -> _Part:
        char = self._peek()
        self.at += 1
        if char == "(":
            return self._group()
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        if char in "^$":
            return _Part(frozenset(("",)))
        return _Part() if char == "." else _Part(frozenset((char,)))

    def _group(self) -> _Part:
        if self.pattern.startswith("?P<", self.at):
            self.at = self.pattern.index(">", self.at) + 1
        elif self._peek() == "?":
            self.at = min(self.pattern.index(mark, self.at) for mark in ":)" if mark in self.pattern[self.at :])
            self.at += self._peek() == ":"
        found = self.alternatives()
        self.at += 1
        return found

    def _class(self) -> _Part:
        start = self.at
        self.at += self._peek() == "^"
        self.at += self._peek() == "]"
        while self._peek() != "]":
            self.at += 2 if self._peek() == "\\" else 1
        inside = self.pattern[start : self.at]
        self.at += 1
        is_plain = not inside.startswith("^") and not set(inside) & set("\\-[:") and len(inside) <= 8
        return _Part(frozenset(inside)) if is_plain else _Part()

    def _escape(self) -> _Part:
        char = self._peek()
        self.at += 1
        if char in "pP" and self._peek() == "{":
            self.at = self.pattern.index("}", self.at) + 1
            return _Part()
        if char in "bBAz":  # takes no room
            return _Part(frozenset(("",)))
        return _Part() if char.isalnum() else _Part(frozenset((char,)))

    def _repeat(self) -> tuple[int, int]:
        """(how often the item must stand there, 0 or 1; how often it may, 1 or 2 for more)."""
        char = self._peek()
        least, most = 1, 1
        if char == "{" and self.pattern[self.at + 1 : self.at + 2].isdigit():
            end = self.pattern.index("}", self.at)
            bounds = self.pattern[self.at + 1 : end].split(",")
            least, most = min(int(bounds[0]), 1), 1 if bounds in (["1"], ["1", "1"], ["0", "1"]) else 2
            self.at = end + 1
        elif char and char in "?*+":
            self.at += 1
            least, most = int(char == "+"), 1 if char == "?" else 2
        else:
            return 1, 1
        self.at += self._peek() == "?"
        return least, most
