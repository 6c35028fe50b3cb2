"""Required texts: slips of the pen are forgiven, a changed word is not."""

import pytest

from app.compliance.normalise import fold_term
from app.compliance.required import is_there

FUND = "基金的过往业绩并不预示其未来表现，基金管理人管理的其他基金的业绩并不构成基金业绩表现的保证"
ENGLISH = "Past performance is not a guide to future returns and the value of your investment may go down"


@pytest.mark.parametrize(
    "text",
    [
        FUND,
        FUND.replace("，", " "),
        FUND.replace("基金的过往", "基金过往"),
        FUND.replace("管理的其他", "管理其他"),
        FUND.replace("保证", "保正"),
        "提示：" + FUND + "。",
    ],
)
def test_a_slip_is_forgiven(text: str) -> None:
    assert is_there(fold_term(FUND), fold_term(text), 0.85)


@pytest.mark.parametrize(
    "text",
    [
        FUND.replace("并不预示", "预示"),
        FUND.replace("并不构成", "足以构成"),
        FUND.replace("未来表现", "短期波动"),
        FUND.replace("其他基金", "混合产品"),
        FUND[: len(FUND) // 2],
        "基金投资有风险",
    ],
)
def test_a_changed_word_is_not(text: str) -> None:
    assert not is_there(fold_term(FUND), fold_term(text), 0.85)


@pytest.mark.parametrize(
    ("change", "there"),
    [(("guide", "giude"), True), (("is not a", "is a"), False), (("go down", "go up"), False), (("not", "now"), False)],
)
def test_english_is_held_to_its_words_as_well(change: tuple[str, str], there: bool) -> None:
    assert is_there(fold_term(ENGLISH), fold_term(ENGLISH.replace(*change)), 0.85) is there
