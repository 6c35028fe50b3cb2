"""Searches stretches of a finished file for codes, and tells what was found: our own one, and no other."""

from dataclasses import dataclass, field

from app.kernel.errors import Blocked
from app.rendering.proof import MARGIN, require_readable, unproved
from app.rendering.qr import Gray, Square, holds, is_doubtful, read_codes, side_of, square_of

REDUCED = 4  # by which the small picture is smaller: in it, what is taller than a stretch is found
NEAR = 0.25  # of its side that the middles of one code may lie apart when it is found twice


@dataclass(frozen=True, slots=True)
class Found:
    """A code: what it says, and its square in the poster's pixels. One that is doubtful counts in no other's square."""

    data: bytes
    square: Square
    is_doubtful: bool

    def is_same(self, other: "Found") -> bool:
        """Whether both are one code, seen twice."""
        reach = NEAR * max(side_of(self.square), side_of(other.square))
        apart = (abs(one - two) / 2 for one, two in zip(_middle(self.square), _middle(other.square), strict=True))
        return self.data == other.data and max(apart) < reach


@dataclass(slots=True)
class Search:
    """A search for `link`, stretch by stretch. One that belongs to nobody (None) must end with nothing found."""

    link: str | None
    found: list[Found] = field(default_factory=list)

    def look(
        self,
        gray: Gray,
        top: int,
        scale: int = 1,
        *,
        cut: tuple[bool, bool] = (False, False),
        also_smaller: bool = False,
    ) -> None:
        """Looks into a stretch that begins at the row `top` of the poster and is `scale` times smaller.

        `also_smaller` is for a stretch whose small picture is not looked into by itself. `cut` tells whether another
        stretch shows what is cut off above and below: a code that lies there is left to it.
        *Raises* Blocked ``qr_unproved`` when our own code is not good enough.
        """
        for code in read_codes(gray, also_smaller=also_smaller):
            left, upper, right, lower = square = square_of(code)
            reach = MARGIN * side_of(square)
            if (cut[0] and upper < reach) or (cut[1] and lower + reach > gray.shape[0]):
                continue
            whole = (left * scale, top + upper * scale, right * scale, top + lower * scale)
            seen = Found(bytes(code.bytes), whole, is_doubtful(code))
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
        own, standing = self._own(), [one for one in self.found if not self._is_part(one)]
        if len(standing) > len(own) or len(own) > 1:
            message = "another code stands in the picture, or the code more than once"
            raise Blocked("foreign_qr", message, found=len(standing))
        self.require_own()

    def _own(self) -> list[Found]:
        return [one for one in self.found if self.link is not None and one.data == self.link.encode()]

    def _is_part(self, one: Found) -> bool:
        """Whether it is but a part of another code that reads like one."""
        return one.is_doubtful and any(holds(other.square, one.square) for other in self.found if not other.is_doubtful)


def _middle(square: Square) -> tuple[int, int]:
    """Twice the place of the middle."""
    return square[0] + square[2], square[1] + square[3]
