"""Try a text: what the rules in force find in it, by which rule, and how it was folded; live, or by a button."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast, get_args

from flask import render_template, request

from app.compliance.document import Document, Facts, Finding, TextRun, Verdict
from app.compliance.normalise import fold, fold_term
from app.compliance.pack import Jurisdiction, Product, TermRule
from app.compliance.rules import Rules
from app.db import reading
from app.flow.check_copy import judge
from app.flow.clear_claims import Cleared
from app.flow.day import day_here
from app.reads.gallery import PRODUCTS
from app.web.parts import parts
from app.web.policy import permitted
from app.web.turns import in_turn
from app.web.workbench.routes import blueprint

MAX_CHARS = 2000
JURISDICTIONS: tuple[str, ...] = get_args(Jurisdiction)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the text that the same findings (by number) fired on."""

    text: str
    numbers: tuple[int, ...]
    severity: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding, how its words were read, and what was done to read them so (nothing: they stand there plainly)."""

    finding: Finding
    read_as: str
    how: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A text, what was found in it, and how it is read when it is folded."""

    text: str
    hits: tuple[Hit, ...]
    stretches: tuple[Stretch, ...]
    folded: str
    outcome: str
    cleared: tuple[Cleared, ...]


@blueprint.get("/try")
@permitted("rule.read")
def try_page() -> str:
    """A desk to try texts at."""
    return render_template("rules/try.html", tried=None, **_asked())


@blueprint.post("/try")
@permitted("rule.read")
@in_turn
def try_text() -> str:
    """What the rules find in a text; for a script, only the answer."""
    asked = _asked()
    tried = _tried(asked["text"], asked["jurisdiction"], asked["product"]) if asked["text"].strip() else None
    page = "rules/tried.html" if "X-Fragment" in request.headers else "rules/try.html"
    return render_template(page, tried=tried, **asked)


def _asked() -> dict[str, Any]:
    given = request.values
    jurisdiction, product = given.get("jurisdiction", "CN"), given.get("product", "generic")
    return {
        "text": given.get("text", "").replace("\r\n", "\n")[:MAX_CHARS],
        "jurisdiction": jurisdiction if jurisdiction in JURISDICTIONS else "CN",
        "product": product if product in PRODUCTS else "generic",
        "jurisdictions": JURISDICTIONS,
        "products": PRODUCTS,
        "most": MAX_CHARS,
    }


def _tried(text: str, jurisdiction: str, product: str) -> Tried:
    deps, studio = parts().deps, parts().studio
    with reading(deps) as session:
        today = day_here(deps, session)
    facts = Facts(cast(Jurisdiction, jurisdiction), cast(Product, product))
    document = Document((TextRun(text),), facts, fragment=True)
    judgement = judge(studio.rules, document, today, studio.evidence)
    verdict = judgement.verdict
    folded = fold(text).text
    hits = tuple(_hit(studio.rules, found) for found in verdict.findings)
    read_as = folded if folded != text else ""
    return Tried(text, hits, _stretches(text, verdict), read_as, verdict.outcome, judgement.cleared)


def _hit(rules: Rules, found: Finding) -> Hit:
    """Terms are looked for in a text without anything between its letters, so that this is how they were read."""
    if not isinstance(rules.rule(found.rule), TermRule):
        return Hit(found, found.folded, found.how)
    read_as = fold_term(found.folded)
    letters = "".join(char for char in found.text if char.isalnum() or char == "%")
    how = tuple(one for one in found.how if one != "characters" or letters.lower() != read_as)
    return Hit(found, read_as, how if letters == found.text or "separators" in how else (*how, "separators"))


_WEIGHT = ("advise", "review", "block")


def _stretches(text: str, verdict: Verdict) -> tuple[Stretch, ...]:
    spans = [(one.start, one.end, number, one.severity) for number, one in enumerate(verdict.findings, 1)]
    cuts = sorted({0, len(text), *(place for start, end, *_ in spans for place in (start, end))})
    found = []
    for low, high in pairwise(cuts):
        over = [(number, severity) for start, end, number, severity in spans if start <= low and high <= end]
        worst = max((severity for _, severity in over), key=_WEIGHT.index, default="")
        found.append(Stretch(text[low:high], tuple(number for number, _ in over), worst))
    return tuple(found)
