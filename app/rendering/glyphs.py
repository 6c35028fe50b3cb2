"""Glyphs in pixels: the unhinted coverage of a glyph at a quarter-pixel position, drawn by HarfBuzz and remembered.

What many posters say is remembered as a whole: a run of glyphs is one mark, laid down at once.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import uharfbuzz as hb
from PIL import Image, ImageChops

from app.rendering.cache import ByteLru
from app.rendering.display import Glyph
from app.rendering.fonts import Face
from app.rendering.paths import Affine, PixelBox

QUARTERS = 4  # positions are rounded to a quarter of a pixel, across and down
CACHE_LIMIT_BYTES = 32 * 1024 * 1024
RUNS_LIMIT_BYTES = 16 * 1024 * 1024
ENTRY_BYTES = 200  # what an entry weighs besides its pixels


@dataclass(frozen=True, slots=True)
class Mark:
    """The coverage of a glyph, or of a run, and where its top left pixel lies, seen from the pixel of its origin."""

    left: int
    top: int
    mask: Image.Image | None

    def box(self, column: int, row: int) -> PixelBox:
        """The pixels that it covers when its origin lies on that pixel. Only for a mark with a mask."""
        assert self.mask is not None
        left, top = column + self.left, row + self.top
        return left, top, left + self.mask.width, top + self.mask.height


def _weight(mark: Mark) -> int:
    return ENTRY_BYTES + (mark.mask.width * mark.mask.height if mark.mask else 0)


_marks: ByteLru[Mark] = ByteLru(CACHE_LIMIT_BYTES, _weight)
_runs: ByteLru[Mark] = ByteLru(RUNS_LIMIT_BYTES, _weight)
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


def placed_together(face: Face, size: float, glyphs: Sequence[Glyph]) -> tuple[Mark, int, int]:
    """One mark of all `glyphs`, of which there is at least one; as `placed`, seen from the pixel of the first."""
    column, row = (round(at * QUARTERS) // QUARTERS for at in (glyphs[0].x, glyphs[0].y))
    across, down = column * QUARTERS, row * QUARTERS
    places = tuple(
        [(glyph.id, round(glyph.x * QUARTERS) - across, round(glyph.y * QUARTERS) - down) for glyph in glyphs]
    )
    key = (face.sha256, size, places)
    mark = _runs.get(key)
    if mark is None:
        mark = joined([placed(face, gid, size, x / QUARTERS, y / QUARTERS) for gid, x, y in places])
        _runs.put(key, mark)
    return mark, column, row


def joined(marks: Sequence[tuple[Mark, int, int]]) -> Mark:
    """Marks as one: where two lie over each other, the second covers its part of what the first has left open."""
    boxed = [(mark.mask, mark.box(column, row)) for mark, column, row in marks if mark.mask is not None]
    if not boxed:
        return Mark(0, 0, None)
    left, top = min(box[0] for _, box in boxed), min(box[1] for _, box in boxed)
    size = (max(box[2] for _, box in boxed) - left, max(box[3] for _, box in boxed) - top)
    together, covered = Image.new("L", size), left
    for mask, box in boxed:
        place = (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
        # All before it end further left: nothing is there yet.
        together.paste(mask if box[0] >= covered else ImageChops.screen(together.crop(place), mask), place)
        covered = max(covered, box[2])
    return Mark(left, top, together)


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
