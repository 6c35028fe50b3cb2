"""What stands around a hit: contexts that save it, needs that a claim must meet, dates and numbers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from app.compliance.pack import Context, Dated, Nearby, Need, Number, Pack
from app.compliance.view import View
from app.kernel.errors import Problem

Contexts = Mapping[str, tuple[Context, ...]]


def shared_contexts(packs: Iterable[Pack]) -> dict[str, tuple[Context, ...]]:
    """All named contexts by ``pack/name``."""
    return {f"{pack.name}/{name}": contexts for pack in packs for name, contexts in pack.head.contexts.items()}


def resolve(
    contexts: Iterable[Context], pack: str, shared: Contexts, path: str, problems: list[Problem], depth: int = 0
) -> tuple[Nearby, ...]:
    """`contexts` with names replaced by what they stand for; unknown and circular names become problems."""
    resolved: list[Nearby] = []
    for context in contexts:
        if isinstance(context, Nearby):
            resolved.append(context)
        elif context.startswith("@"):
            name = context[1:] if "/" in context else f"{pack}/{context[1:]}"
            if name not in shared or depth > 8:
                problems.append(Problem(path, "unknown_context", f"there is no context list “{context}”"))
                continue
            resolved += resolve(shared[name], name.split("/")[0], shared, path, problems, depth + 1)
        else:
            resolved.append(Nearby(cover=context))
    return tuple(resolved)


def stands(nearby: Nearby, view: View, start: int, end: int) -> bool:
    """Whether the context stands where it must, relative to the hit [start, end) of `view`."""
    if _is_anchored(nearby):
        return _stands_at(nearby, view, start, end)
    spans = view.spans(nearby.pattern)
    if not spans:
        return False
    if nearby.text is not None:
        return True
    if nearby.cover is not None:
        return any(s <= start and end <= e for s, e in spans) or _covers_again(nearby, view, start, end)
    if nearby.within == 0 and nearby.sentence is None:
        return any(s < start <= e if nearby.before is not None else s <= end < e for s, e in spans)
    first, last = _window(nearby, view, start, end)
    return any(s >= first and e <= last for s, e in spans)


def _window(nearby: Nearby, view: View, start: int, end: int) -> tuple[int, int]:
    first, last = view.segments.sentence(start, end)
    if nearby.before is not None:
        return max(first, start - nearby.within, view.segments.clause(start, end)[0]), start
    if nearby.after is not None:
        return end, min(last, end + nearby.within, view.segments.clause(start, end)[1])
    return first, last


def _is_anchored(nearby: Nearby) -> bool:
    """Whether the pattern asks to stand right at the hit: ``before: …$`` or ``after: ^…``."""
    if nearby.before is not None:
        return nearby.before.endswith("$") and not nearby.before.endswith("\\$")
    return nearby.after is not None and nearby.after.startswith("^")


def _stands_at(nearby: Nearby, view: View, start: int, end: int) -> bool:
    first, last = _window(nearby, view, start, end)
    return view.has(nearby.pattern, first, last)


def _covers_again(nearby: Nearby, view: View, start: int, end: int) -> bool:
    """Matches do not overlap: one that begins early can hide the one that covers the hit: look again."""
    from_here = max(0, start - 30)
    return any(s + from_here <= start and end <= e + from_here for s, e in view.spans_from(nearby.pattern, from_here))


def unmet(needs: Iterable[Need], view: View, start: int, end: int, as_of: date) -> list[Need]:
    """The needs that the claim [start, end) does not meet."""
    return [need for need in needs if not _is_met(need, view, start, end, as_of)]


def _is_met(need: Need, view: View, start: int, end: int, as_of: date) -> bool:
    first, last = 0, len(view.text)
    if need.within == "sentence":
        first, last = view.segments.sentence(start, end)
    elif isinstance(need.within, int):
        first, last = max(0, start - need.within), end + need.within
    for pattern in need.any:
        for s, e in view.spans(pattern):
            if (
                s >= first
                and e <= last
                and (need.max_age_days is None or _fresh(view.text[s:e], as_of, need.max_age_days))
            ):
                return True
    return False


def _fresh(text: str, as_of: date, days: int) -> bool:
    return any(as_of - timedelta(days=days) <= latest for _, latest in dates(text))


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
    for match in _DATE.finditer(text):
        part = match.groupdict()
        chosen = part["y"] or part["y8"] or part["y1"] or (str(year) if year else None)
        if chosen:
            month, day = part["m"] or part["m8"] or part["m2"], part["d"] or part["d8"] or part["d2"]
            yield from _range(int(chosen), month, day)
            until = _UNTIL_DAY.match(text, match.end())
            if until and month:
                yield from _range(int(chosen), month, until["d"])
    for match in _ENGLISH.finditer(text):
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
