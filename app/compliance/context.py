"""What stands around a hit: contexts that save it, and needs that a claim must meet."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from app.compliance.figures import dates
from app.compliance.pack import Context, Nearby, Need, Pack
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


def any_stands(contexts: Iterable[Nearby], view: View, start: int, end: int) -> bool:
    """Whether one of the contexts stands where it must, relative to the hit [start, end) of `view`."""
    return any(view.may_match(nearby.pattern) and stands(nearby, view, start, end) for nearby in contexts)


def may_stand(only_if: tuple[Nearby, ...], view: View) -> bool:
    """Whether one of the contexts that a rule asks for stands anywhere; True when it asks for none."""
    return not only_if or any(view.may_match(one.pattern) and view.exists(one) for one in only_if)


def stands(nearby: Nearby, view: View, start: int, end: int) -> bool:
    """Whether the context stands where it must, relative to the hit [start, end) of `view`."""
    return _stands(nearby, view, start, end) and not (nearby.but is not None and _is_undone(nearby, view, start, end))


def _stands(nearby: Nearby, view: View, start: int, end: int) -> bool:
    if nearby.is_anchored:
        return _stands_at(nearby, view, start, end)
    if nearby.text is not None:
        return view.occurs(nearby.pattern)
    spans = view.spans(nearby.pattern)
    if not spans:
        return False
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


def _is_undone(nearby: Nearby, view: View, start: int, end: int) -> bool:
    but = str(nearby.but)
    return view.may_match(but) and view.has(but, *_window(nearby, view, start, end))


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


def stale(needs: Iterable[Need], view: View, start: int, end: int) -> list[tuple[int, int]]:
    """Where a date stands that is too old for one of the unmet `needs` of the claim [start, end)."""
    found = []
    for need in needs:
        if need.max_age_days is not None:
            first, last = _reach(need, view, start, end)
            spans = [span for pattern in need.any for span in view.spans(pattern)]
            found += [(s, e) for s, e in spans if s >= first and e <= last and (e <= start or s >= end)]
    return found


def _reach(need: Need, view: View, start: int, end: int) -> tuple[int, int]:
    if need.within == "sentence":
        return view.segments.sentence(start, end)
    if isinstance(need.within, int):
        return max(0, start - need.within), end + need.within
    return 0, len(view.text)


def _is_met(need: Need, view: View, start: int, end: int, as_of: date) -> bool:
    first, last = _reach(need, view, start, end)
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
