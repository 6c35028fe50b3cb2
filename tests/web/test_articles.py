"""Articles of Chinese law on English pages."""

import pytest

from app.config import PROJECT
from app.reads.rule_packs import load_packs
from app.web.articles import chinese_article, english_article, in_both, number


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("八", 8), ("十", 10), ("十七", 17), ("二十", 20), ("四十三", 43), ("一百二十", 120), ("一百零五", 105)],
)
def test_a_numeral_is_a_number(numeral: str, value: int) -> None:
    assert number(numeral) == value


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("第十七条", "art. 17"),
        ("第二十五条（二）", "art. 25(2)"),
        ("第四至六条", "arts. 4–6"),
        ("第十一条；第七、八条", "art. 11; arts. 7, 8"),
        ("第一百一十六条、第一百三十一条", "art. 116, art. 131"),
        ("第581章 / Cap. 581", "Cap. 581"),
        ("风险声明 / risk statement", "risk statement"),
        ("4.2.1R; 4.5.6R", "4.2.1R; 4.5.6R"),
        ("诱导分享", "诱导分享"),
        ("", ""),
    ],
)
def test_an_article_is_said_in_english_where_that_needs_no_knowledge_of_the_law(written: str, said: str) -> None:
    assert english_article(written) == said


def test_a_chinese_page_shows_the_chinese_half() -> None:
    assert chinese_article("风险声明 / risk statement") == "风险声明"
    assert chinese_article("第十七条") == "第十七条"


def test_what_is_only_practice_has_no_article() -> None:
    assert in_both("practice") == {"zh": "", "en": ""}
    assert in_both("第八条") == {"zh": "第八条", "en": "art. 8"}


def test_of_all_articles_in_the_packs_only_titles_stay_chinese() -> None:
    packs = load_packs(PROJECT / "compliance_rules")
    found = {rule.source.article for pack in packs for rule in pack.rules}
    assert len(found) > 100
    assert [one for one in found if "第" in english_article(one)] == []
