"""Large posters in bounded memory: a roll-up is painted, encoded and read back strip by strip.

No picture of the whole is ever made; what is held is one strip, the file, and one source picture at a time. A strip
shows what the whole would show there: glyphs and shapes to the pixel, pictures to the rounding of their resampling.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.rendering.banded_jpeg import END, RESTART, gray_of_scan, jpeg_head, marker, scan_of
from app.rendering.banded_png import LAST_BLOCK, ZLIB_HEAD, combined, compressed, read_rows
from app.rendering.cache import StaticCache
from app.rendering.display import AnyItem, DisplayList, PictureItem
from app.rendering.encode import chunk, chunks, head
from app.rendering.fonts import FontBook
from app.rendering.outlines import pixel_bounds
from app.rendering.paint_items import paint_item
from app.rendering.paint_png import GROUND
from app.rendering.pictures import pixels
from app.rendering.proof import unproved
from app.rendering.surface import Surface

Gray = NDArray[np.uint8]

WHOLE_LIMIT_PIXELS = 24_000_000  # a poster of more than this is painted in strips
STRIP_ROWS = 1024  # whole rows of a JPEG's blocks
BLOCK_ROWS = 8
CACHE_BYTES = 32 * 1024 * 1024


def is_large(display: DisplayList) -> bool:
    """Whether the poster is painted in strips."""
    return display.width_px * display.height_px > WHOLE_LIMIT_PIXELS


def paint_strips(display: DisplayList, fonts: FontBook, rows: int = STRIP_ROWS) -> Iterator[Image.Image]:
    """The poster's trim box from top to bottom, in RGB strips of `rows` rows; the last has what is left."""
    kept = StaticCache(CACHE_BYTES)
    for top in range(0, display.height_px, rows):
        bottom = min(top + rows, display.height_px)
        surface = Surface(Image.new("RGB", (display.width_px, bottom - top), GROUND), 0, top)
        for item in display.items:
            box = pixel_bounds(item)
            if box is None or box[1] >= bottom or box[3] <= top:
                continue
            shown = _cut(item, top, bottom)
            paint_item(surface, shown, fonts, kept.pixels if shown is item else pixels)
        yield surface.image


def _cut(item: AnyItem, top: int, bottom: int) -> AnyItem:
    """A plain picture without the rows that another strip shows; anything else as it is."""
    if not isinstance(item, PictureItem) or item.mask != "none" or item.rotate or item.border is not None:
        return item
    if item.fade is not None or item.shadow is not None:
        return item
    x, y, width, height = item.box
    first, last = max(y, float(top)), min(y + height, float(bottom))
    if first >= last or (first, last) == (y, y + height):
        return item
    left, above, crop_width, crop_height = item.crop
    down = crop_height / height
    crop = (left, above + (first - y) * down, crop_width, (last - first) * down)
    return replace(item, box=(x, first, width, last - first), crop=crop)


def encode_strips(display: DisplayList, strips: Iterator[Image.Image], kind: str) -> bytes:
    """The PNG or JPEG (`kind`) of a poster whose strips come one by one. The same bytes, however high they are."""
    return b"".join(_jpeg(display, strips) if kind == "jpeg" else _png(display, strips))


def _jpeg(display: DisplayList, strips: Iterator[Image.Image]) -> Iterator[bytes]:
    yield jpeg_head((display.width_px, display.height_px), display.dpi)
    first = 0
    for strip in strips:
        if first:
            yield marker(first - 1)
        yield scan_of(first, strip).data
        first += strip.height // BLOCK_ROWS
    yield END


def _png(display: DisplayList, strips: Iterator[Image.Image]) -> Iterator[bytes]:
    yield from head((display.width_px, display.height_px), display.dpi)
    yield chunk(b"IDAT", ZLIB_HEAD)
    adler = zlib.adler32(b"")
    for strip in strips:
        band = compressed(strip)
        adler = combined(adler, band.adler, strip.height * (1 + 3 * strip.width))
        yield band.data
    yield chunk(b"IDAT", LAST_BLOCK + struct.pack(">I", adler))
    yield chunk(b"IEND", b"")


def gray_strips(data: bytes, display: DisplayList, kind: str) -> Iterator[Gray]:
    """The grey picture in a file of `encode_strips`, strip by strip, read from the file itself.

    *Raises* Blocked ``qr_unproved`` for a file that cannot be read.
    """
    return _gray_of_jpeg(data, display) if kind == "jpeg" else _gray_of_png(data, display.width_px)


def _gray_of_png(data: bytes, width: int) -> Iterator[Gray]:
    for kind, body in chunks(data):
        if kind == b"IDAT" and len(body) > len(LAST_BLOCK) + 4:
            rows = read_rows(body, width)
            if rows is None:
                raise unproved("a band of the file cannot be read")
            yield rows


def _gray_of_jpeg(data: bytes, display: DisplayList) -> Iterator[Gray]:
    begun = len(jpeg_head((display.width_px, display.height_px), display.dpi))
    ends = [match.start() for match in RESTART.finditer(data, begun)] + [len(data) - len(END)]
    step = STRIP_ROWS // BLOCK_ROWS
    read = partial(gray_of_scan, width=display.width_px)
    for first in range(0, math.ceil(display.height_px / BLOCK_ROWS), step):
        last = min(first + step, len(ends)) - 1
        height = min(display.height_px - first * BLOCK_ROWS, STRIP_ROWS)
        yield read(data[ends[first - 1] + 2 if first else begun : ends[last]], height=height)
