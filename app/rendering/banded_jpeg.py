"""A JPEG in bands: rows that no slot touches are encoded once per template and size, a poster encodes its own.

A restart marker ends every row of blocks, and no row refers to the one before (ITU-T T.81, sections E.1.4 and F.1.1.5).
So encoded rows can be strung together; only the numbers of the markers go on from band to band.
"""

import io
import re
import struct
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.rendering.bands import Part, Pixels, Rows, band_of, read_before
from app.rendering.cache import Band, StaticCache
from app.rendering.display import DisplayList
from app.rendering.encode import write_jpeg

Gray = NDArray[np.uint8]

BLOCK_ROWS = 8  # nothing is subsampled, so a row of blocks is eight rows of pixels
RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_ANY_MARKER = re.compile(rb"\xff[^\x00]", re.DOTALL)  # within a scan, 0xFF itself is followed by a zero
_FRAME = re.compile(rb"\xff\xc0\x00\x11\x08(..)", re.DOTALL)  # of three components
_SCAN, END = b"\xff\xda", b"\xff\xd9"


def encode_jpeg(painted: Pixels, cache: StaticCache | None) -> bytes:
    """The JPEG of a poster, of which only those rows are painted that were not kept; the same bytes in any case."""
    display = painted.display
    parts = [jpeg_head((display.width_px, display.height_px), display.dpi)]
    for rows in painted.bands:
        first = rows.top // BLOCK_ROWS
        band = band_of("jpeg", painted, rows, cache, partial(scan_of, first))
        parts += [band.data] if first == 0 else [marker(first - 1), band.data]
    return b"".join([*parts, END])


def jpeg_parts(jpeg: bytes, display: DisplayList, bands: list[Rows], cache: StaticCache | None) -> list[Part] | None:
    """The stretches of a file as `encode_jpeg` writes them, told by its bytes alone; None for any other JPEG."""
    begun = jpeg_head((display.width_px, display.height_px), display.dpi)
    if not jpeg.startswith(begun):
        return None
    view, at, parts = memoryview(jpeg), len(begun), list[Part]()
    for rows in bands:
        read = read_before("jpeg", rows, jpeg, at, cache)
        end = at + len(read.data) if read is not None else _end_of(jpeg, at, rows)
        after = marker(-(-rows.bottom // BLOCK_ROWS) - 1) if rows.bottom < display.height_px else END
        if end is None or not jpeg.startswith(after, end):
            return None
        parts.append(Part(rows, view[at:end], read))
        at = end + len(after)
    return parts if at == len(jpeg) else None


def _end_of(jpeg: bytes, at: int, rows: Rows) -> int | None:
    """Where the scan of the band ends that begins at `at`; None where its markers are not what they should be."""
    first, blocks = rows.top // BLOCK_ROWS, -(-rows.height // BLOCK_ROWS)
    ends = [match.start() for match in islice(_ANY_MARKER.finditer(jpeg, at), blocks)]
    inner = all(jpeg.startswith(marker(row), end) for row, end in enumerate(ends[:-1], first))
    return ends[-1] if inner and len(ends) == blocks else None


def read_jpeg_part(part: Part, width: int) -> tuple[Gray, int]:
    """The grey rows of a part, decoded from it alone."""
    return gray_of_scan(bytes(part.data), width, part.rows.height), 0


def scan_of(first: int, image: Image.Image) -> Band:
    """The encoded rows of blocks of `image`, which begin with the row `first` of the whole picture."""
    data = write_jpeg(image, None, restarts=True)
    return Band(_numbered(data[len(_head_of(data)) : -len(END)], first))


def _numbered(scan: bytes, first: int) -> bytes:
    """The scan with its restart markers counted from the row of blocks `first` on."""
    begun = RESTART.search(scan)
    if begun is None or begun.group() == marker(first):
        return scan
    return b"".join(_joined(RESTART.split(scan), first))


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
    """The grey rows that a band of a file shows, taken by itself, whatever its restart markers are numbered from."""
    data = jpeg_head((width, height), None) + _numbered(scan, 0) + END
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        image.draft("L", image.size)
        return np.asarray(image.convert("L"))
