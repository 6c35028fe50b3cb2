"""Inspect a template: whether it can be laid out at all, what its own copy says, what the longest people do to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from app.flow.findings import written
from app.flow.make_poster import Order, Studio, compose
from app.kernel.errors import Invalid, Problem
from app.rendering.display import DisplayList, TextItem
from app.rendering.layout import lay_out
from app.rendering.scene import Language, ProfileLayer, TextLayer
from app.rendering.template import LoadedTemplate, Template, TextSlot, flat
from app.rendering.values import PROFILE_FIELDS, Profile, TextValue, Values

_FILLER: Mapping[Language, str] = {
    "zh": "山色新茶也正好一路同行稳步向前把日子过成自己喜欢的样子",
    "en": "quiet hills and a fresh cup of tea for every morning that comes ",
}


@dataclass(frozen=True, slots=True)
class Strain:
    """What a long text does to one size: it is set `smaller`, or it `overflows`. Sizes are in pixels of that size.

    `path` is ``profile.FIELD`` or ``slots.NAME``; `detail` says by how much it overflows.
    """

    path: str
    size: str
    language: Language
    outcome: Literal["smaller", "overflows", "cannot_be_drawn"]
    text: str
    usual_px: float = 0.0
    set_px: float = 0.0
    detail: str = ""


def layout_problems(studio: Studio, loaded: LoadedTemplate) -> list[Problem]:
    """What prevents the template from being laid out with its own examples, in any size and language."""
    found: dict[Problem, None] = {}
    for size, language in _forms(loaded.template):
        try:
            _laid_out(studio, loaded, size, language, Values({}, studio.sample_profile))
        except Invalid as error:
            for one in error.problems:
                place = one.path if one.path.startswith("sizes.") else f"sizes.{size}: {one.path}"
                found[Problem(place, one.code, one.message)] = None
    return list(found)


def copy_review(studio: Studio, loaded: LoadedTemplate, day: date) -> list[dict[str, Any]]:
    """What the rules find in the template's own copy, blocking or not: each finding once, with all `sizes` it is in."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    held = max(day, loaded.template.validity.starts_on)
    held = min(held, loaded.template.validity.ends_on or held)
    for size, language in _forms(loaded.template):
        values = Values({}, studio.sample_profile)
        _, judgement = compose(studio, Order(loaded, values, studio.sample_link, "png", held, size, language))
        for one in written(judgement, size, language):
            key = (one["rule"], one["severity"], one["text"], one["place"], language)
            found.setdefault(key, one | {"sizes": []})["sizes"].append(size)
    return list(found.values())


def fitting_profile(
    studio: Studio, loaded: LoadedTemplate, size: str, language: Language, profile: Profile
) -> tuple[Profile, list[Problem]]:
    """`profile` with the sample's fields in place of those that cannot be drawn in this size, and why they cannot."""
    problems: list[Problem] = []
    fitting = profile
    for _ in PROFILE_FIELDS:
        try:
            _laid_out(studio, loaded, size, language, Values({}, fitting))
            break
        except Invalid as error:
            wrong = {one.path.removeprefix("profile."): one for one in error.problems}
            fields = [name for name in PROFILE_FIELDS if name in wrong]
            if not fields:
                raise
            problems += [wrong[name] for name in fields]
            fitting = replace(fitting, **{name: getattr(studio.sample_profile, name) for name in fields})
    return fitting, problems


def strains(studio: Studio, loaded: LoadedTemplate, profile: Profile) -> list[Strain]:
    """What the people with the longest names, and slots that are filled to the brim, do to every size and language."""
    found: list[Strain] = []
    for size, language in _forms(loaded.template):
        found += _profile_strains(studio, loaded, size, language, profile)
        found += _slot_strains(studio, loaded, size, language)
    return found


def _profile_strains(
    studio: Studio, loaded: LoadedTemplate, size: str, language: Language, profile: Profile
) -> Iterator[Strain]:
    fitting, problems = fitting_profile(studio, loaded, size, language, profile)
    for one in problems:
        outcome: Literal["overflows", "cannot_be_drawn"] = "overflows" if one.code == "overflow" else "cannot_be_drawn"
        text = getattr(profile, one.path.removeprefix("profile."))
        yield Strain(one.path, size, language, outcome, text, detail=one.message)
    usual = _laid_out(studio, loaded, size, language, Values({}, studio.sample_profile))
    strained = _laid_out(studio, loaded, size, language, Values({}, fitting))
    shown = _profile_layers(loaded.template, size)
    for layer, before, after in _shrunk(usual, strained):
        for name in shown.get(layer, ()):
            text = getattr(fitting, name)
            if text != getattr(studio.sample_profile, name):
                yield Strain(f"profile.{name}", size, language, "smaller", text, before, after)


def _slot_strains(studio: Studio, loaded: LoadedTemplate, size: str, language: Language) -> Iterator[Strain]:
    full = {
        name: TextValue(brimful(slot.max_chars, language))
        for name, slot in loaded.template.slots.items()
        if isinstance(slot, TextSlot)
    }
    usual = _laid_out(studio, loaded, size, language, Values({}, studio.sample_profile))
    values = Values(full, studio.sample_profile)
    for _ in range(len(full) + 1):
        try:
            strained = _laid_out(studio, loaded, size, language, values)
            break
        except Invalid as error:
            for one in error.problems:
                name = one.path.removeprefix("slots.")
                if name in full:
                    yield Strain(one.path, size, language, "overflows", full[name].text, detail=one.message)
            values = replace(values, slots={name: one for name, one in values.slots.items() if not _names(error, name)})
    else:
        return
    slots = {item.layer: item.slot for item in strained.items if isinstance(item, TextItem)}
    for layer, before, after in _shrunk(usual, strained):
        name = slots[layer] or ""
        if name in values.slots and name in full:
            yield Strain(f"slots.{name}", size, language, "smaller", full[name].text, before, after)


def _names(error: Invalid, slot: str) -> bool:
    return any(one.path == f"slots.{slot}" for one in error.problems)


def brimful(characters: int, language: Language) -> str:
    """A text of so many characters, for a slot that is filled to its limit."""
    filler = _FILLER[language]
    text = (filler * (characters // len(filler) + 1))[:characters]
    return text[:-1] + "." if text.endswith(" ") else text


def _forms(template: Template) -> Iterator[tuple[str, Language]]:
    for size in template.sizes:
        for language in template.languages:
            yield size, language


def _laid_out(studio: Studio, loaded: LoadedTemplate, size: str, language: Language, values: Values) -> DisplayList:
    return lay_out(loaded.template, size, values, studio.kit, loaded.pictures, studio.sample_link, language)


def _profile_layers(template: Template, size: str) -> dict[str, tuple[str, ...]]:
    """The profile fields that each layer shows."""
    found: dict[str, tuple[str, ...]] = {}
    for _, layer in flat(template.sizes[size].layers, ""):
        if isinstance(layer, ProfileLayer):
            found[layer.name] = (layer.field,)
        elif isinstance(layer, TextLayer):
            found[layer.name] = tuple(span.field for span in layer.spans if span.field)
    return found


def _shrunk(usual: DisplayList, strained: DisplayList) -> Iterator[tuple[str, float, float]]:
    """(layer, its usual size, its size now) of every text that is set smaller than usual."""
    before = {item.layer: item.size for item in usual.items if isinstance(item, TextItem)}
    for item in strained.items:
        if isinstance(item, TextItem) and item.size < before.get(item.layer, 0.0) - 0.25:
            yield item.layer, before[item.layer], item.size
