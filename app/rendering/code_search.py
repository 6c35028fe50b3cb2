"""Searches stretches of a finished file for codes, and tells what was found: our own one, and no other."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from app.kernel.errors import Blocked
from app.rendering.proof import MARGIN, require_readable, unproved
from app.rendering.qr import KINDS

Gray = NDArray[np.uint8]

REDUCED = 4  # by which the small picture is smaller: in it, what is taller than a stretch is found
NEAR = 0.25  # of its side that the middles of one code may lie apart when it is found twice


@dataclass(frozen=True, slots=True)
class Found:
    """A code: what it says, and the middle and the side of its square in the poster's pixels."""

    data: bytes
    x: float
    y: float
    side: float

    def is_same(self, other: "Found") -> bool:
        """Whether both are one code, seen twice."""
        reach = NEAR * max(self.side, other.side)
        return self.data == other.data and abs(self.x - other.x) < reach and abs(self.y - other.y) < reach


@dataclass(slots=True)
class Search:
    """A search for `link`, stretch by stretch. One that belongs to nobody (None) must end with nothing found."""

    link: str | None
    found: list[Found] = field(default_factory=list)

    def look(self, gray: Gray, top: float, scale: int = 1, *, cut: tuple[bool, bool] = (False, False)) -> None:
        """Looks into a stretch that begins at the row `top` of the poster and is `scale` times smaller.

        `cut` tells whether another stretch shows what is cut off above and below: a code that lies there is left to it.
        *Raises* Blocked ``qr_unproved`` when our own code is not good enough.
        """
        for code in zxingcpp.read_barcodes(gray, formats=KINDS):
            xs, ys = zip(*_corners(code), strict=True)
            side = max(max(xs) - min(xs), max(ys) - min(ys))
            reach = MARGIN * side
            if (cut[0] and min(ys) < reach) or (cut[1] and max(ys) + reach > gray.shape[0]):
                continue
            seen = Found(bytes(code.bytes), sum(xs) / 4 * scale, top + sum(ys) / 4 * scale, side * scale)
            if any(seen.is_same(one) for one in self.found):
                continue
            self.found.append(seen)
            if self.link is not None and seen.data == self.link.encode():
                require_readable(gray, code, self.link)

    def require_own(self) -> None:
        """Our own code, where there is to be one, has been found. *Raises* Blocked ``qr_unproved``."""
        if self.link is not None and not self._own():
            raise unproved("it cannot be read at full size")

    def settle(self) -> None:
        """Ends the search. *Raises* Blocked ``foreign_qr`` or ``qr_unproved``."""
        own = self._own()
        if len(self.found) > len(own) or len(own) > 1:
            message = "another code stands in the picture, or the code more than once"
            raise Blocked("foreign_qr", message, found=len(self.found))
        self.require_own()

    def _own(self) -> list[Found]:
        return [one for one in self.found if self.link is not None and one.data == self.link.encode()]


def _corners(code: zxingcpp.Barcode) -> Iterator[tuple[int, int]]:
    place = code.position
    for corner in (place.top_left, place.top_right, place.bottom_right, place.bottom_left):
        yield corner.x, corner.y
