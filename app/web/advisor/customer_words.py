"""The words of the pages of customers: what people call them, what they did, and when."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import format_date, format_decimal, format_timedelta, ngettext

from app.web.languages import chosen
from app.web.parts import parts
from app.web.words import _

TINTS = 5


def local(at: datetime) -> datetime:
    """The same instant, as clocks show it where the bank is."""
    return at.astimezone(ZoneInfo(parts().settings.time_zone))


def said(words: Any) -> str:
    """Words that are kept in both languages, in that of whoever asks."""
    return str(words.get(chosen(), ""))


def called(one: Any) -> str:
    """What a customer is called: by the name that the advisor gave, else by where they came from."""
    if one.name:
        return str(one.name)
    anybody = _("Visitor")
    known = {"wechat": _("WeChat visitor"), "wecom": _("WeCom visitor")}
    return f"{known.get(one.app, anybody)} · {one.short}"


def tint(id_: str) -> int:
    """Which of the quiet colours a customer's circle has, always the same."""
    return sum(map(ord, id_)) % TINTS


def event_words(kind: str, poster: str) -> str:
    """What a customer did."""
    return {
        "open": _("Opened “%(poster)s”", poster=poster),
        "read": _("Stayed to read “%(poster)s”", poster=poster),
        "contact": _("Tapped the contact on “%(poster)s”", poster=poster),
        "share": _("Passed “%(poster)s” on", poster=poster),
        "agree": _("Agreed to be remembered, at “%(poster)s”", poster=poster),
    }[kind]


def event_icon(kind: str) -> str:
    """The drawing beside it."""
    return {"open": "eye", "read": "text", "contact": "phone", "share": "share", "agree": "check"}[kind]


def level_words(level: int) -> str:
    """How a poster reached somebody."""
    if level == 0:
        return _("directly")
    return str(ngettext("through %(num)s re-share", "through %(num)s re-shares", level))


def channel_words(channel: str) -> str:
    """Where a link was sent out, as people say it."""
    known = {
        "wechat": _("WeChat"),
        "moments": _("Moments"),
        "wecom": _("WeCom"),
        "weibo": _("Weibo"),
        "email": _("E-mail"),
        "sms": _("Text message"),
        "print": _("Print"),
        "download": _("Download"),
        "copy": _("Copied link"),
        "browser": _("Browser"),
        "alipay": _("Alipay"),
        "dingtalk": _("DingTalk"),
        "qq": "QQ",
    }
    return known.get(channel, channel)


def ago(at: datetime, now: datetime) -> str:
    """How long ago something was; after two weeks, the day."""
    if now - at < timedelta(minutes=1):
        return _("just now")
    if now - at < timedelta(days=14):
        return str(format_timedelta(at - now, add_direction=True, threshold=1.2))
    return str(format_date(local(at), "medium"))


def due_words(at: datetime, now: datetime) -> str:
    """When something is due, as people say it."""
    day, today = local(at).date(), local(now).date()
    if day == today:
        return _("today, %(clock)s", clock=at_clock(at))
    if day == today + timedelta(days=1):
        return _("tomorrow, %(clock)s", clock=at_clock(at))
    return str(format_date(day, "M月d日 EEE" if chosen() == "zh" else "EEE d MMM"))


def on_day(day: date) -> str:
    """The day, written out; of an instant, the one it is on where the bank is."""
    shown = local(day).date() if isinstance(day, datetime) else day
    return str(format_date(shown, "medium"))


def at_clock(at: datetime) -> str:
    """The time of day where the bank is."""
    return local(at).strftime("%H:%M")


def in_figures(number: float, places: int = 0) -> str:
    """A number as the language groups it."""
    return str(format_decimal(round(number, places), "#,##0" + ("." + "0" * places if places else "")))


def register_customer_words(app: Flask) -> None:
    """Offer these words to the pages of `app`."""
    told = (said, called, tint, event_words, event_icon, level_words, channel_words)
    for word in (*told, ago, due_words, on_day, at_clock, in_figures):
        app.jinja_env.globals[word.__name__] = word
