"""What a PDF is made for: a standard to keep to, marks to cut by, a sheet to share, what it says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from app.rendering.display import DisplayList
from app.rendering.pdf_colours import Colours, press_colours, screen_colours

Standard = Literal["plain", "x-4", "a-3u"]
SheetName = Literal["a4", "a3", "sra3"]

STANDARDS: tuple[Standard, ...] = get_args(Standard)
SHEET_NAMES: tuple[SheetName, ...] = get_args(SheetName)


@dataclass(frozen=True, slots=True)
class Finish:
    """How a PDF is to come out.

    `standard`: ``x-4`` is PDF/X-4 for the press (inks, an output intent), ``a-3u`` PDF/A-3u for the archive. `marks`
    adds crop marks and a slug around the bleed. `sheet` imposes as many posters of one size as it holds; where `fills`
    is set, a poster that comes alone takes every cell.
    """

    standard: Standard = "plain"
    marks: bool = False
    sheet: SheetName | None = None
    fills: bool = True

    @property
    def colours(self) -> Colours:
        """In which colours it is written."""
        return press_colours() if self.standard == "x-4" else screen_colours()


PLAIN = Finish()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One poster of a document. `alternatives` says what pictures show, by layer; one without is decoration."""

    display: DisplayList
    alternatives: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """What the file says of itself. The standards ask for a `day`; `evidence` (canonical JSON) is attached to a-3u."""

    title: str = ""
    day: date | None = None
    evidence: bytes | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a poster lies: its trim box in points from the lower left corner of the page's media box, and its link."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
    link: str | None


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished document, and where in it each poster lies."""

    data: bytes
    places: tuple[Place, ...]
