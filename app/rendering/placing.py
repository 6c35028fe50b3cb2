"""Places the glyphs of broken lines in their box."""

from dataclasses import dataclass
from itertools import groupby
from math import inf

from app.rendering.display import Glyph, Rect, Run, TextLine
from app.rendering.linebreak import Ranges
from app.rendering.paragraphs import Piece, Setting, ShapedText, line_extent
from app.rendering.shaping import Cluster


@dataclass(slots=True)
class _Ink:
    left: float = inf
    top: float = inf
    right: float = -inf
    bottom: float = -inf

    def add(self, cluster: Cluster, gid: int, at: tuple[float, float], size: float) -> None:
        x0, y0, x1, y1 = cluster.face.extents(gid)
        if x1 == x0:
            return
        unit = size / cluster.face.units_per_em
        self.left, self.right = min(self.left, at[0] + x0 * unit), max(self.right, at[0] + x1 * unit)
        self.top, self.bottom = min(self.top, at[1] - y1 * unit), max(self.bottom, at[1] - y0 * unit)

    @property
    def rect(self) -> Rect:
        if self.left == inf:
            return (0.0, 0.0, 0.0, 0.0)
        left, top = round(self.left, 3), round(self.top, 3)
        return (left, top, round(self.right - left, 3), round(self.bottom - top, 3))


@dataclass(frozen=True, slots=True)
class Placed:
    """Lines on the grid of the size; `extent` is the box of their line boxes, `ink` that of what is drawn."""

    lines: tuple[TextLine, ...]
    extent: Rect
    ink: Rect


def place(text: ShapedText, setting: Setting, size: float, broken: list[Ranges], box: Rect) -> Placed:
    """The lines `broken` (ranges of characters by paragraph) at `size`, aligned in `box`."""
    rows = [
        (paragraph, begin, start, end)
        for (begin, paragraph), lines in zip(text.paragraphs, broken, strict=True)
        for start, end in lines
    ]
    extents = [line_extent(text, setting, size, begin + start, begin + end) for _, begin, start, end in rows]
    vertical = setting.manner.vertical
    x, y, width, height = box
    depth = sum(above + below for above, below in extents)
    spare = (width if vertical else height) - depth
    shift = {"top": 0.0, "middle": spare / 2, "bottom": spare}[setting.valign]
    edge = pen = x + width - shift if vertical else y + shift
    low, high = inf, -inf
    ink = _Ink()
    lines: list[TextLine] = []
    for (paragraph, begin, start, end), (above, below) in zip(rows, extents, strict=True):
        length = max(0.0, (paragraph.inked[end] - paragraph.upto[start] - setting.tracking) * size)
        room = (height if vertical else width) - length
        along = (y if vertical else x) + {"left": 0.0, "centre": room / 2, "right": room}[setting.align]
        low, high = min(low, along), max(high, along + length)
        last = begin + start + len(paragraph.text[start:end].rstrip(" \u3000\u00a0"))
        across = pen - above if vertical else pen + above
        lines.append(_line(text, setting, size, (begin + start, last), (along, across), ink))
        pen = pen - above - below if vertical else pen + above + below
    extent = (pen, low, edge - pen, high - low) if vertical else (low, edge, high - low, pen - edge)
    return Placed(tuple(lines), extent, ink.rect)


def _line(
    text: ShapedText, setting: Setting, size: float, span: tuple[int, int], at: tuple[float, float], ink: _Ink
) -> TextLine:
    """One line whose baseline (or column) begins at `at`: along and across."""
    along, across = at
    runs: list[Run] = []
    for _, group in groupby(text.within(*span), key=_run_key):
        members = list(group)
        run = _run(text, setting, size, members, (along, across), ink)
        along += run.advance
        runs.append(run)
    return TextLine(text.whole[slice(*span)], tuple(runs))


def _run_key(member: tuple[int, Cluster, Piece]) -> tuple[int, str, tuple[str, ...], float]:
    _, cluster, piece = member
    return id(piece), cluster.face.key, cluster.features, cluster.scale


def _grid(value: float) -> float:
    return round(value * 64) / 64


def _run(
    text: ShapedText,
    setting: Setting,
    size: float,
    members: list[tuple[int, Cluster, Piece]],
    at: tuple[float, float],
    ink: _Ink,
) -> Run:
    _, sample, piece = members[0]
    em = size * piece.scale
    glyph_size = em * sample.scale
    vertical = setting.manner.vertical
    along, across = at
    if not vertical:
        across -= piece.rise * em
    pen = along
    glyphs: list[Glyph] = []
    for start, cluster, _ in members:
        spelt = text.whole[start : start + cluster.end - cluster.start]
        for gid, dx, dy in cluster.glyphs:
            x = _grid((across if vertical else pen) + dx * glyph_size)
            y = _grid((pen if vertical else across) + dy * glyph_size)
            glyphs.append(Glyph(gid, x, y, spelt))
            ink.add(cluster, gid, (x, y), glyph_size)
            spelt = ""
        pen += (cluster.advance + setting.tracking) * em
    begin, end = members[0][0], members[-1][0] + members[-1][1].end - members[-1][1].start
    return Run(
        font=sample.face.key,
        size=glyph_size,
        colour=piece.colour,
        text=text.whole[begin:end],
        x=_grid(across if vertical else along),
        baseline=_grid(along if vertical else across),
        advance=pen - along,
        tracking=setting.tracking * em,
        glyphs=tuple(glyphs),
        tabular=setting.manner.tabular,
        features=sample.features,
    )
