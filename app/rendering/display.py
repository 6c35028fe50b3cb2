"""The display list: every thing that will be drawn, placed once and for all. Painters draw it and decide nothing.

*Unit*: pixels of the size's own grid, y downwards, origin at the top left of the trim box. Colours are resolved RGBA.
"""

from dataclasses import dataclass
from typing import Literal

from app.rendering.pictures import Picture
from app.rendering.scene import Print

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


Paint = Rgba | Linear | Radial


@dataclass(frozen=True, slots=True)
class Line:
    """An outline's stroke."""

    paint: Rgba
    width: float
    dash: tuple[float, ...] = ()


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
    around their origins.
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


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line (a column when vertical): its runs and what it spells, trailing spaces left out."""

    text: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """What all items have: the layer they come from and how it is laid over what is below.

    `dynamic` is true when a value, the profile or the link can change it; the static rest is painted once and cached.
    `rotate` is in degrees around `centre`.
    """

    layer: str
    box: Rect
    dynamic: bool
    opacity: float = 1.0
    rotate: float = 0.0
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class PictureItem(Item):
    """`crop` is the part of the picture (in its own pixels) that fills `box`; `mask` cuts it (corners of `radius`)."""

    picture: Picture | None = None
    crop: Rect = (0, 0, 0, 0)
    mask: Literal["none", "ellipse", "rounded"] = "none"
    radius: float = 0.0
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
    def dpi(self) -> float | None:
        """Pixels per inch of a print size."""
        return self.width_px / (self.print.width_mm / 25.4) if self.print else None
