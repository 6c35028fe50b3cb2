"""What the engine reads and what it answers: document, finding, verdict."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from app.compliance.pack import Jurisdiction, Product, Severity, Source, Words

Outcome = Literal["block", "review", "advise", "pass"]
LEVELS: tuple[Outcome, ...] = ("pass", "advise", "review", "block")


@dataclass(frozen=True, slots=True)
class TextRun:
    """A text in one box of the poster; `box` is (x, y, width, height) in pixels, `size` the type size in pixels.

    `ground` is the plain colour that it stands on, where there is one; `covered` the share of its box that something
    painted later hides.
    """

    text: str
    box: tuple[float, float, float, float] = (0, 0, 0, 0)
    size: float = 0
    colour: tuple[int, int, int, int] = (0, 0, 0, 255)
    layer: str = ""
    slot: str | None = None
    opacity: float = 1.0
    ground: tuple[int, int, int, int] | None = None
    covered: float = 0.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the text alone does not say: for whom, where and through what it is published."""

    jurisdiction: Jurisdiction = "CN"
    product: Product = "generic"
    channel: str | None = None
    language: str = "zh"
    licence: str | None = None
    name: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Text runs in reading order. Of a fragment, what only a whole poster must have is not asked.

    `canvas` is (width, height) in pixels of a poster that has been laid out.
    """

    runs: tuple[TextRun, ...]
    facts: Facts = field(default_factory=Facts)
    fragment: bool = False
    canvas: tuple[float, float] | None = None

    @property
    def text(self) -> str:
        """All runs, each on a line of its own. Findings count code points of this text."""
        return "\n".join(run.text for run in self.runs)

    def locate(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """The runs that [start, end) of `text` touches: (index of the run, start in the run, end in the run)."""
        found, offset = [], 0
        for index, run in enumerate(self.runs):
            inside = max(start - offset, 0), min(end - offset, len(run.text))
            if inside[0] < inside[1]:
                found.append((index, *inside))
            offset += len(run.text) + 1
        return found


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule fires; `start` and `end` count code points of the document's text, `text` stands there.

    `folded` is how the rule read it; `how` names the foldings that made a difference (empty: it stands there plainly).
    `missing` names the unmet needs of a claim. A finding about something absent has an empty span at 0.
    """

    rule: str
    severity: Severity
    start: int
    end: int
    text: str
    message: Words
    suggestion: Words
    source: Source
    folded: str = ""
    how: tuple[str, ...] = ()
    missing: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: the highest severity, all findings in the order of the text, and which rules on which day said so."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    fingerprint: str
    as_of: date
