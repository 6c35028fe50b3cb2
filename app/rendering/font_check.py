"""Checks a font file before anybody approves it: its tables lie within it, and it draws what it says it draws.

What a font draws is compared with what Pillow's own font draws, and with what itself draws for other characters. That
finds a figure that is drawn as another one, also when only certain neighbours bring it about. It does not tell an
unlucky design from a fraud, so a person who approves a font looks at it as well.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations

import numpy as np
import uharfbuzz as hb
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from app.kernel.errors import Invalid, Problem
from app.rendering.fonts import Face
from app.rendering.paths import Path, bounds
from app.rendering.raster import box_of, coverage, filled

FIGURES = "0123456789"
# A bar with or without a foot, a flag and a head is a 1: no reference looks like all of them.
COMPARED = FIGURES.replace("1", "")
# Besides figures: what must not be drawn as anything else here. Letters that fonts may well draw alike are left out.
DISTINCT = FIGURES + "%‰ABDEFGHJKLMNQRTYabdeghqrt" + "一二三四五六七八九十百千万亿元不无非本保息险月年日天"
MARGIN = 0.03  # by how much nearer to another figure's reference a figure may be, before it counts as that one
LEAST = 0.35  # how near to its own reference a figure is at least
SAME_ONE = 0.47  # how near to a reference of another figure a 1 may be
EQUAL = 0.995  # how near two drawings may be that are to be told apart
FEATURES: tuple[Mapping[str, bool], ...] = ({}, {"tnum": True}, {"pnum": True, "calt": True, "salt": True})

SIDE = 32
EM_PX = 96.0
MOST_TABLES = 128
NEEDED = frozenset({"cmap", "head", "hhea", "hmtx", "maxp"})
DRAWS = ({"glyf", "loca"}, {"CFF "}, {"CFF2"}, {"CBDT", "CBLC"})
_SFNT = (b"\x00\x01\x00\x00", b"OTTO", b"true")

Look = tuple[NDArray[np.float64], float]


def check_font(data: bytes, path: str) -> None:
    """Let a TrueType or OpenType file pass that a brand kit may name.

    *Raises* Invalid ``bad_font`` for another kind of file, tables that reach beyond the file, or none that draw;
    ``font_spoof`` for characters that look like others.
    """
    problems = [Problem(path, "bad_font", message) for message in _table_faults(data)]
    if problems:
        raise Invalid.of(problems)
    face = Face(path, data)
    if not face.hb_face.unicodes:
        raise Invalid.of([Problem(path, "bad_font", "it has no characters")])
    if not face.is_pictures:
        problems = [Problem(path, "font_spoof", message) for message in _spoofs(face)]
    if problems:
        raise Invalid.of(problems)


def _table_faults(data: bytes) -> Iterator[str]:
    """*Source*: OpenType, “Organization of an OpenType font”, “loca”."""
    if not data.startswith(_SFNT):
        yield "not a TrueType or OpenType file; WOFF, WOFF2 and collections are not accepted"
        return
    count = int.from_bytes(data[4:6])
    entries = [data[12 + 16 * number : 28 + 16 * number] for number in range(count)]
    if not 0 < count <= MOST_TABLES or any(len(entry) < 16 for entry in entries):
        yield "its directory of tables is broken"
        return
    tables: dict[str, tuple[int, int]] = {}
    for entry in entries:
        tag, offset, length = entry[:4].decode("latin-1"), int.from_bytes(entry[8:12]), int.from_bytes(entry[12:16])
        if tag in tables:
            yield f"it has the table {tag!r} twice"
        if offset < 12 + 16 * count or offset + length > len(data):
            yield f"its table {tag!r} reaches beyond the file"
        tables[tag] = (offset, length)
    if missing := sorted(NEEDED - tables.keys()):
        yield f"it lacks the tables {', '.join(missing)}"
    elif not any(names <= tables.keys() for names in DRAWS):
        yield "it has nothing to draw with"
    elif "glyf" in tables:
        yield from _glyph_faults({tag: data[at : at + length] for tag, (at, length) in tables.items()})


def _glyph_faults(tables: Mapping[str, bytes]) -> Iterator[str]:
    if len(tables["head"]) < 54 or len(tables["maxp"]) < 6:
        yield "its tables 'head' and 'maxp' are cut off"
        return
    is_long, glyphs = tables["head"][50:52] != b"\0\0", int.from_bytes(tables["maxp"][4:6])
    kind = np.dtype(">u4" if is_long else ">u2")
    if len(tables["loca"]) < (glyphs + 1) * kind.itemsize:
        yield "its table 'loca' is cut off"
        return
    places = np.frombuffer(tables["loca"], kind, glyphs + 1).astype(np.int64) * (1 if is_long else 2)
    if (np.diff(places) < 0).any() or places[-1] > len(tables["glyf"]):
        yield "its glyphs reach beyond their table"


def _spoofs(face: Face) -> Iterator[str]:
    drawn = {one: path for one in DISTINCT if (path := _nominal(face, one))}
    looks = {one: _look(path) for one, path in drawn.items()}
    for one, other in combinations(drawn, 2):
        if drawn[one] == drawn[other] or _nearness(looks[one], looks[other]) > EQUAL:
            yield f"“{one}” and “{other}” are drawn alike"
    for figure, path in _figures(face):
        yield from _taken_for(figure, _look(path))


def _figures(face: Face) -> Iterator[tuple[str, Path]]:
    """Every way in which the font draws a figure: alone, beside each other figure, and with its features."""
    present = [one for one in FIGURES if face.has(ord(one))]
    known: set[tuple[str, int]] = set()
    for features in FEATURES:
        for text in (*present, "".join(f"{one}{other}" for one in present for other in present)):
            for index, gid in _shaped(face, text, features):
                if (text[index], gid) not in known:
                    known.add((text[index], gid))
                    yield text[index], face.outline(gid)


def _shaped(face: Face, text: str, features: Mapping[str, bool]) -> list[tuple[int, int]]:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(face.hb_font, buffer, dict(features))
    return [(info.cluster, info.codepoint) for info in buffer.glyph_infos]


def _taken_for(figure: str, look: Look) -> Iterator[str]:
    near = {other: _nearness(look, reference) for other, reference in _references().items()}
    nearest = max((other for other in near if other != figure), key=near.__getitem__)
    limit = near[figure] + MARGIN if figure in near else SAME_ONE
    if near[nearest] > limit:
        yield f"“{figure}” is drawn as “{nearest}”"
    elif near.get(figure, 1.0) < LEAST:
        yield f"“{figure}” is drawn as something else"


def _nominal(face: Face, character: str) -> Path:
    gid = face.hb_font.get_nominal_glyph(ord(character))
    return face.outline(gid) if gid else ()


def _look(path: Path) -> Look:
    """A drawing at a common size, without its mean, of length one; and how wide it is for its height."""
    box = bounds(path)
    if box is None or not box[2] or not box[3]:
        return np.zeros((SIDE, SIDE)), 1.0
    scale = EM_PX / max(box[2], box[3])
    placed = tuple(
        (name, tuple((value - box[at % 2]) * scale for at, value in enumerate(points))) for name, points in path
    )
    outlines = filled(placed)
    reach = box_of(outlines)
    if reach is None:
        return np.zeros((SIDE, SIDE)), 1.0
    return _normal(coverage(outlines, reach).transpose(Image.Transpose.FLIP_TOP_BOTTOM))


def _normal(image: Image.Image) -> Look:
    ink = image.crop(image.getbbox())
    small = ink.resize((SIDE, SIDE), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(1.5))
    values = np.asarray(small, np.float64)
    values = values - values.mean()
    return values / (np.linalg.norm(values) or 1.0), ink.width / ink.height


def _nearness(one: Look, other: Look) -> float:
    """From 1 (the same) downwards; proportions count, too."""
    return float((one[0] * other[0]).sum()) - 0.25 * abs(float(np.log(one[1] / other[1])))


@lru_cache(maxsize=1)
def _references() -> Mapping[str, Look]:
    font = ImageFont.load_default(EM_PX)
    looks = {}
    for figure in COMPARED:
        image = Image.new("L", (200, 200))
        ImageDraw.Draw(image).text((40, 30), figure, font=font, fill=255)
        looks[figure] = _normal(image)
    return looks


def get_ready() -> None:
    """Draw the references: from then on, no file is needed."""
    for figure, look in _references().items():
        list(_taken_for(figure, look))
