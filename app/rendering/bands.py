"""Bands: the rows of a poster that are its advisor's own, and those that others share, whose files are kept.

Where the bands lie follows from the display list alone, never from what was kept before.
"""

import hashlib
import marshal
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np
from PIL import Image

from app.rendering.cache import Band, ReadBand, StaticCache
from app.rendering.display import AnyItem, DisplayList, PictureItem, QrItem, TextItem
from app.rendering.stack import Stack
from app.rendering.version import renderer_version

GRID_ROWS = 32  # bands begin on this grid: a name with higher letters then mostly leaves the kept rows alone
MOST_OWN_ROWS = 512  # of a band: the buffers of larger ones would be fetched anew from the system every time
_COPY, _OWN = 1, 2
_WITHOUT_REFERENCES = 2  # the format of `marshal` in which equal values are equal bytes


class Pixels(Protocol):
    """A poster whose rows can be had one band at a time."""

    @property
    def display(self) -> DisplayList: ...

    @property
    def bands(self) -> "list[Rows]": ...

    def rows(self, top: int, bottom: int) -> Image.Image: ...


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows from `top` up to `bottom`; `key` names all that they show where other posters may show the same.

    Rows with something of the advisor's, or with the code, have none.
    """

    top: int
    bottom: int
    key: str | None

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.bottom - self.top

    def named(self, kind: str) -> str:
        """The key of these rows in files of a kind."""
        return f"{kind} {self.key}"


@dataclass(frozen=True, slots=True)
class Part:
    """The stretch of a finished file that shows a band; `read` is what was read from the very same bytes before."""

    rows: Rows
    data: memoryview
    read: ReadBand | None


def rows_of(stack: Stack) -> list[Rows]:
    """The bands of a poster, from top to bottom."""
    kinds = np.zeros(-(-stack.display.height_px // GRID_ROWS), np.uint8)
    for entry in stack.entries:
        if entry.item.dynamic:
            part = kinds[entry.box[1] // GRID_ROWS : -(-entry.box[3] // GRID_ROWS)]
            np.maximum(part, _OWN if _is_own(entry.item) else _COPY, out=part)
    edges = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(kinds)]
    cuts = [row for above, below in pairwise(edges) for row in _cut(above, below, kinds[above])]
    return [
        _rows(stack, kinds[above], above * GRID_ROWS, below * GRID_ROWS)
        for above, below in pairwise([*cuts, len(kinds)])
    ]


def _cut(above: int, below: int, kind: int) -> range:
    """Where the bands of a stretch begin: own rows in pieces that the encoder's buffers are kept warm by."""
    return range(above, below, MOST_OWN_ROWS // GRID_ROWS if kind == _OWN else below - above)


def _is_own(item: AnyItem) -> bool:
    """Whether it is likely to differ from one advisor's poster to the next."""
    if isinstance(item, TextItem):
        return item.role == "profile"
    return isinstance(item, QrItem) or (isinstance(item, PictureItem) and item.slot is None)


def _rows(stack: Stack, kind: int, top: int, bottom: int) -> Rows:
    bottom = min(bottom, stack.display.height_px)
    return Rows(top, bottom, None if kind == _OWN else _key(stack, top, bottom))


def _key(stack: Stack, top: int, bottom: int) -> str:
    """Names the static items, the live ones that touch these rows, and how the windows stack them."""
    digest = hashlib.sha256(f"{renderer_version()}\n{stack.display.static_key}\n{top} {bottom}\n".encode())
    for entry in stack.live:
        if entry.box[1] < bottom and entry.box[3] > top:
            digest.update(f"{entry.at} ".encode())
            digest.update(_content(entry.item))
    for window in stack.windows:
        if window.box[1] < bottom and window.box[3] > top:
            layers = [(layer.box, [one.at for one in layer.group]) for layer in window.above]
            digest.update(repr((window.box, [one.at for one in window.ground], layers)).encode())
    return digest.hexdigest()


def _content(item: AnyItem) -> bytes:
    """All that an item says, as bytes: its repr, and for glyphs, of which there are many, what is quicker to write."""
    if not isinstance(item, TextItem):
        return repr(item).encode()
    runs = [run for line in item.lines for run in line.runs]
    glyphs = tuple((glyph.id, glyph.x, glyph.y, glyph.text) for run in runs for glyph in run.glyphs)
    bare = [(replace(run, glyphs=()), len(run.glyphs)) for run in runs]
    return repr((replace(item, lines=()), bare)).encode() + marshal.dumps(glyphs, _WITHOUT_REFERENCES)


def band_of(
    kind: str, painted: Pixels, rows: Rows, cache: StaticCache | None, encoded: Callable[[Image.Image], Band]
) -> Band:
    """The band `rows` as `encoded` makes it: kept from another poster, or painted now."""
    if cache is None or rows.key is None:
        return encoded(painted.rows(rows.top, rows.bottom))
    kept = cache.band(rows.named(kind))
    if kept is None:
        kept = encoded(painted.rows(rows.top, rows.bottom))
        cache.keep_band(rows.named(kind), kept)
    return kept


def read_before(kind: str, rows: Rows, file: bytes, at: int, cache: StaticCache | None) -> ReadBand | None:
    """What was read from another file, if this one has the very same bytes from `at` on."""
    known = cache.read_band(rows.named(kind)) if cache is not None and rows.key is not None else None
    return known if known is not None and file.startswith(known.data, at) else None
