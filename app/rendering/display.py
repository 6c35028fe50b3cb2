"""The display list: every thing that will be drawn, placed once and for all. Painters draw it and decide nothing.

*Unit*: pixels of the size's own grid, y downwards, origin at the top left of the trim box. Colours are resolved RGBA.
"""

import math
from dataclasses import dataclass
from typing import Literal

from app.rendering.pictures import Picture
from app.rendering.scene import Blend, Print

Rgba = tuple[int, int, int, int]
Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Linear:
    """Resolved linear gradient: points in pixels, stops as (0..1, colour)."""

    start: tuple[float, float]
    end: tuple[float, float]
    stops: tuple[tuple[float, Rgba], ...]


@dataclass(frozen=True, slots=True)
class Radial:
    """Resolved radial gradient: centre and radius in pixels."""

    centre: tuple[float, float]
    radius: float
    stops: tuple[tuple[float, Rgba], ...]


@dataclass(frozen=True, slots=True)
class Conic:
    """Resolved conic gradient: centre in pixels, `start` in degrees, clockwise from upwards."""

    centre: tuple[float, float]
    start: float
    stops: tuple[tuple[float, Rgba], ...]


Paint = Rgba | Linear | Radial


@dataclass(frozen=True, slots=True)
class Line:
    """An outline's stroke."""

    paint: Rgba
    width: float
    dash: tuple[float, ...] = ()
    joins: Literal["mitre", "round"] = "mitre"


@dataclass(frozen=True, slots=True)
class Shade:
    """A shadow: the item's own outline in one colour, moved by `offset` on the sheet and blurred.

    *Unit*: `deviation` is the standard deviation of the blur in pixels.
    """

    colour: Rgba
    offset: tuple[int, int]
    deviation: float

    @property
    def reach(self) -> int:
        """How many pixels beyond its outline it may darken."""
        return math.ceil(3 * self.deviation) + 4


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph: its id in the run's font and the place of its origin on the baseline.

    `text` holds the characters of the cluster on the cluster's first glyph, and is empty on its others.
    """

    id: int
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one font, size and colour, in one line. `font` is a face key of the font book; `text` what they spell.

    `x`, `baseline`, `advance`: where the run starts, its baseline's y, and its width. Vertically `x` is the column's
    centre line, `baseline` the y where the run starts, and `advance` its height. `tracking` (px) is part of every
    cluster's advance. `features` are the OpenType features that were switched on beside the usual ones (``pwid`` for
    Western quotation marks, ``tnum``). Glyphs of a `turned` run lie on their side in a column, a quarter clockwise
    around their origins. `outline` is drawn around all glyphs of the run, under them.
    """

    font: str
    size: float
    colour: Rgba
    text: str
    x: float
    baseline: float
    advance: float
    tracking: float
    glyphs: tuple[Glyph, ...]
    tabular: bool = False
    features: tuple[str, ...] = ()
    turned: bool = False
    outline: Line | None = None


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line (a column when vertical): its runs and what it spells, trailing spaces left out."""

    text: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """What all items have: the layer they come from and how it is laid over what is below.

    `dynamic` is true when a value, the profile or the link can change it; the static rest is painted once and cached.
    `rotate` is in degrees around the middle of `box`. The shadow is part of what `opacity` and `blend` lay over.
    """

    layer: str
    box: Rect
    dynamic: bool
    opacity: float = 1.0
    rotate: float = 0.0
    slot: str | None = None
    shadow: Shade | None = None
    blend: Blend = "normal"

    @property
    def is_plain(self) -> bool:
        """Whether it is simply painted over what is below."""
        return self.opacity >= 1 and self.shadow is None and self.blend == "normal"


@dataclass(frozen=True, slots=True)
class PictureItem(Item):
    """`crop` is the part of the picture (in its own pixels) that fills `box`.

    `mask` cuts it (corners of `radius`, or absolute commands in `path`); `fade` makes it as thick as its colours are.
    """

    picture: Picture | None = None
    crop: Rect = (0, 0, 0, 0)
    mask: Literal["none", "ellipse", "rounded", "path"] = "none"
    radius: float = 0.0
    path: tuple[tuple[str, tuple[float, ...]], ...] = ()
    fade: Linear | Radial | None = None
    border: Line | None = None


@dataclass(frozen=True, slots=True)
class ShapeItem(Item):
    """A rectangle (corners of `radius`), an ellipse in `box`, or a path of absolute M L C Q Z commands."""

    shape: Literal["rect", "ellipse", "path"] = "rect"
    radius: float = 0.0
    path: tuple[tuple[str, tuple[float, ...]], ...] = ()
    fill: Paint | None = None
    stroke: Line | None = None


@dataclass(frozen=True, slots=True)
class TextItem(Item):
    """Set text. `size` is what autofit arrived at; `role` tells open text from fixed, profile and disclosure."""

    lines: tuple[TextLine, ...] = ()
    size: float = 0.0
    role: Literal["fixed", "slot", "profile", "disclosure"] = "fixed"
    vertical: bool = False
    ink: Rect = (0, 0, 0, 0)

    @property
    def text(self) -> str:
        """What is drawn, line by line."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class QrItem(Item):
    """The code as its matrix (rows of dark/light); `plate` is the light ground, `modules` the square of the matrix."""

    link: str = ""
    matrix: tuple[tuple[bool, ...], ...] = ()
    modules: Rect = (0, 0, 0, 0)
    dark: Rgba = (0, 0, 0, 255)
    light: Rgba = (255, 255, 255, 255)
    radius: float = 0.0


AnyItem = PictureItem | ShapeItem | TextItem | QrItem


@dataclass(frozen=True, slots=True)
class DisplayList:
    """All items of one poster in painting order. `static_key` names what the static items look like, for the cache."""

    width_px: int
    height_px: int
    items: tuple[AnyItem, ...]
    static_key: str
    print: Print | None = None
    language: str = "zh"

    @property
    def qr(self) -> QrItem | None:
        """The poster's code, if it has one."""
        return next((item for item in self.items if isinstance(item, QrItem)), None)

    @property
    def is_blended(self) -> bool:
        """Whether something is mixed with what is below it; what is below all is then white."""
        return any(item.blend != "normal" for item in self.items)

    @property
    def dpi(self) -> float | None:
        """Pixels per inch of a print size."""
        return self.width_px / (self.print.width_mm / 25.4) if self.print else None
