"""A JPEG in bands: rows that no slot touches are encoded once per template and size, a poster encodes its own.

A restart marker ends every row of blocks, and no row refers to the one before (ITU-T T.81, sections E.1.4 and F.1.1.5).
So encoded rows can be strung together; only the numbers of the markers go on from band to band.
"""

import io
import re
import struct
from collections.abc import Iterator
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.rendering.bands import band_of, rows_of
from app.rendering.cache import Band, ReadBand, StaticCache
from app.rendering.display import DisplayList
from app.rendering.encode import write_jpeg

Gray = NDArray[np.uint8]

BLOCK_ROWS = 8  # nothing is subsampled, so a row of blocks is eight rows of pixels
RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_FRAME = re.compile(rb"\xff\xc0\x00\x11\x08(..)", re.DOTALL)  # of three components
_SCAN, END = b"\xff\xda", b"\xff\xd9"


def encode_jpeg(image: Image.Image, display: DisplayList, cache: StaticCache | None) -> bytes:
    """The JPEG of `image`, which is what `display` looks like; the same bytes, whether rows were kept or not."""
    parts = [jpeg_head(image.size, display.dpi)]
    for rows in rows_of(display):
        first = rows.top // BLOCK_ROWS
        band, is_new = band_of("jpeg", image, rows, display, cache, partial(scan_of, first))
        if is_new and cache is not None:
            cache.keep_read(ReadBand(band.data, gray_of_scan(band.data, image.width, rows.bottom - rows.top)))
        parts += [band.data] if first == 0 else [marker(first - 1), band.data]
    return b"".join([*parts, END])


def gray_of_jpeg(jpeg: bytes, display: DisplayList, cache: StaticCache) -> Gray | None:
    """The grey picture in a file as `encode_jpeg` writes them, read from the file itself; None for any other JPEG.

    Kept bands are told by their bytes, and not decoded again.
    """
    begun = jpeg_head((display.width_px, display.height_px), display.dpi)
    if not jpeg.startswith(begun) or not jpeg.endswith(END):
        return None
    ends = [match.start() for match in RESTART.finditer(jpeg, len(begun))]
    if len(ends) != -(-display.height_px // BLOCK_ROWS) - 1:
        return None
    ends.append(len(jpeg) - len(END))
    view, grays = memoryview(jpeg), []
    for rows in rows_of(display):
        first, last = rows.top // BLOCK_ROWS, -(-rows.bottom // BLOCK_ROWS) - 1
        part = view[ends[first - 1] + 2 if first else len(begun) : ends[last]]
        gray = cache.read_rows(part)
        grays.append(gray_of_scan(bytes(part), display.width_px, rows.bottom - rows.top) if gray is None else gray)
    return np.concatenate(grays)


def scan_of(first: int, image: Image.Image) -> Band:
    """The encoded rows of blocks of `image`, which begin with the row `first` of the whole picture."""
    data = write_jpeg(image, None, restarts=True)
    return Band(_numbered(data[len(_head_of(data)) : -len(END)], first))


def _numbered(scan: bytes, first: int) -> bytes:
    """The scan with its restart markers counted from the row of blocks `first` on."""
    parts = RESTART.split(scan)
    return b"".join(_joined(parts, first))


def _joined(parts: list[bytes], first: int) -> Iterator[bytes]:
    yield parts[0]
    for row, part in enumerate(parts[1:], first):
        yield marker(row)
        yield part


def marker(row: int) -> bytes:
    """What ends the row of blocks `row`."""
    return bytes([0xFF, 0xD0 + row % 8])


def jpeg_head(size: tuple[int, int], dpi: float | None) -> bytes:
    """All that stands before the first row, for a picture of this size."""
    before, after = _around_height(size[0], dpi)
    return before + struct.pack(">H", size[1]) + after


@lru_cache(maxsize=32)
def _around_height(width: int, dpi: float | None) -> tuple[bytes, bytes]:
    head = _head_of(write_jpeg(Image.new("RGB", (width, BLOCK_ROWS)), dpi, restarts=True))
    frame = _FRAME.search(head)
    assert frame is not None
    return head[: frame.start(1)], head[frame.end(1) :]


def _head_of(jpeg: bytes) -> bytes:
    at = 2
    while jpeg[at : at + 2] != _SCAN:
        at += 2 + struct.unpack_from(">H", jpeg, at + 2)[0]
    return jpeg[: at + 2 + struct.unpack_from(">H", jpeg, at + 2)[0]]


def gray_of_scan(scan: bytes, width: int, height: int) -> Gray:
    """The grey rows that a band of a file shows, taken by itself."""
    data = jpeg_head((width, height), None) + _numbered(scan, 0) + END
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        image.draft("L", image.size)
        return np.asarray(image.convert("L"))
