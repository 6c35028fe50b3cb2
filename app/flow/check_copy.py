"""Check copy: all that a poster's display list draws, in the order in which people read it."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from app.compliance.document import Document, Facts, Finding, TextRun, Verdict
from app.compliance.engine import check
from app.compliance.legibility import RULE
from app.compliance.rules import Rules
from app.evidence.core import NONE, Evidence
from app.flow.clear_claims import Cleared, cleared
from app.kernel.errors import Problem
from app.rendering.display import DisplayList, TextItem
from app.rendering.reading import reading_order
from app.rendering.sight import Sight, sights


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict together with what it was passed on, and the findings that the claims library has cleared."""

    document: Document
    verdict: Verdict
    cleared: tuple[Cleared, ...] = ()

    def place(self, finding: Finding) -> str:
        """Where the finding stands: ``slots.NAME``, ``layers.NAME``, or ``$`` when it is about the whole."""
        for index, _, _ in self.document.locate(finding.start, finding.end):
            run = self.document.runs[index]
            return f"slots.{run.slot}" if run.slot else f"layers.{run.layer}"
        return "$"

    def blocking(self) -> list[Problem]:
        """One problem for each blocking finding; a text that nobody could read is ``not_legible``."""
        return [
            Problem(
                self.place(found),
                RULE if found.rule == RULE else "blocked",
                f"“{found.text}”: {found.message.en} ({found.rule})",
            )
            for found in self.verdict.findings
            if found.severity == "block"
        ]


def document_of(display: DisplayList, facts: Facts) -> Document:
    """The whole poster as a document: every text that is drawn, in reading order."""
    seen = sights(display)
    runs = tuple(_run(item, seen.get(id(item))) for item in reading_order(display))
    return Document(runs, facts, fragment=False, canvas=(display.width_px, display.height_px))


@dataclass(frozen=True, slots=True)
class Passed:
    """A judgement without its document, of which only the digest is kept: small enough to be handed on."""

    digest: str
    verdict: Verdict
    cleared: tuple[Cleared, ...]

    @classmethod
    def of(cls, judgement: Judgement) -> "Passed":
        """What can be handed on of a judgement."""
        return cls(_digest_of(judgement.document), judgement.verdict, judgement.cleared)

    def fits(self, rules: Rules, document: Document, as_of: date) -> bool:
        """Whether these rules would say the same of `document` on that day, since they did."""
        passed = (self.verdict.fingerprint, self.verdict.as_of, self.digest)
        return passed == (rules.fingerprint, as_of, _digest_of(document))


def _digest_of(document: Document) -> str:
    return sha256(repr(document).encode()).hexdigest()


def check_poster(
    rules: Rules,
    display: DisplayList,
    facts: Facts,
    as_of: date,
    evidence: Evidence = NONE,
    *,
    passed: Passed | None = None,
) -> Judgement:
    """The judgement on a poster; one that was `passed` on the same evidence counts, where it fits.

    *Raises* Blocked ``check_failed`` when it could not be judged.
    """
    document = document_of(display, facts)
    if passed is not None and passed.fits(rules, document, as_of):
        return Judgement(document, passed.verdict, passed.cleared)
    return judge(rules, document, as_of, evidence)


def judge(rules: Rules, document: Document, as_of: date, evidence: Evidence = NONE) -> Judgement:
    """The judgement on a document. *Raises* as `check_poster`."""
    verdict, done = cleared(check(rules, document, as_of), document, rules, evidence)
    return Judgement(document, verdict, done)


def _run(item: TextItem, sight: Sight | None) -> TextRun:
    first = next((run for line in item.lines for run in line.runs), None)
    return TextRun(
        text=item.text,
        box=item.ink,
        size=item.size,
        colour=first.colour if first else (0, 0, 0, 255),
        layer=item.layer,
        slot=item.slot,
        opacity=item.opacity,
        ground=sight.ground if sight else None,
        covered=sight.covered if sight else 0.0,
    )
