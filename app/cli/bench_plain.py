"""A book of plain terms and patterns for `imprimatur bench check`: what a list of words alone costs the engine."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from app.cli.bench_copies import SEED
from app.compliance.pack import Head, Pack, Topic, Words
from app.compliance.rules import Rules, compile_rules

TERMS, PATTERNS, IN_A_RULE = 5000, 500, 100


def plain_rules(texts: Sequence[str]) -> Rules:
    """TERMS terms and PATTERNS patterns without contexts, of the characters of `texts`, where they seldom stand."""
    chance = Random(SEED)  # noqa: S311 - a bench, no secret
    chars = [char for text in texts for char in text if "\u4e00" <= char <= "\u9fff"]

    def word(size: int) -> str:
        return "".join(chance.choice(chars) for _ in range(size))

    terms: dict[str, None] = {}
    while len(terms) < TERMS:
        terms[word(chance.choice((3, 4, 4, 5)))] = None
    patterns = [f"{word(2)}[^。]{{0,6}}{word(2)}" for _ in range(PATTERNS)]
    topic = Topic.model_validate(
        {"rules": [*_rules("term", "terms", list(terms)), *_rules("regex", "patterns", patterns)]}
    )
    head = Head(pack="cn-plain", version="1.0.0", title=Words(zh="测试", en="Test"), jurisdiction="CN")
    return compile_rules([Pack(head=head, rules=topic.rules)])


def _rules(kind: str, field: str, said: Sequence[str]) -> Iterator[dict[str, Any]]:
    words = {"zh": "测试", "en": "Test"}
    for number in range(0, len(said), IN_A_RULE):
        yield {
            "id": f"cn-{kind}-{number}",
            "kind": kind,
            field: said[number : number + IN_A_RULE],
            "severity": "review",
            "source": {"law": words},
            "message": words,
            "suggestion": words,
            "must_hit": ["例一", "例二"],
            "must_pass": ["例三", "例四"],
        }
