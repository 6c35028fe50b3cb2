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
from app.compliance.pack import Jurisdiction, Product
from app.compliance.readings import readings
from app.compliance.report import finding_of, forbidden_characters, merged
from app.compliance.rules import Book, InForce, Rules
from app.compliance.view import View, try_together
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


AT_ONCE = 256  # documents that are best judged together
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
    found = [list(forbidden_characters(text)) for text in texts]
    for jurisdiction in {document.facts.jurisdiction for document in documents} & rules.books.keys():
        book = rules.books[jurisdiction]
        own = [index for index, one in enumerate(documents) if one.facts.jurisdiction == jurisdiction]
        cases = [
            _Case(one, text, book.in_force(one.facts, as_of, packs, only), views, findings)
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
    return [
        give_way(merged([*findings, *illegible(document)], text), text, _nets(rules, document))
        for findings, document, text in zip(found, documents, texts, strict=True)
    ]


def _nets(rules: Rules, document: Document) -> frozenset[str]:
    book = rules.books.get(document.facts.jurisdiction)
    return book.nets if book is not None else frozenset()


_Found = tuple[_Case, Hit]


def _judge(book: Book, cases: Sequence[_Case], as_of: date) -> None:
    """All rules of `book`, one after the other on all cases: what a rule asks for stays at hand for the next text."""
    found: dict[str, list[_Found]] = {}
    for case in cases:
        for view in case.views:
            for hit in term_hits(book, view, case.in_force):
                found.setdefault(hit.compiled.rule.id, []).append((case, hit))
    for index, fired in _fired(book, cases):
        compiled = book.rules[index]
        hits = [
            (case, hit)
            for case, view, triggers in fired
            for hit in hits_of(compiled, triggers, view, case.views, case.document, as_of)
        ]
        found.setdefault(compiled.rule.id, []).extend(hits)
    for hits in found.values():
        for case, hit in _unsaved(book, hits):
            if hit.start == hit.end or hit.view.reads_anew(hit.start, hit.end):
                case.findings.append(finding_of(hit, case.text))
    for case in cases:
        case.findings += badly_set(book, case.in_force.ids, case.document)


def _fired(book: Book, cases: Sequence[_Case]) -> Iterator[tuple[int, list[tuple[_Case, View, list[str]]]]]:
    """The rules (terms apart), by number, with the views in which one of their triggers matches, if they have any."""
    woken: dict[int, list[tuple[_Case, View, list[str]]]] = {}
    tries: dict[str, list[View]] = {}
    for case in cases:
        for view in case.views:
            for index, triggers in book.woken(view.text, case.in_force):
                woken.setdefault(index, []).append((case, view, triggers))
                for pattern in triggers:
                    tries.setdefault(pattern, []).append(view)
    for pattern, views in tries.items():
        try_together(book.patterns, pattern, views)
    for index in sorted(woken):
        yield index, [one for one in woken[index] if not one[2] or any(map(one[1].tried, one[2]))]


def _unsaved(book: Book, found: list[_Found]) -> list[_Found]:
    """The hits of one rule that no context saves, and that stand where the rule asks for it."""
    if not found:
        return found
    compiled = found[0][1].compiled
    if compiled.only_if:
        found = [(case, hit) for case, hit in found if any_stands(compiled.only_if, hit.view, hit.start, hit.end)]
    for nearby in compiled.saving:
        asked = {id(one[1]): one for one in found if one[1].view.may_match(nearby.pattern)}
        if asked:
            if not nearby.is_anchored:
                views = {id(hit.view): hit.view for _, hit in asked.values()}
                try_together(book.patterns, nearby.pattern, list(views.values()))
            saved = {key for key, (_, hit) in asked.items() if stands(nearby, hit.view, hit.start, hit.end)}
            found = [one for one in found if id(one[1]) not in saved] if saved else found
    return found
