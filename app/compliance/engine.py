"""The check: a pure function from rules, a document and a day to a verdict."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from app.compliance.context import any_stands, stands
from app.compliance.document import LEVELS, Document, Facts, Finding, TextRun, Verdict
from app.compliance.hits import Hit, hits_of, term_hits
from app.compliance.layout import badly_set
from app.compliance.legibility import illegible
from app.compliance.nets import give_way
from app.compliance.normalise import may_be_forbidden
from app.compliance.pack import Jurisdiction, Product
from app.compliance.readings import readings
from app.compliance.report import finding_of, forbidden_characters, merged
from app.compliance.rules import Book, Compiled, InForce, Rules
from app.compliance.view import View, occur_together, open_together, try_together
from app.kernel.errors import Blocked, Invalid, Problem


def _nobody(_index: int, _views: list[View]) -> None:
    """Whom readings are shown to, unless somebody asks for them."""


def check(rules: Rules, document: Document, as_of: date, packs: Iterable[str] | None = None) -> Verdict:
    """What `rules` (only those of `packs`, if given) say of `document` on the day `as_of`.

    *Raises* Blocked ``check_failed`` when the engine itself fails: a text that could not be judged has not passed.
    """
    return check_many(rules, [document], as_of, packs)[0]


def check_many(
    rules: Rules,
    documents: Sequence[Document],
    as_of: date,
    packs: Iterable[str] | None = None,
    only: frozenset[str] | None = None,
    show: Callable[[int, list[View]], None] = _nobody,
) -> list[Verdict]:
    """The same for some hundred documents at once: rule after rule, each on all of them, which is quicker.

    With `only`, no other rules than those of these ids are asked. `show` is given each document's index and readings.
    *Raises* Blocked ``check_failed`` when the engine fails on any of them.
    """
    try:
        found = _findings(rules, documents, as_of, frozenset(packs) if packs is not None else None, only, show)
    except Exception as error:  # whatever it is, it must not let the text through
        raise Blocked("check_failed", f"the rules could not be applied: {error}") from error
    return [
        Verdict(
            max((finding.severity for finding in findings), key=LEVELS.index, default="pass"),
            tuple(findings),
            rules.fingerprint,
            as_of,
        )
        for findings in found
    ]


def check_text(
    rules: Rules,
    text: str,
    jurisdiction: Jurisdiction,
    product: Product,
    as_of: date,
    packs: Iterable[str] | None = None,
) -> Verdict:
    """`check` of a fragment of text. *Raises* Invalid for an unknown jurisdiction or product."""
    return check(rules, fragment(text, jurisdiction, product), as_of, packs)


def fragment(text: str, jurisdiction: Jurisdiction, product: Product) -> Document:
    """A fragment of text as a document. *Raises* Invalid for an unknown jurisdiction or product."""
    problems = []
    if jurisdiction not in JURISDICTIONS:
        problems.append(Problem("jurisdiction", "unknown_jurisdiction", f"there is no jurisdiction “{jurisdiction}”"))
    if product not in PRODUCTS:
        problems.append(Problem("product", "unknown_product", f"there is no product “{product}”"))
    if problems:
        raise Invalid.of(problems)
    return Document((TextRun(text),), Facts(jurisdiction, product), fragment=True)


AT_ONCE = 1024  # documents that are best judged together
JURISDICTIONS, PRODUCTS = frozenset(get_args(Jurisdiction)), frozenset(get_args(Product))


@dataclass(slots=True)
class _Case:
    """A document on its way through the rules in force for it."""

    document: Document
    text: str
    in_force: InForce
    views: list[View]
    findings: list[Finding]


def _findings(
    rules: Rules,
    documents: Sequence[Document],
    as_of: date,
    packs: frozenset[str] | None,
    only: frozenset[str] | None,
    show: Callable[[int, list[View]], None],
) -> list[list[Finding]]:
    texts = [document.text for document in documents]
    asked = may_be_forbidden(texts)
    found = [list(forbidden_characters(text)) if is_asked else [] for text, is_asked in zip(texts, asked, strict=True)]
    for jurisdiction in {document.facts.jurisdiction for document in documents} & rules.books.keys():
        book = rules.books[jurisdiction]
        own = [index for index, one in enumerate(documents) if one.facts.jurisdiction == jurisdiction]
        asked_of = {(one.facts.product, one.facts.channel): one.facts for one in documents}  # nothing else decides
        in_force = {key: book.in_force(facts, as_of, packs, only) for key, facts in asked_of.items()}
        cases = [
            _Case(one, text, in_force[one.facts.product, one.facts.channel], views, findings)
            for one, text, findings, views in zip(
                [documents[index] for index in own],
                [texts[index] for index in own],
                [found[index] for index in own],
                readings(book, [texts[index] for index in own]),
                strict=True,
            )
        ]
        for index, case in zip(own, cases, strict=True):
            show(index, case.views)
        _judge(book, cases, as_of)
    for findings, document in zip(found, documents, strict=True):
        findings += illegible(document)
    return [
        give_way(merged(findings, text), text, _nets(rules, document)) if findings else []
        for findings, document, text in zip(found, documents, texts, strict=True)
    ]


def _nets(rules: Rules, document: Document) -> frozenset[str]:
    book = rules.books.get(document.facts.jurisdiction)
    return book.nets if book is not None else frozenset()


_Found = tuple[_Case, Hit]


def _judge(book: Book, cases: Sequence[_Case], as_of: date) -> None:
    """All rules of `book`, one after the other on all cases: what a rule asks for stays at hand for the next text."""
    open_together(book.patterns, [view for case in cases for view in case.views])
    for hits in (*_hits_of_terms(book, cases), *_hits_of_patterns(book, cases, as_of)):
        for case, hit in _unsaved(book, hits):
            if hit.start == hit.end or hit.view.reads_anew(hit.start, hit.end):
                case.findings.append(finding_of(hit, case.text))
    for case in cases:
        case.findings += badly_set(book, case.in_force.ids, case.document)


def _hits_of_terms(book: Book, cases: Sequence[_Case]) -> Iterator[list[_Found]]:
    """The hits of each rule that forbids terms, in texts in which no context saves all of them."""
    found: dict[str, list[_Found]] = {}
    for case in cases:
        for view in case.views:
            for hit in term_hits(book, view, case.in_force):
                found.setdefault(hit.compiled.rule.id, []).append((case, hit))
    for hits in found.values():
        views = {id(hit.view): hit.view for _, hit in hits}
        free = {id(view) for view in _free(book, hits[0][1].compiled, list(views.values()))}
        yield [(case, hit) for case, hit in hits if id(hit.view) in free]


def _hits_of_patterns(book: Book, cases: Sequence[_Case], as_of: date) -> Iterator[list[_Found]]:
    """The hits of each of the other rules, in texts in which no context saves all of them.

    Where a pattern matches is asked where that counts: one context may stand in most of the texts.
    """
    for index, fired in _fired(book, cases):
        compiled = book.rules[index]
        free = {id(view) for view in _free(book, compiled, [view for _, view, _ in fired])}
        fired = [one for one in fired if id(one[1]) in free]
        _match(book, compiled, fired)
        yield [
            (case, hit)
            for case, view, triggers in fired
            for hit in hits_of(compiled, triggers, view, case.views, case.document, as_of)
        ]


_Fired = tuple[_Case, View, list[str]]


def _fired(book: Book, cases: Sequence[_Case]) -> Iterator[tuple[int, list[_Fired]]]:
    """The rules (terms apart), by number, with the views in which some of their triggers match, if they have any."""
    shown = [(case, view) for case in cases for view in case.views]
    tries = book.tries([view.text for _, view in shown], [case.in_force for case, _ in shown])
    matched = {pattern: _matched(book, pattern, asked, shown) for pattern, asked in tries.items()}
    for index in book.woken_by(pattern for pattern, numbers in matched.items() if numbers):
        fired: dict[int, list[str]] = {at: [] for at in range(len(shown))} if index in book.always else {}
        for pattern in book.triggers.get(index, ()):
            for number in matched.get(pattern, ()):
                fired.setdefault(number, []).append(pattern)
        rule_id = book.rules[index].rule.id
        own = [number for number in sorted(fired) if rule_id in shown[number][0].in_force.ids]
        if own:
            yield index, [(*shown[number], fired[number]) for number in own]


def _matched(book: Book, pattern: str, asked: Sequence[int], shown: Sequence[tuple[_Case, View]]) -> Sequence[int]:
    """The numbers of those of the views asked about in which a trigger matches and its rule may hit.

    What wakes its rule in most texts is only asked of those in which no context saves all.
    """
    rules = book.woken[pattern]
    if len(rules) == 1 and len(asked) * 4 > len(shown):
        free = {id(view) for view in _free(book, book.rules[rules[0]], [shown[number][1] for number in asked])}
        asked = [number for number in asked if id(shown[number][1]) in free]
    found = book.patterns.occurring(book.patterns.number[pattern], [shown[number][1].data for number in asked])
    return [asked[at] for at in sorted(found)]


def _free(book: Book, compiled: Compiled, views: Sequence[View]) -> Sequence[View]:
    """Those of the views in which no context stands that saves all hits of the rule."""
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


def _unsaved(book: Book, found: list[_Found]) -> list[_Found]:
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
