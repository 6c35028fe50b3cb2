"""Repeats within repeats: patterns like ``(a+)+`` that say one thing in many ways, and that nobody means to write."""

from collections.abc import Iterator
from dataclasses import dataclass, field

_UNBOUNDED = ("*", "+", "{")


@dataclass(slots=True)
class _Branch:
    """One alternative of a group: how many atoms it has, and whether its last one is repeated without end."""

    atoms: int = 0
    is_repeated: bool = False


@dataclass(slots=True)
class _Group:
    branches: list[_Branch] = field(default_factory=lambda: [_Branch()])

    def is_one_repeat(self) -> bool:
        """Whether one of the alternatives is nothing but a repeat without end."""
        return any(branch.atoms == 1 and branch.is_repeated for branch in self.branches)


def nests_repeats(pattern: str) -> bool:
    """Whether a repeat without end has, as a whole alternative, nothing but another one in it.

    RE2 would match it in linear time; other engines take years, and a rule may be lent to them.
    """
    groups, last = [_Group()], _Group()
    for piece in _tokens(pattern):
        branch = groups[-1].branches[-1]
        if piece == "(":
            groups.append(_Group())
        elif piece == ")" and len(groups) > 1:
            last = groups.pop()
            branch = groups[-1].branches[-1]
            branch.atoms += 1
            # A group of one repeat is that repeat, as the one around it sees it.
            branch.is_repeated = last.is_one_repeat()
        elif piece == "|":
            groups[-1].branches.append(_Branch())
        elif piece.startswith(_UNBOUNDED):
            if _is_endless(piece):
                if branch.is_repeated:
                    return True
                branch.is_repeated = True
        elif piece != "?":
            branch.atoms += 1
            branch.is_repeated = False
    return False


def _is_endless(piece: str) -> bool:
    return piece[0] != "{" or piece.endswith(",}")


def _tokens(pattern: str) -> Iterator[str]:
    """Group brackets, bars, repeats, and everything else as single atoms."""
    at = 0
    while at < len(pattern):
        piece = _token(pattern, at)
        at += len(piece)
        if piece.startswith("(?") and not piece.startswith("(?:"):
            piece = "("
        if piece[0] in "*+" or (piece[0] == "{" and piece[-1] == "}"):
            at += pattern[at : at + 1] == "?"  # a lazy repeat is a repeat
        yield "(" if piece[0] == "(" else piece


def _token(pattern: str, at: int) -> str:
    char = pattern[at]
    if char == "\\":
        end = pattern.find("}", at) if pattern[at + 1 : at + 3] in ("p{", "P{", "x{") else at + 1
        return pattern[at : max(end, at + 1) + 1]
    if char == "[":
        return pattern[at : _class_end(pattern, at)]
    if char == "(" and pattern[at + 1 : at + 2] == "?":
        ends = [found for mark in ":>" if (found := pattern.find(mark, at)) >= 0]
        return pattern[at : min(ends, default=at + 1) + 1]
    if char == "{":
        end = pattern.find("}", at)
        inside = pattern[at + 1 : end]
        if end > at and inside.replace(",", "").isdigit():
            return pattern[at : end + 1]
    return char


def _class_end(pattern: str, at: int) -> int:
    place = at + 1 + (pattern[at + 1 : at + 2] == "^")
    place += pattern[place : place + 1] == "]"
    while place < len(pattern) and pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    return place + 1
