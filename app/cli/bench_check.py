"""`imprimatur bench check`: everyday copy judged by the real packs, beside bare engines on the same patterns."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from daachorse import CharwiseDoubleArrayAhoCorasick

from app.cli.bench_copies import copies, english_copies
from app.cli.bench_engines import Engine, peers
from app.cli.bench_goals import Goal, goals_as_text
from app.cli.bench_plain import PATTERNS, TERMS, plain_rules
from app.compliance.document import Facts
from app.compliance.engine import AT_ONCE, check_many, fragment
from app.compliance.normalise import fold_many
from app.compliance.pack import ContextRule, DisclosureRule, Jurisdiction, RegexRule, TermRule
from app.compliance.rules import Book, Rules
from app.flow.check_copy import check_poster
from app.flow.make_poster import Order, Studio, compose
from app.kernel.memory import settled
from app.rendering.display import DisplayList
from app.rendering.values import Values

OURS, FOLDING, ENGLISH = "imprimatur", "folding alone", "imprimatur, English (US)"
PLAIN = "imprimatur, plain words"
OF_HYPERSCAN, POSTER_MS, OF_SENSITIVE_WORD = 0.35, 3.0, 3.0
ADVISORS = ("林若溪", "欧阳慕容", "王力", "Chen Wei", "阿依古丽·买买提")
SYLLABLES = "安宁清远之文若思予可"  # a name is another in each round


@dataclass(slots=True)
class CheckBench:
    """Texts per second of each engine, a round a figure; times of one text (µs) and of a whole poster (ms), sorted.

    All are of the processor alone, in one process.
    """

    texts: int
    terms: int
    patterns: int
    posters: int = 0
    rates: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    text_us: list[float] = field(default_factory=list)
    poster_ms: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Machine-readable: medians."""
        return {
            "texts": self.texts,
            "terms": self.terms,
            "patterns": self.patterns,
            "engines": {
                name: {"texts_per_s": round(self.rate(name)), "note": self.notes.get(name, "")} for name in self.rates
            },
            "latency_us": {"p50": round(quantile(self.text_us, 0.5)), "p95": round(quantile(self.text_us, 0.95))},
            "poster_ms": {
                "posters": self.posters,
                "p50": round(quantile(self.poster_ms, 0.5), 2),
                "p95": round(quantile(self.poster_ms, 0.95), 2),
            },
            "goals": [goal.as_json() for goal in self.goals()],
        }

    def as_text(self) -> str:
        """A table with the ratio to ours, and the goals."""
        ours = self.rate(OURS)
        lines = [f"{self.texts} texts, {self.terms} terms, {self.patterns} patterns; texts per second, × of ours"]
        for name in self.rates:
            rate, note = self.rate(name), self.notes.get(name, "")
            lines.append(f"{name:28} {rate:12,.0f}   ×{rate / ours:<8.2f} {note}".rstrip())
        text, poster = self.text_us, self.poster_ms
        lines.append(f"one text alone: p50 {quantile(text, 0.5):.0f} µs, p95 {quantile(text, 0.95):.0f} µs")
        lines.append(
            f"whole verdict of a laid-out poster ({self.posters}): "
            f"p50 {quantile(poster, 0.5):.2f} ms, p95 {quantile(poster, 0.95):.2f} ms"
        )
        return "\n".join([*lines, *goals_as_text(self.goals())])

    def rate(self, name: str) -> float:
        """The median rate of an engine."""
        return statistics.median(self.rates[name])

    def goals(self) -> list[Goal]:
        """What is aimed at, and what came of it."""
        share = self.rate(OURS) / self.rate("Hyperscan") if "Hyperscan" in self.rates else None
        return [
            Goal("everyday copy against bare Hyperscan", share, OF_HYPERSCAN, "×", at_least=True),
            Goal("everyday copy against sensitive-word (Java)", None, OF_SENSITIVE_WORD, "×", at_least=True),
            Goal("whole verdict of a poster, p95", quantile(self.poster_ms, 0.95), POSTER_MS, "ms", at_least=False),
        ]


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of the sorted figures lie."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def bench_check(studio: Studio, rounds: int, count: int, with_peers: bool) -> CheckBench:
    """Judge `count` everyday texts `rounds` times with each engine in turn, then single texts and whole posters.

    *Raises* Unavailable ``peers_missing``.
    """
    rules, today = studio.rules, datetime.now(UTC).date()
    texts, english = list(copies(count)), list(english_copies(max(1, count // 10)))
    terms, patterns = _asked(rules.books["CN"])
    result = CheckBench(count, len(terms), len(patterns))
    engines = _engines(rules, terms, today)
    result.notes[PLAIN] = f"{TERMS} terms, {PATTERNS} patterns, no contexts"
    if with_peers:
        for name, peer in peers(terms, patterns).items():
            engines[name], result.notes[name] = peer.run, peer.note
    with settled():  # as it is where texts are judged: in the server, and by `imprimatur check`
        _time_engines(result, engines, texts, lambda: _checked(rules, english, "US", today), len(english), rounds)
        result.text_us = sorted(_cpu_seconds(engines[OURS], [text]) * 1e6 for text in texts)
        for round_ in range(rounds):  # to be laid out they were judged once already
            displays = _displays(studio, today, round_)
            result.posters = len(displays)
            result.poster_ms += [_verdict_ms(studio, display, facts, today) for display, facts in displays]
    result.poster_ms.sort()
    return result


def _time_engines(
    result: CheckBench,
    engines: Mapping[str, Engine],
    texts: Sequence[str],
    english: Callable[[], None],
    english_texts: int,
    rounds: int,
) -> None:
    """Note the rate of each engine, round by round; the first warms up."""
    result.rates = {name: [] for name in (*engines, ENGLISH)}
    for round_ in range(-1, rounds):
        rates = {name: len(texts) / _cpu_seconds(engine, texts) for name, engine in engines.items()}
        rates[ENGLISH] = english_texts / _cpu_seconds(lambda _: english(), [])
        if round_ >= 0:
            for name, rate in rates.items():
                result.rates[name].append(rate)


def _asked(book: Book) -> tuple[list[str], list[str]]:
    """The terms of a book, and the patterns that make its rules fire (those of contexts left out)."""
    terms = {term for one in book.rules if isinstance(one.rule, TermRule) for term in one.texts}
    patterns: dict[str, None] = {}
    for one in book.rules:
        if isinstance(one.rule, RegexRule):
            patterns |= dict.fromkeys(one.rule.patterns)
        elif isinstance(one.rule, ContextRule | DisclosureRule):
            patterns |= dict.fromkeys(one.rule.claim)
    return sorted(terms), list(patterns)


def _engines(rules: Rules, terms: Sequence[str], today: date) -> dict[str, Engine]:
    automaton, plain = CharwiseDoubleArrayAhoCorasick(list(terms)), plain_rules(list(copies(3000)))
    return {
        OURS: lambda texts: _checked(rules, texts, "CN", today),
        PLAIN: lambda texts: _checked(plain, texts, "CN", today),
        FOLDING: fold_many,
        "plain Aho–Corasick list": lambda texts: [automaton.find(text) for text in texts],
        "naive loop": lambda texts: [[term for term in terms if term in text] for text in texts],
    }


def _checked(rules: Rules, texts: Sequence[str], jurisdiction: Jurisdiction, today: date) -> None:
    """As `imprimatur check` does it."""
    documents = [fragment(text, jurisdiction, "generic") for text in texts]
    for start in range(0, len(documents), AT_ONCE):
        check_many(rules, documents[start : start + AT_ONCE], today)


def _displays(studio: Studio, today: date, round_: int) -> list[tuple[DisplayList, Facts]]:
    """Every size of every template in every language, each of another advisor in each round, laid out."""
    found: list[tuple[DisplayList, Facts]] = []
    for loaded in studio.templates.values():
        template = loaded.template
        for size in template.sizes:
            for language in template.languages:
                name = ADVISORS[(len(found) + round_) % len(ADVISORS)]
                profile = replace(studio.sample_profile, name=f"{name}{SYLLABLES[round_ % len(SYLLABLES)]}")
                day = max(today, template.validity.starts_on)
                order = Order(loaded, Values(profile=profile), studio.sample_link, "png", day, size, language)
                display, judgement = compose(studio, order)
                found.append((display, judgement.document.facts))
    return found


def _verdict_ms(studio: Studio, display: DisplayList, facts: Facts, today: date) -> float:
    started = time.process_time()
    check_poster(studio.rules, display, facts, today, studio.evidence)
    return (time.process_time() - started) * 1000


def _cpu_seconds(engine: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    started = time.process_time()
    engine(texts)
    return time.process_time() - started
