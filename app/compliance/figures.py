"""Figures in a text: dates, numbers, rates, intervals and licence numbers, and whether they meet a rule's condition."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from app.compliance.conditions import Annual, Dated, Interval, Licence, Number
from app.compliance.lookalikes import LEET

Groups = Mapping[str, str | None]

_DATE = re.compile(
    r"(?P<y>20\d\d)\s*[-年/.]\s*(?P<m>1[0-2]|0?[1-9])(?!\d)(?:\s*[-月/.]\s*(?P<d>3[01]|[12]\d|0?[1-9])(?!\d))?"
    r"|(?P<y8>20\d\d)(?P<m8>0[1-9]|1[0-2])(?P<d8>3[01]|[12]\d|0[1-9])"
    r"|(?P<y1>20\d\d)(?!\d)"
    r"|(?<!\d)(?P<m2>1[0-2]|0?[1-9])月(?P<d2>3[01]|[12]\d|0?[1-9])[日号]"
)
_UNTIL_DAY = re.compile(r"[日号]?\s*[-~至到]\s*(?P<d>3[01]|[12]\d|0?[1-9])[日号]")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {m: i for i, m in enumerate(_MONTH_NAMES, 1)}
_ENGLISH = re.compile(
    r"(?:(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+)?(?P<m>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
    r"(?:\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?!\d))?,?\s+(?P<y>20\d\d)"
)


def dates(text: str, year: int | None = None) -> Iterator[tuple[date, date]]:
    """The first and last day that each date of `text` can mean. `year` is for dates without one."""
    english = list(_ENGLISH.finditer(text))
    for match in _DATE.finditer(text):
        part = match.groupdict()
        if part["y1"] and any(one.start() <= match.start() < one.end() for one in english):
            continue  # the year of a date that is read below
        chosen = part["y"] or part["y8"] or part["y1"] or (str(year) if year else None)
        if chosen:
            month, day = part["m"] or part["m8"] or part["m2"], part["d"] or part["d8"] or part["d2"]
            yield from _range(int(chosen), month, day)
            until = _UNTIL_DAY.match(text, match.end())
            if until and month:
                yield from _range(int(chosen), month, until["d"])
    for match in english:
        yield from _range(int(match["y"]), str(_MONTHS[match["m"]]), match["d"] or match["d2"])


def _range(year: int, month: str | None, day: str | None) -> Iterator[tuple[date, date]]:
    try:
        first = date(year, int(month or 1), int(day or 1))
    except ValueError:
        return
    if day:
        yield first, first
    elif month:
        following = date(year + first.month // 12, first.month % 12 + 1, 1)
        yield first, following - timedelta(days=1)
    else:
        yield first, date(year, 12, 31)


def date_holds(dated: Dated, text: str, as_of: date) -> bool:
    """Whether the last date in `text` is as `dated` asks; a text without a date never holds."""
    found = list(dates(text, as_of.year))
    if not found:
        return False
    latest = max(last for _, last in found)
    if dated.state == "past":
        return latest < as_of - timedelta(days=dated.days)
    if dated.state == "older":
        return latest < as_of - timedelta(days=dated.days)
    return latest > as_of + timedelta(days=dated.days)


_FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|\.\d+")


def number_holds(number: Number, captured: str | None) -> bool:
    """Whether the captured number is below or above what `number` says (万 and 亿 are counted)."""
    match = _FIGURE.search(captured or "")
    if match is None or captured is None:
        return False
    value = float(match.group().replace(",", ""))
    value *= 10_000 if "万" in captured else 100_000_000 if "亿" in captured else 1
    if number.below is not None and value < number.below:
        return True
    return number.above is not None and value > number.above


_PERIODS = {"day": 365, "week": 52, "month": 12, "quarter": 4}


def _per_cent(captured: str | None) -> float | None:
    """The rate in per cent: 0.05%, 0.5‰ and 万分之五 are 0.05."""
    value = captured or ""
    match = _FIGURE.search(value)
    figure = float(match.group().replace(",", "")) if match else _CHINESE_FIGURES.get(value[-1:])
    if figure is None:
        return None
    if "万分之" in value or "万" in value:
        return figure / 100
    return figure / 10 if "千分之" in value or "‰" in value else figure


_CHINESE_FIGURES = {char: float(number) for number, char in enumerate("零一二三四五六七八九")}


def annual_differs(annual: Annual, groups: Groups, stated: list[str | None]) -> bool:
    """Whether the captured rate does not come to any of the annual rates that the text states."""
    rate = _per_cent(groups.get(annual.group))
    if rate is None or rate == 0:
        return False
    rates = [found for text in stated if (found := _per_cent(text))]
    if not rates:
        return annual.required
    yearly = rate * _PERIODS[annual.per]
    return all(abs(found - yearly) > annual.tolerance * yearly for found in rates)


def interval_holds(interval: Interval, groups: Groups) -> bool:
    """Whether the captured dates lie closer together, or farther apart, than the rule allows."""
    starts = [first for first, _ in dates(groups.get("start") or "")]
    ends = [last for _, last in dates(groups.get("end") or "", starts[0].year if starts else None)]
    if not starts or not ends:
        return False
    days = (ends[-1] - starts[0]).days
    too_short = interval.below_days is not None and days < interval.below_days
    return too_short or (interval.above_days is not None and days > interval.above_days)


def licence_is_wrong(licence: Licence, groups: Groups, own: str | None, fits: Callable[[str, str], bool]) -> bool:
    """Whether the captured licence is of another form than it must be, or is somebody else's."""
    captured = groups.get(licence.group)
    if not captured:
        return False
    if licence.format is not None and not fits(licence.format, captured):
        return True
    # A profile's licence may be written with its label and in groups: what was captured must be part of it.
    return licence.own is not None and own is not None and _plain(captured) not in _plain(own)


def _plain(value: str) -> str:
    """Without blanks and marks, and with letters for the digits that a reading of disguised words takes for them."""
    return "".join(LEET.get(char, char) for char in value.lower() if char.isalnum())
