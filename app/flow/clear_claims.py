"""Clear claims: what asks for evidence is no finding where the house has the evidence for exactly that sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from app.compliance.document import LEVELS, Document, Facts, Finding, Outcome, Verdict
from app.compliance.normalise import fold_term
from app.compliance.pack import ContextRule
from app.compliance.rules import Rules
from app.evidence.core import Evidence, EvidencedSentence
from app.review.core import SIMILAR, likeness

_ENDS = re.compile(r"[。！？!?；;\n]+|(?<=[a-z])\.\s+")
_LONGEST = 6  # sentences that one entry of the library may consist of


@dataclass(frozen=True, slots=True)
class Cleared:
    """A finding that a sentence of the library has cleared."""

    finding: Finding
    by: EvidencedSentence


@dataclass(frozen=True, slots=True)
class Near:
    """A sentence of the library that says nearly what stands at [start, end) of a text."""

    start: int
    end: int
    sentence: EvidencedSentence
    likeness: float


def cleared(
    verdict: Verdict, document: Document, rules: Rules, evidence: Evidence
) -> tuple[Verdict, tuple[Cleared, ...]]:
    """`verdict` without the findings that ask for evidence which the house has, and those, each with its sentence.

    Only rules on claims that need a context are cleared; what is forbidden stays forbidden.
    """
    done: list[Cleared] = []
    kept: list[Finding] = []
    for found in verdict.findings:
        by = _sentence_for(found, document, evidence, verdict.as_of) if _asks_evidence(rules, found) else None
        if by is None:
            kept.append(found)
        else:
            done.append(Cleared(found, by))
    if not done:
        return verdict, ()
    outcome: Outcome = max((one.severity for one in kept), key=LEVELS.index, default="pass")
    return replace(verdict, outcome=outcome, findings=tuple(kept)), tuple(done)


def _asks_evidence(rules: Rules, found: Finding) -> bool:
    return isinstance(rules.rule(found.rule), ContextRule)


def _sentence_for(found: Finding, document: Document, evidence: Evidence, day: date) -> EvidencedSentence | None:
    facts = document.facts
    places = document.locate(found.start, found.end)
    if len(places) != 1:
        return None  # what runs over several boxes is no sentence that somebody has approved
    index, start, end = places[0]
    text = document.runs[index].text
    for low, high in _around(text, start, end):
        by = evidence.exact(facts.jurisdiction, facts.product, fold_term(text[low:high]), day)
        if by is not None:
            return by
    return None


def _around(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Every stretch of whole sentences, the shortest first, that holds [start, end)."""
    spans = list(_sentences(text))
    over = [number for number, (low, high) in enumerate(spans) if low < end and start < high]
    if not over:
        return
    for more in range(_LONGEST):
        for before in range(more + 1):
            first, last = over[0] - before, over[-1] + more - before
            if first >= 0 and last < len(spans):
                yield spans[first][0], spans[last][1]


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in [*_ENDS.finditer(text), None]:
        end = match.start() if match else len(text)
        if text[start:end].strip():
            yield start, end
        start = match.end() if match else len(text)


def nearest(evidence: Evidence, facts: Facts, text: str, at: tuple[int, int], day: date) -> Near | None:
    """The sentence of the library that is likest to the one of `text` at [start, end), if one is like it."""
    best: Near | None = None
    low, high = next(_around(text, *at), (0, 0))
    folded = fold_term(text[low:high])
    for one in evidence.all(facts.jurisdiction, facts.product, day) if folded else ():
        alike = likeness(folded, one.folded)
        if alike >= SIMILAR and (best is None or alike > best.likeness):
            best = Near(low, high, one, alike)
    return best
