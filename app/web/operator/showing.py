"""What the operator's pages show of figures: their names, how they changed, and rows for tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_skeleton
from babel.numbers import format_compact_decimal
from flask_babel import format_date, format_decimal, format_percent, get_locale

from app.reads.result_names import Words
from app.reads.result_posters import Sort
from app.reads.results import Results
from app.tracking.results import Figures
from app.web.charts import Series, Trend, spark, trends
from app.web.languages import chosen
from app.web.operator.asked import Asked, today, zone
from app.web.words import _

# In the order in which one leads to the next.
STEPS: tuple[Sort, ...] = ("posters", "shares", "humans", "people", "reshares")
TILES: tuple[Sort, ...] = ("humans", "posters", "shares", "people", "reshares")


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure changed against the time before: an icon, a colour and a word."""

    icon: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with its change, its course, and the address of its rows."""

    figure: Sort
    label: str
    value: str
    note: str
    change: Change
    spark: str
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: its name, what stands below the name, where it leads, and its figures."""

    name: str
    note: str
    href: str
    figures: Figures
    narrowed: dict[str, Any]


def figure_name(figure: str) -> str:
    """What people call a figure."""
    return {
        "posters": _("Issued posters"),
        "shares": _("Shares"),
        "humans": _("Scans"),
        "people": _("Visitors"),
        "reshares": _("Re-shares"),
        "scans": _("With machines"),
    }[figure]


def figure_note(figure: str, total: Figures) -> str:
    """What a figure counts, in a few words."""
    return {
        "posters": _("with a finished file"),
        "shares": _("sent out by advisors"),
        "humans": _("by people; %(all)s with machines", all=format_decimal(total.scans)),
        "people": _("agreed to be remembered"),
        "reshares": _("passed on by customers"),
    }[figure]


def change(now: int, before: int) -> Change:
    """How `now` differs from `before`."""
    if now == before:
        return Change("same", "", _("as before"))
    if not before:
        return Change("up", "pass", _("none before"))
    share = format_percent(abs(now - before) / before)
    if now > before:
        return Change("up", "pass", _("%(share)s more", share=share))
    return Change("down", "review", _("%(share)s less", share=share))


def tiles(found: Results, ask: Asked) -> list[Tile]:
    """The figures that a page begins with."""
    return [
        Tile(
            figure=figure,
            label=figure_name(figure),
            value=format_decimal(getattr(found.total, figure)),
            note=figure_note(figure, found.total),
            change=change(getattr(found.total, figure), getattr(found.before, figure)),
            spark=spark([getattr(day, figure) for day in found.days]) if len(found.days) > 1 else "",
            href=ask.url("results.posters", figure=figure),
        )
        for figure in TILES
    ]


def chart(ask: Asked, days: Sequence[Figures], before: Sequence[Figures]) -> tuple[Trend, ...]:
    """The course of the figure that was asked for."""
    values = [getattr(one, ask.figure) for one in days]
    labels = [short_day(day) for day in ask.period.days]
    titles = [
        _("%(day)s: %(value)s", day=format_date(day, "long"), value=format_decimal(value))
        for day, value in zip(ask.period.days, values, strict=True)
    ]
    earlier = [getattr(one, ask.figure) for one in before]
    return trends(Series(values, earlier, labels, titles, open_end=ask.period.last == today()), compact)


def in_words(ask: Asked, days: Sequence[Figures]) -> str:
    """A chart for those who do not see it."""
    values = [getattr(one, ask.figure) for one in days]
    highest = max(values, default=0)
    if not highest:
        return _("Nothing in this period.")
    if len(values) == 1:
        return _("%(sum)s on this day.", sum=format_decimal(highest))
    best = ask.period.days[values.index(highest)]
    return _(
        "%(sum)s in %(days)s days; most on %(best)s, with %(highest)s.",
        sum=format_decimal(sum(values)),
        days=len(values),
        best=format_date(best, "long"),
        highest=format_decimal(highest),
    )


def funnel(total: Figures) -> list[dict[str, Any]]:
    """How each step leads to the next, with its rate."""
    rates = {
        "posters": _("with a finished file"),
        "shares": total.posters and _("%(rate)s for each poster", rate=_rate(total.shares, total.posters)),
        "humans": total.shares and _("%(rate)s for each share", rate=_rate(total.humans, total.shares)),
        "people": total.humans and _("%(share)s of scans", share=format_percent(total.people / total.humans)),
        "reshares": total.people and _("%(rate)s for each visitor", rate=_rate(total.reshares, total.people)),
    }
    highest = max(*(getattr(total, step) for step in STEPS), 1)
    return [
        {
            "figure": step,
            "label": figure_name(step),
            "value": getattr(total, step),
            "rate": rates[step] or "",
            "share": getattr(total, step) / highest,
        }
        for step in STEPS
    ]


def period_words(ask: Asked) -> str:
    """The days that a page speaks of."""
    if ask.period.length_days == 1:
        return str(format_date(ask.period.first, "long"))
    return f"{format_date(ask.period.first, 'medium')} – {format_date(ask.period.last, 'medium')}"


def title_of(words: Words | None, slug: str) -> str:
    """A template's title in the language of whoever asks, or its slug."""
    if isinstance(words, str):
        return words
    found = (words or {}).get(chosen()) or next((text for text in (words or {}).values() if text), None)
    return found or slug


def short_day(day: date) -> str:
    """A day below an axis."""
    return str(format_skeleton("MMMd", day, locale=get_locale()))


def moment(at: datetime | None) -> str:
    """A moment where the bank is, to the minute."""
    if at is None:
        return "–"
    local = at.astimezone(zone())
    return f"{format_date(local.date(), 'medium')} {local:%H:%M}"


def compact(value: int) -> str:
    """A figure at an axis."""
    return str(format_compact_decimal(value, locale=get_locale(), fraction_digits=1)) if value >= 10000 else str(value)


def via_name(via: str) -> str:
    """What people call a way of sharing, or the channel of a link."""
    known = {
        "wechat": _("WeChat"),
        "wecom": _("WeCom"),
        "moments": _("Moments"),
        "weibo": _("Weibo"),
        "email": _("E-mail"),
        "sms": _("Text message"),
        "print": _("Print"),
        "download": _("Download"),
        "copy": _("Copied link"),
        "alipay": _("Alipay"),
        "dingtalk": _("DingTalk"),
        "qq": _("QQ"),
        "browser": _("Browser"),
    }
    return known.get(via, via)


def device_name(device: str) -> str:
    """What people call a kind of device."""
    return {"phone": _("Phone"), "tablet": _("Tablet"), "computer": _("Computer")}.get(device, _("Other device"))


def poster_state(state: str) -> tuple[str, str]:
    """The word and the kind of chip for how a poster stands."""
    known = {
        "issued": (_("Out now"), "pass"),
        "recalled": (_("Recalled"), "block"),
    }
    return known.get(state, (_("Not issued"), "review"))


def link_state(state: str) -> tuple[str, str]:
    """The word and the kind of chip for how a link stands."""
    return {
        "active": (_("Live"), "pass"),
        "recalled": (_("Recalled"), "block"),
        "expired": (_("Expired"), "review"),
        "pending": (_("Not yet live"), "advise"),
    }[state]


def _rate(many: int, of: int) -> str:
    return str(format_decimal(round(many / of, 1)))
