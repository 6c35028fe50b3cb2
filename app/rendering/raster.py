"""Coverage: how much of each pixel a path fills, counted exactly by FreeType's grey rasteriser.

What is simple is remembered, for the mask and the frame of a portrait are the same on every advisor's poster.

*Unit*: pixels in, 8-bit coverage out. Fills are non-zero; strokes have butt caps and mitred joins up to a ratio of 4,
as SVG draws them when nothing else is said, or round joins.
"""

import ctypes
import math
import threading
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from freetype import raw
from PIL import Image

from app.kernel.errors import Invalid, Problem
from app.rendering.cache import ByteLru
from app.rendering.paths import Command, Path, PixelBox, subpaths

POINT_LIMIT = 32_000  # FreeType counts the points of an outline in 15 bits
REACH_PX = 200_000  # and refuses points that lie further out
SIMPLE, SIMPLE_KEPT = 32, 256  # commands of a path that is remembered, and how many of them are
COVERAGE_LIMIT_BYTES = 8 * 1024 * 1024
FINE = 16  # strokes are computed on a grid this much finer than 1/64 px
JOINS, CAP_BUTT = {"mitre": 3, "round": 0}, 0
ON, CONIC, CUBIC = 1, 0, 2
_LONG = np.dtype(f"i{ctypes.sizeof(ctypes.c_long)}")
_thread = threading.local()


class Outline:
    """A path in FreeType's form: points in 1/64 px, their tags, and the last point of each contour."""

    def __init__(self, points: np.ndarray, tags: np.ndarray, ends: np.ndarray) -> None:
        self.points, self.tags, self.ends = points, tags, ends

    def shifted(self, left: int, top: int, height: int) -> "Outline":
        """Moved so that the pixel (left, top) is a bitmap's top left, and turned so that y runs upwards."""
        points = self.points * (1, -1) + (-64 * left, 64 * (top + height))
        return Outline(np.ascontiguousarray(points, dtype=_LONG), self.tags, self.ends)

    def struct(self) -> raw.FT_Outline:
        """The C structure; it points into this object's arrays, so this object must outlive it."""
        outline = raw.FT_Outline()
        outline.n_contours, outline.n_points = len(self.ends), len(self.points)
        fields = dict(raw.FT_Outline._fields_)
        outline.points = ctypes.cast(self.points.ctypes.data, fields["points"])
        outline.tags = ctypes.cast(self.tags.ctypes.data, fields["tags"])
        outline.contours = ctypes.cast(self.ends.ctypes.data, fields["contours"])
        return outline

    def box(self) -> PixelBox:
        """The pixels that the outline may touch."""
        (left, top), (right, bottom) = self.points.min(axis=0), self.points.max(axis=0)
        return int(left) >> 6, int(top) >> 6, (int(right) + 63) >> 6, (int(bottom) + 63) >> 6


Outlines = Sequence[Outline]


def filled(path: Path) -> Outlines:
    """The outline of the path's inside; nothing for a path that encloses nothing.

    *Raises* Invalid ``path_too_long`` beyond `POINT_LIMIT` points.
    """
    return _simply_filled(path) if len(path) <= SIMPLE else _filled(path)


def stroked(path: Path, width: float, joins: str = "mitre") -> Outlines:
    """The outlines of a line of `width` along the path."""
    return _simply_stroked(path, width, joins) if len(path) <= SIMPLE else _stroked(path, width, joins)


def _filled(path: Path) -> Outlines:
    contours = [commands for commands, _ in subpaths(path)]
    if not contours:
        return []
    outline = _outline(contours, 64)
    if len(outline.points) > POINT_LIMIT:
        message = f"the path has {len(outline.points)} points, {POINT_LIMIT} can be filled; split it"
        raise Invalid.of([Problem("d", "path_too_long", message)])
    return [outline]


def _stroked(path: Path, width: float, joins: str) -> Outlines:
    found: list[Outline] = []
    for closed in (False, True):
        batch: list[list[Command]] = []
        points = 0
        for commands in (commands for commands, is_closed in subpaths(path) if is_closed == closed):
            # A stroke has about three times the points of its path, and round curves up to twice that.
            if batch and points + 6 * len(commands) > POINT_LIMIT // 4:
                found.append(_stroke(batch, width, closed, JOINS[joins]))
                batch, points = [], 0
            batch.append(commands)
            points += 6 * len(commands)
        if batch:
            found.append(_stroke(batch, width, closed, JOINS[joins]))
    return found


@lru_cache(SIMPLE_KEPT)
def _simply_filled(path: Path) -> tuple[Outline, ...]:
    return tuple(_filled(path))


@lru_cache(SIMPLE_KEPT)
def _simply_stroked(path: Path, width: float, joins: str) -> tuple[Outline, ...]:
    return tuple(_stroked(path, width, joins))


_coverages: ByteLru[Image.Image] = ByteLru(COVERAGE_LIMIT_BYTES, lambda mask: mask.width * mask.height)


def box_of(outlines: Outlines) -> PixelBox | None:
    """The pixels that any of the outlines may touch."""
    boxes = [outline.box() for outline in outlines if len(outline.points)]
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def coverage(outlines: Outlines, box: PixelBox) -> Image.Image:
    """The coverage of the pixels of `box` as an image of mode L, to be read and never painted on."""
    if not isinstance(outlines, tuple):  # as those of simple paths are, which are the same objects each time
        return _coverage(outlines, box)
    key = (outlines, box)
    mask = _coverages.get(key)
    if mask is None:
        mask = _coverage(outlines, box)
        _coverages.put(key, mask)
    return mask


def _coverage(outlines: Outlines, box: PixelBox) -> Image.Image:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    total: np.ndarray | None = None
    for outline in outlines:
        if not len(outline.points):
            continue
        buffer = np.zeros((height, width), np.uint8)
        _render(outline.shifted(left, top, height), buffer)
        total = buffer if total is None else np.maximum(total, buffer)
    if total is None:
        return Image.new("L", (width, height))
    return Image.fromarray(total)


def _render(outline: Outline, buffer: np.ndarray) -> None:
    bitmap = raw.FT_Bitmap()
    bitmap.rows, bitmap.width = buffer.shape
    bitmap.pitch, bitmap.num_grays, bitmap.pixel_mode = bitmap.width, 256, 2
    bitmap.buffer = ctypes.cast(buffer.ctypes.data, dict(raw.FT_Bitmap._fields_)["buffer"])
    struct = outline.struct()
    _checked(raw.FT_Outline_Get_Bitmap(_library(), ctypes.byref(struct), ctypes.byref(bitmap)))


def _outline(contours: list[list[Command]], scale: float) -> Outline:
    numbers: list[float] = []
    tags: list[int] = []
    ends: list[int] = []
    for commands in contours:
        for name, values in commands:
            numbers.extend(values)
            tags.extend(_TAGS[name])
        ends.append(len(tags) - 1)
    places = np.array(numbers, dtype=np.float64).reshape(-1, 2)
    if np.abs(places).max() > REACH_PX:
        raise Invalid.of([Problem("d", "path_out_of_range", f"a path stays within {REACH_PX:,} px of the origin")])
    points = np.rint(places * scale).astype(_LONG)
    return Outline(points, np.array(tags, np.uint8), np.array(ends, np.int32).astype(np.int16))


_TAGS = {"M": (ON,), "L": (ON,), "Q": (CONIC, ON), "C": (CUBIC, CUBIC, ON)}


def _stroke(contours: list[list[Command]], width: float, closed: bool, joins: int) -> Outline:
    library = _library()
    stroker = raw.FT_Stroker()
    _checked(raw.FT_Stroker_New(library, ctypes.byref(stroker)))
    try:
        radius = math.floor(width / 2 * 64 * FINE + 0.5)
        raw.FT_Stroker_Set(stroker, radius, CAP_BUTT, joins, 4 << 16)
        source = _outline(contours, 64 * FINE)
        struct = source.struct()
        _checked(raw.FT_Stroker_ParseOutline(stroker, ctypes.byref(struct), 0 if closed else 1))
        return _exported(stroker)
    finally:
        raw.FT_Stroker_Done(stroker)


def _exported(stroker: raw.FT_Stroker) -> Outline:
    n_points, n_contours = ctypes.c_uint(), ctypes.c_uint()
    _checked(raw.FT_Stroker_GetCounts(stroker, ctypes.byref(n_points), ctypes.byref(n_contours)))
    if n_points.value > 32_767:
        message = f"one stroke needs {n_points.value} points, 32,767 can be drawn; split the path into several"
        raise Invalid.of([Problem("d", "path_too_long", message)])
    points = np.zeros((n_points.value, 2), _LONG)
    outline = Outline(points, np.zeros(n_points.value, np.uint8), np.zeros(n_contours.value, np.int16))
    struct = outline.struct()
    struct.n_contours = struct.n_points = 0
    raw.FT_Stroker_Export(stroker, ctypes.byref(struct))
    outline.points = np.rint(points / FINE).astype(_LONG)
    return outline


def _library() -> raw.FT_Library:
    library = getattr(_thread, "library", None)
    if library is None:
        library = raw.FT_Library()
        _checked(raw.FT_Init_FreeType(ctypes.byref(library)))
        _thread.library = library
    return library


def _checked(error: int) -> None:
    if error:
        raise RuntimeError(f"FreeType error {error}")
