"""The brand book: the kit's colours, fonts and pictures as its page shows them, and lines set in its fonts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.brand.colour import cmyk, contrast
from app.brand.core import BrandKit, FontFace
from app.kernel.errors import NotFound
from app.rendering.layout import Kit, lay_out
from app.rendering.paint_svg import paint_svg
from app.rendering.pictures import reencoded
from app.rendering.scene import Localised, Size, StylePatch, TextLayer
from app.rendering.template import Template, Validity
from app.rendering.values import Values

LEGIBLE = 4.5  # WCAG 2.2, AA
_LINE_PX = (1440, 168)
_INK = "#14202B"


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour of the palette, with its contrast to white and to ink."""

    name: str
    hex: str
    cmyk: tuple[int, int, int, int]
    on_white: float
    on_ink: float

    @property
    def is_dark(self) -> bool:
        """Whether white is read better on it than ink."""
        return self.on_white > self.on_ink


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight of a family: the face that draws most of it, and those that stand in for rare characters."""

    weight: int
    face: FontFace
    others: tuple[FontFace, ...]


@dataclass(frozen=True, slots=True)
class BrandBook:
    """All that the page of the brand shows."""

    brand: BrandKit
    swatches: tuple[Swatch, ...]
    families: Mapping[str, tuple[Weight, ...]]
    assets: Mapping[str, tuple[int, int]]


def brand_book(brand: BrandKit, kit: Kit) -> BrandBook:
    """The book of a brand that was read."""
    families = {
        family: tuple(
            Weight(weight, brand.fonts.faces[keys[0]], tuple(brand.fonts.faces[key] for key in keys[1:]))
            for weight, keys in sorted(weights.items())
        )
        for family, weights in brand.fonts.roles.items()
    }
    assets = {name: (one.width_px, one.height_px) for name, one in kit.assets.items()}
    return BrandBook(brand, tuple(_swatch(name, hex_) for name, hex_ in brand.palette.items()), families, assets)


def _swatch(name: str, colour: str) -> Swatch:
    return Swatch(name, colour.upper(), cmyk(colour), contrast(colour, "#FFFFFF"), contrast(colour, _INK))


def specimen(kit: Kit, family: str, weight: int, text: str) -> str:
    """A line of `text` as outlines on nothing. *Raises* NotFound ``no_such_font``, Invalid as `lay_out`."""
    if weight not in kit.fonts.weights.get(family, ()):
        raise NotFound("no_such_font", "the brand has no such font")
    width_px, height_px = _LINE_PX
    line = TextLayer(
        name="line",
        kind="text",
        box=(0, 0, width_px, height_px),
        text=text,
        set=StylePatch(family=family, weight=weight, size=96, min_size=40, colour=_INK, valign="middle", max_lines=1),
    )
    words = Localised(zh="", en="")
    size = Size(title=words, width_px=width_px, height_px=height_px, layers=(line,))
    template = Template(
        slug="specimen",
        version="1.0.0",
        content_type="poster",
        title=words,
        summary=words,
        brand="",
        product="generic",
        jurisdiction="CN",
        validity=Validity(starts_on=date.min),
        sizes={"line": size},
    )
    return paint_svg(lay_out(template, "line", Values(), kit, {}, "", "zh"), kit.fonts)


def asset(kit: Kit, name: str, max_edge_px: int) -> bytes:
    """A picture of the kit made anew from its pixels, as PNG or JPEG. *Raises* NotFound ``no_such_picture``."""
    if name not in kit.assets:
        raise NotFound("no_such_picture", "the brand has no such picture")
    return reencoded(kit.assets[name], max_edge_px).data
