"""What says in one pass which patterns may match must never say less than the patterns themselves."""

import json
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icu4py.breakers import WordBreaker

from app.compliance.document import Document, Facts, TextRun
from app.compliance.engine import check, check_many
from app.compliance.normalise import fold
from app.compliance.patterns import PatternSet
from app.compliance.rules import Rules
from app.compliance.segment import Segments
from app.reads.rule_packs import load_rules

ROOT = Path(__file__).parents[2]
TEXTS = [
    json.loads(line)["text"]
    for line in (Path(__file__).parent / "data" / "cn_copy.jsonl").read_text("utf-8").splitlines()
]
DAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def packs() -> Rules:
    return load_rules(ROOT / "compliance_rules")


@pytest.mark.parametrize("jurisdiction", ["CN", "US"])
def test_the_prefilters_and_the_patterns_agree(packs: Rules, jurisdiction: str) -> None:
    book = packs.books[jurisdiction]  # type: ignore[index]
    patterns, every = book.patterns, book.in_force(Facts(jurisdiction), DAY, None)  # type: ignore[arg-type]
    triggers = {
        one for index, found in book.triggers.items() if book.rules[index].rule.id in every.ids for one in found
    }
    texts = [fold(text).text for text in ["。".join(TEXTS[:40]), *TEXTS[::9]]]
    together = book.tries(texts, [every] * len(texts))
    assert patterns.open_around_each(texts) == [patterns.open_around(text) for text in texts]
    for index, folded in enumerate(texts):
        alone = {one for one in patterns.patterns if patterns.search(patterns.number[one], folded.encode())}
        opened = patterns.open_around(folded)
        assert all(patterns.may_match(one, opened) for one in alone)
        woken = book.tries([folded], [every])
        assert alone & triggers <= woken.keys()
        assert woken.keys() == {pattern for pattern, indices in together.items() if index in indices}


LINES = st.lists(st.text(alphabet="ab保本.\n$ ", max_size=12), min_size=1, max_size=8)
PATTERNS = ["^a", "a$", "a[^b]*b", "(?:^|b)保", "\\b本", "a.?$", "保本|a\\s", "[^a]{0,3}b"]


@settings(max_examples=200, deadline=None)
@given(LINES, st.sampled_from(PATTERNS))
def test_lines_searched_together_miss_nothing_that_one_of_them_has(lines: list[str], pattern: str) -> None:
    patterns = PatternSet([pattern])
    data = [line.encode() for line in lines]
    alone = {index for index, line in enumerate(data) if patterns.search(0, line)}
    assert alone <= patterns.touched(0, data)


@settings(max_examples=400, deadline=None)
@given(LINES, st.sampled_from([*PATTERNS, "(?P<hit>a)b?|保(?P<b>.)", "[^b]+", "\\Ba|b\\B", "\\s*a", "a{0,2}\\b"]))
def test_lines_searched_together_have_the_matches_that_each_has_alone(lines: list[str], pattern: str) -> None:
    patterns = PatternSet([pattern])
    data = [line.encode() for line in lines]
    alone = {index: found for index, line in enumerate(data) if (found := patterns.matches(0, line))}
    assert patterns.matches_together(0, data) == alone
    assert patterns.occurring(0, data) == alone.keys()


def test_many_documents_at_once_are_judged_as_each_alone(packs: Rules) -> None:
    random = Random(7)  # noqa: S311 - chooses test data
    documents = []
    for number in range(90):
        runs = tuple(TextRun(text, size=20 + number % 3) for text in random.sample(TEXTS, 1 + number % 3))
        facts = Facts("CN" if number % 5 else "HK", "fund" if number % 2 else "wealth")
        documents.append(Document(runs, facts, fragment=number % 4 > 0, canvas=None if number % 4 else (1080, 1920)))
    together = check_many(packs, documents, DAY)
    assert together == [check(packs, document, DAY) for document in documents]
    assert len({verdict.outcome for verdict in together}) > 2


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="保本投承产品。，医社险 risk-0O1,:;.!?'\"%\n·_、…～カ한é", max_size=50))
def test_words_are_cut_in_a_stretch_as_in_the_whole_text(text: str) -> None:
    folded = fold(text).text
    segments, at = Segments(folded), 0
    for word in WordBreaker(folded, "zh"):
        for place in range(at, at + len(word)):
            assert segments.word_at(place) == (at, at + len(word))
        at += len(word)
