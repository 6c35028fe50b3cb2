"""What is said in the demonstration bank, as data: its posters and its template versions, and what becomes of each."""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from app.flow.orders import Edition as FileEdition
from app.rendering.almanac import calendar_word
from app.review.records import Comment

WORKS, EDITIONS = Path(__file__).with_name("make_demo_works.yaml"), Path(__file__).with_name("make_demo_editions.yaml")


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Work(_Read):
    """One poster: from which template, begun how many days ago, with which words, and how it ends.

    `files` are made beside the picture.
    """

    template: str
    day: int
    story: Literal[
        "draft",
        "in_review",
        "withdrawn",
        "changes_requested",
        "rejected",
        "approved",
        "corrected",
        "issued",
        "recalled",
        "recalled_by_owner",
    ]
    language: Literal["zh", "en"] = "zh"
    slots: Mapping[str, str]
    size: str = "phone"
    channel: str = "wechat"
    files: tuple[FileEdition, ...] = ()
    said: str = ""
    pins: tuple[Comment, ...] = ()
    then: Mapping[str, str] = {}


class Edition(_Read):
    """One template version, made from a built-in one: what it changes, who uploads it, and how it ends."""

    base: str
    slug: str
    version: str
    designer: str
    day: int
    story: Literal["draft", "in_review", "changes_requested", "rejected", "approved", "retired", "recalled"]
    title: Mapping[str, str]
    summary: Mapping[str, str]
    examples: Mapping[str, str] = {}
    starts: int
    ends: int | None = None
    branch: str | None = None
    ended: int | None = None
    said: str = ""
    pins: tuple[Comment, ...] = ()


def works() -> list[tuple[str, Work]]:
    """All posters, with the login of the advisor who makes each."""
    read = TypeAdapter(dict[str, tuple[Work, ...]]).validate_python(yaml.safe_load(WORKS.read_text(encoding="utf-8")))
    return [(login, work) for login, theirs in read.items() for work in theirs]


def editions() -> tuple[Edition, ...]:
    """All template versions that the bank's own designers made."""
    return TypeAdapter(tuple[Edition, ...]).validate_python(yaml.safe_load(EDITIONS.read_text(encoding="utf-8")))


def dated(text: str, day: date) -> str:
    """`text` with its braces filled in for `day`; what begins with ``soon_`` is a Saturday some two weeks later."""
    soon = day + timedelta(days=12)
    soon += timedelta(days=(5 - soon.weekday()) % 7)
    return text.format_map(_names(day) | {f"soon_{name}": words for name, words in _names(soon).items()})


def _names(day: date) -> dict[str, str]:
    monday = day - timedelta(days=day.weekday() + 7)
    year, week, _ = monday.isocalendar()
    return {
        "day": str(day.day),
        "date": calendar_word("date", day, "zh"),
        "month": f"{day.month}月",
        "year": str(day.year),
        "weekday": calendar_word("weekday", day, "zh"),
        "week": f"{year}年第{week}周",
        "from": str(monday),
        "to": str(monday + timedelta(days=4)),
        "until": calendar_word("date", day + timedelta(days=33), "zh"),
        "en_month": calendar.month_name[day.month],
        "en_weekday": calendar_word("weekday", day, "en"),
        "en_week": f"Week {week}, {year}",
    }
