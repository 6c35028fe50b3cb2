"""Which rules hit which of many documents: rule after rule, each on all of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.compliance.context import any_stands, stands
from app.compliance.document import Document, Finding
from app.compliance.hits import Hit, hits_of, term_hits
from app.compliance.rules import Book, Compiled, InForce
from app.compliance.view import View, occur_together, open_together, try_together


@dataclass(slots=True)
class Case:
    """A document on its way through the rules in force for it."""

    document: Document
    in_force: InForce
    views: list[View]
    text: str = ""
    findings: list[Finding] = field(default_factory=list)


Found = tuple[Case, Hit]
Shown = Sequence[tuple[Case, View]]
Tries = Mapping[str, Sequence[int]]
"""The triggers that may match, each with the numbers of the views in which it may."""


def shown(cases: Sequence[Case]) -> Shown:
    """All views of all cases, in order; they are numbered so."""
    return [(case, view) for case in cases for view in case.views]


def unsaved_hits(
    book: Book, cases: Sequence[Case], tries: Tries, as_of: date, termed: Sequence[Case]
) -> Iterator[Found]:
    """All hits that no context saves; those of terms in the cases `termed`, in no others there are any.

    What a rule asks for stays at hand for the next text.
    """
    for hits in _hits_of_terms(book, termed):
        yield from _unsaved(book, hits)
    for hits in _hits_of_patterns(book, cases, tries, as_of):
        yield from _unsaved(book, hits)


def _hits_of_terms(book: Book, cases: Sequence[Case]) -> Iterator[list[Found]]:
    """The hits of each rule that forbids terms, in texts in which no context saves all of them."""
    found: dict[str, list[Found]] = {}
    for case in cases:
        for view in case.views:
            for hit in term_hits(book, view, case.in_force):
                found.setdefault(hit.compiled.rule.id, []).append((case, hit))
    for hits in found.values():
        views = {id(hit.view): hit.view for _, hit in hits}
        free = {id(view) for view in _free(book, hits[0][1].compiled, list(views.values()))}
        yield [(case, hit) for case, hit in hits if id(hit.view) in free]


def _hits_of_patterns(book: Book, cases: Sequence[Case], tries: Tries, as_of: date) -> Iterator[list[Found]]:
    """The hits of each of the other rules, in texts in which no context saves all of them.

    Where a pattern matches is asked where that counts: one context may stand in most of the texts.
    """
    for index, fired in _fired(book, shown(cases), tries):
        compiled = book.rules[index]
        free = {id(view) for view in _free(book, compiled, [view for _, view, _ in fired])}
        fired = [one for one in fired if id(one[1]) in free]
        _match(book, compiled, fired)
        yield [
            (case, hit)
            for case, view, triggers in fired
            for hit in hits_of(compiled, triggers, view, case.views, case.document, as_of)
        ]


_Fired = tuple[Case, View, list[str]]


def _fired(book: Book, views: Shown, tries: Tries) -> Iterator[tuple[int, list[_Fired]]]:
    """The rules (terms apart), by number, with the views in which some of their triggers match, if they have any."""
    matched = {pattern: _matched(book, pattern, asked, views) for pattern, asked in tries.items()}
    for index in book.woken_by(pattern for pattern, numbers in matched.items() if numbers):
        fired: dict[int, list[str]] = {at: [] for at in range(len(views))} if index in book.always else {}
        for pattern in book.triggers.get(index, ()):
            for number in matched.get(pattern, ()):
                fired.setdefault(number, []).append(pattern)
        rule_id = book.rules[index].rule.id
        own = [number for number in sorted(fired) if rule_id in views[number][0].in_force.ids]
        if own:
            yield index, [(*views[number], fired[number]) for number in own]


def _matched(book: Book, pattern: str, asked: Sequence[int], views: Shown) -> Sequence[int]:
    """The numbers of those of the views asked about in which a trigger matches and its rule may hit.

    What wakes its rule in most texts is only asked of those in which no context saves all.
    """
    rules = book.woken[pattern]
    if len(rules) == 1 and len(asked) * 4 > len(views):
        free = {id(view) for view in _free(book, book.rules[rules[0]], [views[number][1] for number in asked])}
        asked = [number for number in asked if id(views[number][1]) in free]
    found = book.patterns.occurring(book.patterns.number[pattern], [views[number][1].data for number in asked])
    return [asked[at] for at in sorted(found)]


def _free(book: Book, compiled: Compiled, views: Sequence[View]) -> Sequence[View]:
    """Those of the views in which no context stands that saves all hits of the rule."""
    if compiled.voiding:
        open_together(book.patterns, views)
    for nearby in compiled.voiding:
        asked = [view for view in views if view.may_match(nearby.pattern)]
        if asked:
            occur_together(book.patterns, nearby.pattern, asked)
            saved = {id(view) for view in asked if view.occurs(nearby.pattern)}
            views = [view for view in views if id(view) not in saved]
    return views


def _match(book: Book, compiled: Compiled, fired: Sequence[_Fired]) -> None:
    """Find out where the triggers match, and the contexts without which the rule does not fire."""
    for nearby in compiled.only_if:
        if not nearby.is_anchored:
            views = [view for _, view, _ in fired if view.may_match(nearby.pattern)]
            try_together(book.patterns, nearby.pattern, views)
    for pattern in dict.fromkeys(pattern for _, _, triggers in fired for pattern in triggers):
        try_together(book.patterns, pattern, [view for _, view, triggers in fired if pattern in triggers])


def _unsaved(book: Book, found: list[Found]) -> list[Found]:
    """The hits of one rule that no context saves, and that stand where the rule asks for it."""
    if not found:
        return found
    compiled = found[0][1].compiled
    if compiled.only_if:
        found = [(case, hit) for case, hit in found if any_stands(compiled.only_if, hit.view, hit.start, hit.end)]
    opened = 0
    for _, hit in found:
        opened |= hit.view.opened
    for nearby in compiled.saving:
        if not book.patterns.may_match(nearby.pattern, opened):
            continue
        asked = {id(one[1]): one for one in found if one[1].view.may_match(nearby.pattern)}
        if asked:
            if not nearby.is_anchored:
                views = {id(hit.view): hit.view for _, hit in asked.values()}
                try_together(book.patterns, nearby.pattern, list(views.values()))
            saved = {key for key, (_, hit) in asked.items() if stands(nearby, hit.view, hit.start, hit.end)}
            found = [one for one in found if id(one[1]) not in saved] if saved else found
    return found
