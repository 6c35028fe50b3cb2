"""Glyphs in pixels: the unhinted coverage of a glyph at a quarter-pixel position, drawn by HarfBuzz and remembered."""

import threading
from dataclasses import dataclass

import uharfbuzz as hb
from PIL import Image

from app.rendering.cache import ByteLru
from app.rendering.fonts import Face
from app.rendering.paths import Affine

QUARTERS = 4  # positions are rounded to a quarter of a pixel, across and down
CACHE_LIMIT_BYTES = 32 * 1024 * 1024
ENTRY_BYTES = 200  # what an entry weighs besides its pixels


@dataclass(frozen=True, slots=True)
class Mark:
    """The coverage of one glyph and where its top left pixel lies, seen from the pixel of its origin."""

    left: int
    top: int
    mask: Image.Image | None


_marks: ByteLru[Mark] = ByteLru(
    CACHE_LIMIT_BYTES, lambda m: ENTRY_BYTES + (m.mask.width * m.mask.height if m.mask else 0)
)
_thread = threading.local()


def placed(face: Face, gid: int, size: float, x: float, y: float) -> tuple[Mark, int, int]:
    """The mark of a glyph whose origin is at (x, y), and the pixel that it is seen from."""
    across, down = round(x * QUARTERS), round(y * QUARTERS)
    column, fx = divmod(across, QUARTERS)
    row, fy = divmod(down, QUARTERS)
    key = (face.sha256, gid, size, fx, fy)
    mark = _marks.get(key)
    if mark is None:
        scale = size / face.units_per_em
        mark = _drawn(face, gid, (scale, 0.0, 0.0, scale, fx / QUARTERS, -fy / QUARTERS))
        _marks.put(key, mark)
    return mark, column, row


def turned(face: Face, gid: int, size: float, at: tuple[float, float], by: Affine) -> tuple[Mark, int, int]:
    """The mark of a glyph that is set at `at` and turned by `by`; drawn afresh, since no two places are alike."""
    x, y = by.apply(*at)
    column, row = int(x // 1), int(y // 1)
    scale = size / face.units_per_em
    # HarfBuzz' y runs upwards on both sides, so the map's mixed terms change their sign.
    matrix = (by.a * scale, -by.b * scale, -by.c * scale, by.d * scale, x - column, row - y)
    return _drawn(face, gid, matrix), column, row


def _drawn(face: Face, gid: int, matrix: tuple[float, float, float, float, float, float]) -> Mark:
    pen = getattr(_thread, "pen", None)
    if pen is None:
        pen = _thread.pen = hb.RasterDraw()
    pen.transform = matrix
    pen.draw_glyph(face.hb_font, gid)
    image = pen.render()
    if image is None:
        raise MemoryError("no room to draw a glyph")
    extents = image.extents
    if not extents.width or not extents.height:
        return Mark(0, 0, None)
    size = (extents.width, extents.height)
    mask = Image.frombytes("L", size, image.buffer, "raw", "L", extents.stride, -1)
    return Mark(extents.x_origin, -(extents.y_origin + extents.height), mask)
