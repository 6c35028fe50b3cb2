"""Where lines break: the customs of Chinese print, whole words, phrases, and no lonely last character."""

import pytest

from app.rendering.linebreak import NO_END, NO_START, balance, fill, is_orphan, measured, opportunities

SENTENCES = [
    "理财非存款，产品有风险，投资须谨慎。过往业绩不预示未来表现！",
    "“稳健”不等于“保本”（详见《产品说明书》第三条），请您仔细阅读。",
    "业绩比较基准2.85%～3.45%，起购金额10万元——自2026年11月22日起……以公告为准。",
    "年化3.25%、R2级、90天持有期；客服热线138 0000 2048（工作日9:00-17:30）。",
    "中债新综合全价指数收益率×90%＋活期存款利率×10%，按公布值加权计算。",
    "扫码添加Lanshan Bank理财经理𠮷田，了解Fund-of-Funds（FOF）的更多信息。",
]


def broken(text: str, width: float, phrases: bool = False, language: str = "zh") -> list[str]:
    widths = [1.0 if character >= "\u2e80" or character in "“”—…《》（）" else 0.5 for character in text]
    paragraph = measured(text, opportunities(text, language, phrases), widths, frozenset(range(len(text))))
    ranges = balance(paragraph, width, 20) if phrases else fill(paragraph, width)
    assert ranges is not None
    assert "".join(text[start:end] for start, end in ranges) == text
    return [text[start:end] for start, end in ranges]


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("phrases", [False, True])
@pytest.mark.parametrize("width", [8.0, 9.5, 11.0, 13.0, 17.5])
def test_no_line_begins_or_ends_with_what_may_not_stand_there(text: str, phrases: bool, width: float) -> None:
    lines = broken(text, width, phrases)
    assert len(lines) > 1
    for line in lines[1:]:
        assert line[0] not in NO_START
    for line in lines[:-1]:
        assert line.rstrip()[-1] not in NO_END


@pytest.mark.parametrize("width", [8.0, 9.0, 10.0, 11.5, 14.0])
@pytest.mark.parametrize(
    "whole",
    ["——", "……", "2.85%～3.45%", "10万元", "2026年", "11月", "90天", "R2", "Lanshan", "138 0000 2048", "FOF", "率×90%"],
)
def test_what_belongs_together_stays_together(width: float, whole: str) -> None:
    for text in SENTENCES:
        lines = broken(text, width)
        if whole in text:
            assert any(whole in line for line in lines), lines


def test_a_run_longer_than_a_line_is_cut_only_then_and_only_there() -> None:
    text = "账号6222020200112233445566778899请核对"
    lines = broken(text, 8.0)
    assert all(sum(0.5 if character < "\u2e80" else 1.0 for character in line) <= 8.0 for line in lines)
    assert lines[0] == "账号"
    assert broken("账号6222 0202请核对", 7.0) == ["账号6222 0202", "请核对"]


def test_a_character_beyond_the_basic_plane_does_not_shift_the_breaks() -> None:
    assert broken("𠮷𠮷𠮷，𠮷𠮷", 4.0) == ["𠮷𠮷𠮷，", "𠮷𠮷"]


@pytest.mark.parametrize("width", [5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
@pytest.mark.parametrize("phrases", [False, True])
def test_the_last_character_is_not_left_alone(width: float, phrases: bool) -> None:
    for length in range(11, 24):
        text = "稳健理财从容应对市场波动陪伴您走过每一个重要时刻吧"[:length]
        lines = broken(text, width, phrases)
        assert not is_orphan(lines[-1]), lines


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("市场的起伏有自己的语言，听懂了再做决定。", 13.0, ["市场的起伏有自己的语言，", "听懂了再做决定。"]),
        ("中秋月圆，愿您阖家团圆", 8.0, ["中秋月圆，", "愿您阖家团圆"]),
        ("把时间交给长期主义", 6.0, ["把时间交给", "长期主义"]),
        ("给孩子的第一份保障应该怎么选？", 8.0, ["给孩子的第一份", "保障应该怎么选？"]),
    ],
)
def test_headlines_break_at_phrases_into_even_lines(text: str, width: float, lines: list[str]) -> None:
    assert broken(text, width, phrases=True) == lines


def test_english_headlines_break_between_words_into_even_lines() -> None:
    lines = broken("What should a family insure first of all?", 12.0, phrases=True, language="en")
    assert lines == ["What should a family ", "insure first of all?"]


def test_balance_gives_up_when_the_lines_are_too_few() -> None:
    text = "把时间交给长期主义"
    paragraph = measured(text, opportunities(text, "zh", True), [1.0] * 9, frozenset(range(9)))
    assert balance(paragraph, 4.0, 2) is None
    assert balance(paragraph, 4.0, 3) is not None
