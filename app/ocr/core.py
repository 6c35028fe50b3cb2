"""A reading as a value: lines of text with their places, and whether a picture was read at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

# Under this name readings are kept. Another engine, other models or another way of looking reads everything anew.
ENGINE = "rapidocr-3.10.0/ppocr-v6-small/1"
MAX_LINES = 200
MAX_CHARACTERS = 500

Box = tuple[float, float, float, float]
Outcome = Literal["waiting", "read", "failed"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `box` is (left, top, width, height) in parts of the picture, `confidence` from 0 to 1."""

    text: str
    box: Box
    confidence: float

    def part(self, start: int, end: int) -> Box:
        """About where the characters [start, end) stand; of a line that runs downwards, all of it."""
        left, top, width, height = self.box
        if not self.text or height > width:
            return self.box
        return (left + width * start / len(self.text), top, width * (end - start) / len(self.text), height)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Line":
        """What `document_of` wrote down."""
        return cls(str(document["text"]), _box(document["box"]), float(document["confidence"]))


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a picture's text. Where that `failed`, `error_code` says why; one that waits has no lines."""

    digest: str
    outcome: Outcome
    lines: tuple[Line, ...] = ()
    error_code: str | None = None


def document_of(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The lines as JSON."""
    return [asdict(line) for line in lines]


def gathered(views: Iterable[Sequence[Line]]) -> tuple[Line, ...]:
    """The lines of several views of one picture: what was read twice at one place counts once, as it was surest."""
    found: list[Line] = []
    for line in sorted((line for view in views for line in view), key=lambda line: -line.confidence):
        if not any(line.text == other.text and _overlap(line.box, other.box) for other in found):
            found.append(Line(line.text[:MAX_CHARACTERS], line.box, line.confidence))
    return tuple(line for row in _rows(found) for line in sorted(row, key=lambda line: line.box[0]))[:MAX_LINES]


def _rows(lines: Iterable[Line]) -> list[list[Line]]:
    """The lines row by row: those that stand beside each other are read from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box[1]):
        first = rows[-1][0].box if rows else (0.0, -1.0, 0.0, 0.0)
        if line.box[1] + line.box[3] / 2 < first[1] + first[3]:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _overlap(one: Box, other: Box) -> bool:
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return across > 0 and down > 0


def _box(given: Sequence[float]) -> Box:
    left, top, width, height = (float(number) for number in given)
    return (left, top, width, height)
