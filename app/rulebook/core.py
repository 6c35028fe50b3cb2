"""The rule book as values: a version of a house rule, what is in force, a replay and what it found."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal

BUILT_IN = 0  # the version of a rule that comes with the product; of a new rule: none


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version about to be saved, by somebody who had `seen` as the newest one (0: none) and began with `based_on`."""

    rule_id: str
    jurisdiction: str
    text: str
    note: str
    based_on: int
    seen: int


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A house rule as somebody wrote it; `text` is its YAML."""

    rule_id: str
    number: int
    jurisdiction: str
    text: str
    note: str
    based_on: int
    author_person_id: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Switch:
    """Since when which version of a rule is in force; `number` names the book of rules that began with it."""

    number: int
    rule_id: str
    version: int
    fingerprint: str
    replay_id: str
    switched_by_person_id: str
    switched_at: datetime


@dataclass(frozen=True, slots=True)
class BookState:
    """What is laid over the packs: the number of the book (0: nothing yet), and the version in force of each rule."""

    number: int
    versions: tuple[RuleVersion, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """A version tried against what there is, compared with the book of number `book`."""

    id: str
    rule_id: str
    version: int
    book: int
    job_id: int
    ordered_by_person_id: str
    ordered_at: datetime
    before: str | None
    fingerprint: str | None
    total: int
    done: int
    unjudged: int
    new_hits: int
    lost_hits: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReplayHit:
    """A finding that a version would add (`is_new`) or take away."""

    is_new: bool
    kind: Literal["poster", "template"]
    subject_id: str
    digest: str
    is_live: bool
    rule: str
    severity: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a replay is, and what it found until now."""

    done: int = 0
    unjudged: int = 0
    new_hits: int = 0
    lost_hits: int = 0


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a rule: `same` in both versions, only in the `old`, or only in the `new` one."""

    kind: Literal["same", "old", "new"]
    text: str


def line_diff(old: str, new: str) -> tuple[DiffLine, ...]:
    """What became of the lines of `old` in `new`."""
    return tuple(_diff(old.splitlines(), new.splitlines()))


def _diff(before: list[str], after: list[str]) -> Iterator[DiffLine]:
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (DiffLine("same", line) for line in before[i:j])
        else:
            yield from (DiffLine("old", line) for line in before[i:j])
            yield from (DiffLine("new", line) for line in after[k:m])
