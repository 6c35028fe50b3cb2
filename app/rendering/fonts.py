"""Fonts: one `Face` per file with its metrics and outlines, and the `FontBook` that says which faces a text may use."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache

import uharfbuzz as hb

from app.kernel.errors import Invalid, Problem
from app.kernel.files import MappedFile

Command = tuple[str, tuple[float, ...]]
Outline = tuple[Command, ...]

OUTLINES_KEPT = 8192


Source = bytes | MappedFile


class Face:
    """One font file. Nothing is read from it before it is needed.

    *Unit*: `ascent` and `descent` (both positive) are fractions of the em, from HarfBuzz' horizontal extents; `extents`
    and `outline` are in font units, y upwards.
    """

    def __init__(self, key: str, source: Source, sha256: str | None = None) -> None:
        self.key = key
        self._file = source
        self._source = source.view if isinstance(source, MappedFile) else memoryview(source)
        self._expected = sha256

    def __repr__(self) -> str:
        return f"Face({self.key!r})"

    @cached_property
    def data(self) -> bytes:
        """The file. *Raises* Invalid ``font_spoof`` when it is not the one that the brand kit names by its hash."""
        return bytes(self._approved)

    @cached_property
    def _approved(self) -> memoryview:
        if self._expected is not None and hashlib.sha256(self._source).hexdigest() != self._expected:
            raise Invalid.of([Problem(f"fonts.{self.key}", "font_spoof", "the file is not the one that was approved")])
        if isinstance(self._file, MappedFile):
            self._file.forget()  # what was read for its hash alone need not stay in memory
        return self._source

    @cached_property
    def sha256(self) -> str:
        """The file's hash: as approved, or counted here."""
        return self._expected or hashlib.sha256(self._source).hexdigest()

    @cached_property
    def _tags(self) -> frozenset[str]:
        """The tables of the file. *Source*: OpenType, “Table directory”."""
        data = self._approved
        if len(data) < 12:
            raise Invalid.of([Problem(f"fonts.{self.key}", "bad_font", "the file is no font")])
        entries = (bytes(data[12 + 16 * number : 28 + 16 * number]) for number in range(int.from_bytes(data[4:6])))
        return frozenset(entry[:4].decode("latin-1") for entry in entries if len(entry) == 16)

    @cached_property
    def hb_face(self) -> hb.Face:
        """HarfBuzz' view of the file. *Raises* Invalid when the file is no font, or not the approved one."""
        if not self._tags:
            raise Invalid.of([Problem(f"fonts.{self.key}", "bad_font", "the file is no font")])
        return hb.Face(_blob(self._file))

    @cached_property
    def hb_font(self) -> hb.Font:
        """HarfBuzz' font at its own scale: one unit is one font unit."""
        return hb.Font(self.hb_face)

    @cached_property
    def units_per_em(self) -> int:
        """Font units per em."""
        return int(self.hb_face.upem)

    @cached_property
    def ascent(self) -> float:
        """Height above the baseline, in em."""
        return float(self.hb_font.get_font_extents("ltr").ascender / self.units_per_em)

    @cached_property
    def descent(self) -> float:
        """Depth below the baseline, in em, positive."""
        return float(-self.hb_font.get_font_extents("ltr").descender / self.units_per_em)

    @cached_property
    def is_pictures(self) -> bool:
        """Whether the glyphs are coloured pictures (emoji) and not outlines."""
        return "CBDT" in self._tags

    def picture(self, gid: int) -> bytes:
        """The glyph's picture, a PNG that fills its `extents`; empty when it has none."""
        blob = self.hb_font.get_glyph_color_png(gid)
        return bytes(blob.data) if blob else b""

    def has(self, codepoint: int) -> bool:
        """Whether the font draws this character."""
        return bool(self.hb_font.get_nominal_glyph(codepoint))

    def outline(self, gid: int) -> Outline:
        """The glyph as absolute M, L, Q, C and Z commands in font units, y upwards."""
        return _outline(self, gid)

    def extents(self, gid: int) -> tuple[int, int, int, int]:
        """The glyph's ink: left, bottom, right, top in font units, y upwards; all zero when it has none."""
        return _extents(self, gid)


def _blob(source: Source) -> hb.Blob:
    return hb.Blob(source) if isinstance(source, bytes) else hb.Blob.from_file_path(source.name)


@lru_cache(maxsize=OUTLINES_KEPT)
def _outline(face: Face, gid: int) -> Outline:
    commands: list[Command] = []
    face.hb_font.draw_glyph(gid, _PEN, commands)
    return tuple(commands)


@lru_cache(maxsize=4 * OUTLINES_KEPT)
def _extents(face: Face, gid: int) -> tuple[int, int, int, int]:
    box = face.hb_font.get_glyph_extents(gid)
    if box is None or not box.width or not box.height:
        return (0, 0, 0, 0)
    return (box.x_bearing, box.y_bearing + box.height, box.x_bearing + box.width, box.y_bearing)


def _make_pen() -> hb.DrawFuncs:
    pen = hb.DrawFuncs()
    pen.set_move_to_func(lambda x, y, out: out.append(("M", (x, y))))
    pen.set_line_to_func(lambda x, y, out: out.append(("L", (x, y))))
    pen.set_quadratic_to_func(lambda x1, y1, x, y, out: out.append(("Q", (x1, y1, x, y))))
    pen.set_cubic_to_func(lambda x1, y1, x2, y2, x, y, out: out.append(("C", (x1, y1, x2, y2, x, y))))
    pen.set_close_path_func(lambda out: out.append(("Z", ())))
    return pen


_PEN = _make_pen()


class FontBook:
    """All faces of a brand kit and the fallback chain of each family and weight.

    *Shape*: `roles` is {family: {weight: [face key, …]}}, the first face being the primary one; `hashes` the approved
    SHA-256 by face key, `emoji` the key of the face of coloured pictures.
    """

    def __init__(
        self,
        files: Mapping[str, Source],
        roles: Mapping[str, Mapping[int, Sequence[str]]],
        hashes: Mapping[str, str] | None = None,
        emoji: str | None = None,
    ) -> None:
        self._faces = {key: Face(key, source, (hashes or {}).get(key)) for key, source in files.items()}
        self._chains = {
            (family, int(weight)): tuple(self._faces[key] for key in keys)
            for family, weights in roles.items()
            for weight, keys in weights.items()
        }

        self.emoji = self._faces[emoji] if emoji is not None else None

    def chain(self, family: str, weight: int) -> tuple[Face, ...]:
        """The faces of a family and weight, in the order in which they are asked. *Raises* KeyError when unknown."""
        return self._chains[family, weight]

    def face(self, key: str) -> Face:
        """The face called `key`. *Raises* KeyError."""
        return self._faces[key]

    @property
    def faces(self) -> tuple[Face, ...]:
        """Every face."""
        return tuple(self._faces.values())

    @property
    def weights(self) -> Mapping[str, tuple[int, ...]]:
        """The weights of each family."""
        families: dict[str, tuple[int, ...]] = {}
        for family, weight in self._chains:
            families[family] = (*families.get(family, ()), weight)
        return families

    @cached_property
    def digest(self) -> str:
        """Names exactly these fonts in these roles."""
        summary = hashlib.sha256()
        for key in sorted(self._faces):
            summary.update(f"{key}={self._faces[key].sha256}\n".encode())
        if self.emoji is not None:
            summary.update(f"emoji:{self.emoji.key}\n".encode())
        for (family, weight), chain in sorted(self._chains.items(), key=lambda entry: entry[0]):
            summary.update(f"{family}-{weight}:{','.join(face.key for face in chain)}\n".encode())
        return summary.hexdigest()
