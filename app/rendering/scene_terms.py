"""The words that the template format is made of: names, colours, points, texts in two languages, fills and strokes."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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


class ConicGradient(Model):
    """Around `centre` (fractions of the box), clockwise from `start` degrees (0 is upwards)."""

    kind: Literal["conic"]
    centre: Point = (0.5, 0.5)
    start: float = 0
    stops: tuple[Stop, ...] = Field(min_length=2)


Gradient = Annotated[LinearGradient | RadialGradient, Field(discriminator="kind")]
Fill = Colour | Gradient
ShapeGradient = Annotated[LinearGradient | RadialGradient | ConicGradient, Field(discriminator="kind")]
ShapeFill = Colour | ShapeGradient
Blend = Literal["normal", "multiply", "screen", "overlay"]


class Stroke(Model):
    """A line of `width` px centred on the outline; `dash` alternates on and off lengths."""

    colour: Colour
    width: float = Field(gt=0)
    dash: tuple[float, ...] = ()


class Shadow(Model):
    """What a layer casts on those below it: its own outline, moved by `offset` and softened over `blur` px as in CSS.

    It falls on whole pixels, and in the same direction however its layer is turned.
    """

    colour: Colour = "#00000066"
    offset: Point = (0, 4)
    blur: float = Field(default=8, ge=0, le=400)


class Outline(Model):
    """A line around letters, of which `width` em are seen outside of them."""

    colour: Colour
    width: float = Field(gt=0, le=0.5)
