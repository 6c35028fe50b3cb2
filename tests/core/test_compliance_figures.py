"""Figures: rates of a day against those of a year, intervals, licences, and dates in both languages."""

from datetime import date
from typing import Any

import pytest

from app.compliance.document import Document, Facts, TextRun
from app.compliance.engine import check
from app.compliance.figures import dates
from tests.core.compliance_cases import TODAY, rules, spans

STATED = r"年化利率[^\d]{0,4}(?P<a>\d+(?:\.\d+)?%)"
DAILY = rules(
    {
        "id": "cn-daily",
        "kind": "regex",
        "patterns": [r"日(?:利率|息)(?P<n>(?:万分之|千分之)?[\d.五]+(?:%|‰)?)"],
        "annual": {"per": "day", "stated": STATED},
    }
)


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("日利率0.02%，年化利率7.3%", False),
        ("日利率0.02%，年化利率7.2%", False),
        ("日利率0.05%，年化利率7.3%", True),
        ("日息万分之五，年化利率18.25%", False),
        ("日息万分之5，年化利率7.3%", True),
        ("日利率0.5‰，年化利率18.25%", False),
        ("日利率0.05%", False),
    ],
)
def test_a_daily_rate_must_come_to_the_annual_one(text: str, hit: bool) -> None:
    assert bool(spans(DAILY, text)) is hit


def test_an_annual_rate_may_be_required() -> None:
    rule = {
        "id": "cn-monthly",
        "kind": "regex",
        "patterns": [r"月利率(?P<n>[\d.]+%)"],
        "annual": {"per": "month", "stated": STATED, "required": True},
    }
    assert spans(rules(rule), "月利率0.3%，随借随还") == ["月利率0.3%"]
    assert spans(rules(rule), "月利率0.3%，年化利率3.6%") == []


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("2026年10月1日至2026年10月20日收益", True),
        ("2026年1月1日至2026年10月20日收益", False),
        ("2026年10月1日至10月20日收益", True),
        ("2020年1月1日至2026年10月20日收益", True),
    ],
)
def test_an_interval_has_a_length(text: str, hit: bool) -> None:
    day = r"(?:20\d\d年)?\d{1,2}月\d{1,2}日"
    rule = {
        "id": "cn-interval",
        "kind": "regex",
        "patterns": [f"(?P<start>{day})至(?P<end>{day})收益"],
        "interval": {"below_days": 30, "above_days": 2000},
    }
    assert bool(spans(rules(rule), text)) is hit


@pytest.mark.parametrize(
    ("number", "own", "hit"),
    [
        ("S1234567890123", None, False),
        ("S12345", None, True),
        ("S1234567890123", "s 123456-7890123", False),
        ("S1234567890123", "S9999999990123", True),
    ],
)
def test_a_licence_has_a_form_and_an_owner(number: str, own: str | None, hit: bool) -> None:
    rule: dict[str, Any] = {
        "id": "cn-licence",
        "kind": "regex",
        "patterns": [r"执业编号(?P<n>[a-z0-9]+)"],
        "licence": {"format": r"s\d{13}", "own": "licence"},
    }
    document = Document((TextRun(f"执业编号{number}"),), Facts("CN", "fund", licence=own), fragment=True)
    assert bool(check(rules(rule), document, TODAY).findings) is hit


def test_the_year_of_an_english_date_is_not_read_as_a_whole_year() -> None:
    assert list(dates("valid until 30 june 2026")) == [(date(2026, 6, 30), date(2026, 6, 30))]
    assert list(dates("as of 2026")) == [(date(2026, 1, 1), date(2026, 12, 31))]


def test_a_claim_with_a_date_that_is_too_old_reaches_to_the_date() -> None:
    rating = {
        "id": "cn-rating",
        "kind": "context",
        "severity": "review",
        "claim": ["五星评级"],
        "needs": [{"label": {"zh": "日期", "en": "date"}, "any": [r"20\d\d年\d{1,2}月\d{1,2}日"], "max_age_days": 730}],
    }
    assert spans(rules(rating), "五星评级（2024年3月31日）") == ["五星评级（2024年3月31日"]
    assert spans(rules(rating), "五星评级（2026年3月31日）") == []
