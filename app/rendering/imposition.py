"""Where posters and their crop marks lie on a page or on a sheet that several share.

*Unit*: points, y upwards. A cell is the lower left corner of a poster's trim box.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.errors import Invalid, Problem
from app.rendering.display import DisplayList

POINTS_PER_MM = 72 / 25.4
POINTS_PER_PX = 0.75  # of a size that is not printed: the 96 px to the inch of CSS
SHEETS_MM = {"a4": (210.0, 297.0), "a3": (297.0, 420.0), "sra3": (320.0, 450.0)}
MARK = 5 * POINTS_PER_MM  # how long a crop mark is
LEAST_OFFSET = 2 * POINTS_PER_MM  # between the trim box and a mark, where the bleed does not keep them apart
SLUG = 5 * POINTS_PER_MM  # beyond the marks, for the line that says what this is

Box = tuple[float, float, float, float]  # left, bottom, right, top
Segment = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Paper:
    """Trim width and height and the bleed."""

    width: float
    height: float
    bleed: float

    @property
    def offset(self) -> float:
        """How far from the trim box marks begin."""
        return max(self.bleed, LEAST_OFFSET)


@dataclass(frozen=True, slots=True)
class Plan:
    """The boxes of a page, and the cells that posters may take, in reading order."""

    media: Box
    bleed: Box
    trim: Box
    cells: tuple[tuple[float, float], ...]


def paper_of(display: DisplayList) -> Paper:
    """The size of a poster on paper."""
    if display.print is None:
        return Paper(display.width_px * POINTS_PER_PX, display.height_px * POINTS_PER_PX, 0.0)
    size = display.print
    return Paper(size.width_mm * POINTS_PER_MM, size.height_mm * POINTS_PER_MM, size.bleed_mm * POINTS_PER_MM)


def page_plan(paper: Paper, marks: bool) -> Plan:
    """A page of one poster. The trim box begins at the origin."""
    bleed = _grown((0.0, 0.0, paper.width, paper.height), paper.bleed)
    around = paper.offset + MARK + SLUG
    media = _grown((0.0, 0.0, paper.width, paper.height), around) if marks else bleed
    return Plan(media, bleed, (0.0, 0.0, paper.width, paper.height), ((0.0, 0.0),))


def sheet_plan(paper: Paper, sheet: str) -> Plan:
    """As many posters as a sheet holds, upright or lying, with a gutter of two bleeds and room for the marks.

    *Raises* Invalid ``does_not_fit``.
    """
    short, long = (side * POINTS_PER_MM for side in SHEETS_MM[sheet])
    counted = [(_count(paper, width, height), width, height) for width, height in ((short, long), (long, short))]
    (columns, rows), width, height = max(counted, key=lambda one: one[0][0] * one[0][1])
    if not columns * rows:
        wide, high = paper.width / POINTS_PER_MM, paper.height / POINTS_PER_MM
        message = f"{wide:g}×{high:g} mm with bleed and marks does not fit on {sheet.upper()}"
        raise Invalid.of([Problem("imposition", "does_not_fit", message)])
    gutter = 2 * paper.bleed
    left = (width - columns * paper.width - (columns - 1) * gutter) / 2
    top = (height + rows * paper.height + (rows - 1) * gutter) / 2
    whole = (0.0, 0.0, width, height)
    cells = tuple(
        (left + column * (paper.width + gutter), top - paper.height - row * (paper.height + gutter))
        for row in range(rows)
        for column in range(columns)
    )
    return Plan(whole, whole, whole, cells)


def crop_marks(paper: Paper, cells: Sequence[tuple[float, float]]) -> list[Segment]:
    """Where to cut: a mark at both ends of every line that a cutter follows, outside of every bleed."""
    across = sorted({x for left, _ in cells for x in (left, left + paper.width)})
    down = sorted({y for _, bottom in cells for y in (bottom, bottom + paper.height)})
    left, right = across[0] - paper.offset, across[-1] + paper.offset
    bottom, top = down[0] - paper.offset, down[-1] + paper.offset
    vertical = [(x, y, x, y + by) for x in across for y, by in ((bottom, -MARK), (top, MARK))]
    horizontal = [(x, y, x + by, y) for y in down for x, by in ((left, -MARK), (right, MARK))]
    return vertical + horizontal


def _count(paper: Paper, width: float, height: float) -> tuple[int, int]:
    edge = paper.offset + MARK
    gutter = 2 * paper.bleed
    columns = int((width - 2 * edge + gutter) / (paper.width + gutter) + 1e-9)
    rows = int((height - 2 * edge + gutter) / (paper.height + gutter) + 1e-9)
    return max(0, columns), max(0, rows)


def _grown(box: Box, by: float) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by
