"""The template format's scene: sizes, layers, fills and text styles, exactly as they stand in template.json.

*Unit*: all lengths are pixels of the size they belong to (a size of 1080×1920 px is laid out on that grid); a print
size also names its paper in millimetres. Angles are degrees, clockwise. Colours are ``#RRGGBB``, ``#RRGGBBAA`` or
``@name`` of the brand palette.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.rendering.scene_terms import (
    Blend,
    Box,
    Colour,
    ConicGradient,
    Fill,
    Gradient,
    Language,
    LinearGradient,
    Localised,
    Model,
    Name,
    Point,
    ProfileField,
    RadialGradient,
    Shadow,
    ShapeFill,
    Stop,
    Stroke,
    Words,
)
from app.rendering.text_style import Plate, Span, StylePatch, TextStyle


class Follow(Model):
    """A layer that moves up and down with an `edge` of another layer of its size, keeping the distance that is drawn.

    It moves whenever that layer moves or is higher or lower than drawn; with `push` only where it would come nearer.
    """

    layer: Name
    edge: Literal["top", "bottom"] = "bottom"
    push: bool = False


class Heights(Model):
    """How low and how high the box of a text may become, in px, as its lines ask.

    The edge (or the middle) at which the text is aligned stays where it is drawn.
    """

    min: float = Field(default=0, ge=0)
    max: float = Field(gt=0)


class LayerBase(Model):
    """What every layer has. `name` is unique within its size; `only` shows the layer in one language only.

    `locked` layers are the brand's: nothing that an advisor does touches them. `rotate` turns around the box's centre.
    """

    name: Name
    follow: Follow | None = None
    opacity: float = Field(default=1, ge=0, le=1)
    rotate: float = 0
    locked: bool = True
    only: Language | None = None


class PaintedLayer(LayerBase):
    """A layer that may cast a shadow and be mixed with what is below it."""

    shadow: Shadow | None = None
    blend: Blend = "normal"


class Mask(Model):
    """What is seen of a picture: an ellipse in its box, a rectangle with corners of `radius` px, or a path `d` on the
    size's own grid; the whole of its `box` otherwise. It is as thick as the colours of the gradient `fade` are.
    """

    kind: Literal["ellipse", "rounded", "path", "box"]
    radius: float = Field(default=0, ge=0)
    d: str | None = None
    fade: Gradient | None = None

    @model_validator(mode="after")
    def _path_has_data(self) -> "Mask":
        if (self.kind == "path") != (self.d is not None):
            raise ValueError("a path, and only a path, has d")
        return self


class Slices(Model):
    """How far from its edges a picture is cut in nine (in its own pixels), and how large a pixel of it is drawn.

    The corners keep their size, the edges are stretched along one side, the middle along both.
    """

    top: float = Field(ge=0)
    right: float = Field(ge=0)
    bottom: float = Field(ge=0)
    left: float = Field(ge=0)
    scale: float = Field(default=1, gt=0, le=16)


class PictureLayer(PaintedLayer):
    """A picture: a file of the template folder (`src`), a brand `asset`, a picture `slot`, or the advisor's `photo`.

    With `slices` a file or a brand picture fills its box as a frame does, in nine parts.
    """

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
    slices: Slices | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "PictureLayer":
        if sum((self.src is not None, self.asset is not None, self.slot is not None, self.photo)) != 1:
            raise ValueError("a picture has exactly one of: src, asset, slot, photo")
        if self.slices is not None and self.src is None and self.asset is None:
            raise ValueError("only src and asset can have slices")
        return self


class ShapeLayer(PaintedLayer):
    """A rectangle, ellipse or path. `d` is SVG path data (M L H V C S Q T A Z, both cases) on the size's own grid."""

    kind: Literal["shape"]
    shape: Literal["rect", "ellipse", "path"] = "rect"
    box: Box
    radius: float = Field(default=0, ge=0)
    d: str | None = None
    fill: ShapeFill | None = None
    stroke: Stroke | None = None

    @model_validator(mode="after")
    def _path_has_data(self) -> "ShapeLayer":
        if (self.shape == "path") != (self.d is not None):
            raise ValueError("a path, and only a path, has d")
        return self


class TextLayer(PaintedLayer):
    """Text in a box: fixed words, one slot, or spans of both. Text that does not fit its box is an error, never cut."""

    kind: Literal["text"]
    box: Box
    style: str | None = Field(default=None, description="a style of the template")
    set: StylePatch = StylePatch()
    text: Words | None = None
    slot: Name | None = None
    spans: tuple[Span, ...] = ()
    plate: Plate | None = None
    heights: Heights | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "TextLayer":
        if sum((self.text is not None, self.slot is not None, bool(self.spans))) != 1:
            raise ValueError("a text layer has exactly one of: text, slot, spans")
        return self


class ProfileLayer(PaintedLayer):
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
    heights: Heights | None = None


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
    """Layers that belong together, moved by `offset`; opacity multiplies into the members.

    `rotate` turns them together around `centre`, by default the middle of all their boxes (before `offset`).
    """

    kind: Literal["group"]
    offset: Point = (0, 0)
    centre: Point | None = None
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

__all__ = [
    "Blend",
    "Box",
    "Colour",
    "ConicGradient",
    "DisclosureLayer",
    "Fill",
    "Follow",
    "Gradient",
    "GroupLayer",
    "Heights",
    "Language",
    "Layer",
    "LayerBase",
    "LinearGradient",
    "Localised",
    "Mask",
    "Model",
    "Name",
    "PaintedLayer",
    "PictureLayer",
    "Plate",
    "Point",
    "Print",
    "ProfileField",
    "ProfileLayer",
    "QrLayer",
    "RadialGradient",
    "Shadow",
    "ShapeFill",
    "ShapeLayer",
    "Size",
    "Slices",
    "Span",
    "Stop",
    "Stroke",
    "StylePatch",
    "TextLayer",
    "TextStyle",
    "Words",
]
