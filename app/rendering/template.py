"""A template: what template.json says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.kernel.errors import Invalid, Problem
from app.rendering.almanac import CalendarWord
from app.rendering.pictures import Picture
from app.rendering.scene import (
    Box,
    GroupLayer,
    Language,
    Layer,
    Localised,
    Model,
    Name,
    Point,
    Size,
    TextStyle,
    Words,
)

Product = Literal["fund", "wealth", "deposit", "insurance", "credit_card", "brokerage", "loan", "generic"]
Jurisdiction = Literal["CN", "US", "UK", "HK", "SG", "EU"]
Review = Literal["never", "on_finding", "always"]


class TextSlot(Model):
    """An open text. `max_chars` counts code points; `must_change` refuses the example itself as a value.

    `emoji` allows coloured pictures in it.
    `styles` are the template styles that the advisor may choose from (the layer's own is always allowed). `move` is the
    box in which the layer may be moved; without it the layer stays where it is. What `calendar` says of the poster's
    day fills the slot to begin with; for ``line`` it is the one of `lines` whose festival or solar term it is.
    """

    kind: Literal["text"]
    label: Localised
    hint: Localised | None = None
    required: bool = True
    must_change: bool = False
    max_chars: int = Field(ge=1, le=2000)
    multiline: bool = False
    emoji: bool = False
    example: Words
    styles: tuple[str, ...] = ()
    move: dict[str, Box] = Field(default_factory=dict, description="bounds by size name")
    review: Review = "on_finding"
    calendar: CalendarWord | None = None
    lines: dict[str, Words] = Field(default_factory=dict, description="by solar term or festival, in Chinese")


class PictureSlot(Model):
    """An open picture. `example` is a file of the template folder; `min_px` the least width and height accepted."""

    kind: Literal["picture"]
    label: Localised
    hint: Localised | None = None
    required: bool = True
    must_change: bool = False
    example: str
    focus: Point = (0.5, 0.5)
    crop: bool = Field(default=True, description="whether the advisor may choose the part shown")
    min_px: tuple[int, int] = (400, 400)
    move: dict[str, Box] = Field(default_factory=dict, description="bounds by size name")
    review: Review = "always"


Slot = Annotated[TextSlot | PictureSlot, Field(discriminator="kind")]


class Validity(Model):
    """The days on which the template may be used, both included."""

    starts_on: date
    ends_on: date | None = None


class Template(Model):
    """The whole of a template.json."""

    schema_: str | None = Field(default=None, alias="$schema")
    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    content_type: Literal[
        "poster", "daily", "festival", "knowledge_card", "personal_card", "business_card", "invitation"
    ]
    title: Localised
    summary: Localised
    brand: str
    product: Product
    jurisdiction: Jurisdiction
    languages: tuple[Language, ...] = Field(default=("zh",), min_length=1)
    channels: tuple[str, ...] = ("wechat", "print")
    validity: Validity
    tags: tuple[str, ...] = ()
    styles: dict[Name, TextStyle] = Field(default_factory=dict)
    slots: dict[Name, Slot] = Field(default_factory=dict)
    sizes: dict[Name, Size] = Field(min_length=1)

    @property
    def language(self) -> Language:
        """The language that the template speaks when nobody asks for another."""
        return self.languages[0]

    def size(self, name: str | None) -> tuple[str, Size]:
        """The size called `name`, or the first one. *Raises* Invalid ``unknown_size``."""
        chosen = name or next(iter(self.sizes))
        if chosen not in self.sizes:
            known = ", ".join(self.sizes)
            raise Invalid.of(
                [Problem("size", "unknown_size", f"there is no size “{chosen}”; this template has {known}")]
            )
        return chosen, self.sizes[chosen]


@dataclass(frozen=True, slots=True)
class LoadedTemplate:
    """A template with its pictures by file name; `digest` changes with any byte of either."""

    template: Template
    pictures: Mapping[str, Picture]
    digest: str


def flat(layers: tuple[Layer, ...], path: str) -> Iterator[tuple[str, Layer]]:
    """Every layer with its path, groups before their members."""
    for index, layer in enumerate(layers):
        here = f"{path}[{index}]"
        yield here, layer
        if isinstance(layer, GroupLayer):
            yield from flat(layer.layers, f"{here}.layers")
