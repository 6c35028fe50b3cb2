"""What became of a template from one version to the next: its copy slot by slot, and the layers that were touched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from app.rendering.scene import DisclosureLayer, GroupLayer, Language, Layer, ProfileLayer, Size, TextLayer
from app.rendering.template import LoadedTemplate, PictureSlot, Template, TextSlot, flat
from app.rendering.values import words_in
from app.review.core import Piece, copy_diff

Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class SlotChange:
    """A slot that differs; `pieces` tells its example's copy, `limits` the names of what else was changed."""

    name: str
    label: str
    change: Change
    pieces: tuple[Piece, ...] = ()
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerChange:
    """A layer of a size that differs; `pieces` tells its fixed copy, if that differs."""

    size: str
    name: str
    kind: str
    change: Change
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateDiff:
    """Everything that differs. `facts` names fields of the template itself, `styles` text styles."""

    facts: tuple[str, ...]
    slots: tuple[SlotChange, ...]
    sizes: tuple[tuple[str, Change], ...]
    layers: tuple[LayerChange, ...]
    styles: tuple[tuple[str, Change], ...]
    pictures: tuple[tuple[str, Change], ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the version's number differs."""
        return not (self.facts or self.slots or self.sizes or self.layers or self.styles or self.pictures)


_FACTS = ("title", "summary", "content_type", "product", "jurisdiction", "languages", "channels", "validity", "tags")
_LIMITS = ("label", "hint", "required", "must_change", "move", "review")


def template_diff(old: LoadedTemplate, new: LoadedTemplate, language: Language) -> TemplateDiff:
    """The differences between two versions, words in `language`."""
    before, after = old.template, new.template
    return TemplateDiff(
        tuple(name for name in _FACTS if getattr(before, name) != getattr(after, name)),
        tuple(_slots(before, after, language)),
        tuple((name, change) for name, change in _names(before.sizes, after.sizes) if change != "changed"),
        tuple(_layers(before, after, language)),
        tuple(_names(before.styles, after.styles)),
        tuple(
            _names(
                {name: one.digest for name, one in old.pictures.items()},
                {name: one.digest for name, one in new.pictures.items()},
            )
        ),
    )


def _names(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[tuple[str, Change]]:
    for name in [*after, *(name for name in before if name not in after)]:
        if name not in before:
            yield name, "added"
        elif name not in after:
            yield name, "removed"
        elif before[name] != after[name]:
            yield name, "changed"


def _slots(before: Template, after: Template, language: Language) -> Iterator[SlotChange]:
    for name, change in _names(before.slots, after.slots):
        slot = after.slots.get(name) or before.slots[name]
        old, new = _example(before, name, language), _example(after, name, language)
        pieces = copy_diff(old, new) if old != new else ()
        limits = _limits(before, after, name) if change == "changed" else ()
        yield SlotChange(name, words_in(slot.label, language), change, pieces, limits)


def _example(template: Template, name: str, language: Language) -> str:
    slot = template.slots.get(name)
    return words_in(slot.example, language) if isinstance(slot, TextSlot) else ""


def _limits(before: Template, after: Template, name: str) -> tuple[str, ...]:
    old, new = before.slots[name], after.slots[name]
    own: tuple[str, ...] = ("kind",)
    if isinstance(old, TextSlot) and isinstance(new, TextSlot):
        own = ("max_chars", "multiline", "styles")
    elif isinstance(old, PictureSlot) and isinstance(new, PictureSlot):
        own = ("example", "focus", "crop", "min_px")
    return tuple(field for field in (*own, *_LIMITS) if getattr(old, field) != getattr(new, field))


def _layers(before: Template, after: Template, language: Language) -> Iterator[LayerChange]:
    for size in after.sizes:
        if size not in before.sizes:
            continue
        old, new = _by_name(before.sizes[size]), _by_name(after.sizes[size])
        for name, change in _names(old, new):
            layer = new.get(name) or old[name]
            were, are = (_copy(layers[name], language) if name in layers else "" for layers in (old, new))
            yield LayerChange(size, name, layer.kind, change, copy_diff(were, are) if were != are else ())


def _by_name(size: Size) -> dict[str, Layer]:
    """The layers of a size; a group counts without its members, which stand for themselves."""
    found: dict[str, Layer] = {}
    for _, layer in flat(size.layers, ""):
        found[layer.name] = layer.model_copy(update={"layers": ()}) if isinstance(layer, GroupLayer) else layer
    return found


def _copy(layer: Layer, language: Language) -> str:
    """The fixed words of a layer."""
    if isinstance(layer, DisclosureLayer):
        return words_in(layer.text, language)
    if isinstance(layer, ProfileLayer):
        return words_in(layer.prefix, language) + words_in(layer.suffix, language)
    if isinstance(layer, TextLayer):
        if layer.text is not None:
            return words_in(layer.text, language)
        return "".join(words_in(span.text, language) for span in layer.spans if span.text is not None)
    return ""
