"""A text made of pieces, shaped and measured once, for every size at which it may be set."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.rendering.display import Rgba
from app.rendering.fonts import Face
from app.rendering.linebreak import Measured, measured, opportunities
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
    """How a text is set: TextStyle with all resolved. `strut` is the face that gives lines their least height."""

    strut: Face
    size: float
    min_size: float
    line_height: float
    tracking: float = 0.0
    align: Literal["left", "centre", "right"] = "left"
    valign: Literal["top", "middle", "bottom"] = "top"
    max_lines: int | None = None
    phrases: bool = False
    manner: Manner = field(default_factory=Manner)


@dataclass(slots=True)
class ShapedText:
    """The whole text shaped: clusters in order with the index of their piece, and its paragraphs ready to break.

    `starts` are the offsets of the clusters in the whole text, `paragraphs` begin at the offset beside them.
    """

    pieces: Sequence[Piece]
    whole: str
    starts: list[int] = field(default_factory=list)
    clusters: list[tuple[Cluster, int]] = field(default_factory=list)
    missing: list[tuple[int, str]] = field(default_factory=list)
    paragraphs: list[tuple[int, Measured]] = field(default_factory=list)

    def within(self, first: int, last: int) -> list[tuple[int, Cluster, Piece]]:
        """The clusters of the characters `first` to `last`, each with its offset and its piece."""
        low, high = bisect_left(self.starts, first), bisect_left(self.starts, last)
        return [
            (start, cluster, self.pieces[index])
            for start, (cluster, index) in zip(self.starts[low:high], self.clusters[low:high], strict=True)
        ]


def shaped(pieces: Sequence[Piece], setting: Setting) -> ShapedText:
    """All pieces as one text. Line breaks stand in it as they are and have no width."""
    whole = "".join(piece.text for piece in pieces)
    text = ShapedText(pieces, whole)
    widths = [0.0] * len(whole)
    hangs: dict[int, float] = {}
    offset = 0
    for index, piece in enumerate(pieces):
        shaped = shape(piece.text.replace("\n", " "), piece.chain, setting.manner)
        text.missing += [(offset + at, character) for at, character in shaped.missing]
        for cluster in shaped.clusters:
            start = offset + cluster.start
            widths[start] = (cluster.advance + setting.tracking) * piece.scale
            if whole[start] in _HANGING and not setting.manner.vertical:
                hangs[start] = _blank_end(cluster) * piece.scale
            text.starts.append(start)
            text.clusters.append((cluster, index))
        offset += len(piece.text)
    _split_paragraphs(text, setting, widths, hangs)
    return text


# Full-width marks whose ink stands in the first half of their square.
_HANGING = frozenset("。，、；：）》」』】〕〉”’！？")


def _blank_end(cluster: Cluster) -> float:
    """How much of a full-width mark is blank at its end, in em; at most half, and a little is kept as a margin."""
    if cluster.advance < 0.99 or len(cluster.glyphs) != 1:
        return 0.0
    _, _, right, _ = cluster.face.extents(cluster.glyphs[0][0])
    return min(0.5, max(0.0, cluster.advance - right / cluster.face.units_per_em - 0.08))


def _split_paragraphs(text: ShapedText, setting: Setting, widths: list[float], hangs: dict[int, float]) -> None:
    begin = 0
    for words in text.whole.split("\n"):
        end = begin + len(words)
        levels = opportunities(words, setting.manner.language, setting.phrases)
        clusters = frozenset(start - begin for start in text.starts if begin <= start < end)
        blank = {start - begin: hang for start, hang in hangs.items() if begin <= start < end}
        text.paragraphs.append((begin, measured(words, levels, widths[begin:end], clusters, blank)))
        begin = end + 1


def line_extent(text: ShapedText, setting: Setting, size: float, start: int, end: int) -> tuple[float, float]:
    """How far a line reaches above and below its baseline: CSS' line box, with the strut."""
    if setting.manner.vertical:
        half = setting.line_height * size / 2
        return half, half
    above, below = _half_leading(setting.strut, setting.line_height, size, 0.0)
    offset = 0
    for piece in text.pieces:
        if offset < end and offset + len(piece.text) > start and (piece.scale != 1 or piece.rise):
            up, down = _half_leading(piece.chain[0], setting.line_height, size * piece.scale, piece.rise)
            above, below = max(above, up), max(below, down)
        offset += len(piece.text)
    return above, below


def _half_leading(face: Face, line_height: float, size: float, rise: float) -> tuple[float, float]:
    leading = line_height - face.ascent - face.descent
    return (face.ascent + leading / 2 + rise) * size, (face.descent + leading / 2 - rise) * size
