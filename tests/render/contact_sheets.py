"""Contact sheets: many texts of many posters side by side, so that a painter is started once for hundreds of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from app.rendering.display import DisplayList, Rect, Run, TextItem, TextLine
from app.rendering.paths import bounds, mapped, rectangle, turn
from tests.render.ink import REACH, Box, Gray, blackened

WIDTH_PX, HEIGHT_PX = 2400, 3000
Profile = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A text of a poster, moved to its place on a sheet; `unit` is how many of its pixels 1/1080 of its poster is."""

    name: str
    item: TextItem
    window: Box
    unit: float


def sheets_of(texts: Iterable[tuple[str, TextItem, float]]) -> Iterator[tuple[DisplayList, list[Sample]]]:
    """Sheets of the texts (name, item, unit), each but once, in black; the largest first."""
    seen: dict[object, tuple[str, TextItem, float]] = {}
    for name, item, unit in texts:
        left, top, _, _ = window_of(item)
        at_origin = moved(blackened(item), -left, -top)
        if not at_origin.lines:
            continue
        seen.setdefault((at_origin.lines, at_origin.rotate, at_origin.opacity), (name, at_origin, unit))
    waiting = sorted(seen.values(), key=lambda one: window_of(one[1])[3], reverse=True)
    while waiting:
        placed, waiting = _shelved(waiting)
        assert placed, "a text is larger than a sheet"
        items = tuple(replace(sample.item, layer=str(number)) for number, sample in enumerate(placed))
        yield DisplayList(WIDTH_PX, HEIGHT_PX, items, ""), placed


Waiting = list[tuple[str, TextItem, float]]


def _shelved(waiting: Waiting) -> tuple[list[Sample], Waiting]:
    """What stands on the next sheet, row by row, and what is left."""
    placed, left_over = [], []
    x = y = row = 0
    for name, item, unit in waiting:
        _, _, width, height = window_of(item)
        if x + width > WIDTH_PX:
            x, y, row = 0, y + row, 0
        if y + height > HEIGHT_PX:
            left_over.append((name, item, unit))
            continue
        placed.append(Sample(name, moved(item, x, y), (x, y, x + width, y + height), unit))
        x, row = x + width, max(row, height)
    return placed, left_over


def window_of(item: TextItem) -> Box:
    """The pixels around a text in which its ink is looked for."""
    found = bounds(mapped(rectangle(item.ink), turn(item.rotate, item.box)))
    assert found is not None
    left, top, width, height = found
    return (
        floor(left) - REACH,
        floor(top) - REACH,
        ceil(left + width) + REACH,
        ceil(top + height) + REACH,
    )


def moved(item: TextItem, dx: int, dy: int) -> TextItem:
    """The text moved by whole pixels."""

    def there(rect: Rect) -> Rect:
        return (rect[0] + dx, rect[1] + dy, rect[2], rect[3])

    lines = tuple(TextLine(line.text, tuple(_moved(run, dx, dy) for run in line.runs)) for line in item.lines)
    return replace(item, box=there(item.box), ink=there(item.ink), lines=lines)


def _moved(run: Run, dx: int, dy: int) -> Run:
    glyphs = tuple(replace(glyph, x=glyph.x + dx, y=glyph.y + dy) for glyph in run.glyphs)
    return replace(run, x=run.x + dx, baseline=run.baseline + dy, glyphs=glyphs)


SHARES = (0.01, 0.03)  # of the ink that lie beyond an edge of its box
Edges = tuple[float, float, float, float]


def edges_of(gray: Gray, window: Box) -> tuple[Edges, ...]:
    """Left, top, right and bottom of the ink in a window, in fractions of a pixel, found in three ways.

    First where pixels begin to be dark; how dark the first ones are tells how much of them is covered. A hairline or
    the tip of a letter between two pixels may deceive that. Then where a hundredth, and where three, of the ink are
    passed, which a gap between letters may deceive. Ink that really lies elsewhere is found elsewhere in every way.
    """
    left, top, right, bottom = window
    dark = (255.0 - gray[top:bottom, left:right]) / 255
    assert dark.max() >= 0.5, "there is no ink"
    columns, rows = dark.max(axis=0), dark.max(axis=1)
    first = (left + _begin(columns), top + _begin(rows), right - _begin(columns[::-1]), bottom - _begin(rows[::-1]))
    found = [first]
    for share in SHARES:
        (x0, x1), (y0, y1) = _passed(dark.sum(axis=0), share), _passed(dark.sum(axis=1), share)
        found.append((left + x0, top + y0, left + x1, top + y1))
    return tuple(found)


def _begin(darkest: Profile) -> float:
    at = int(np.argmax(darkest >= 0.5))
    return at + 1 - float(darkest[at]) - (float(darkest[at - 1]) if at else 0.0)


def _passed(ink: Profile, share: float) -> tuple[float, float]:
    passed = np.concatenate(([0.0], ink.cumsum())) / ink.sum()
    begin, end = np.interp((share, 1 - share), passed, np.arange(len(passed)))
    return float(begin), float(end)


def furthest_apart(one: tuple[Edges, ...], other: tuple[Edges, ...]) -> float:
    """How far the edge lies that is furthest from where the other one has it."""
    each = [[abs(a - b) for a, b in zip(*pair, strict=True)] for pair in zip(one, other, strict=True)]
    return max(min(found) for found in zip(*each, strict=True))
