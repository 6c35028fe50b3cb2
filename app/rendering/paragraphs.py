"""A text made of pieces, shaped and measured once, for every size at which it may be set."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from app.rendering.display import Rgba
from app.rendering.fonts import Face
from app.rendering.linebreak import Measured, measured, opportunities
from app.rendering.marks import AUTOSPACE, MARGIN, is_gap, lead, tail
from app.rendering.shaping import Cluster, Manner, shape


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text in one manner. `scale` is relative to the size of the text, `rise` in em of the piece."""

    text: str
    chain: tuple[Face, ...]
    colour: Rgba
    scale: float = 1.0
    rise: float = 0.0


@dataclass(frozen=True, slots=True)
class Setting:
    """How a text is set: TextStyle with all resolved. `strut` is the face that gives lines their least height.

    `tightest` are the least tracking and line height, for a text that does not fit at its least size. `outline` is a
    colour and the width (em) that is seen of it outside of the letters.
    """

    strut: Face
    size: float
    min_size: float
    line_height: float
    tracking: float = 0.0
    align: Literal["left", "centre", "right", "justify"] = "left"
    valign: Literal["top", "middle", "bottom"] = "top"
    max_lines: int | None = None
    phrases: bool = False
    manner: Manner = field(default_factory=Manner)
    hanging: Literal["trim", "margin"] | None = None
    autospace: bool = False
    tightest: tuple[float, float] | None = None
    outline: tuple[Rgba, float] | None = None

    @property
    def inset(self) -> float:
        """How far (em) a line keeps from either side of its box: room for hanging marks, and for the outline."""
        return (MARGIN if self.hanging == "margin" else 0.0) + (self.outline[1] if self.outline else 0.0)


@dataclass(slots=True)
class ShapedText:
    """The whole text shaped: clusters in order with the index of their piece, and its paragraphs ready to break.

    `starts` are the offsets of the clusters in the whole text, `paragraphs` begin at the offset beside them. `gaps` are
    the blanks (em of the text) that follow the clusters at these offsets, within a line.
    """

    pieces: Sequence[Piece]
    whole: str
    starts: list[int] = field(default_factory=list)
    clusters: list[tuple[Cluster, int]] = field(default_factory=list)
    missing: list[tuple[int, str]] = field(default_factory=list)
    paragraphs: list[tuple[int, Measured]] = field(default_factory=list)
    gaps: dict[int, float] = field(default_factory=dict)

    def within(self, first: int, last: int) -> list[tuple[int, Cluster, Piece]]:
        """The clusters of the characters `first` to `last`, each with its offset and its piece."""
        low, high = bisect_left(self.starts, first), bisect_left(self.starts, last)
        return [
            (start, cluster, self.pieces[index])
            for start, (cluster, index) in zip(self.starts[low:high], self.clusters[low:high], strict=True)
        ]


@dataclass(slots=True)
class _Widths:
    """By offset: what a character adds to its line, and what of it does not count at the line's end or start."""

    widths: list[float]
    tails: dict[int, float] = field(default_factory=dict)
    leads: dict[int, float] = field(default_factory=dict)


def shaped(pieces: Sequence[Piece], setting: Setting) -> ShapedText:
    """All pieces as one text. Line breaks stand in it as they are and have no width."""
    whole = "".join(piece.text for piece in pieces)
    text = ShapedText(pieces, whole)
    found = _Widths([0.0] * len(whole))
    offset = 0
    for index, piece in enumerate(pieces):
        shaped = shape(piece.text.replace("\n", " "), piece.chain, setting.manner)
        text.missing += [(offset + at, character) for at, character in shaped.missing]
        for cluster in shaped.clusters:
            start = offset + cluster.start
            found.widths[start] = (cluster.advance + setting.tracking) * piece.scale
            if out := tail(whole[start], cluster, setting.hanging, MARGIN / piece.scale):
                found.tails[start] = out * piece.scale
            if out := lead(whole[start], cluster, setting.hanging, MARGIN / piece.scale):
                found.leads[start] = out * piece.scale
            text.starts.append(start)
            text.clusters.append((cluster, index))
        offset += len(piece.text)
    if setting.autospace:
        _open_gaps(text, found)
    _split_paragraphs(text, setting, found)
    return text


def _open_gaps(text: ShapedText, found: _Widths) -> None:
    """A gap where Chinese and Latin meet; none beside figures that stand upright in a column."""
    for number, ((before, index), (after, _)) in enumerate(pairwise(text.clusters)):
        start, border = text.starts[number], text.starts[number + 1]
        if before.vertical and not before.turned and not after.turned:
            continue
        if is_gap(text.whole[border - 1], text.whole[border]):
            gap = AUTOSPACE * text.pieces[index].scale
            text.gaps[start] = gap
            found.widths[start] += gap
            found.tails[border - 1] = gap


def _split_paragraphs(text: ShapedText, setting: Setting, found: _Widths) -> None:
    begin = 0
    for words in text.whole.split("\n"):
        end = begin + len(words)
        levels = opportunities(words, setting.manner.language, setting.phrases)
        clusters = frozenset(start - begin for start in text.starts if begin <= start < end)
        tails, leads = (
            {start - begin: out for start, out in outs.items() if begin <= start < end}
            for outs in (found.tails, found.leads)
        )
        text.paragraphs.append((begin, measured(words, levels, found.widths[begin:end], clusters, tails, leads)))
        begin = end + 1


def line_extent(text: ShapedText, setting: Setting, size: float, start: int, end: int) -> tuple[float, float]:
    """How far a line reaches above and below its baseline: CSS' line box, with the strut."""
    if setting.manner.vertical:
        half = setting.line_height * size * _largest_scale(text, start, end) / 2
        return half, half
    above, below = _half_leading(setting.strut, setting.line_height, size, 0.0)
    offset = 0
    for piece in text.pieces:
        if offset < end and offset + len(piece.text) > start and (piece.scale != 1 or piece.rise):
            up, down = _half_leading(piece.chain[0], setting.line_height, size * piece.scale, piece.rise)
            above, below = max(above, up), max(below, down)
        offset += len(piece.text)
    return above, below


def _largest_scale(text: ShapedText, start: int, end: int) -> float:
    largest, offset = 1.0, 0
    for piece in text.pieces:
        if offset < end and offset + len(piece.text) > start:
            largest = max(largest, piece.scale)
        offset += len(piece.text)
    return largest


def _half_leading(face: Face, line_height: float, size: float, rise: float) -> tuple[float, float]:
    leading = line_height - face.ascent - face.descent
    return (face.ascent + leading / 2 + rise) * size, (face.descent + leading / 2 - rise) * size
