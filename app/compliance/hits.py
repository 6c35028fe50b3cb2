"""Hits of one rule in one view of a text, before contexts are asked whether they save them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.compliance.context import may_stand, stale, unmet
from app.compliance.document import Document, Facts
from app.compliance.figures import annual_differs, date_holds, interval_holds, licence_is_wrong, number_holds
from app.compliance.pack import ContextRule, DisclosureRule, RegexRule, Severity, TermRule, Words
from app.compliance.patterns import Match
from app.compliance.required import is_there
from app.compliance.rules import Book, Compiled, InForce
from app.compliance.terms import needs_boundary
from app.compliance.view import View


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule hits a view."""

    compiled: Compiled
    view: View
    start: int
    end: int
    severity: Severity
    missing: tuple[Words, ...] = ()


def term_hits(book: Book, view: View, in_force: InForce) -> Iterator[Hit]:
    """The hits of all rules in force that forbid terms."""
    for term, start, end in book.terms.find(view):
        for compiled in book.by_term[term]:
            is_asked = compiled.rule.id in in_force.ids and view.reads_anew(start, end)
            if is_asked and _in_words(compiled, term, view, start, end):
                yield Hit(compiled, view, start, end, compiled.severity)


def hits_of(
    compiled: Compiled, triggers: list[str], view: View, views: Sequence[View], document: Document, as_of: date
) -> Iterator[Hit]:
    """The hits in `view`, one of `views` of `document`, of a rule of which one of `triggers` matches."""
    rule = compiled.rule
    if isinstance(rule, RegexRule):
        yield from _regex_hits(compiled, triggers, view, document.facts, as_of)
    elif isinstance(rule, ContextRule):
        yield from _context_hits(compiled, triggers, view, as_of)
    elif isinstance(rule, DisclosureRule):
        yield from _disclosure_hits(compiled, rule, view, views, document)


def _in_words(compiled: Compiled, term: str, view: View, start: int, end: int) -> bool:
    rule = compiled.rule
    if not isinstance(rule, TermRule) or not rule.boundary or not needs_boundary(term):
        return True
    return not view.segments.crossed(start, end)


def _regex_hits(compiled: Compiled, triggers: list[str], view: View, facts: Facts, as_of: date) -> Iterator[Hit]:
    rule = compiled.rule
    assert isinstance(rule, RegexRule)
    if not may_stand(compiled.only_if, view):
        return
    for pattern in triggers:
        for match in view.tried(pattern):
            start, end = match.hit
            if view.reads_anew(start, end) and _conditions_hold(rule, match, view, facts, as_of):
                yield Hit(compiled, view, start, end, compiled.severity)


def _conditions_hold(rule: RegexRule, match: Match, view: View, facts: Facts, as_of: date) -> bool:
    """Whether all conditions on figures that the rule has are met by what the pattern captured."""
    if not rule.has_conditions:
        return True
    groups = match.groups
    if rule.number is not None and not number_holds(rule.number, groups.get(rule.number.group)):
        return False
    if rule.date is not None:
        stretch = view.text[match.start : match.end + rule.date.within]
        if not date_holds(rule.date, stretch, as_of):
            return False
    if rule.annual is not None:
        stated = [found.groups.get("a") for found in view.matches(rule.annual.stated)]
        if not annual_differs(rule.annual, groups, stated):
            return False
    if rule.interval is not None and not interval_holds(rule.interval, groups):
        return False
    if rule.licence is None:
        return True
    own = getattr(facts, rule.licence.own) if rule.licence.own else None
    return licence_is_wrong(rule.licence, groups, own, view.is_all)


def _context_hits(compiled: Compiled, triggers: list[str], view: View, as_of: date) -> Iterator[Hit]:
    rule = compiled.rule
    assert isinstance(rule, ContextRule)
    grows = any(need.max_age_days is not None for need in rule.needs)
    for pattern in triggers:
        for match in view.tried(pattern):
            start, end = match.hit
            if not grows and not view.reads_anew(start, end):
                continue
            missing = unmet(rule.needs, view, start, end, as_of)
            if missing:
                labels = tuple(need.label for need in missing)
                for first, last in stale(missing, view, start, end):
                    start, end = min(start, first), max(end, last)
                yield Hit(compiled, view, start, end, compiled.severity, labels)


def _disclosure_hits(
    compiled: Compiled, rule: DisclosureRule, view: View, views: Sequence[View], document: Document
) -> Iterator[Hit]:
    claims = [span for pattern in rule.claim for span in view.spans(pattern)]
    if rule.claim and not claims:
        return
    if not rule.claim and view.how:
        return
    if any(seen.spans(pattern) for seen in views for pattern in rule.patterns):
        return
    if any(is_there(text, seen.tight.text, rule.similarity) for seen in views for text in compiled.texts):
        return
    severity = compiled.severity
    if not rule.claim and document.fragment:
        severity = "advise"
    for start, end in claims or [(0, 0)]:
        yield Hit(compiled, view, start, end, severity)
