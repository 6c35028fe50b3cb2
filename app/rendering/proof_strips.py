"""Proves a large poster strip by strip: a code lies whole in two neighbouring strips, or is found in the small picture.

What is asked of a code is what `proof.prove` asks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import zxingcpp
from PIL import Image

from app.kernel.errors import Blocked
from app.rendering.proof import MARGIN, Gray, require_readable, unproved
from app.rendering.qr import KINDS

REDUCED = 4  # by which the small picture is smaller
NEAR = 0.25  # of its side that the middles of one code may lie apart when it is found twice


@dataclass(frozen=True, slots=True)
class _Found:
    data: bytes
    x: float
    y: float
    side: float

    def is_same(self, other: "_Found") -> bool:
        reach = NEAR * max(self.side, other.side)
        return self.data == other.data and abs(self.x - other.x) < reach and abs(self.y - other.y) < reach


@dataclass(slots=True)
class _Search:
    link: str | None
    found: list[_Found] = field(default_factory=list)

    def look(self, gray: Gray, top: float, scale: int, edges: tuple[bool, bool]) -> None:
        """Looks into a stretch that begins at the row `top` of the poster.

        `edges` tell whether it begins and ends with the poster: a code that is cut there else is another stretch's.
        """
        for code in zxingcpp.read_barcodes(gray, formats=KINDS):
            place = code.position
            corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
            xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
            side = max(max(xs) - min(xs), max(ys) - min(ys))
            reach = MARGIN * side
            if (min(ys) < reach and not edges[0]) or (max(ys) + reach > gray.shape[0] and not edges[1]):
                continue
            middle = (sum(xs) / 4 * scale, top + sum(ys) / 4 * scale)
            seen = _Found(bytes(code.bytes), *middle, side * scale)
            if any(seen.is_same(one) for one in self.found):
                continue
            self.found.append(seen)
            if self.link is not None and seen.data == self.link.encode():
                require_readable(gray, code, self.link)


def prove_strips(strips: Iterable[Gray], link: str | None) -> None:
    """Returns when the poster, given as grey strips from top to bottom, shows one code, which reads `link`.

    *Raises* Blocked ``foreign_qr`` or ``qr_unproved``.
    """
    search = _Search(link)
    small: list[Gray] = []
    for top, stretch, edges in _stretches(_kept_small(strips, small)):
        search.look(stretch, top, 1, edges)
    search.look(np.concatenate(small), 0, REDUCED, (True, True))
    own = [one for one in search.found if link is not None and one.data == link.encode()]
    if len(search.found) > len(own) or len(own) > 1:
        raise Blocked("foreign_qr", "another code stands in the picture, or the code more than once", found=len(own))
    if link is not None and not own:
        raise unproved("it cannot be read at full size")


def _kept_small(strips: Iterable[Gray], small: list[Gray]) -> Iterator[Gray]:
    for strip in strips:
        small.append(np.asarray(Image.fromarray(strip).reduce(REDUCED)))
        yield strip


def _stretches(strips: Iterator[Gray]) -> Iterator[tuple[int, Gray, tuple[bool, bool]]]:
    """Each two neighbours as one, with the row at which they begin; a strip that is alone by itself."""
    above = next(strips)
    below = next(strips, None)
    if below is None:
        yield 0, above, (True, True)
        return
    top = 0
    for after in chain(strips, (None,)):
        yield top, np.concatenate((above, below)), (top == 0, after is None)
        if after is None:
            return
        top += above.shape[0]
        above, below = below, after
