"""Properties of folding and checking: what is disguised is found, what is harmless stays so, work grows in step."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.compliance.document import Document, Facts, TextRun
from app.compliance.engine import check, check_text
from app.compliance.explain import explain
from app.compliance.lookalikes import CHARACTERS, SPLIT, SYLLABLES
from app.compliance.rules import Rules
from app.reads.rule_packs import load_rules
from tests.core.compliance_cases import TODAY, rules, spans, term, verdict

TERMS = ["保本保息", "稳赚不赔", "零风险", "内部渠道", "翻倍收益"]
RULES = rules(term(*TERMS), lexicon=TERMS)
SEPARATORS = ["·", " ", "*", "★", "|", "_", "-", "/", "~", "🔥", "💰", "\n", "　", "^", "•"]
LOOKS: dict[str, list[str]] = {}
for odd, plain in (*CHARACTERS.items(), *SPLIT.items(), *SYLLABLES.items()):
    LOOKS.setdefault(plain, []).append(odd)


def between(separators: list[str]) -> Callable[[str], str]:
    """A disguise that puts `separators` between the characters, in turn."""
    return lambda text: "".join(
        char + (separators[i % len(separators)] if i < len(text) - 1 else "") for i, char in enumerate(text)
    )


@st.composite
def disguised(draw: st.DrawFn) -> tuple[str, str]:
    """A term and the same term with up to half of its characters in disguise."""
    word = draw(st.sampled_from(TERMS))
    places = draw(st.sets(st.integers(0, len(word) - 1), max_size=len(word) // 2))
    chars = [
        draw(st.sampled_from(LOOKS[char])) if index in places and char in LOOKS else char
        for index, char in enumerate(word)
    ]
    return word, "".join(chars)


@settings(max_examples=150, deadline=None)
@given(disguised())
def test_a_term_in_disguise_is_found_where_it_stands(pair: tuple[str, str]) -> None:
    _, text = pair
    assert spans(RULES, f"好消息！{text}！") == [text]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(TERMS), st.lists(st.sampled_from(SEPARATORS), min_size=1, max_size=3))
def test_any_separators_between_the_characters_are_seen_through(word: str, separators: list[str]) -> None:
    text = between(separators)(word)
    assert spans(RULES, f"好消息！{text}！") == [text]


HARMLESS = [
    "承保本产品",
    "社保本地办理",
    "投资有风险",
    "内部装修",
    "倍感温暖",
    "保持联系本行",
    "稳步前行",
    "环保息息相关",
]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(HARMLESS), st.sampled_from(SEPARATORS))
def test_harmless_text_wrapped_in_separators_stays_harmless(text: str, separator: str) -> None:
    assert spans(RULES, f"{separator}{separator}{text}{separator}{separator}") == []


ALPHABET = "保本息稳赚不赔零风险0O①bao wen·★\n。，%xX🔥ｂ𝐫Ⅹ夲氵张百分之八点五ñé\u200b\u202e"


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=60))
def test_no_finding_and_no_step_points_outside_the_text(text: str) -> None:
    document = Document((TextRun(text),), Facts("CN", "wealth"), fragment=True)
    for finding in verdict(RULES, text).findings:
        assert 0 <= finding.start < finding.end <= len(text)
        assert finding.text == text[finding.start : finding.end]
        for step in explain(RULES, document, finding).steps:
            assert finding.start <= step.start < step.end <= finding.end
            assert step.before == text[step.start : step.end]


@pytest.fixture(scope="module")
def packs() -> Rules:
    return load_rules(Path(__file__).parents[2] / "compliance_rules")


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=120), jurisdiction=st.sampled_from(["CN", "US", "HK"]))
def test_the_real_packs_bear_any_text(packs: Rules, text: str, jurisdiction: Any) -> None:
    for finding in check_text(packs, text, jurisdiction, "wealth", TODAY).findings:
        assert 0 <= finding.start <= finding.end <= len(text)


def calls(work: Callable[[], object]) -> int:
    """How many functions `work` calls: a measure of the work that no busy machine changes."""
    count = 0

    def note(frame: Any, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


GROWING = ["保·", "bao", "a1", "稳 赚 ", "夲", "保本。", "Ⅹ保", "百分之八", "🔥保", "r1sk ", "x", "\n保", "保保本"]


@pytest.mark.parametrize("unit", GROWING)
def test_twice_the_text_is_about_twice_the_work(unit: str) -> None:
    def work(times: int) -> int:
        document = Document((TextRun(unit * times),), Facts("CN", "wealth"), fragment=True)
        return calls(lambda: check(RULES, document, TODAY))

    work(10)
    assert work(400) <= 2.5 * work(200) + 1000
