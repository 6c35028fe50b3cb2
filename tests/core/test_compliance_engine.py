"""The engine: rule kinds, contexts, dates, products, reading order, failing closed (threats 22, 23, 27)."""

from datetime import date

import pytest
from pydantic import ValidationError

from app.compliance.document import Document, Facts, TextRun
from app.compliance.engine import check, check_text
from app.compliance.rules import Rules, compile_rules
from app.compliance.view import View
from app.kernel.errors import Blocked, Invalid
from tests.core.compliance_cases import TODAY, pack, rules, spans, term, verdict

GUARANTEE = rules(
    term("保本", "保证收益", unless=["无风险保本率", "@negation", {"sentence": "骗局"}, {"after": "吗", "within": 2}]),
    contexts={"negation": [{"before": "(?:不|非)(?:承诺|保证)*$", "within": 10}]},
)


@pytest.mark.parametrize(
    "text", ["不承诺保本", "非保本产品", "声称保本的都是骗局", "理财保本吗？", "无风险保本率是术语", "不保证收益"]
)
def test_a_context_saves_the_hit(text: str) -> None:
    assert spans(GUARANTEE, text) == []


@pytest.mark.parametrize("text", ["不能错过的保本理财", "不要犹豫，保本", "谨防骗局。我们保本"])
def test_a_context_elsewhere_does_not(text: str) -> None:
    assert spans(GUARANTEE, text) == ["保本"]


def test_the_highest_severity_is_the_outcome_and_findings_of_a_rule_merge() -> None:
    compiled = rules(term("保本", "保本保息"), term("保息", id="cn-other", severity="advise"))
    result = verdict(compiled, "保本保息")
    assert result.outcome == "block"
    assert [(f.rule, f.text) for f in result.findings] == [("cn-term", "保本保息"), ("cn-other", "保息")]
    assert verdict(compiled, "保息").outcome == "advise"
    assert verdict(compiled, "你好").outcome == "pass"


def test_rules_are_for_their_products_days_and_jurisdiction() -> None:
    compiled = rules(term("保本", products=["fund"], effective_from="2026-09-30", effective_to="2026-12-31"))
    hit = [
        bool(check_text(compiled, "保本", "CN", product, day).findings)
        for product, day in (
            ("fund", TODAY), ("wealth", TODAY), ("fund", date(2026, 9, 29)), ("fund", date(2027, 1, 1)),
        )
    ]  # fmt: skip
    assert hit == [True, False, False, False]
    assert check_text(compiled, "保本", "US", "fund", TODAY).outcome == "pass"


def test_drafts_and_pending_rules_are_silent_and_unverified_ones_never_block() -> None:
    assert spans(rules(term("保本", status="draft")), "保本") == []
    assert spans(rules(term("保本", status="pending")), "保本") == []
    assert verdict(rules(term("保本", status="unverified", severity="review")), "保本").outcome == "review"
    with pytest.raises(ValueError, match="never block"):
        pack(term("保本", status="unverified"))


def test_a_claim_needs_its_context() -> None:
    rating = {
        "id": "cn-rating", "kind": "context", "severity": "review", "claim": ["五星评级"],
        "needs": [
            {"label": {"zh": "机构", "en": "agency"}, "any": ["晨星"], "within": "sentence"},
            {"label": {"zh": "日期", "en": "date"}, "any": [r"20\d\d年\d{1,2}月\d{1,2}日"], "max_age_days": 730},
        ],
    }  # fmt: skip
    compiled = rules(rating)
    assert spans(compiled, "晨星五星评级，2026年6月30日") == []
    (finding,) = verdict(compiled, "晨星五星评级，2024年6月30日").findings
    assert [label.en for label in finding.missing] == ["date"]
    (finding,) = verdict(compiled, "五星评级。晨星，2026年6月30日").findings
    assert [label.en for label in finding.missing] == ["agency"]


def test_a_required_text_is_asked_of_the_whole_and_of_the_claim() -> None:
    always = {
        "id": "cn-always",
        "kind": "disclosure",
        "severity": "review",
        "texts": ["理财非存款、产品有风险、投资须谨慎"],
    }
    claimed = {
        "id": "cn-claimed",
        "kind": "disclosure",
        "severity": "review",
        "claim": ["业绩基准"],
        "texts": ["不是预期收益率"],
    }
    compiled = rules(always, claimed)
    assert verdict(compiled, "新品上市").outcome == "advise"
    whole = Document((TextRun("新品上市"),), Facts("CN", "wealth"))
    assert check(compiled, whole, TODAY).outcome == "review"
    assert verdict(compiled, "理财非存款 产品有风险 投资须谨慎").outcome == "pass"
    assert verdict(compiled, "理财非存款，产品有收益，投资须果断").outcome == "advise"
    (finding,) = (f for f in verdict(compiled, "业绩基准4%").findings if f.rule == "cn-claimed")
    assert (finding.severity, finding.text) == ("review", "业绩基准")


@pytest.mark.parametrize(
    ("text", "past"),
    [
        ("活动截至2026年11月21日", True), ("活动截至2026年11月22日", False), ("活动截至2026/10", True),
        ("活动截至11月30日", False), ("活动截至2026年1月1日至2026年12月31日", False), ("活动截至2025年", True),
        ("活动截至明天", False), ("活动截至2026年13月45日", False),
    ],
)  # fmt: skip
def test_a_date_in_the_past_is_seen_relative_to_the_day(text: str, past: bool) -> None:
    expired = {"id": "cn-expired", "kind": "regex", "patterns": ["活动截至"], "date": {"state": "past", "within": 30}}
    assert bool(spans(rules(expired), text)) is past


@pytest.mark.parametrize(
    ("text", "hit"), [("奖金5万元", False), ("奖金5.1万元", True), ("奖金50,001元", True), ("奖金888元", False)]
)
def test_a_number_is_compared(text: str, hit: bool) -> None:
    prize = {
        "id": "cn-prize",
        "kind": "regex",
        "patterns": [r"奖金(?P<n>[\d,.]+万?)元"],
        "number": {"group": "n", "above": 50000},
    }
    assert bool(spans(rules(prize), text)) is hit


def test_text_across_boxes_is_read_in_reading_order_and_found_in_its_runs() -> None:
    document = Document((TextRun("保"), TextRun("本理财")), Facts("CN", "wealth"), fragment=True)
    (finding,) = check(rules(term("保本")), document, TODAY).findings
    assert finding.text == "保\n本"
    assert document.locate(finding.start, finding.end) == [(0, 0, 1), (1, 0, 1)]


def test_a_pack_may_be_chosen() -> None:
    compiled = compile_rules([pack(term("保本")), pack(term("稳赚", id="cn-two"), name="cn-second")])
    found = check_text(compiled, "保本稳赚", "CN", "wealth", TODAY, packs=["cn-second"]).findings
    assert [finding.rule for finding in found] == ["cn-two"]


def test_the_fingerprint_changes_with_any_rule() -> None:
    one, same, other = (rules(term("保本")), rules(term("保本")), rules(term("保本", "保息")))
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert verdict(one, "你好").fingerprint == one.fingerprint


def test_an_engine_that_fails_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: View, pattern: str) -> None:
        raise RuntimeError("out of memory")

    compiled: Rules = rules({"id": "cn-regex", "kind": "regex", "patterns": ["保本"]})
    monkeypatch.setattr(View, "tried", broken)
    with pytest.raises(Blocked) as raised:
        verdict(compiled, "保本理财")
    assert raised.value.code == "check_failed"


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "(", "a*", "(?:a{1000}){1000}"])
def test_a_pattern_that_re2_refuses_or_that_matches_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid) as raised:
        rules({"id": "cn-regex", "kind": "regex", "patterns": [pattern]})
    assert [problem.code for problem in raised.value.problems] == ["bad_pattern"]
    assert "cn-regex" in raised.value.problems[0].path


def test_a_catastrophic_pattern_is_harmless() -> None:
    compiled = rules({"id": "cn-regex", "kind": "regex", "patterns": ["(a+)+$"]})
    assert len(check_text(compiled, "a" * 50_000 + "b", "CN", "wealth", TODAY).findings) == 0


def test_unknown_facts_are_refused() -> None:
    with pytest.raises(Invalid) as raised:
        check_text(GUARANTEE, "你好", "XX", "gold", TODAY)  # type: ignore[arg-type]
    assert [problem.code for problem in raised.value.problems] == ["unknown_jurisdiction", "unknown_product"]


def test_a_context_is_undone_by_what_stands_in_the_same_stretch() -> None:
    saving = [{"before": "(?:不|没)[^,]{0,6}$", "but": "不仅|不错过"}, {"sentence": "骗局", "but": "(?:不是|没有)骗局"}]
    compiled = rules(term("保本", unless=saving))
    for text in ("不承诺保本", "保本都是骗局", "不仅说说。不承诺保本"):
        assert spans(compiled, text) == [], text
    for text in ("不仅保本", "不错过保本", "保本不是骗局", "没有骗局，只有保本", "骗局少见。保本"):
        assert spans(compiled, text) == ["保本"], text


@pytest.mark.parametrize("place", ["cover", "text"])
def test_nothing_undoes_a_context_without_a_stretch(place: str) -> None:
    with pytest.raises(ValidationError, match="goes with before, after and sentence"):
        rules(term("保本", unless=[{place: "不保本", "but": "不仅"}]))
