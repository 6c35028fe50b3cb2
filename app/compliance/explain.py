"""How a finding was read: the original piece, what it was folded to, and each step between them."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.compliance.document import Document, Finding
from app.compliance.lookalikes import CHARACTERS, LETTERS
from app.compliance.normalise import fold
from app.compliance.readings import readings
from app.compliance.rules import Rules
from app.compliance.view import View

StepKind = Literal[
    "invisible", "width", "traditional", "lookalike", "case", "styled", "split", "separator", "sound", "leet"
]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was undone: `before` stood at [start, end) of the document's text and was read as `after`."""

    kind: StepKind
    start: int
    end: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The original piece of text, the piece as the rule read it, and the steps in the order of the text."""

    original: str
    folded: str
    steps: tuple[Step, ...]


def explain(rules: Rules, document: Document, finding: Finding) -> Explanation:
    """How `finding` came to be read as it was. A finding that stands there plainly has no steps."""
    text = document.text
    view = _view_of(rules, document, finding)
    steps = list(_steps(text, view, finding)) if view is not None and finding.end > finding.start else []
    return Explanation(text[finding.start : finding.end], finding.folded, tuple(steps))


def _view_of(rules: Rules, document: Document, finding: Finding) -> View | None:
    book = rules.books.get(document.facts.jurisdiction)
    if book is None:
        return None
    (views,) = readings(book, [document.text])
    return next((view for view in views if view.how and view.how in finding.how), views[0])


def _steps(text: str, view: View, finding: Finding) -> Iterator[Step]:
    """Walk over the original characters and tell what became of each stretch."""
    read = _read_as(view)
    plain = _read_as_plain(text)
    at = finding.start
    while at < finding.end:
        end, after = read.get(at, (at + 1, ""))
        end = min(max(end, at + 1), finding.end)
        before = text[at:end]
        if before != after:
            kind = _kind(before, after, plain.get(at, (at + 1, ""))[1], view.how)
            yield Step(kind, at, end, before, after)
        at = end


def _read_as(view: View) -> dict[int, tuple[int, str]]:
    """Start of each original stretch → its end and what this view reads there."""
    return _stretches(view.folded.text, view.folded.starts, view.folded.ends)


def _read_as_plain(text: str) -> dict[int, tuple[int, str]]:
    folded = fold(text)
    return _stretches(folded.text, folded.starts, folded.ends)


def _stretches(folded: str, starts: tuple[int, ...], ends: tuple[int, ...]) -> dict[int, tuple[int, str]]:
    found: dict[int, tuple[int, str]] = {}
    for char, start, end in zip(folded, starts, ends, strict=True):
        known = found.get(start, (end, ""))
        found[start] = max(known[0], end), known[1] + char
    return found


def _kind(before: str, after: str, plain: str, how: str) -> StepKind:
    if how == "sound" and after != plain:
        return "leet" if before.isascii() and after.isascii() else "sound"
    if not after:
        is_unseen = all(unicodedata.category(char) in ("Cf", "Cc", "Co", "Cn", "Mn", "Me") for char in before)
        return "invisible" if is_unseen and before != "\n" else "separator"
    if len(before) > len(after) and len(before) > 1:
        return "split"
    return _character(before, after)


def _character(before: str, after: str) -> StepKind:
    if before.lower() == after:
        return "case"
    if before in CHARACTERS or before.lower() in LETTERS:
        return "lookalike"
    compatible = unicodedata.normalize("NFKC", before).lower()
    if compatible == after:
        return "width" if unicodedata.east_asian_width(before) in ("F", "H") else "styled"
    if compatible == before.lower() and len(before) == len(after) == 1 and before > "\u2e80" and after > "\u2e80":
        return "traditional"
    return "lookalike"
