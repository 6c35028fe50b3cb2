"""Atoms of a pattern: literals of which one must stand in every text that the pattern matches.

One scan for the atoms of all patterns tells which few patterns are worth trying on a text.
"""

from dataclasses import dataclass, field

Atoms = frozenset[str]
_MOST = 600  # a set of more atoms than this says little and costs memory


def atoms_of(pattern: str) -> Atoms | None:
    """The atoms of a folded RE2 pattern; None where it has none that would help (it must always be tried)."""
    if "(?i" in pattern:
        return None
    found = _Parser(pattern).alternatives()
    return found if found is not None and len(found) <= _MOST and all(found) else None


def _cost(atoms: Atoms) -> float:
    """About how often one of the atoms stands in a text."""
    return sum(_FREQUENCY[not atom.isascii()].get(len(atom), 0.0005) for atom in atoms)


_FREQUENCY = {True: {1: 0.02, 2: 0.001}, False: {1: 0.7, 2: 0.3, 3: 0.1, 4: 0.03, 5: 0.01, 6: 0.005}}


@dataclass(slots=True)
class _Sequence:
    """The parts of one branch: the literals being read, and the best atoms so far."""

    best: Atoms | None = None
    run: list[str] = field(default_factory=list)

    def flush(self) -> None:
        """End the run of literals."""
        if self.run:
            self.offer(frozenset(("".join(self.run),)))
            self.run.clear()

    def offer(self, atoms: Atoms | None) -> None:
        """Take `atoms`, if they are rarer than the best so far."""
        if atoms is not None and (self.best is None or _cost(atoms) < _cost(self.best)):
            self.best = atoms


class _Parser:
    """Reads a pattern that RE2 has accepted; what it does not know gives no atoms."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def alternatives(self) -> Atoms | None:
        """All branches up to the closing bracket or the end: each must have atoms, and all of them count."""
        branches = [self._branch()]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._branch())
        return None if None in branches else frozenset().union(*(branch for branch in branches if branch))

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _branch(self) -> Atoms | None:
        sequence = _Sequence()
        while self._peek() not in ("", "|", ")"):
            literal, atoms = self._item()
            at_least, exactly = self._repeat()
            if literal and at_least:
                sequence.run.append(literal)
            if not literal or not exactly:
                sequence.flush()
            if not literal and at_least:
                sequence.offer(atoms)
        sequence.flush()
        return sequence.best

    def _item(self) -> tuple[str, Atoms | None]:
        """One item: (its literal character, or nothing; its atoms, if it is a group or a small class)."""
        char = self._peek()
        self.at += 1
        if char == "(":
            return "", self._group()
        if char == "[":
            return "", self._class()
        if char == "\\":
            return self._escape(), None
        return ("", None) if char in ".^$" else (char, None)

    def _group(self) -> Atoms | None:
        if self.pattern.startswith("?P<", self.at):
            self.at = self.pattern.index(">", self.at) + 1
        elif self._peek() == "?":
            self.at = min(self.pattern.index(mark, self.at) for mark in ":)" if mark in self.pattern[self.at :])
            self.at += self._peek() == ":"
        found = self.alternatives()
        self.at += 1
        return found

    def _class(self) -> Atoms | None:
        start = self.at
        self.at += self._peek() == "^"
        self.at += self._peek() == "]"
        while self._peek() != "]":
            self.at += 2 if self._peek() == "\\" else 1
        inside = self.pattern[start : self.at]
        self.at += 1
        is_plain = not inside.startswith("^") and not set(inside) & set("\\-[:") and len(inside) <= 8
        return frozenset(inside) if is_plain else None

    def _escape(self) -> str:
        char = self._peek()
        self.at += 1
        if char in "pP" and self._peek() == "{":
            self.at = self.pattern.index("}", self.at) + 1
            return ""
        return "" if char.isalnum() else char

    def _repeat(self) -> tuple[bool, bool]:
        """(whether the item must stand there at all, whether it stands there just once)."""
        char = self._peek()
        if char == "{" and self.pattern[self.at + 1 : self.at + 2].isdigit():
            end = self.pattern.index("}", self.at)
            least = int(self.pattern[self.at + 1 : end].split(",")[0])
            self.at = end + 1
            self.at += self._peek() == "?"
            return least > 0, False
        if char and char in "?*+":
            self.at += 1
            self.at += self._peek() == "?"
            return char == "+", False
        return True, True
