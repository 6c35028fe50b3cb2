"""From characters to glyphs: which face draws what, and HarfBuzz' advances and offsets in em, whatever the size."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter

import uharfbuzz as hb
from icu4py.breakers import CharacterBreaker

from app.rendering.characters import EMOJI
from app.rendering.fonts import Face

HALF_FIGURE = 0.366  # em above the baseline: the middle of a figure
HALF_SQUARE = 0.38  # em above the baseline: the middle of a Chinese character's square
NO_GLYPH = 0
HB_LANGUAGE = {"zh": "zh-Hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """What cannot be taken apart: characters `start` to `end` of the text, their glyphs as (id, x, y) offsets in em.

    *Unit*: em; y downwards. Vertical: the advance is downwards, and x is measured from the column's centre line.
    `scale` shrinks figures that stand side by side in a column. `turned` glyphs lie on their side, a quarter clockwise.
    """

    start: int
    end: int
    face: Face
    features: tuple[str, ...]
    advance: float
    glyphs: tuple[tuple[int, float, float], ...]
    scale: float = 1.0
    vertical: bool = False
    turned: bool = False

    def reach(self) -> tuple[float, float]:
        """Where the ink of its only glyph starts and ends along the line, in em from the cluster's start."""
        gid, x, y = self.glyphs[0]
        left, bottom, right, top = (edge / self.face.units_per_em for edge in self.face.extents(gid))
        if self.turned:
            return y + left, y + right
        return (y - top, y - bottom) if self.vertical else (x + left, x + right)


@dataclass(frozen=True, slots=True)
class Manner:
    """How characters become glyphs, apart from the fonts: the language, the direction, figures of one width."""

    language: str = "zh"
    vertical: bool = False
    tabular: bool = False
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Shaped:
    """The clusters of a text, and the (offset, character) that no face of the chain has."""

    clusters: tuple[Cluster, ...]
    missing: tuple[tuple[int, str], ...]


@lru_cache(maxsize=4096)
def shape(text: str, chain: tuple[Face, ...], manner: Manner) -> Shaped:
    """`text` shaped piece by piece: a piece has one face, one script and one set of features."""
    clusters: list[Cluster] = []
    missing: list[tuple[int, str]] = []
    for start, end, face in _by_face(text, chain):
        if face is None:
            missing += [(start, text[start:end])]
            continue
        for cluster in _shape_face(text, start, end, face, manner):
            clusters.append(cluster)
            if any(gid == NO_GLYPH for gid, _, _ in cluster.glyphs):
                missing.append((cluster.start, text[cluster.start : cluster.end]))
    return Shaped(tuple(clusters), tuple(missing))


def _shape_face(text: str, start: int, end: int, face: Face, manner: Manner) -> Iterator[Cluster]:
    if face.is_pictures:
        yield from _shape_pictures(text, start, end, face, manner)
        return
    for piece_start, piece_end, script, features in _pieces(text, start, end, manner):
        yield from _shape_piece(text, piece_start, piece_end, face, script, features, manner)


def _shape_pictures(text: str, start: int, end: int, face: Face, manner: Manner) -> Iterator[Cluster]:
    """Coloured pictures, each in the square of a Chinese character, whichever way the line runs."""
    glyphs = _harfbuzz(face, text[start:end], "Zyyy", (), manner, False)
    groups = [(first, list(group)) for first, group in groupby(glyphs, key=itemgetter(0))]
    ends = [first for first, _ in groups[1:]] + [end - start]
    for (first, group), last in zip(groups, ends, strict=True):
        placed, width = _placed(group, False)
        scale = 1.0 / max(1.0, width)
        _, bottom, _, top = (edge / face.units_per_em for edge in face.extents(group[0][1]))
        middle = HALF_SQUARE / scale - (bottom + top) / 2
        across, down = (-width / 2, 0.5 / scale + HALF_SQUARE / scale) if manner.vertical else (0.0, 0.0)
        squared = tuple((gid, across + x, down - middle + y) for gid, x, y in placed)
        yield Cluster(start + first, start + last, face, (), max(1.0, width) * scale, squared, scale, manner.vertical)


def _by_face(text: str, chain: tuple[Face, ...]) -> list[tuple[int, int, Face | None]]:
    """The text cut where the face changes; spaces stay with what is before them."""
    cut: list[tuple[int, int, Face | None]] = []
    for start, end in _graphemes(text):
        face = _face_for(text[start:end], chain, cut[-1][2] if cut else None)
        if cut and face is not None and cut[-1][2] is face:
            cut[-1] = (cut[-1][0], end, face)
        else:
            cut.append((start, end, face))
    return cut


def _graphemes(text: str) -> list[tuple[int, int]]:
    if not any(character in _JOINERS or unicodedata.combining(character) for character in text if character > "\u02ff"):
        return [(offset, offset + 1) for offset in range(len(text))]
    ends = [0]
    for cluster in CharacterBreaker(text, "en"):
        ends.append(ends[-1] + len(cluster))
    return list(pairwise(ends))


_JOINERS = frozenset("\u200d\ufe0f") | {chr(code) for code in (*range(0x1F1E6, 0x1F200), *range(0x1F3FB, 0x1F400))}


def _face_for(cluster: str, chain: tuple[Face, ...], current: Face | None) -> Face | None:
    if cluster.isspace() and cluster != "\u3000":
        return current or chain[0]
    if len(cluster) > 1 and EMOJI.fullmatch(cluster) and chain[-1].is_pictures:
        return chain[-1] if chain[-1].has(ord(cluster[0])) else None
    for face in chain:
        if all(face.has(ord(character)) for character in cluster):
            return face
    composed = unicodedata.normalize("NFC", cluster)
    return next((face for face in chain if all(face.has(ord(character)) for character in composed)), None)


_WESTERN = re.compile(r"[\u0020-\u00a6\u00a8-\u00b6\u00b8-\u024f\u0300-\u036f\u1e00-\u1eff]+")
_GREEK = re.compile(r"[\u0370-\u03ff]+")
_CYRILLIC = re.compile(r"[\u0400-\u052f]+")
_KOREAN = re.compile(r"[\uac00-\ud7a3]+")
# One or two figures, or a letter, that stand alone in a column stay upright; longer words and figures are turned.
_UPRIGHT = re.compile(
    r"(?<![0-9A-Za-z\u00c0-\u024f.,:/$-])(?<![0-9A-Za-z] )(?:[0-9]{1,2}|[A-Z])"
    r"(?![0-9A-Za-z\u00c0-\u024f%]|[.,:/-][0-9A-Za-z]| [0-9A-Za-z])"
)
# GB/T 15834-2011, B.1: set vertically, quotation marks are corner brackets.
_VERTICAL_QUOTES = str.maketrans("“”‘’", "\ufe43\ufe44\ufe41\ufe42")
_TURNED_SCRIPTS = frozenset(("Latn", "Grek", "Cyrl"))
_WIDE = re.compile(r"[\u2e80-\u9fff\uff01-\uffe6\U00020000-\U0003ffff]")  # Chinese, whatever the poster's language
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])\u2019(?=[A-Za-z])")


def _pieces(text: str, start: int, end: int, manner: Manner) -> list[tuple[int, int, str, tuple[str, ...]]]:
    """(start, end, script, features) of what is shaped in one go."""
    marks = {start: "", end: ""}
    for pattern, tag in ((_WESTERN, "Latn"), (_GREEK, "Grek"), (_CYRILLIC, "Cyrl"), (_KOREAN, "Hang")):
        for match in pattern.finditer(text, start, end):
            marks[match.start()] = tag
            marks.setdefault(match.end(), "")
    english = manner.language == "en"
    common = (("tnum",) if manner.tabular else ()) + (("pwid",) if english else ())
    special: dict[int, tuple[str, ...]] = {}
    if not english:
        for match in _APOSTROPHE.finditer(text, start, end):
            marks[match.start()] = "Latn"
            marks.setdefault(match.end(), "Latn")
            special[match.start()] = (*common, "pwid")
    if manner.vertical:
        for match in _UPRIGHT.finditer(text, start, end):
            tag = marks.get(match.start(), "Latn")
            marks[match.start()] = "Figs"
            marks.setdefault(match.end(), tag)
    found = []
    for here, after in pairwise(sorted(marks)):
        features = special.get(here, common)
        if _WIDE.search(text, here, after):
            features = tuple(feature for feature in features if feature != "pwid")
        if after > here:
            found.append((here, after, marks[here] or "Hani", features))
    return found


def _shape_piece(
    text: str, start: int, end: int, face: Face, script: str, features: tuple[str, ...], manner: Manner
) -> list[Cluster]:
    upright = script == "Figs"
    turned = manner.vertical and script in _TURNED_SCRIPTS
    vertical = manner.vertical and not upright and not turned
    piece = _with_vertical_quotes(text[start:end], face) if vertical and manner.language != "en" else text[start:end]
    glyphs = _harfbuzz(face, piece, "Latn" if upright else script, features, manner, vertical)
    if upright:
        return [_side_by_side(start, end, face, features, glyphs)]
    groups = [(first, list(group)) for first, group in groupby(glyphs, key=itemgetter(0))]
    ends = [first for first, _ in groups[1:]] + [end - start]
    found = []
    for (first, group), last in zip(groups, ends, strict=True):
        placed, advance = _placed(group, vertical)
        if turned:
            placed = tuple((gid, -HALF_FIGURE - y, x) for gid, x, y in placed)
        found.append(
            Cluster(start + first, start + last, face, features, advance, placed, 1.0, manner.vertical, turned)
        )
    return found


def _with_vertical_quotes(piece: str, face: Face) -> str:
    brackets = piece.translate(_VERTICAL_QUOTES)
    return brackets if all(face.has(ord(character)) for character in brackets) else piece


_Raw = tuple[int, int, float, float, float]


@lru_cache(maxsize=8192)
def _harfbuzz(
    face: Face, piece: str, script: str, features: tuple[str, ...], manner: Manner, vertical: bool
) -> tuple[_Raw, ...]:
    """(cluster, glyph, advance, x, y) in em, y downwards."""
    buffer = hb.Buffer()
    buffer.add_str(piece)
    buffer.direction = "ttb" if vertical else "ltr"
    buffer.script = script
    language = "zh" if _WIDE.search(piece) else manner.language
    buffer.language = HB_LANGUAGE.get(language, language)
    switches = {"chws": False, "vchw": False, **dict.fromkeys(features, True)}
    if manner.spaced:
        switches |= {"liga": False, "clig": False}
    hb.shape(face.hb_font, buffer, switches)
    em = face.units_per_em
    return tuple(
        (
            info.cluster,
            info.codepoint,
            (-at.y_advance if vertical else at.x_advance) / em,
            at.x_offset / em,
            -at.y_offset / em,
        )
        for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    )


def _placed(glyphs: list[_Raw], vertical: bool) -> tuple[tuple[tuple[int, float, float], ...], float]:
    """The glyphs of one cluster, each where the pen is, and how far the pen went."""
    placed = []
    pen = 0.0
    for _, gid, advance, x, y in glyphs:
        placed.append((gid, x, pen + y) if vertical else (gid, pen + x, y))
        pen += advance
    return tuple(placed), pen


def _side_by_side(start: int, end: int, face: Face, features: tuple[str, ...], glyphs: tuple[_Raw, ...]) -> Cluster:
    """Figures across the column, in a cell of one em."""
    width = sum(glyph[2] for glyph in glyphs)
    scale = min(1.0, 1.0 / width)
    placed = []
    pen = -width / 2
    for _, gid, advance, x, y in glyphs:
        placed.append((gid, pen + x, 0.5 / scale + HALF_FIGURE + y))
        pen += advance
    return Cluster(start, end, face, features, 1.0, tuple(placed), scale, vertical=True)
