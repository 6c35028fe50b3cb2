"""A sieve lets no text pass that changed rules would block, whatever else it takes in."""

import json
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.compliance.changed import BookState, Change, asks_of_all, change, state_of
from app.compliance.document import Document, Facts, TextRun
from app.compliance.engine import check, check_many
from app.compliance.normalise import Tight, fold
from app.compliance.pack import Product
from app.compliance.phonetic import Lexicon, in_sounds
from app.compliance.readings import readings
from app.compliance.rules import Rules
from app.compliance.segment import Segments
from app.compliance.sieve import Sieve, lines_of
from app.reads.rule_packs import load_rules
from tests.core.compliance_cases import TODAY, rules, term

OLD = rules(term("稳赚不赔"), {"id": "cn-regex", "kind": "regex", "patterns": ["保本.{0,4}息"]}, lexicon=["金饭碗"])
NEW = rules(
    {**term("稳赚不赔", "内部渠道", "零风险"), "unless": ["绝非稳赚不赔"]},
    {"id": "cn-regex", "kind": "regex", "patterns": ["保本.{0,4}息"]},
    {"id": "cn-more", "kind": "regex", "patterns": ["^收益.*\\d%$", "翻(?:倍|番)", "金饭碗"]},
    {"id": "cn-net", "kind": "regex", "patterns": ["投资"], "severity": "review"},
    lexicon=["翻倍", "金饭碗"],
)
WORDS = [
    "稳赚不赔",
    "wen赚不赔",
    "绝非",
    "内部",
    "内部渠道",
    "内。部。渠。道",
    "nei部渠道",
    "零风险",
    "灵风险",
    "0风险",
    "翻倍",
]
WORDS += [
    "翻\n倍",
    "fan倍",
    "收益",
    "8%",
    "保本",
    "保 息",
    "投资",
    "你好",
    "，",
    "。",
    "\n",
    "x",
    "★",
    "R2",
    "app",
    "jin饭碗",
]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map("".join)


def asked(before: BookState | None, same_day: bool = True) -> Any:
    book = NEW.books["CN"]
    return change(book, before, state_of(NEW, "CN"), same_day)


def blocks(judge: Rules, document: Document, only: frozenset[str] | None = None) -> bool:
    return check_many(judge, [document], TODAY, only=only)[0].outcome == "block"


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_what_a_sieve_leaves_out_passes_as_before(text: str) -> None:
    document = Document((TextRun(text),), Facts("CN", "wealth"))
    found, book = asked(state_of(OLD, "CN")), NEW.books["CN"]
    (views,) = readings(OLD.books["CN"], [document.text])
    lines = lines_of(views)
    sieve = Sieve(book, found, TODAY)
    (is_reread,), (may_hit,) = sieve.reread([lines]), sieve.may_hit([lines])
    if not is_reread:  # the reading by the sound is as it was
        now = lines_of(readings(book, [document.text])[0])
        assert now == lines
    if blocks(OLD, document):
        return
    if is_reread:
        assert blocks(NEW, document, found.blocking) == blocks(NEW, document)
    elif may_hit:
        assert blocks(NEW, document, may_hit) == blocks(NEW, document)
    else:
        assert not blocks(NEW, document)


def test_only_what_has_changed_is_asked() -> None:
    found = asked(state_of(OLD, "CN"))
    assert found.asked == {"cn-term", "cn-more"}  # the net does not block, the other rule is as it was
    assert "翻倍" in found.words
    assert not found.is_all
    assert asked(state_of(NEW, "CN")).asked == frozenset()
    assert asked(None).is_all
    other = BookState("0", state_of(NEW, "CN").rules, (), ())
    assert asked(other).is_all  # another engine may read everything otherwise


def test_another_day_asks_what_the_day_decides_on() -> None:
    dated = {"id": "cn-dated", "kind": "regex", "patterns": ["截至\\d+"], "date": {"state": "past"}}
    ends = {"id": "cn-ends", "kind": "regex", "patterns": ["开门红"], "effective_from": "2020-01-01"}
    made = rules(term("稳赚不赔"), dated, ends)
    same = state_of(made, "CN")
    assert change(made.books["CN"], same, same, same_day=True).asked == frozenset()
    assert change(made.books["CN"], same, same, same_day=False).asked == {"cn-dated", "cn-ends"}


def test_a_claim_that_evidence_may_have_cleared_is_asked_each_time() -> None:
    needs = [{"label": {"zh": "来源", "en": "Source"}, "any": ["来源"]}]
    claim = {"id": "cn-claim", "kind": "context", "claim": ["第一"], "needs": needs}
    made = rules(term("稳赚不赔"), claim)
    same = state_of(made, "CN")
    assert change(made.books["CN"], same, same, same_day=True).asked == {"cn-claim"}


def test_a_state_is_kept_as_json() -> None:
    state = state_of(NEW, "CN")
    assert BookState.of_json(state.as_json()) == state
    assert check(NEW, Document((TextRun("翻倍"),)), TODAY).outcome == "block"


ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("count", [1, 4, 1000])
def test_a_sieve_of_the_real_rules_names_every_rule_that_blocks(count: int) -> None:
    random = Random(count)  # noqa: S311 - chooses test data
    packs = load_rules(ROOT / "compliance_rules")
    book = packs.books["CN"]
    rules_ = sorted(
        one.rule.id for one in book.rules if one.severity == "block" and not asks_of_all(book, frozenset([one.rule.id]))
    )
    chosen = frozenset(random.sample(rules_, min(count, len(rules_))))
    copy = (Path(__file__).parent / "data" / "cn_copy.jsonl").read_text("utf-8")
    texts = [json.loads(line)["text"] for line in copy.splitlines()]
    documents = [
        Document(
            tuple(map(TextRun, random.sample(texts, 1 + number % 3))),
            Facts("CN", random.choice(get_args(Product)), licence=random.choice([None, "S0010120010001"])),
        )
        for number in range(300)
    ]
    lines = [lines_of(views) for views in readings(book, [document.text for document in documents])]
    may_hit = Sieve(book, Change(chosen, chosen, (), (), False), TODAY).may_hit(lines)
    for verdict, taken in zip(check_many(packs, documents, TODAY, only=chosen), may_hit, strict=True):
        assert {finding.rule for finding in verdict.findings} & chosen <= taken
    if count > 4:
        assert any(may_hit)
        assert not all(may_hit)


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=30), st.sampled_from([["稳赚不赔"], ["翻倍", "金饭碗", "内部渠道"]]))
def test_texts_in_which_no_word_may_be_restored_are_read_as_they_were(texts: list[str], words: list[str]) -> None:
    book = NEW.books["CN"]
    short = [word for word in words if word in book.lexicon.short]
    change_ = Change(frozenset(), frozenset(), tuple(words), tuple(short), False)
    lines = [lines_of(views) for views in readings(book, texts)]
    restored = Lexicon(words, short)
    for text, is_reread in zip(texts, Sieve(book, change_, TODAY).reread(lines), strict=True):
        tight = Tight(fold(text).text)
        found = restored.restore(tight, in_sounds([tight.text])[0], Segments(fold(text).text))
        assert is_reread == bool(found)


def test_what_a_sieve_cannot_judge_is_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(state_of(OLD, "CN"))
    sieve = Sieve(NEW.books["CN"], found, TODAY)
    lines = [lines_of(views) for views in readings(NEW.books["CN"], ["今天讲保险", "翻番", "内部渠道"])]
    assert sieve.may_hit(lines) == [frozenset(), {"cn-more"}, {"cn-term"}]

    def fails(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("app.compliance.engine.unsaved_hits", fails)
    assert sieve.may_hit(lines) == [frozenset(), found.asked, found.asked]
