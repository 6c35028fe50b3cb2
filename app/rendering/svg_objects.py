"""Small pieces of an SVG document: numbers, boxes, paths, and what is defined once and used by reference."""

import base64
from collections.abc import Callable, Iterator
from functools import lru_cache

from app.rendering.display import Rect
from app.rendering.fonts import Face, FontBook
from app.rendering.paths import Path
from app.rendering.pictures import Picture

PictureHref = Callable[[Picture, Rect, tuple[int, int]], str]
"""Where a picture's part (left, top, width, height in its own pixels) can be had at a size (width, height in px)."""


def number(value: float) -> str:
    """A number as SVG writes it."""
    return f"{value:.7g}" if value % 1 else str(int(value))


def box_of(box: Rect) -> str:
    """The attributes of a box."""
    x, y, width, height = (number(part) for part in box)
    return f'x="{x}" y="{y}" width="{width}" height="{height}"'


class Defs:
    """What is defined once and used by reference: glyphs, gradients, clipping outlines."""

    def __init__(self, fonts: FontBook, href: PictureHref) -> None:
        self.href = href
        self._fonts = fonts
        self._glyphs: dict[tuple[str, int], str] = {}
        self._others: dict[str, str] = {}

    def glyph(self, font: str, gid: int) -> str:
        """The id of a glyph."""
        key = (font, gid)
        if key not in self._glyphs:
            self._glyphs[key] = f"{font}-{gid}"
        return self._glyphs[key]

    def other(self, prefix: str, opening: str, content: str) -> str:
        """The id of an element whose text after the id is `content`; equal ones are shared."""
        text = f"{opening}\n{content}"
        if text not in self._others:
            self._others[text] = f"{prefix}{len(self._others)}"
        return self._others[text]

    def units(self, font: str) -> int:
        """Font units per em."""
        return self._fonts.face(font).units_per_em

    def written(self) -> Iterator[str]:
        """All definitions."""
        for (font, gid), name in self._glyphs.items():
            face = self._fonts.face(font)
            shown = _glyph_picture(face, gid) if face.is_pictures else f'<path d="{_glyph_path(face, gid)}"/>'
            yield shown.replace(" ", f' id="{name}" ', 1)
        for text, name in self._others.items():
            opening, content = text.split("\n", 1)
            tag = opening.split(" ", 1)[0]
            yield f'<{tag} id="{name}"{opening[len(tag) :]}>{content}</{tag}>'


@lru_cache(maxsize=8192)
def _glyph_path(face: Face, gid: int) -> str:
    parts = []
    for name, points in face.outline(gid):
        parts.append(name + " ".join(number(-part if index % 2 else part) for index, part in enumerate(points)))
    return "".join(parts)


@lru_cache(maxsize=256)
def _glyph_picture(face: Face, gid: int) -> str:
    left, bottom, right, top = face.extents(gid)
    uri = f"data:image/png;base64,{base64.b64encode(face.picture(gid)).decode()}"
    return f'<image {box_of((left, -top, right - left, top - bottom))} preserveAspectRatio="none" href="{uri}"/>'


def path_data(path: Path) -> str:
    """A path's commands."""
    return "".join(name + " ".join(number(part) for part in points) for name, points in path)
