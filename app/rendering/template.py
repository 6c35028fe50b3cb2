"""A template: what template.json says, read whole and checked in itself, every problem with its path."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from app.kernel.errors import Invalid, Problem
from app.rendering.pictures import Picture
from app.rendering.scene import (
    Box,
    DisclosureLayer,
    GroupLayer,
    Language,
    Layer,
    Localised,
    Model,
    Name,
    PictureLayer,
    Point,
    ProfileLayer,
    QrLayer,
    Size,
    TextLayer,
    TextStyle,
    Words,
)

Product = Literal["fund", "wealth", "deposit", "insurance", "credit_card", "brokerage", "loan", "generic"]
Jurisdiction = Literal["CN", "US", "UK", "HK", "SG", "EU"]
Review = Literal["never", "on_finding", "always"]


class TextSlot(Model):
    """An open text. `max_chars` counts code points; `must_change` refuses the example itself as a value.

    `styles` are the template styles that the advisor may choose from (the layer's own is always allowed). `move` is the
    box in which the layer may be moved; without it the layer stays where it is.
    """

    kind: Literal["text"]
    label: Localised
    hint: Localised | None = None
    required: bool = True
    must_change: bool = False
    max_chars: int = Field(ge=1, le=2000)
    multiline: bool = False
    example: Words
    styles: tuple[str, ...] = ()
    move: dict[str, Box] = Field(default_factory=dict, description="bounds by size name")
    review: Review = "on_finding"


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


def read_template(data: bytes, path: str = "") -> Template:
    """The template that `data` (JSON) describes.

    *Raises* Invalid ``bad_template`` with every problem, each under `path` and the place in the file.
    """
    prefix = f"{path}: " if path else ""
    try:
        document = json.loads(data)
        template = Template.model_validate(document)
    except ValidationError as error:
        problems = [
            Problem(prefix + _dotted(item["loc"]), "bad_template", item["msg"].removeprefix("Value error, "))
            for item in error.errors()
        ]
        raise Invalid("bad_template", f"{len(problems)} problems in the template", problems) from error
    except ValueError as error:
        problem = Problem(prefix + "$", "bad_template", f"not JSON: {error}")
        raise Invalid("bad_template", str(problem), [problem]) from error
    problems = [Problem(prefix + p.path, p.code, p.message) for p in _problems(template)]
    if problems:
        raise Invalid("bad_template", f"{len(problems)} problems in the template", problems)
    return template


_UNION_TAGS = frozenset(
    [
        "picture",
        "shape",
        "text",
        "profile",
        "disclosure",
        "qr",
        "group",
        "linear",
        "radial",
        "str",
        "Localised",
        "LinearGradient",
        "RadialGradient",
    ]
) | {"constrained-str", "function-after[_one_source(), Span]"}


def _dotted(location: tuple[int | str, ...]) -> str:
    dotted = ""
    for index, part in enumerate(location):
        if isinstance(part, int):
            dotted += f"[{part}]"
        elif index == 0 or part not in _UNION_TAGS:
            dotted += f".{part}" if dotted else part
    return dotted or "$"


def _problems(template: Template) -> Iterator[Problem]:
    for slot_name, slot in template.slots.items():
        yield from _slot_problems(template, slot_name, slot)
    for size_name, size in template.sizes.items():
        yield from _size_problems(template, size_name, size)


def _slot_problems(template: Template, name: str, slot: Slot) -> Iterator[Problem]:
    path = f"slots.{name}"
    if isinstance(slot, TextSlot):
        for language in template.languages:
            words = slot.example if isinstance(slot.example, str) else slot.example.text(language)
            if len(words) > slot.max_chars:
                yield Problem(f"{path}.example", "too_long", f"{len(words)} characters, {slot.max_chars} allowed")
        for style in slot.styles:
            if style not in template.styles:
                yield Problem(f"{path}.styles", "unknown_style", f"there is no style “{style}”")
    for size in slot.move:
        if size not in template.sizes:
            yield Problem(f"{path}.move", "unknown_size", f"there is no size “{size}”")


def _size_problems(template: Template, size_name: str, size: Size) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    slots_drawn: set[str] = set()
    qr_codes: set[Language] = set()
    for path, layer in flat(size.layers, f"sizes.{size_name}.layers"):
        if layer.name in seen:
            yield Problem(f"{path}.name", "duplicate_layer", f"“{layer.name}” is also the name of {seen[layer.name]}")
        seen[layer.name] = path
        yield from _style_problems(template, path, layer)
        for slot_path, slot_name, kind in slot_uses(layer, path):
            slots_drawn.add(slot_name)
            slot = template.slots.get(slot_name)
            if slot is None:
                yield Problem(slot_path, "unknown_slot", f"there is no slot “{slot_name}”")
            elif slot.kind != kind:
                yield Problem(slot_path, "wrong_slot_kind", f"slot “{slot_name}” holds a {slot.kind}, not a {kind}")
        if isinstance(layer, QrLayer):
            shown = (layer.only,) if layer.only else template.languages
            for language in shown:
                if language in qr_codes:
                    yield Problem(path, "second_qr", "a size has one QR code: two on one screen cannot be scanned")
                qr_codes.add(language)
    for slot_name, slot in template.slots.items():
        if slot.required and slot_name not in slots_drawn:
            yield Problem(f"sizes.{size_name}", "slot_not_drawn", f"required slot “{slot_name}” has no layer here")


def slot_uses(layer: Layer, path: str) -> Iterator[tuple[str, str, str]]:
    """(path, slot name, kind of slot) of every slot that `layer` itself draws."""
    if isinstance(layer, PictureLayer) and layer.slot:
        yield f"{path}.slot", layer.slot, "picture"
    if isinstance(layer, TextLayer):
        if layer.slot:
            yield f"{path}.slot", layer.slot, "text"
        for index, span in enumerate(layer.spans):
            if span.slot:
                yield f"{path}.spans[{index}].slot", span.slot, "text"


def _style_problems(template: Template, path: str, layer: Layer) -> Iterator[Problem]:
    if isinstance(layer, TextLayer | ProfileLayer | DisclosureLayer):
        if layer.style is not None and layer.style not in template.styles:
            yield Problem(f"{path}.style", "unknown_style", f"there is no style “{layer.style}”")


__all__ = [
    "LoadedTemplate",
    "PictureSlot",
    "ProfileLayer",
    "Slot",
    "Template",
    "TextSlot",
    "Validity",
    "flat",
    "read_template",
    "slot_uses",
]
