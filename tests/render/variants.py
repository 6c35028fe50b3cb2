"""Every built-in template filled in six ways, with as much of what is written as fits."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from icu4py.breakers import CharacterBreaker

from app.flow.inspect_template import brimful
from app.kernel.errors import Invalid
from app.rendering.display import DisplayList
from app.rendering.layout import lay_out
from app.rendering.scene import DisclosureLayer, GroupLayer, Layer, ProfileLayer, TextLayer
from app.rendering.template import Template, TextSlot
from app.rendering.values import PROFILE_FIELDS, Profile, TextValue, Values
from tests.posters import LINK, brand
from tests.render.cases import Case, loaded

KINDS = ("shortest", "typical", "longest", "emoji", "mixed", "vertical")
EMOJI = "🎉祝您平安👨‍👩‍👧国庆🇨🇳快乐1️⃣起❤️👍🏽"
MIXED = "2026年Lanshan“稳健”3.25%起，A股R2级——（见《说明》）é·𠮷"
NAMES = {"shortest": "林", "longest": "阿卜杜热合曼·买买提吐尔逊", "mixed": "林A·𠮷"}


def filled(case: Case, kind: str) -> DisplayList:
    """The case with values of this kind; a text that does not fit is cut until it does."""
    template, pictures = _template(case.slug, kind), loaded(case.slug).pictures
    slots = {name: slot for name, slot in template.slots.items() if isinstance(slot, TextSlot)}
    texts = {name: text for name, slot in slots.items() if (text := _text(kind, slot, case.language))}
    profile = brand().sample_profile
    if kind in NAMES:
        profile = replace(profile, name=NAMES[kind], title=NAMES[kind], organisation=NAMES[kind])
    for _ in range(40):
        values = Values({name: TextValue(text) for name, text in texts.items()}, profile)
        try:
            return lay_out(template, case.size, values, brand().kit, pictures, LINK, case.language)
        except Invalid as refused:
            texts, profile = _less(refused, texts, profile)
    raise AssertionError(f"{case} cannot be filled with what is {kind}")


def _text(kind: str, slot: TextSlot, language: str) -> str:
    """What is written into a slot; nothing where its example is meant."""
    if kind == "shortest":
        return "福" if language == "zh" else "A"
    if kind == "longest":
        return brimful(slot.max_chars, "en" if language == "en" else "zh")
    return _cut({"emoji": EMOJI, "mixed": MIXED}.get(kind, ""), slot.max_chars)


def _cut(text: str, most: int) -> str:
    """The first of the text's characters as people see them, of `most` code points together."""
    kept = ""
    for character in CharacterBreaker(text, "zh"):
        if len(kept) + len(character) > most:
            break
        kept += character
    return kept


def _less(refused: Invalid, texts: dict[str, str], profile: Profile) -> tuple[dict[str, str], Profile]:
    """What is left when a fifth is taken away from every text that does not fit."""
    for problem in refused.problems:
        place, _, name = problem.path.partition(".")
        assert problem.code == "overflow", problem
        if place == "slots":
            texts = texts | {name: _cut(texts[name], len(texts[name]) * 4 // 5)}
            assert texts[name], problem
        else:
            assert name in PROFILE_FIELDS, problem
            profile = replace(profile, **{name: _cut(getattr(profile, name), len(getattr(profile, name)) * 4 // 5)})
    return texts, profile


@cache
def _template(slug: str, kind: str) -> Template:
    template = loaded(slug).template
    if kind == "emoji":
        slots = {
            name: slot.model_copy(update={"emoji": True}) if isinstance(slot, TextSlot) else slot
            for name, slot in template.slots.items()
        }
        return template.model_copy(update={"slots": slots})
    if kind == "vertical":
        sizes = {
            name: size.model_copy(update={"layers": tuple(_upright(size.layers))})
            for name, size in template.sizes.items()
        }
        return template.model_copy(update={"sizes": sizes})
    return template


def _upright(layers: Iterable[Layer]) -> Iterable[Any]:
    """The layers with every text in columns, in its box stood on end (figures are wider on their side)."""
    for layer in layers:
        if isinstance(layer, GroupLayer):
            yield layer.model_copy(update={"layers": tuple(_upright(layer.layers))})
        elif isinstance(layer, TextLayer | ProfileLayer | DisclosureLayer):
            x, y, width, height = layer.box
            style = layer.set.model_copy(update={"direction": "vertical", "min_size": 8.0})
            yield layer.model_copy(update={"box": (x, y, 1.3 * height, 1.3 * width), "set": style})
        else:
            yield layer
