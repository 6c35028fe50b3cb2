"""Places the glyphs of broken lines in their box."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from math import inf

from app.rendering.display import Glyph, Line, Rect, Run, TextLine
from app.rendering.linebreak import Measured, Ranges
from app.rendering.marks import may_stretch
from app.rendering.paragraphs import Piece, Setting, ShapedText, line_extent
from app.rendering.shaping import Cluster

LOOSEST = 0.5  # em that a justified line may be opened by between two characters
_SHARE = {"left": 0.0, "justify": 0.0, "centre": 0.5, "right": 1.0}  # of the spare room that lies before a line


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
        if cluster.turned:
            x0, y0, x1, y1 = y0, -x1, y1, -x0
        unit = size / cluster.face.units_per_em
        self.left, self.right = min(self.left, at[0] + x0 * unit), max(self.right, at[0] + x1 * unit)
        self.top, self.bottom = min(self.top, at[1] - y1 * unit), max(self.bottom, at[1] - y0 * unit)

    def rect(self, around: float) -> Rect:
        """The box of what was added, and of a line `around` it."""
        if self.left == inf:
            return (0.0, 0.0, 0.0, 0.0)
        left, top = round(self.left - around, 3), round(self.top - around, 3)
        return (left, top, round(self.right + around - left, 3), round(self.bottom + around - top, 3))


@dataclass(frozen=True, slots=True)
class Placed:
    """Lines on the grid of the size; `extent` is the box of their line boxes, `ink` that of what is drawn."""

    lines: tuple[TextLine, ...]
    extent: Rect
    ink: Rect


@dataclass(frozen=True, slots=True)
class _Row:
    """A line to be placed: characters `start` to `end` of `paragraph`, whose first is character `begin` of the text."""

    paragraph: Measured
    begin: int
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        """The line in the whole text, without the spaces at its end."""
        words = self.paragraph.text[self.start : self.end].rstrip(" \u3000\u00a0")
        return self.begin + self.start, self.begin + self.start + len(words)

    @property
    def is_last(self) -> bool:
        return self.end == len(self.paragraph.text)


def place(text: ShapedText, setting: Setting, size: float, broken: list[Ranges], box: Rect) -> Placed:
    """The lines `broken` (ranges of characters by paragraph) at `size`, aligned in `box`."""
    rows = [
        _Row(paragraph, begin, start, end)
        for (begin, paragraph), lines in zip(text.paragraphs, broken, strict=True)
        for start, end in lines
    ]
    extents = [line_extent(text, setting, size, row.begin + row.start, row.begin + row.end) for row in rows]
    vertical = setting.manner.vertical
    x, y, width, height = box
    spare = (width if vertical else height) - sum(above + below for above, below in extents)
    shift = {"top": 0.0, "middle": spare / 2, "bottom": spare}[setting.valign]
    edge = pen = x + width - shift if vertical else y + shift
    low, high = inf, -inf
    setter = _Setter(text, setting, size)
    lines: list[TextLine] = []
    for row, (above, below) in zip(rows, extents, strict=True):
        across = pen - above if vertical else pen + above
        line, first, last = setter.line(row, (y, height) if vertical else (x, width), across)
        lines.append(line)
        low, high = min(low, first), max(high, last)
        pen = pen - above - below if vertical else pen + above + below
    extent = (pen, low, edge - pen, high - low) if vertical else (low, edge, high - low, pen - edge)
    reach = setting.outline[1] * size * max(piece.scale for piece in text.pieces) if setting.outline else 0.0
    return Placed(tuple(lines), extent, setter.ink.rect(reach))


def _run_key(member: tuple[int, Cluster, Piece]) -> tuple[int, str, tuple[str, ...], float, bool]:
    _, cluster, piece = member
    return id(piece), cluster.face.key, cluster.features, cluster.scale, cluster.turned


def _grid(value: float) -> float:
    return round(value * 64) / 64


@dataclass(slots=True)
class _Setter:
    """Sets the lines of one text at one size, and gathers their ink."""

    text: ShapedText
    setting: Setting
    size: float
    ink: _Ink = field(default_factory=_Ink)

    def line(self, row: _Row, room: tuple[float, float], across: float) -> tuple[TextLine, float, float]:
        """The line between `room` (where it begins and how long it is), and where it starts and ends there."""
        setting, paragraph = self.setting, row.paragraph
        margin = setting.inset * self.size
        length = max(0.0, (paragraph.inked[row.end] - paragraph.begins[row.start] - setting.tracking) * self.size)
        spare = room[1] - 2 * margin - length
        members = self.text.within(*row.span)
        after = self._gaps(members) if self.text.gaps else {}
        if setting.align == "justify" and not row.is_last and (places := self._openings(members, spare)):
            after |= {start: after.get(start, 0.0) + spare / len(places) for start in places}
            length += spare
        first = room[0] + margin + _SHARE[setting.align] * spare
        along = first - (paragraph.begins[row.start] - paragraph.upto[row.start]) * self.size
        runs: list[Run] = []
        for _, group in groupby(members, key=_run_key):
            runs.append(self._run(list(group), (along, across), after))
            along += runs[-1].advance
        return TextLine(self.text.whole[slice(*row.span)], tuple(runs)), first, first + length

    def _gaps(self, members: list[tuple[int, Cluster, Piece]]) -> dict[int, float]:
        """The pixels between two scripts, by the cluster that they follow; none at the end of a line."""
        found = ((start, self.text.gaps.get(start)) for start, _, _ in members[:-1])
        return {start: gap * self.size for start, gap in found if gap}

    def _openings(self, members: list[tuple[int, Cluster, Piece]], spare: float) -> list[int]:
        """The clusters after which a justified line opens; none for a line that would be torn apart."""
        whole = self.text.whole
        places = [
            start
            for (start, _, _), (border, _, _) in pairwise(members)
            if may_stretch(whole[border - 1], whole[border])
        ]
        return places if 0 < spare <= LOOSEST * self.size * len(places) else []

    def _run(
        self, members: list[tuple[int, Cluster, Piece]], at: tuple[float, float], after: Mapping[int, float]
    ) -> Run:
        """A run that begins at `at` (along and across); `after` are the pixels that follow a cluster."""
        text, setting = self.text, self.setting
        _, sample, piece = members[0]
        em = self.size * piece.scale
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
                self.ink.add(cluster, gid, (x, y), glyph_size)
                spelt = ""
            pen += (cluster.advance + setting.tracking) * em + after.get(start, 0.0)
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
            turned=sample.turned,
            outline=self._outline(sample, em),
        )

    def _outline(self, sample: Cluster, em: float) -> Line | None:
        """The line around a run: half of it lies under the letters. Coloured pictures have none."""
        if self.setting.outline is None or sample.face.is_pictures:
            return None
        colour, width = self.setting.outline
        return Line(colour, 2 * width * em, joins="round")
