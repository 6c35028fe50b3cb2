"""The check: a pure function from rules, a document and a day to a verdict."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

from app.compliance.context import any_stands, stale, unmet
from app.compliance.document import LEVELS, Document, Facts, Finding, Outcome, TextRun, Verdict
from app.compliance.figures import annual_differs, date_holds, interval_holds, licence_is_wrong, number_holds
from app.compliance.layout import badly_set
from app.compliance.legibility import illegible
from app.compliance.nets import give_way
from app.compliance.normalise import forbidden
from app.compliance.pack import (
    ContextRule,
    DisclosureRule,
    Jurisdiction,
    Product,
    RegexRule,
    Severity,
    Source,
    TermRule,
    Words,
)
from app.compliance.patterns import Match
from app.compliance.readings import readings
from app.compliance.required import is_there
from app.compliance.rules import Book, Compiled, Rules
from app.compliance.terms import needs_boundary
from app.compliance.view import View
from app.kernel.errors import Blocked, Invalid, Problem


def check(rules: Rules, document: Document, as_of: date, packs: Iterable[str] | None = None) -> Verdict:
    """What `rules` (only those of `packs`, if given) say of `document` on the day `as_of`.

    *Raises* Blocked ``check_failed`` when the engine itself fails: a text that could not be judged has not passed.
    """
    try:
        findings = _findings(rules, document, as_of, frozenset(packs) if packs is not None else None)
    except Exception as error:  # whatever it is, it must not let the text through
        raise Blocked("check_failed", f"the rules could not be applied: {error}") from error
    outcome: Outcome = max((finding.severity for finding in findings), key=LEVELS.index, default="pass")
    return Verdict(outcome, tuple(findings), rules.fingerprint, as_of)


def check_text(
    rules: Rules,
    text: str,
    jurisdiction: Jurisdiction,
    product: Product,
    as_of: date,
    packs: Iterable[str] | None = None,
) -> Verdict:
    """`check` of a fragment of text. *Raises* Invalid for an unknown jurisdiction or product."""
    problems = []
    if jurisdiction not in get_args(Jurisdiction):
        problems.append(Problem("jurisdiction", "unknown_jurisdiction", f"there is no jurisdiction “{jurisdiction}”"))
    if product not in get_args(Product):
        problems.append(Problem("product", "unknown_product", f"there is no product “{product}”"))
    if problems:
        raise Invalid.of(problems)
    document = Document((TextRun(text),), Facts(jurisdiction, product), fragment=True)
    return check(rules, document, as_of, packs)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A hit in a view, before contexts are asked."""

    compiled: Compiled
    view: View
    start: int
    end: int
    severity: Severity
    missing: tuple[Words, ...] = ()


def _findings(rules: Rules, document: Document, as_of: date, packs: frozenset[str] | None) -> list[Finding]:
    text = document.text
    findings = list(_forbidden(text))
    book = rules.books.get(document.facts.jurisdiction)
    if book is not None:
        in_force = book.in_force(document.facts, as_of, packs)
        views = readings(book, text)
        for view in views:
            for hit in _hits(book, view, views, in_force, document, as_of):
                if hit.start == hit.end or view.reads_anew(hit.start, hit.end):
                    findings.append(_finding(hit, text))
        findings += badly_set(book, in_force, document)
    findings += illegible(document)
    return give_way(_merged(findings, text), text, book.nets if book is not None else frozenset())


def _hits(
    book: Book, view: View, views: list[View], in_force: frozenset[str], document: Document, as_of: date
) -> Iterator[_Hit]:
    for term, start, end in book.terms.find(view):
        for compiled in book.by_term[term]:
            is_asked = compiled.rule.id in in_force and view.reads_anew(start, end)
            if is_asked and _in_words(compiled, term, view, start, end):
                yield from _saved(_Hit(compiled, view, start, end, compiled.severity))
    for compiled, triggers in book.woken(view.worth_trying, in_force):
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


def _saved(hit: _Hit) -> Iterator[_Hit]:
    """The hit, unless a context saves it."""
    compiled = hit.compiled
    if any_stands(compiled.unless, hit.view, hit.start, hit.end):
        return
    if compiled.only_if and not any_stands(compiled.only_if, hit.view, hit.start, hit.end):
        return
    yield hit


def _regex_hits(compiled: Compiled, triggers: list[str], view: View, facts: Facts, as_of: date) -> Iterator[_Hit]:
    rule = compiled.rule
    assert isinstance(rule, RegexRule)
    for pattern in triggers:
        for match in view.matches(pattern):
            start, end = match.hit
            if view.reads_anew(start, end) and _conditions_hold(rule, match, view, facts, as_of):
                yield from _saved(_Hit(compiled, view, start, end, compiled.severity))


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


def _context_hits(compiled: Compiled, triggers: list[str], view: View, as_of: date) -> Iterator[_Hit]:
    rule = compiled.rule
    assert isinstance(rule, ContextRule)
    grows = any(need.max_age_days is not None for need in rule.needs)
    for pattern in triggers:
        for match in view.matches(pattern):
            start, end = match.hit
            if not grows and not view.reads_anew(start, end):
                continue
            missing = unmet(rule.needs, view, start, end, as_of)
            if missing:
                labels = tuple(need.label for need in missing)
                for first, last in stale(missing, view, start, end):
                    start, end = min(start, first), max(end, last)
                yield from _saved(_Hit(compiled, view, start, end, compiled.severity, labels))


def _disclosure_hits(
    compiled: Compiled, rule: DisclosureRule, view: View, views: list[View], document: Document
) -> Iterator[_Hit]:
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
        yield from _saved(_Hit(compiled, view, start, end, severity))


def _finding(hit: _Hit, text: str) -> Finding:
    rule = hit.compiled.rule
    start, end = hit.view.folded.span(hit.start, hit.end) if hit.end > hit.start else (0, 0)
    folded = hit.view.text[hit.start : hit.end]
    how = (hit.view.how,) if hit.view.how else ()
    if not how and folded != text[start:end]:
        how = ("characters",)
    return Finding(
        rule=rule.id,
        severity=hit.severity,
        start=start,
        end=end,
        text=text[start:end],
        message=rule.message,
        suggestion=rule.suggestion,
        source=rule.source,
        folded=folded,
        how=how,
        missing=hit.missing,
    )


def _merged(findings: list[Finding], text: str) -> list[Finding]:
    """Overlapping findings of one rule made one, in the order of the text."""
    merged: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.rule, f.start, -f.end)):
        last = merged[-1] if merged else None
        if last and last.rule == finding.rule and (finding.start < last.end or finding.start == last.start):
            if finding.end > last.end:
                joined = last.folded if finding.folded in last.folded else finding.folded
                merged[-1] = replace(last, end=finding.end, text=text[last.start : finding.end], folded=joined)
        else:
            merged.append(finding)
    return sorted(merged, key=lambda f: (f.start, f.end, f.rule))


_HOUSE = Source(law=Words(zh="本系统安全规则", en="Safety rule of this system"), article="forbidden_character")


def _forbidden(text: str) -> Iterator[Finding]:
    for offset in forbidden(text):
        name = f"U+{ord(text[offset]):04X}"
        yield Finding(
            rule="forbidden_character",
            severity="block",
            start=offset,
            end=offset + 1,
            text=text[offset],
            message=Words(
                zh=f"含有不可见、改变阅读方向或私有区字符 {name}",
                en=f"Holds {name}, a character that is invisible, turns the reading order, or is private to one font.",
            ),
            suggestion=Words(zh="删除该字符后重新输入", en="Delete the character and type the text again."),
            source=_HOUSE,
            folded="",
            how=("characters",),
        )
