"""What the calendar says of a day: its date in words, the lunar date, solar terms and festivals.

The lunar calendar and the solar terms (Beijing time, 1900 to 2100) come from borax.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from borax.calendars.lunardate import LunarDate

from app.kernel.errors import Invalid, Problem
from app.rendering.scene import Language

CalendarWord = Literal["date", "year_month", "day", "weekday", "lunar", "term", "line"]
FIRST, LAST = date(1901, 1, 1), date(2100, 12, 31)

TERMS = {
    "立春": "Start of Spring", "雨水": "Rain Water", "惊蛰": "Awakening of Insects", "春分": "Spring Equinox",
    "清明": "Pure Brightness", "谷雨": "Grain Rain", "立夏": "Start of Summer", "小满": "Grain Buds",
    "芒种": "Grain in Ear", "夏至": "Summer Solstice", "小暑": "Minor Heat", "大暑": "Major Heat",
    "立秋": "Start of Autumn", "处暑": "End of Heat", "白露": "White Dew", "秋分": "Autumn Equinox",
    "寒露": "Cold Dew", "霜降": "Frost’s Descent", "立冬": "Start of Winter", "小雪": "Minor Snow",
    "大雪": "Major Snow", "冬至": "Winter Solstice", "小寒": "Minor Cold", "大寒": "Major Cold",
}  # fmt: skip
FESTIVALS = {
    "元旦": "New Year’s Day", "妇女节": "Women’s Day", "植树节": "Arbor Day", "劳动节": "Labour Day",
    "青年节": "Youth Day", "儿童节": "Children’s Day", "教师节": "Teachers’ Day", "国庆节": "National Day",
    "母亲节": "Mother’s Day", "父亲节": "Father’s Day", "除夕": "New Year’s Eve", "春节": "Spring Festival",
    "元宵节": "Lantern Festival", "端午节": "Dragon Boat Festival", "七夕": "Qixi Festival",
    "中秋节": "Mid-Autumn Festival", "重阳节": "Double Ninth Festival", "腊八节": "Laba Festival",
}  # fmt: skip
_BY_DATE = {
    (1, 1): "元旦", (3, 8): "妇女节", (3, 12): "植树节", (5, 1): "劳动节", (5, 4): "青年节", (6, 1): "儿童节",
    (9, 10): "教师节", (10, 1): "国庆节",
}  # fmt: skip
_BY_LUNAR_DATE = {
    (1, 1): "春节", (1, 15): "元宵节", (5, 5): "端午节", (7, 7): "七夕", (8, 15): "中秋节", (9, 9): "重阳节",
    (12, 8): "腊八节",
}  # fmt: skip
_BY_SUNDAY = {(5, 2): "母亲节", (6, 3): "父亲节"}  # the second Sunday of May, the third of June

_DIGITS = "〇一二三四五六七八九"
_COUNTED = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = "(?:" + "|".join(_MONTHS[1:]) + ")"
_FORMS = {
    "date": rf"\d{{4}}年\d{{1,2}}月\d{{1,2}}日|\d{{1,2}} {_MONTH} \d{{4}}",
    "year_month": rf"[{_DIGITS}]{{4}}年[一二三四五六七八九十]{{1,2}}月|{_MONTH} \d{{4}}",
    "day": r"[12]?\d|3[01]",
    "weekday": f"星期[{_WEEKDAYS_ZH}]|{'|'.join(_WEEKDAYS)}",
    "lunar": "[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年"
    "闰?[正二三四五六七八九十冬腊]月[初十廿二三][一二三四五六七八九十]",
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """A solar term or a festival, and the day that it falls on."""

    day: date
    zh: str
    en: str

    def name(self, language: Language) -> str:
        """What it is called."""
        return self.en if language == "en" else self.zh


def occasion_of(day: date) -> Occasion | None:
    """The festival of the day, or its solar term; a festival comes first. *Raises* Invalid ``no_such_day``."""
    lunar = _lunar(day)
    festival = _festival(day, lunar)
    if festival is not None:
        return Occasion(day, festival, FESTIVALS[festival])
    return Occasion(day, lunar.term, TERMS[lunar.term]) if lunar.term else None


def occasions(first: date, days: int) -> Iterator[Occasion]:
    """The festivals and solar terms of so many days, in order, as far as the calendar goes."""
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        found = occasion_of(day) if FIRST <= day <= LAST else None
        if found is not None:
            yield found


def season_of(day: date) -> str:
    """The solar term that begins on `day`, or the one before it. *Raises* Invalid ``no_such_day``."""
    term: str | None = _lunar(day).term
    for back in range(1, 17):
        term = term or LunarDate.from_solar(day - timedelta(days=back)).term
    if term:
        return term
    raise AssertionError("a solar term begins at least every seventeen days")


def calendar_word(kind: CalendarWord, day: date, language: Language) -> str:
    """What a slot of this kind says on `day`; empty where there is nothing to say, and for a line, which is the slot's.

    *Raises* Invalid ``no_such_day`` for a day that the calendar does not know.
    """
    lunar, english = _lunar(day), language == "en"
    match kind:
        case "date":
            return f"{day.day} {_MONTHS[day.month]} {day.year}" if english else f"{day.year}年{day.month}月{day.day}日"
        case "year_month":
            if english:
                return f"{_MONTHS[day.month]} {day.year}"
            return "".join(_DIGITS[int(digit)] for digit in str(day.year)) + f"年{_COUNTED[day.month]}月"
        case "day":
            return str(day.day)
        case "weekday":
            return _WEEKDAYS[day.weekday()] if english else f"星期{_WEEKDAYS_ZH[day.weekday()]}"
        case "lunar":
            return f"{lunar.gz_year}年{'闰' if lunar.leap else ''}{lunar.cn_month}月{lunar.cn_day}"
        case "term":
            found = occasion_of(day)
            return found.name(language) if found else ""
        case "line":
            return ""


def is_word(kind: CalendarWord, text: str) -> bool:
    """Whether `text` is of the form that `calendar_word` gives to words of this kind."""
    if kind == "term":
        return text in ("", *TERMS, *TERMS.values(), *FESTIVALS, *FESTIVALS.values())
    return re.fullmatch(_FORMS[kind], text) is not None if kind in _FORMS else False


def _lunar(day: date) -> LunarDate:
    if not FIRST <= day <= LAST:
        raise Invalid.of([Problem("day", "no_such_day", f"the calendar goes from {FIRST} to {LAST}")])
    return LunarDate.from_solar(day)


def _festival(day: date, lunar: LunarDate) -> str | None:
    found = _BY_DATE.get((day.month, day.day))
    if found is None and not lunar.leap:
        found = _BY_LUNAR_DATE.get((lunar.month, lunar.day))
    if found is None and day.weekday() == 6:
        found = _BY_SUNDAY.get((day.month, (day.day + 6) // 7))
    if found is None and day < LAST:
        tomorrow = LunarDate.from_solar(day + timedelta(days=1))
        found = "除夕" if (tomorrow.month, tomorrow.day) == (1, 1) else None
    return found
