"""What has changed from one state of the rules to another, as far as it decides whether a text is blocked."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.compliance.pack import ContextRule, DisclosureRule, Jurisdiction, RegexRule
from app.compliance.rules import ENGINE_VERSION, Book, Compiled, Rules

_UNREAD = {"must_hit", "must_pass"}


@dataclass(frozen=True, slots=True)
class BookState:
    """One jurisdiction's rules: a digest of each, by id, and the words that are restored from disguise."""

    engine: str
    rules: Mapping[str, str]
    words: tuple[str, ...]
    short: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"engine": self.engine, "rules": dict(self.rules), "words": list(self.words), "short": list(self.short)}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "BookState":
        """What `as_json` gave."""
        return cls(kept["engine"], kept["rules"], tuple(kept["words"]), tuple(kept["short"]))


def state_of(rules: Rules, jurisdiction: Jurisdiction) -> BookState:
    """The state of one jurisdiction's rules."""
    book = rules.books[jurisdiction]
    return BookState(
        ENGINE_VERSION,
        {compiled.rule.id: _digest(compiled) for compiled in book.rules},
        tuple(sorted(book.lexicon.words)),
        tuple(sorted(book.lexicon.short)),
    )


def _digest(compiled: Compiled) -> str:
    """Of all that decides where the rule fires and what it says, its contexts and families spelled out."""
    said = {
        "rule": compiled.rule.model_dump(mode="json", exclude=_UNREAD),
        "unless": [one.model_dump(mode="json") for one in compiled.unless],
        "only_if": [one.model_dump(mode="json") for one in compiled.only_if],
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Change:
    """The blocking rules that are to be asked of what passed before. `words` are restored otherwise than before:
    where one of them is met, all of `blocking` are to be asked, and everywhere when `is_all`.
    """

    asked: frozenset[str]
    blocking: frozenset[str]
    words: tuple[str, ...]
    short: tuple[str, ...]
    is_all: bool


def change(book: Book, before: BookState | None, now: BookState, same_day: bool) -> Change:
    """What is to be asked of a text that nothing blocked under `before`; None: nobody knows how it was judged."""
    blocking = frozenset(compiled.rule.id for compiled in book.rules if compiled.severity == "block")
    if before is None or before.engine != now.engine:
        return Change(blocking, blocking, (), (), True)
    asked = frozenset(
        compiled.rule.id
        for compiled in book.rules
        if compiled.rule.id in blocking
        and (
            before.rules.get(compiled.rule.id) != now.rules[compiled.rule.id]
            or (not same_day and is_bound_to_days(compiled))
            or isinstance(compiled.rule, ContextRule)  # the evidence that cleared it may have come to its end
        )
    )
    if before.rules != now.rules:  # another rule that falls silent lets a net speak
        asked |= blocking & book.nets
    short = frozenset(before.short) ^ frozenset(now.short)
    words = (frozenset(before.words) ^ frozenset(now.words)) | short
    return Change(asked, blocking, tuple(sorted(words)), tuple(sorted(short)), False)


def is_bound_to_days(compiled: Compiled) -> bool:
    """Whether the day decides on the rule: its own validity, or dates that it reads in texts."""
    rule = compiled.rule
    if rule.effective_from is not None or rule.effective_to is not None:
        return True
    if isinstance(rule, RegexRule):
        return rule.date is not None
    return isinstance(rule, ContextRule) and any(need.max_age_days is not None for need in rule.needs)


def asks_of_all(book: Book, asked: frozenset[str]) -> bool:
    """Whether one of the rules may fire on a text in which nothing stands: one that asks for a sentence everywhere."""
    return any(
        compiled.rule.id in asked
        and ((isinstance(compiled.rule, DisclosureRule) and not compiled.rule.claim) or compiled in book.layouts)
        for compiled in book.rules
    )
