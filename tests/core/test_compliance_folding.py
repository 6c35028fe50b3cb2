"""Folding: evasions are found where they stand (threats 24 to 26), and harmless text stays harmless."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.compliance.normalise import Tight, fold, forbidden
from tests.core.compliance_cases import rules, spans, term, verdict

RULES = rules(
    term(
        "保本",
        "稳赚不赔",
        "无风险",
        "保证收益",
        "100%收益",
        "第一品牌",
        "涨停",
        "最高级",
        "risk-free",
        "double money",
        "送礼",
        "黑户可贷",
        "秒批",
    ),
    lexicon=["保本", "送礼"],
)


@pytest.mark.parametrize(
    "text",
    [
        "1OO%收益", "1ОО%收益", "①⓪⓪%收益", "１００％收益", "𝟏𝟎𝟎%收益", "保·本",
        "保\n本", "保 本", "保，本", "保夲", "保證收益", "稳。赚。不。赔",
        "稳*赚*不*赔", "稳★赚☆不♥赔", "稳赚，不赔", "第—品牌", "苐一品牌", "蕞高级",
        "氵张停", "黑尸可贷", "禾少批", "無風險", "bao本", "bǎoběn", "bǎo běn", "稳zhuan不赔",
        "包本", "稳转不赔", "w赚不p", "稳z不p", "sòng礼", "R1sk-fr33", "r i s k - f r e e", "RISK FREE",
        "ｒｉｓｋ－ｆｒｅｅ", "D0uble m0ney", "𝐫𝐢𝐬𝐤-𝐟𝐫𝐞𝐞",
    ],
)  # fmt: skip
def test_an_evasion_is_found_where_it_stands(text: str) -> None:
    whole = f"好消息：{text}！"
    assert text in spans(RULES, whole)


@pytest.mark.parametrize(
    "text",
    [
        "承保。本产品由澜山人寿承保", "投保本产品前请阅读条款", "医保本人使用", "社保本地办理",
        "日报本期承包本项目", "险freely",
        "risk. Free gifts for all", "no risk, free parking", "最高人民法院", "稳，赚得不多。赔也不多", "开户送里程",
    ],
)  # fmt: skip
def test_a_harmless_text_stays_harmless(text: str) -> None:
    assert spans(RULES, text) == []


def test_two_words_in_letters_that_a_comma_parts_are_both_read() -> None:
    assert {"baoben", "zuigaoji"} <= set(spans(RULES, "好消息：baoben，zuigaoji理财！"))


def test_a_finding_explains_how_it_was_read() -> None:
    (finding,) = verdict(RULES, "安心bao本理财").findings
    assert (finding.start, finding.end, finding.text, finding.folded, finding.how) == (
        2,
        6,
        "bao本",
        "保本",
        ("sound",),
    )
    (plain,) = verdict(RULES, "保本理财").findings
    assert (plain.folded, plain.how) == ("保本", ())


@pytest.mark.parametrize(
    "char",
    [
        "\u200b", "\u00ad", "\ufe0f", "\U000e0100", "\U000e0041", "\u3164",
        "\u2800", "\ue000", "\u202e", "\u0336", "\u2060", "\u180e",
        "\x07",
    ],
)  # fmt: skip
def test_an_invisible_character_is_refused_with_its_offset(char: str) -> None:
    result = verdict(RULES, f"安心保{char}本理财")
    assert result.outcome == "block"
    assert [(f.start, f.end) for f in result.findings if f.rule == "forbidden_character"] == [(3, 4)]
    assert any(f.rule == "cn-term" and f.text == f"保{char}本" for f in result.findings)


VISIBLE = ["❤️ 感谢", "👨‍👩‍👧 全家", "café", "cafe\u0301", "bǎo", "“引号”——破折号……", "℃ № ① ㈱ → ✓", "㛃嬅䶮𠮷"]


@pytest.mark.parametrize("text", VISIBLE)
def test_what_people_can_see_is_allowed(text: str) -> None:
    assert list(forbidden(text)) == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_folding_never_points_outside_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)
    tight = Tight(folded.text)
    assert all(folded.text[at] == char for at, char in zip(tight.starts, tight.text, strict=True))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["·", " ", "*", "。", "、", "-", "★", "\n", "|"]), min_size=3, max_size=3))
def test_any_separator_between_single_characters_is_seen_through(between: list[str]) -> None:
    text = "稳" + between[0] + "赚" + between[1] + "不" + between[2] + "赔"
    assert spans(RULES, text) == [text]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="保本投承产品。，医社险 risk-free0O①bao\n·", max_size=60))
def test_findings_stand_in_the_text(text: str) -> None:
    for finding in verdict(RULES, text).findings:
        assert 0 <= finding.start < finding.end <= len(text)
        assert finding.text == text[finding.start : finding.end]


def test_no_word_is_heard_across_a_comma() -> None:
    heard = rules(term("稳赚不赔"), lexicon=["稳赚不赔"])
    assert spans(heard, "本产品稳赚部赔") == ["稳赚部赔"]
    for text in ("行情求稳，赚部赔给大家", "求稳。赚部赔给大家", "求稳；赚部赔给大家"):
        assert spans(heard, text) == [], text
