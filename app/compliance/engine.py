"""The check: a pure function from rules, a document and a day to a verdict."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import get_args

from app.compliance.document import LEVELS, Document, Facts, Finding, TextRun, Verdict
from app.compliance.firing import Case, Found, Tries, shown, unsaved_hits
from app.compliance.layout import badly_set
from app.compliance.legibility import illegible
from app.compliance.nets import give_way
from app.compliance.normalise import may_be_forbidden
from app.compliance.pack import Jurisdiction, Product
from app.compliance.readings import readings
from app.compliance.report import finding_of, forbidden_characters, merged
from app.compliance.rules import Book, Rules
from app.compliance.view import View
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


def hits_in(book: Book, cases: Sequence[Case], tries: Tries, as_of: date, termed: Sequence[Case]) -> list[Found]:
    """`unsaved_hits`, for those who make no findings of them. *Raises* Blocked ``check_failed``."""
    try:
        return list(unsaved_hits(book, cases, tries, as_of, termed))
    except Exception as error:  # as in a check
        raise Blocked("check_failed", f"the rules could not be applied: {error}") from error


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
        # Product and channel alone decide, and advisors are many.
        asked_of = {(facts.product, facts.channel): facts for facts in (documents[index].facts for index in own)}
        in_force = {key: book.in_force(facts, as_of, packs, only) for key, facts in asked_of.items()}
        cases = [
            Case(one, in_force[one.facts.product, one.facts.channel], views, text, findings)
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


def _judge(book: Book, cases: Sequence[Case], as_of: date) -> None:
    """Note the findings of all rules of `book` with the cases."""
    views = shown(cases)
    tries = book.tries([view.text for _, view in views], [case.in_force for case, _ in views])
    for case, hit in unsaved_hits(book, cases, tries, as_of, cases):
        if hit.start == hit.end or hit.view.reads_anew(hit.start, hit.end):
            case.findings.append(finding_of(hit, case.text))
    for case in cases:
        case.findings += badly_set(book, case.in_force.ids, case.document)
