"""Proves a finished file of bands. What is read is the file: but the same bytes are not decoded and searched twice.

A stretch that is byte for byte one of an earlier file needs no decoding. What is new is decoded from the file and
searched together with what lies around it: `REACH` rows above and below, and all rows of every picture that somebody
brought and that reaches into it. What is taller than that is found in the small picture of the whole. So a code across
the edge of a new band is found, and one in a picture however large it is.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.rendering.banded_jpeg import jpeg_parts, read_jpeg_part
from app.rendering.banded_png import is_summed, png_parts, read_png_part
from app.rendering.bands import Part, Rows
from app.rendering.cache import ReadBand, StaticCache
from app.rendering.code_search import REDUCED, Search
from app.rendering.display import DisplayList, PictureItem
from app.rendering.outlines import pixel_bounds
from app.rendering.proof import prove, unproved

Gray = NDArray[np.uint8]
Kind = Literal["png", "jpeg"]
Span = tuple[int, int]  # from a row up to another

REACH = 256
GRID = 32  # spans begin on it, so that a search sees the blocks that it would see in the whole
_SPLIT = {"png": png_parts, "jpeg": jpeg_parts}
_READ: dict[str, Callable[[Part, int], tuple[Gray, int] | None]] = {"png": read_png_part, "jpeg": read_jpeg_part}


def prove_bands(data: bytes, kind: Kind, display: DisplayList, bands: list[Rows], cache: StaticCache | None) -> None:
    """Returns when the file shows the code of `display` and no other, as `proof.prove` asks it.

    A file that is not written in these bands is read as any other. *Raises* as `proof.prove`; Blocked ``qr_unproved``
    also for a file that is not whole.
    """
    parts = _SPLIT[kind](data, display, bands, cache)
    if parts is None:
        prove(data, f"image/{kind}", display.qr.link if display.qr else None)
        return
    whole = [_read(part, kind, display.width_px) for part in parts]
    summed = [(part, band.adler) for part, band in zip(parts, whole, strict=True)]
    if kind == "png" and not is_summed(data, summed, display.width_px):
        raise unproved("the file's check sum is not that of its rows")
    _Bands(parts, whole, cache).prove(display)
    if cache is not None:
        for part, band in zip(parts, whole, strict=True):
            if part.rows.key is not None and part.read is None:
                cache.keep_read(part.rows.named(kind), band)


def _read(part: Part, kind: Kind, width: int) -> ReadBand:
    if part.read is not None:
        return part.read
    read = _READ[kind](part, width)
    if read is None:
        raise unproved("a band of the file cannot be read")
    gray, adler = read
    return ReadBand(bytes(part.data), gray, np.asarray(Image.fromarray(gray).reduce(REDUCED)), adler)


@dataclass(frozen=True, slots=True)
class _Bands:
    parts: Sequence[Part]
    read: Sequence[ReadBand]
    cache: StaticCache | None

    def prove(self, display: DisplayList) -> None:
        search = Search(display.qr.link if display.qr else None)
        spans = list(_joined([*self._new(display), *self._unsearched()]))
        is_whole = spans == [(0, display.height_px)]
        for top, bottom in spans:
            search.look(self._gray(top, bottom), top, also_smaller=is_whole)
        search.require_own()
        if not is_whole:
            search.look(np.concatenate([band.small for band in self.read]), 0, REDUCED)
        search.settle()
        if self.cache is not None:
            for first, last in self._runs(lambda part: part.rows.key is not None):
                self.cache.keep_clean(self._named(first, last))

    def _new(self, display: DisplayList) -> Iterator[Span]:
        """What is new in this file, with what lies around it."""
        brought = [box for item in display.items if _is_brought(item) and (box := pixel_bounds(item))]
        for part in self.parts:
            if part.read is None:
                top, bottom = part.rows.top - REACH, part.rows.bottom + REACH
                touching = [box for box in brought if box[1] < part.rows.bottom and box[3] > part.rows.top]
                top, bottom = min([top, *(box[1] for box in touching)]), max([bottom, *(box[3] for box in touching)])
                yield max(0, top & -GRID), min(display.height_px, -(-bottom // GRID) * GRID)

    def _unsearched(self) -> Iterator[Span]:
        """Stretches of known bands that have not stood together before."""
        for first, last in self._runs(lambda part: part.read is not None):
            if self.cache is None or not self.cache.is_clean(self._named(first, last)):
                yield self.parts[first].rows.top, self.parts[last].rows.bottom

    def _runs(self, belongs: Callable[[Part], bool]) -> Iterator[tuple[int, int]]:
        """First and last of each run of parts that belong together."""
        first = None
        for index, part in enumerate(self.parts):
            if belongs(part):
                first = index if first is None else first
            elif first is not None:
                yield first, index - 1
                first = None
        if first is not None:
            yield first, len(self.parts) - 1

    def _named(self, first: int, last: int) -> bytes:
        """Names the bytes of a run, and where it stands."""
        digest = hashlib.sha256(repr((self.parts[first].rows.top, self.read[first].gray.shape[1])).encode())
        for band in self.read[first : last + 1]:
            digest.update(band.digest)
        return digest.digest()

    def _gray(self, top: int, bottom: int) -> Gray:
        cut = []
        for part, band in zip(self.parts, self.read, strict=True):
            if part.rows.top < bottom and part.rows.bottom > top:
                cut.append(band.gray[max(0, top - part.rows.top) : bottom - part.rows.top])
        return np.concatenate(cut)


def _is_brought(item: object) -> bool:
    return isinstance(item, PictureItem) and item.dynamic


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """The spans from top to bottom, those that touch as one."""
    open_span: Span | None = None
    for top, bottom in sorted(spans):
        if open_span is not None and top <= open_span[1]:
            open_span = open_span[0], max(open_span[1], bottom)
            continue
        if open_span is not None:
            yield open_span
        open_span = top, bottom
    if open_span is not None:
        yield open_span
