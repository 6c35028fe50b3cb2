"""The claims library: four eyes, what it clears and on which days, and that it clears nothing else."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.archive import records as archive
from app.compliance.document import Document, Facts, TextRun
from app.compliance.rules import compile_rules
from app.db import reading
from app.evidence import records
from app.evidence.core import NewSentence
from app.flow.check_copy import judge
from app.flow.day import day_here
from app.flow.edit_draft import open_work, preview_of
from app.flow.keep_evidence import approve_sentence, end_sentence, propose_sentence
from app.kernel.errors import Forbidden, Invalid
from tests.bank import LIN, PLAIN, WANG, ZHOU, Bank, actor, draft
from tests.core.compliance_cases import pack, term
from tests.flow.test_rule_book import BRANCH, Desk, code_of

CLAIM: dict[str, Any] = {
    "id": "cn-first",
    "kind": "context",
    "severity": "review",
    "claim": ["第一"],
    "needs": [{"label": {"zh": "出处", "en": "a source"}, "any": ["据[^。]{2,20}报告"]}],
}
SENTENCE = "山色第一，茶香悠长"


@pytest.fixture
def desk(bank: Bank) -> Desk:
    made = Desk(bank)
    made.packs = replace(made.packs, rules=compile_rules([pack(CLAIM, {**term("保本"), "unless": ["不保本"]})]))
    made.bank = replace(made.bank, studio=made.packs)
    return made


def new(desk: Desk, **fields: Any) -> NewSentence:
    with reading(desk.deps) as session:
        today = day_here(desk.deps, session)
    given = NewSentence("CN", "generic", SENTENCE, "某机构二〇二六年报告", None, today, today + timedelta(days=30))
    return replace(given, **fields)


def kept(desk: Desk, **fields: Any) -> str:
    sentence_id = propose_sentence(desk.deps, ZHOU, new(desk, **fields))
    approve_sentence(desk.deps, WANG, sentence_id)
    return sentence_id


def said(desk: Desk, text: str, day: date | None = None, **facts: Any) -> tuple[list[str], list[str]]:
    """The rules that hit a text, and those whose findings the library has cleared."""
    studio = desk.studio()
    with reading(desk.deps) as session:
        today = day_here(desk.deps, session)
    document = Document((TextRun(text),), Facts(**facts), fragment=True)
    found = judge(studio.rules, document, day or today, studio.evidence)
    return [one.rule for one in found.verdict.findings], [one.finding.rule for one in found.cleared]


def test_only_an_approved_sentence_clears_and_whoever_wrote_it_does_not_approve_it(desk: Desk) -> None:
    sentence_id = propose_sentence(desk.deps, ZHOU, new(desk))
    assert said(desk, SENTENCE) == (["cn-first"], [])
    for who in (ZHOU, actor("zhou", "reviewer", account="zhou-2")):
        with pytest.raises(Forbidden) as caught:
            approve_sentence(desk.deps, who, sentence_id)
        assert caught.value.code == "four_eyes"
    approve_sentence(desk.deps, WANG, sentence_id)
    assert said(desk, SENTENCE) == ([], ["cn-first"])
    assert code_of(lambda: approve_sentence(desk.deps, WANG, sentence_id)) == "wrong_state"
    end_sentence(desk.deps, ZHOU, sentence_id)
    assert said(desk, SENTENCE) == (["cn-first"], [])
    with reading(desk.deps) as session:
        told = [one.kind for one in archive.entries(session, f"evidence:{sentence_id}")]
    assert told == ["evidence.proposed", *["evidence.denied"] * 2, "evidence.approved", "evidence.ended"]


def test_it_clears_the_very_sentence_however_it_is_folded_and_no_other(desk: Desk) -> None:
    kept(desk)
    assert said(desk, "山色第一，茶 香 悠 长！\n慢慢来。") == ([], ["cn-first"])
    assert said(desk, "春日里。山色第一，茶香悠长。") == ([], ["cn-first"])
    assert said(desk, "山色第一，茶香悠长且保证如此") == (["cn-first"], [])
    assert said(desk, "山色第一，茶香悠长。服务第一。") == (["cn-first"], ["cn-first"])


def test_it_holds_on_its_days_for_its_product_and_jurisdiction_alone(desk: Desk) -> None:
    kept(desk)
    with reading(desk.deps) as session:
        today = day_here(desk.deps, session)
    for day, is_cleared in ((today - timedelta(days=1), False), (today + timedelta(days=30), True)):
        assert bool(said(desk, SENTENCE, day)[1]) is is_cleared
    assert said(desk, SENTENCE, today + timedelta(days=31)) == (["cn-first"], [])
    assert said(desk, SENTENCE, product="fund") == (["cn-first"], [])
    assert said(desk, SENTENCE, jurisdiction="US") == ([], [])


def test_what_is_forbidden_stays_forbidden(desk: Desk) -> None:
    kept(desk, text="保本第一")
    assert said(desk, "保本第一") == (["cn-term"], ["cn-first"])


def test_a_poster_that_says_it_needs_no_human_and_the_record_says_why(desk: Desk) -> None:
    words = {"words": "山色第一，\n茶香悠长。"}
    assert desk.now().submitted(desk.now().started(words)).state == "in_review"
    sentence_id = kept(desk, text="山色第一")
    poster_id = desk.now().started(words)
    assert desk.now().submitted(poster_id).state == "approved"
    with reading(desk.deps) as session:
        submitted = next(one for one in archive.entries(session, f"poster:{poster_id}") if one.kind == "poster.submit")
    assert submitted.body["evidence"] == [sentence_id]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"text": " "}, "text"),
        ({"evidence": ""}, "evidence"),
        ({"file_digest": "abc"}, "file_digest"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to"),
        ({"product": "stamps"}, "product"),
        ({"jurisdiction": "XX"}, "jurisdiction"),
    ],
)
def test_a_sentence_without_what_it_needs_is_refused(desk: Desk, fields: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as caught:
        propose_sentence(desk.deps, ZHOU, new(desk, **fields))
    assert [one.path for one in caught.value.problems] == [path]
    with reading(desk.deps) as session:
        assert records.all_sentences(session) == []


@pytest.mark.parametrize("who", [LIN, BRANCH])
def test_nobody_else_keeps_the_library(desk: Desk, who: Any) -> None:
    sentence_id = propose_sentence(desk.deps, ZHOU, new(desk))
    works = (
        lambda: propose_sentence(desk.deps, who, new(desk)),
        lambda: approve_sentence(desk.deps, who, sentence_id),
        lambda: end_sentence(desk.deps, who, sentence_id),
    )
    assert [code_of(work) for work in works] == ["not_permitted"] * 3


def test_the_editor_offers_the_sentence_that_says_nearly_the_same(desk: Desk) -> None:
    kept(desk)
    studio = desk.studio()
    work = open_work(desk.deps, studio, LIN, desk.bank.started(PLAIN))
    found = preview_of(studio, work, draft({"words": "山色第一，茶香绵长。"}))
    (mark,) = [one for one in found.marks if one.rule == "cn-first"]
    (fix,) = mark.fixes
    assert (fix.kind, fix.start, fix.end, fix.text) == ("replace", 0, 9, SENTENCE)
    after = preview_of(studio, work, draft({"words": f"{SENTENCE}。"}))
    assert [one.rule for one in after.marks] == []
    unlike = preview_of(studio, work, draft({"words": "第一次见面。"}))
    assert [one.fixes for one in unlike.marks] == [()]
