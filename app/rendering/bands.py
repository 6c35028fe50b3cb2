"""Bands: which rows of a poster no slot touches. What is encoded of those is kept, and used for every poster."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image

from app.rendering.cache import Band, StaticCache
from app.rendering.display import DisplayList
from app.rendering.outlines import pixel_bounds
from app.rendering.version import renderer_version

GRID_ROWS = 32  # bands begin on this grid: a name with higher letters then mostly leaves the kept rows alone


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows from `top` up to `bottom`, and whether no slot touches them."""

    top: int
    bottom: int
    is_static: bool


def rows_of(display: DisplayList) -> list[Rows]:
    """The bands of a poster, from top to bottom: a matter of the display list alone, not of what was kept before."""
    touched = np.zeros(-(-display.height_px // GRID_ROWS), bool)
    for item in display.items:
        box = pixel_bounds(item) if item.dynamic else None
        if box is not None:
            touched[max(0, box[1]) // GRID_ROWS : -(-max(0, box[3]) // GRID_ROWS)] = True
    edges = [0, *(np.flatnonzero(np.diff(touched)) + 1).tolist(), len(touched)]
    return [
        Rows(above * GRID_ROWS, min(below * GRID_ROWS, display.height_px), not touched[above])
        for above, below in pairwise(edges)
    ]


def band_of(
    kind: str,
    image: Image.Image,
    rows: Rows,
    display: DisplayList,
    cache: StaticCache | None,
    encoded: Callable[[Image.Image], Band],
) -> tuple[Band, bool]:
    """The band `rows` of `image` as `encoded` makes it, and whether it has just been kept for the posters to come."""
    box = (0, rows.top, image.width, rows.bottom)
    if cache is None or not rows.is_static:
        return encoded(image.crop(box)), False
    parts = (renderer_version(), display.static_key, kind, repr(image.size), repr(box))
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    kept = cache.band(key)
    if kept is not None:
        return kept, False
    made = encoded(image.crop(box))
    cache.keep_band(key, made)
    return made, True
