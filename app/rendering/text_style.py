"""How a template says that a text is set: its style, what a layer or a span sets differently, the plate under it."""

from typing import Literal

from pydantic import Field, model_validator

from app.rendering.scene_terms import Colour, Fill, Model, Name, Outline, Point, ProfileField, Stroke, Words


class TextStyle(Model):
    """How a text is set. A layer names a style of the template and may override single fields.

    `family` is a role of the brand kit (``sans``, ``serif``); `weight` one of the weights that the kit has. `tracking`
    is letter spacing in em. `size` is what the text is set at when it fits; with `min_size` it may shrink to that, and
    with `min_tracking` and `min_line_height` it is then tightened as far as those allow, before it is refused.

    `hanging` marks: with ``trim`` the blank half of a full-width mark at either end of a line lies outside of the box;
    with ``margin`` quotes, brackets and stops stand in a margin of half an em, inside the box, beside the measure.
    `autospace` leaves a quarter of an em between Chinese and Latin letters or figures. ``justify`` makes all lines but
    a paragraph's last equally long.
    """

    family: Name = "sans"
    weight: int = Field(default=400, ge=100, le=900)
    size: float = Field(default=34, gt=0)
    min_size: float | None = Field(default=None, gt=0)
    min_tracking: float | None = Field(default=None, ge=-0.2, le=2)
    min_line_height: float | None = Field(default=None, ge=0.8, le=4)
    line_height: float = Field(default=1.5, ge=0.8, le=4)
    colour: Colour = "@ink"
    tracking: float = Field(default=0, ge=-0.2, le=2)
    align: Literal["left", "centre", "right", "justify"] = "left"
    valign: Literal["top", "middle", "bottom"] = "top"
    max_lines: int | None = Field(default=None, ge=1)
    direction: Literal["horizontal", "vertical"] = "horizontal"
    phrases: bool = Field(default=False, description="break Chinese at phrases and balance the lines (headlines)")
    tabular: bool = Field(default=False, description="figures of one width")
    hanging: Literal["trim", "margin"] | None = None
    autospace: bool = Field(default=False, description="a gap between Chinese and Latin")
    outline: Outline | None = None


class StylePatch(Model):
    """The fields of a TextStyle that a layer or a span sets differently."""

    family: Name | None = None
    weight: int | None = Field(default=None, ge=100, le=900)
    size: float | None = Field(default=None, gt=0)
    min_size: float | None = Field(default=None, gt=0)
    min_tracking: float | None = Field(default=None, ge=-0.2, le=2)
    min_line_height: float | None = Field(default=None, ge=0.8, le=4)
    line_height: float | None = Field(default=None, ge=0.8, le=4)
    colour: Colour | None = None
    tracking: float | None = Field(default=None, ge=-0.2, le=2)
    align: Literal["left", "centre", "right", "justify"] | None = None
    valign: Literal["top", "middle", "bottom"] | None = None
    max_lines: int | None = Field(default=None, ge=1)
    direction: Literal["horizontal", "vertical"] | None = None
    phrases: bool | None = None
    tabular: bool | None = None
    hanging: Literal["trim", "margin"] | None = None
    autospace: bool | None = None
    outline: Outline | None = None

    def over(self, style: TextStyle) -> TextStyle:
        """The style with the fields that this patch has."""
        given = ((name, getattr(self, name)) for name in self.model_fields_set)
        changes = {name: value for name, value in given if value is not None}
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
