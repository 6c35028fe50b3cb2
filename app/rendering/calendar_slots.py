"""Slots that the calendar fills: a template's date, its solar term and its line of the season, on a day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from app.kernel.errors import Problem
from app.rendering.almanac import FESTIVALS, TERMS, calendar_word, is_word, occasion_of, season_of
from app.rendering.scene import Language
from app.rendering.template import Template, TextSlot
from app.rendering.values import TextValue, Values, words_in

KNOWN = frozenset({*TERMS, *FESTIVALS})


def calendar_texts(template: Template, day: date, language: Language) -> dict[str, str]:
    """What `day` says in each slot that the calendar fills; a slot for which it has nothing keeps its example.

    *Raises* Invalid ``no_such_day``.
    """
    found = {}
    for name, slot in template.slots.items():
        if not isinstance(slot, TextSlot) or slot.calendar is None:
            continue
        text = _line(slot, day, language) if slot.calendar == "line" else calendar_word(slot.calendar, day, language)
        if text or (slot.calendar != "line" and not slot.required):
            found[name] = text
    return found


def with_calendar(template: Template, values: Values, day: date, language: Language | None) -> Values:
    """`values`, and what the calendar says on `day` in the slots that they leave out. *Raises* as `calendar_texts`."""
    texts = calendar_texts(template, day, language or template.language)
    missing = {name: TextValue(text) for name, text in texts.items() if name not in values.slots}
    return replace(values, slots={**missing, **values.slots}) if missing else values


def has_calendar(template: Template) -> bool:
    """Whether the calendar fills any of its slots."""
    return any(isinstance(slot, TextSlot) and slot.calendar is not None for slot in template.slots.values())


def is_calendars(slot: TextSlot, text: str) -> bool:
    """Whether `text` is something that the calendar may have filled into the slot, on whatever day."""
    if slot.calendar is None:
        return False
    if slot.calendar == "line":
        return any(text in (words_in(line, "zh"), words_in(line, "en")) for line in slot.lines.values())
    return is_word(slot.calendar, text)


def calendar_problems(path: str, slot: TextSlot) -> Iterator[Problem]:
    """Lines without a calendar, a calendar without lines, and lines of days that it does not know."""
    if (slot.calendar == "line") != bool(slot.lines):
        yield Problem(f"{path}.lines", "lines_and_calendar", "“calendar”: “line” and “lines” go together")
    for name in slot.lines:
        if name not in KNOWN:
            yield Problem(f"{path}.lines.{name}", "no_such_occasion", "this is no solar term and no festival")


def _line(slot: TextSlot, day: date, language: Language) -> str:
    """The line of the festival of the day, or else that of the season."""
    today = occasion_of(day)
    words = (slot.lines.get(today.zh) if today else None) or slot.lines.get(season_of(day))
    return words_in(words, language) if words else ""
