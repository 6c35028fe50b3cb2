"""What the calendar says of a day, and which slots of a template it fills."""

from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest

from app.compliance.engine import check_text
from app.kernel.errors import Invalid
from app.reads.rule_packs import load_rules
from app.rendering.almanac import (
    FESTIVALS,
    FIRST,
    LAST,
    TERMS,
    CalendarWord,
    calendar_word,
    is_word,
    occasion_of,
    occasions,
    season_of,
)
from app.rendering.calendar_slots import calendar_texts, is_calendars, with_calendar
from app.rendering.template import Template, TextSlot
from app.rendering.template_checks import template_problems
from app.rendering.values import TextValue, Values, words_in
from tests.posters import PROJECT

KINDS = [kind for kind in get_args(CalendarWord) if kind != "line"]


def template(slug: str) -> Template:
    return Template.model_validate_json((PROJECT / "poster_templates" / slug / "template.json").read_bytes())


# The leap months of 2025 and 2033, which tables have got wrong, among them.
@pytest.mark.parametrize(
    ("day", "lunar", "term"),
    [
        (date(2026, 2, 17), "丙午年正月初一", "春节"),
        (date(2025, 7, 25), "乙巳年闰六月初一", ""),
        (date(2026, 12, 22), "丙午年冬月十四", "冬至"),
        (date(2027, 2, 5), "丙午年腊月廿九", "除夕"),
        (date(2026, 9, 25), "丙午年八月十五", "中秋节"),
        (date(2033, 12, 22), "癸丑年闰冬月初一", ""),
        (date(2026, 5, 10), "丙午年三月廿四", "母亲节"),
        (date(2026, 4, 5), "丙午年二月十八", "清明"),
    ],
)
def test_the_lunar_date_and_the_occasion(day: date, lunar: str, term: str) -> None:
    assert (calendar_word("lunar", day, "zh"), calendar_word("term", day, "zh")) == (lunar, term)


def test_a_day_in_words() -> None:
    day = date(2026, 12, 7)
    assert [calendar_word(kind, day, "zh") for kind in KINDS] == [
        "2026年12月7日",
        "二〇二六年十二月",
        "7",
        "星期一",
        "丙午年十月廿九",
        "大雪",
    ]
    english = {kind: calendar_word(kind, day, "en") for kind in ("date", "year_month", "weekday", "term")}
    assert english == {
        "date": "7 December 2026",
        "year_month": "December 2026",
        "weekday": "Monday",
        "term": "Major Snow",
    }


def test_every_word_of_five_years_has_its_form_and_every_term_its_turn() -> None:
    met: set[str] = set()
    for ahead in range(365 * 5):
        day = date(2024, 1, 1) + timedelta(days=ahead)
        met.add(season_of(day))
        occasion = occasion_of(day)
        met |= {occasion.zh} if occasion else set()
        for kind in KINDS:
            assert all(is_word(kind, calendar_word(kind, day, language)) for language in ("zh", "en")), (kind, day)
    assert met == {*TERMS, *FESTIVALS}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_person_wrote_is_no_word_of_the_calendar(kind: CalendarWord) -> None:
    assert not is_word(kind, "稳赚的一天")
    assert not is_word(kind, "稳赚的一天，2026年12月7日")


def test_days_beyond_the_calendar_are_refused_and_none_is_listed() -> None:
    with pytest.raises(Invalid) as caught:
        calendar_word("lunar", date(2101, 1, 1), "zh")
    assert caught.value.problems[0].code == "no_such_day"
    assert [one.day for one in occasions(LAST - timedelta(days=3), 30)] == []
    assert season_of(FIRST) == "冬至"


def test_the_slots_of_a_day_are_filled_and_what_was_written_stays() -> None:
    greeting = template("daily-greeting")
    texts = calendar_texts(greeting, date(2026, 12, 9), "zh")
    assert texts == {
        "month": "二〇二六年十二月",
        "day": "9",
        "weekday": "星期三",
        "lunar": "丙午年冬月初一",
        "term": "",
        "words": "天地安静下来，\n正好听听自己的心。",
    }
    given = Values(slots={"words": TextValue("自己写的一句")})
    filled = with_calendar(greeting, given, date(2026, 12, 9), None).slots
    assert (filled["words"], filled["day"]) == (TextValue("自己写的一句"), TextValue("9"))
    assert calendar_texts(greeting, date(2027, 1, 1), "zh")["words"] == "新的一页，\n先写下平安。"
    assert calendar_texts(template("photo-greeting"), date(2026, 12, 9), "en") == {"date": "9 December 2026"}
    assert calendar_texts(template("deposit"), date(2026, 12, 9), "zh") == {}


def test_every_line_of_the_greeting_passes_and_belongs_to_the_calendar() -> None:
    slot = template("daily-greeting").slots["words"]
    assert isinstance(slot, TextSlot)
    assert set(TERMS) <= set(slot.lines)
    rules = load_rules(Path(PROJECT) / "compliance_rules")
    for line in slot.lines.values():
        text = words_in(line, "zh")
        assert check_text(rules, text, "CN", "generic", date(2026, 12, 1)).outcome == "pass", text
        assert is_calendars(slot, text)
    assert not is_calendars(slot, "自己写的一句")


def test_lines_of_unknown_days_and_lines_without_a_calendar_are_problems() -> None:
    raw = template("daily-greeting").model_dump(by_alias=True)
    raw["slots"]["words"]["lines"] = {"冬至": "夜" * 43, "双十一": "买"}
    raw["slots"]["message"]["lines"] = {"冬至": "夜长了"}
    codes = {(one.path, one.code) for one in template_problems(Template.model_validate(raw))}
    assert codes >= {
        ("slots.words.lines.冬至", "too_long"),
        ("slots.words.lines.双十一", "no_such_occasion"),
        ("slots.message.lines", "lines_and_calendar"),
    }
