"""`imprimatur bench check`: texts per second with folding and contexts, beside plain lists of the same terms."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from daachorse import CharwiseDoubleArrayAhoCorasick

from app.compliance.engine import check_text
from app.compliance.normalise import fold
from app.compliance.pack import TermRule
from app.compliance.rules import Rules


@dataclass(slots=True)
class CheckBench:
    """Texts per second of each engine, a round a figure; `latency_us` of a single text with ours, sorted."""

    texts: int
    terms: int
    rates: dict[str, list[float]] = field(default_factory=dict)
    latency_us: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Machine-readable: medians."""
        return {
            "texts": self.texts,
            "terms": self.terms,
            "engines": {name: {"texts_per_s": round(statistics.median(rates))} for name, rates in self.rates.items()},
            "latency_us": {"p50": round(self._quantile(0.5)), "p95": round(self._quantile(0.95))},
        }

    def as_text(self) -> str:
        """A table with the ratio to ours."""
        ours = statistics.median(self.rates["imprimatur"])
        lines = [f"{self.texts} texts, {self.terms} terms; texts per second, and as a multiple of ours"]
        for name, rates in self.rates.items():
            rate = statistics.median(rates)
            lines.append(f"{name:28} {rate:12,.0f}   ×{rate / ours:.2f}")
        lines.append(f"one text: p50 {self._quantile(0.5):.0f} µs, p95 {self._quantile(0.95):.0f} µs")
        return "\n".join(lines)

    def _quantile(self, share: float) -> float:
        return self.latency_us[min(int(len(self.latency_us) * share), len(self.latency_us) - 1)]


def bench_check(rules: Rules, rounds: int) -> CheckBench:
    """Judge the example sentences of all Chinese rules, `rounds` times with each engine in turn."""
    compiled = rules.books["CN"].rules
    examples = [example for one in compiled for example in (*one.rule.must_hit, *one.rule.must_pass)]
    texts = [example if isinstance(example, str) else example.text for example in examples]
    terms = sorted({term for one in compiled if isinstance(one.rule, TermRule) for term in one.texts})
    today = datetime.now(UTC).date()
    automaton = CharwiseDoubleArrayAhoCorasick(terms)
    engines: dict[str, Callable[[str], object]] = {
        "imprimatur": lambda text: check_text(rules, text, "CN", "generic", today),
        "folding alone": fold,
        "plain Aho–Corasick list": automaton.find,
        "naive loop": lambda text: [term for term in terms if term in text],
    }
    result = CheckBench(len(texts), len(terms), {name: [] for name in engines})
    for round_ in range(-1, rounds):
        for name, engine in engines.items():
            rate = _rate(engine, texts)
            if round_ >= 0:
                result.rates[name].append(rate)
    for text in texts:
        started = time.perf_counter()
        engines["imprimatur"](text)
        result.latency_us.append((time.perf_counter() - started) * 1e6)
    result.latency_us.sort()
    return result


def _rate(engine: Callable[[str], object], texts: Sequence[str]) -> float:
    started = time.perf_counter()
    for text in texts:
        engine(text)
    return len(texts) / (time.perf_counter() - started)
