"""Rules compiled from packs: one book per jurisdiction, and the fingerprint that every verdict records."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache, partial

from app.compliance.context import resolve, shared_contexts
from app.compliance.document import Facts
from app.compliance.families import Library, spell_out
from app.compliance.normalise import fold_term, fold_terms
from app.compliance.pack import (
    ContextRule,
    DisclosureRule,
    Jurisdiction,
    LayoutRule,
    Nearby,
    Pack,
    RegexRule,
    Rule,
    Severity,
    TermRule,
)
from app.compliance.patterns import PatternSet, pattern_problem, ways, words
from app.compliance.phonetic import Lexicon
from app.compliance.prefilter import Prefilter
from app.compliance.terms import TermIndex
from app.kernel.errors import Invalid, Problem

ENGINE_VERSION = "3"


@dataclass(frozen=True)
class Compiled:
    """A rule with its contexts resolved and its terms and required texts folded."""

    rule: Rule
    pack: str
    unless: tuple[Nearby, ...]
    only_if: tuple[Nearby, ...]
    texts: tuple[str, ...] = ()

    @cached_property
    def voiding(self) -> tuple[Nearby, ...]:
        """Those of `unless` that save all hits in a text when they stand anywhere in it."""
        return tuple(nearby for nearby in self.unless if nearby.text is not None)

    @cached_property
    def saving(self) -> tuple[Nearby, ...]:
        """The others of `unless`, in the order of what it takes to ask: one that stands is enough."""
        return tuple(sorted((nearby for nearby in self.unless if nearby.text is None), key=_soonest))

    @property
    def severity(self) -> Severity:
        """The rule's severity, held to `review` where its source is unverified."""
        rule = self.rule
        return "review" if rule.status == "unverified" and rule.severity == "block" else rule.severity

    def is_in_force(self, as_of: date) -> bool:
        """Whether the rule is in force on the day."""
        rule = self.rule
        return (
            rule.status != "draft"
            and not (rule.status == "pending" and rule.effective_from is None)
            and (rule.effective_from is None or rule.effective_from <= as_of)
            and (rule.effective_to is None or as_of <= rule.effective_to)
        )

    def applies(self, facts: Facts, as_of: date) -> bool:
        """Whether the rule is in force on the day and meant for these facts."""
        rule = self.rule
        return (
            self.is_in_force(as_of)
            and (not rule.products or facts.product in rule.products)
            and (not rule.channels or facts.channel is None or facts.channel in rule.channels)
        )


@dataclass(frozen=True, slots=True)
class InForce:
    """The ids of the rules in force for some facts on a day, and the bits of their ways to be woken."""

    ids: frozenset[str]
    ways: int


class Book:
    """The rules of one jurisdiction with the indexes that find their hits."""

    def __init__(self, rules: Sequence[Compiled], lexicon: Iterable[str]) -> None:
        self.rules = tuple(rules)
        self.by_term: dict[str, list[Compiled]] = {}
        phonetic: list[str] = []
        for compiled in self.rules:
            if isinstance(compiled.rule, TermRule):
                for term in compiled.texts:
                    self.by_term.setdefault(term, []).append(compiled)
                phonetic += compiled.texts if compiled.rule.phonetic else ()
        self.terms = TermIndex(self.by_term)
        self.patterns = PatternSet(
            (pattern for compiled in self.rules for _, pattern in _patterns(compiled)),
            (pattern for compiled in self.rules for pattern in _around(compiled)),
        )
        spelled = [word for compiled in self.rules for word in _literals(compiled.rule)]
        self.lexicon = Lexicon([*phonetic, *spelled], [fold_term(word) for word in lexicon])
        self._known_in_force = lru_cache(maxsize=256)(self._in_force)
        self.layouts = tuple(compiled for compiled in self.rules if isinstance(compiled.rule, LayoutRule))
        self.nets = frozenset(compiled.rule.id for compiled in self.rules if compiled.rule.net)
        self.always: tuple[int, ...] = ()  # rules that nothing has to wake
        self.triggers: dict[int, tuple[str, ...]] = {}  # of each rule that has any
        for index, compiled in enumerate(self.rules):
            triggers = triggers_of(compiled.rule)
            if triggers:
                self.triggers[index] = tuple(dict.fromkeys(triggers))
            elif isinstance(compiled.rule, DisclosureRule):
                self.always += (index,)
        self.woken: dict[str, list[int]] = {}  # the rules of each trigger, by number
        for index, triggers in self.triggers.items():
            for pattern in triggers:
                self.woken.setdefault(pattern, []).append(index)
        gate = [(pattern, way) for pattern in self.woken for way in ways(pattern)]
        self._gated = [pattern for pattern, _ in gate]
        self._gate = Prefilter([way for _, way in gate])

    def tries(self, texts: Sequence[str], in_force: Sequence[InForce]) -> dict[str, list[int]]:
        """The triggers of rules in force that may match in a text (terms apart), with the indices of these texts."""
        found: dict[str, dict[int, None]] = {}
        for way, index in self._gate.open_pairs(texts, [one.ways for one in in_force]):
            found.setdefault(self._gated[way], {})[index] = None
        return {pattern: sorted(indices) for pattern, indices in found.items()}

    def woken_by(self, patterns: Iterable[str]) -> list[int]:
        """The rules, by number, that one of these triggers wakes, and those that nothing has to wake."""
        return sorted({*self.always, *(index for pattern in patterns for index in self.woken[pattern])})

    def in_force(
        self, facts: Facts, as_of: date, packs: frozenset[str] | None, only: frozenset[str] | None = None
    ) -> InForce:
        """The rules that count for a text with these facts; of `packs` and those of `only` alone, if given."""
        asked = Facts(product=facts.product, channel=facts.channel)  # nothing else decides, and advisors are many
        return self._known_in_force(asked, as_of, packs, only)

    def _in_force(
        self, facts: Facts, as_of: date, packs: frozenset[str] | None, only: frozenset[str] | None = None
    ) -> InForce:
        ids = frozenset(
            compiled.rule.id
            for compiled in self.rules
            if compiled.applies(facts, as_of)
            and (packs is None or compiled.pack in packs)
            and (only is None or compiled.rule.id in only)
        )
        own = {
            pattern for index, found in self.triggers.items() if self.rules[index].rule.id in ids for pattern in found
        }
        return InForce(ids, sum(1 << way for way, pattern in enumerate(self._gated) if pattern in own))


class Books(Mapping[Jurisdiction, Book]):
    """A book for each jurisdiction, its indexes made when somebody first asks for it: most judge by one alone."""

    def __init__(self, makers: Mapping[Jurisdiction, Callable[[], Book]]) -> None:
        self._makers = makers
        self._made: dict[Jurisdiction, Book] = {}
        self._making = threading.Lock()

    def __getitem__(self, jurisdiction: Jurisdiction) -> Book:
        if jurisdiction not in self._made:
            with self._making:
                if jurisdiction not in self._made:
                    self._made[jurisdiction] = self._makers[jurisdiction]()
        return self._made[jurisdiction]

    def __iter__(self) -> Iterator[Jurisdiction]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@dataclass(frozen=True)
class Rules:
    """Everything that a check needs. Made by `compile_rules`; never changes."""

    packs: tuple[Pack, ...]
    books: Books
    patterns: frozenset[str] = frozenset()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the canonical JSON of all packs and the engine's version."""
        content = {"engine": ENGINE_VERSION, "packs": [pack.model_dump(mode="json") for pack in self.packs]}
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id."""
        return next((rule for pack in self.packs for rule in pack.rules if rule.id == rule_id), None)


def compile_rules(packs: Iterable[Pack]) -> Rules:
    """The rules of `packs`, ready to check with. *Raises* Invalid ``bad_pack`` with every problem of every pack."""
    ordered = tuple(sorted(packs, key=lambda pack: pack.name))
    problems: list[Problem] = []
    books: dict[Jurisdiction, tuple[list[Compiled], list[str]]] = {}
    library = Library.of(ordered)
    spelled = tuple(spell_out(pack, library, problems) for pack in ordered)
    shared = shared_contexts(spelled)
    terms = [text for pack in spelled for rule in pack.rules for text in _texts(rule)]
    folded = dict(zip(terms, fold_terms(terms), strict=True))
    seen: dict[str, str] = {}
    for pack in spelled:
        rules, lexicon = books.setdefault(pack.head.jurisdiction, ([], []))
        lexicon += pack.head.lexicon
        for rule in pack.rules:
            path = f"{pack.name}: {rule.id}"
            if seen.setdefault(rule.id, pack.name) != pack.name:
                problems.append(Problem(path, "duplicate_rule", f"{seen[rule.id]} has a rule of this id, too"))
            compiled = Compiled(
                rule=rule,
                pack=pack.name,
                unless=resolve(rule.unless, pack.name, shared, f"{path}.unless", problems),
                only_if=resolve(rule.only_if, pack.name, shared, f"{path}.only_if", problems),
                texts=_folded_texts(rule, folded, path, problems),
            )
            problems += [found for place, p in _patterns(compiled) if (found := pattern_problem(p, f"{path}.{place}"))]
            rules.append(compiled)
    if problems:
        raise Invalid("bad_pack", f"{len(problems)} problems in the packs: {problems[0]}", problems)
    patterns = frozenset(pattern for rules, _ in books.values() for one in rules for _, pattern in _patterns(one))
    return Rules(ordered, Books({jurisdiction: partial(Book, *book) for jurisdiction, book in books.items()}), patterns)


def _soonest(nearby: Nearby) -> int:
    return ("sentence", "cover", "after", "before").index(nearby.place)


def triggers_of(rule: Rule) -> tuple[str, ...]:
    """The patterns of which one must match for the rule to fire."""
    if isinstance(rule, RegexRule):
        return rule.patterns
    return rule.claim if isinstance(rule, ContextRule | DisclosureRule) else ()


def _literals(rule: Rule) -> Iterator[str]:
    """Chinese words in a rule's patterns: they, too, are restored when somebody writes them by their sound."""
    patterns = rule.patterns if isinstance(rule, RegexRule) else rule.claim if isinstance(rule, ContextRule) else ()
    for pattern in patterns:
        yield from words(pattern)


def _texts(rule: Rule) -> tuple[str, ...]:
    """The terms that the rule forbids, or the sentences that it asks for."""
    return rule.terms if isinstance(rule, TermRule) else rule.texts if isinstance(rule, DisclosureRule) else ()


def _folded_texts(rule: Rule, folded: Mapping[str, str], path: str, problems: list[Problem]) -> tuple[str, ...]:
    for text in _texts(rule):
        if len(folded[text]) < 2:
            problems.append(Problem(path, "bad_term", f"“{text}” is less than two characters when folded"))
    return tuple(folded[text] for text in _texts(rule))


def _around(compiled: Compiled) -> Iterator[str]:
    """The patterns that are asked for once a trigger has matched."""
    triggers = frozenset(triggers_of(compiled.rule))
    if not isinstance(compiled.rule, LayoutRule):
        yield from (pattern for _, pattern in _patterns(compiled) if pattern not in triggers)


def _patterns(compiled: Compiled) -> Iterator[tuple[str, str]]:
    """(place, pattern) of every pattern that the rule uses."""
    rule = compiled.rule
    for place, contexts in (("unless", compiled.unless), ("only_if", compiled.only_if)):
        for index, nearby in enumerate(contexts):
            yield f"{place}[{index}]", nearby.pattern
            if nearby.but is not None:
                yield f"{place}[{index}].but", nearby.but
    if isinstance(rule, RegexRule | DisclosureRule):
        yield from ((f"patterns[{index}]", pattern) for index, pattern in enumerate(rule.patterns))
    if isinstance(rule, ContextRule | DisclosureRule):
        yield from ((f"claim[{index}]", pattern) for index, pattern in enumerate(rule.claim))
    if isinstance(rule, LayoutRule):
        yield from ((f"subject[{index}]", pattern) for index, pattern in enumerate(rule.subject))
        yield from ((f"against[{index}]", pattern) for index, pattern in enumerate(rule.against))
    if isinstance(rule, RegexRule):
        conditions = [rule.annual and rule.annual.stated, rule.licence and rule.licence.format]
        yield from (("condition", pattern) for pattern in conditions if pattern)
    if isinstance(rule, ContextRule):
        for index, need in enumerate(rule.needs):
            yield from ((f"needs[{index}].any[{place}]", pattern) for place, pattern in enumerate(need.any))
