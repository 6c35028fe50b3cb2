"""The template format's scene: sizes, layers, fills and text styles, exactly as they stand in template.json.

*Unit*: all lengths are pixels of the size they belong to (a size of 1080×1920 px is laid out on that grid); a print
size also names its paper in millimetres. Angles are degrees, clockwise. Colours are ``#RRGGBB``, ``#RRGGBBAA`` or
``@name`` of the brand palette.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Colour = Annotated[str, Field(pattern=r"^(#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?|@[a-z][a-z0-9-]*)$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Language = Literal["zh", "en"]
ProfileField = Literal["name", "title", "phone", "organisation", "licence"]
Point = tuple[float, float]
Box = Annotated[tuple[float, float, float, float], Field(description="x, y, width, height")]


class Model(BaseModel):
    """Frozen, and strict about names: an unknown key is an error that names its path."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Localised(Model):
    """One text in each of the template's languages."""

    zh: str | None = None
    en: str | None = None

    def text(self, language: Language) -> str:
        """The text in `language`, else in the other one."""
        chosen = self.zh if language == "zh" else self.en
        return chosen if chosen is not None else (self.zh or self.en or "")

    def has(self, languages: tuple[Language, ...]) -> bool:
        """Whether none of `languages` would have to borrow the other's text."""
        return all((self.zh if language == "zh" else self.en) is not None for language in languages)


Words = str | Localised


# --- fills -----------------------------------------------------------------------------------------------------------


class Stop(Model):
    """A gradient stop: `at` from 0 to 1."""

    at: float = Field(ge=0, le=1)
    colour: Colour


class LinearGradient(Model):
    """From point `start` to point `end`, both as fractions of the shape's box."""

    kind: Literal["linear"]
    start: Point = (0.0, 0.0)
    end: Point = (0.0, 1.0)
    stops: tuple[Stop, ...] = Field(min_length=2)


class RadialGradient(Model):
    """Around `centre` (fractions of the box) out to `radius` (fraction of the box's longer side)."""

    kind: Literal["radial"]
    centre: Point = (0.5, 0.5)
    radius: float = Field(default=0.5, gt=0)
    stops: tuple[Stop, ...] = Field(min_length=2)


Gradient = Annotated[LinearGradient | RadialGradient, Field(discriminator="kind")]
Fill = Colour | Gradient


class Stroke(Model):
    """A line of `width` px centred on the outline; `dash` alternates on and off lengths."""

    colour: Colour
    width: float = Field(gt=0)
    dash: tuple[float, ...] = ()


# --- text ------------------------------------------------------------------------------------------------------------


class TextStyle(Model):
    """How a text is set. A layer names a style of the template and may override single fields.

    `family` is a role of the brand kit (``sans``, ``serif``); `weight` one of the weights that the kit has. `tracking`
    is letter spacing in em. `size` is what the text is set at when it fits; with `min_size` it may shrink to that.
    """

    family: Name = "sans"
    weight: int = Field(default=400, ge=100, le=900)
    size: float = Field(default=34, gt=0)
    min_size: float | None = Field(default=None, gt=0)
    line_height: float = Field(default=1.5, ge=0.8, le=4)
    colour: Colour = "@ink"
    tracking: float = Field(default=0, ge=-0.2, le=2)
    align: Literal["left", "centre", "right"] = "left"
    valign: Literal["top", "middle", "bottom"] = "top"
    max_lines: int | None = Field(default=None, ge=1)
    direction: Literal["horizontal", "vertical"] = "horizontal"
    phrases: bool = Field(default=False, description="break Chinese at phrases and balance the lines (headlines)")
    tabular: bool = Field(default=False, description="figures of one width")


class StylePatch(Model):
    """The fields of a TextStyle that a layer or a span sets differently."""

    family: Name | None = None
    weight: int | None = Field(default=None, ge=100, le=900)
    size: float | None = Field(default=None, gt=0)
    min_size: float | None = Field(default=None, gt=0)
    line_height: float | None = Field(default=None, ge=0.8, le=4)
    colour: Colour | None = None
    tracking: float | None = Field(default=None, ge=-0.2, le=2)
    align: Literal["left", "centre", "right"] | None = None
    valign: Literal["top", "middle", "bottom"] | None = None
    max_lines: int | None = Field(default=None, ge=1)
    direction: Literal["horizontal", "vertical"] | None = None
    phrases: bool | None = None
    tabular: bool | None = None

    def over(self, style: TextStyle) -> TextStyle:
        """The style with the fields that this patch has."""
        changes = {name: value for name, value in self if value is not None}
        return style.model_copy(update=changes) if changes else style


class Span(Model):
    """A piece of a text layer: fixed `text`, the value of a `slot`, or a profile `field`; exactly one of them.

    Within a line, a span may differ from its layer in `weight`, `colour`, `family` and in size: `scale` times the
    layer's. `rise` lifts its baseline by that many em of the span. Between spans that are a line break, a line of which
    every slot and field is empty is left out.
    """

    text: Words | None = None
    slot: Name | None = None
    field: ProfileField | None = None
    weight: int | None = Field(default=None, ge=100, le=900)
    family: Name | None = None
    colour: Colour | None = None
    scale: float = Field(default=1, gt=0, le=4)
    rise: float = 0

    @model_validator(mode="after")
    def _one_source(self) -> "Span":
        if sum(source is not None for source in (self.text, self.slot, self.field)) != 1:
            raise ValueError("a span has exactly one of: text, slot, field")
        return self


class Plate(Model):
    """A filled box that hugs the text (a chip, a label): painted under it, as wide as the lines need plus `padding`."""

    fill: Fill | None = None
    stroke: Stroke | None = None
    padding: Point = (16, 8)
    radius: float = Field(default=0, ge=0)


# --- layers ----------------------------------------------------------------------------------------------------------


class LayerBase(Model):
    """What every layer has. `name` is unique within its size; `only` shows the layer in one language only.

    `locked` layers are the brand's: nothing that an advisor does touches them. `rotate` turns around the box's centre.
    """

    name: Name
    opacity: float = Field(default=1, ge=0, le=1)
    rotate: float = 0
    locked: bool = True
    only: Language | None = None


class Mask(Model):
    """The outline that cuts a picture: an ellipse in its box, or a rectangle with corners of `radius` px."""

    kind: Literal["ellipse", "rounded"]
    radius: float = Field(default=0, ge=0)


class PictureLayer(LayerBase):
    """A picture: a file of the template folder (`src`), a brand `asset`, a picture `slot`, or the advisor's `photo`."""

    kind: Literal["picture"]
    box: Box
    src: str | None = None
    asset: str | None = None
    slot: Name | None = None
    photo: bool = False
    fit: Literal["cover", "contain"] = "cover"
    focus: Point = Field(default=(0.5, 0.5), description="the point of the picture that stays in view, as fractions")
    mask: Mask | None = None
    border: Stroke | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "PictureLayer":
        if sum((self.src is not None, self.asset is not None, self.slot is not None, self.photo)) != 1:
            raise ValueError("a picture has exactly one of: src, asset, slot, photo")
        return self


class ShapeLayer(LayerBase):
    """A rectangle, ellipse or path. `d` is SVG path data (M L H V C S Q T A Z, both cases) on the size's own grid."""

    kind: Literal["shape"]
    shape: Literal["rect", "ellipse", "path"] = "rect"
    box: Box
    radius: float = Field(default=0, ge=0)
    d: str | None = None
    fill: Fill | None = None
    stroke: Stroke | None = None

    @model_validator(mode="after")
    def _path_has_data(self) -> "ShapeLayer":
        if (self.shape == "path") != (self.d is not None):
            raise ValueError("a path, and only a path, has d")
        return self


class TextLayer(LayerBase):
    """Text in a box: fixed words, one slot, or spans of both. Text that does not fit its box is an error, never cut."""

    kind: Literal["text"]
    box: Box
    style: str | None = Field(default=None, description="a style of the template")
    set: StylePatch = StylePatch()
    text: Words | None = None
    slot: Name | None = None
    spans: tuple[Span, ...] = ()
    plate: Plate | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "TextLayer":
        if sum((self.text is not None, self.slot is not None, bool(self.spans))) != 1:
            raise ValueError("a text layer has exactly one of: text, slot, spans")
        return self


class ProfileLayer(LayerBase):
    """One field of the advisor's profile; nothing is drawn when the profile leaves it empty and `optional` is set."""

    kind: Literal["profile"]
    box: Box
    field: ProfileField
    style: str | None = None
    set: StylePatch = StylePatch()
    prefix: Words = ""
    suffix: Words = ""
    optional: bool = False
    plate: Plate | None = None


class DisclosureLayer(LayerBase):
    """A sentence that the law or the house asks for, verbatim; always locked, never under 22 px at 1080 px width."""

    kind: Literal["disclosure"]
    box: Box
    style: str | None = None
    set: StylePatch = StylePatch()
    text: Words


class QrLayer(LayerBase):
    """The poster's own code, on an opaque plate with its quiet zone inside `box`."""

    kind: Literal["qr"]
    box: Box
    dark: Colour = "#14202B"
    light: Colour = "#FFFFFF"
    quiet_modules: int = Field(default=4, ge=4)
    level: Literal["M", "Q", "H"] = "M"
    radius: float = Field(default=0, ge=0, description="corner radius of the plate")


class GroupLayer(LayerBase):
    """Layers that belong together, moved by `offset`; opacity multiplies into the members. A group does not rotate."""

    kind: Literal["group"]
    offset: Point = (0, 0)
    layers: tuple["Layer", ...]


Layer = Annotated[
    PictureLayer | ShapeLayer | TextLayer | ProfileLayer | DisclosureLayer | QrLayer | GroupLayer,
    Field(discriminator="kind"),
]


class Print(Model):
    """The paper of a print size: trim width and height and the bleed around it, in millimetres."""

    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)
    bleed_mm: float = Field(default=3, ge=0, le=20)


class Size(Model):
    """One format of the template and its layers, lowest first. They may reach into the bleed (negative coordinates)."""

    title: Localised
    width_px: int = Field(ge=64, le=20000)
    height_px: int = Field(ge=64, le=20000)
    print: Print | None = None
    layers: tuple[Layer, ...] = Field(min_length=1)


GroupLayer.model_rebuild()
