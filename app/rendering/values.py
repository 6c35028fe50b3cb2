"""What a person fills into a template, and whether it may stand there."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.kernel.errors import Problem
from app.rendering.characters import forbidden_characters, named
from app.rendering.fonts import FontBook
from app.rendering.pictures import Picture
from app.rendering.scene import Words
from app.rendering.template import PictureSlot, Template, TextSlot

PROFILE_FIELDS = ("name", "title", "phone", "organisation", "licence")
PROFILE_MAX_CHARS = 200
MAX_ZOOM = 4.0
MAX_MARKS = 100


@dataclass(frozen=True, slots=True)
class Profile:
    """The advisor as posters show them. `photo_focus` is the point of the photo that stays in view, as fractions."""

    name: str = ""
    title: str = ""
    phone: str = ""
    organisation: str = ""
    licence: str = ""
    photo: Picture | None = None
    photo_focus: tuple[float, float] = (0.5, 0.4)


@dataclass(frozen=True, slots=True)
class Marked:
    """Characters `start` to `end` of a slot's text, set in the family, weight and colour of one of its styles."""

    start: int
    end: int
    style: str


@dataclass(frozen=True, slots=True)
class TextValue:
    """A text for a slot; `style` is one of the slot's styles, `offset` moves its layer by pixels of the size.

    `marks` are the stretches that look different, in order.
    """

    text: str
    style: str | None = None
    offset: tuple[float, float] | None = None
    marks: tuple[Marked, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureValue:
    """A picture for a slot; `focus` is the point that stays in view, as fractions.

    `zoom` from 1 (as much as fits) to MAX_ZOOM enlarges it around that point.
    """

    picture: Picture
    focus: tuple[float, float] | None = None
    offset: tuple[float, float] | None = None
    zoom: float = 1.0


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a text may hold that is no slot's."""

    max_chars: int
    multiline: bool = False
    emoji: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that is filled in. A slot that is left out shows the template's example."""

    slots: Mapping[str, TextValue | PictureValue] = field(default_factory=dict)
    profile: Profile = Profile()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures in the slots, and the photo."""
        found = tuple(value.picture for value in self.slots.values() if isinstance(value, PictureValue))
        return found if self.profile.photo is None else (*found, self.profile.photo)


def words_in(words: Words, language: str) -> str:
    """The text of `words` in `language` (or in the other, when it has only that)."""
    if isinstance(words, str):
        return words
    return words.text("en" if language == "en" else "zh")


def validate(template: Template, values: Values, fonts: FontBook, *, complete: bool = True) -> list[Problem]:
    """Everything that is wrong with `values` before they are laid out.

    With `complete`, a required slot that is left out is a problem; without, its example is meant.
    """
    problems: list[Problem] = []
    for name, value in values.slots.items():
        problems += _slot_problems(template, name, value, fonts)
    if complete:
        for name, slot in template.slots.items():
            if slot.required and name not in values.slots:
                problems.append(Problem(f"slots.{name}", "required", "this must be filled in"))
    for name in PROFILE_FIELDS:
        text = getattr(values.profile, name)
        problems += text_problems(f"profile.{name}", text, Allowed(PROFILE_MAX_CHARS), fonts)
    return problems


def _slot_problems(
    template: Template, name: str, value: TextValue | PictureValue, fonts: FontBook
) -> Iterator[Problem]:
    path = f"slots.{name}"
    slot = template.slots.get(name)
    if slot is None:
        known = ", ".join(template.slots) or "none"
        yield Problem(path, "unknown_slot", f"the template has no slot “{name}”; it has {known}")
    elif isinstance(slot, TextSlot) and isinstance(value, TextValue):
        yield from _text_value_problems(path, slot, value, fonts)
    elif isinstance(slot, PictureSlot) and isinstance(value, PictureValue):
        yield from _picture_value_problems(path, slot, value)
    else:
        yield Problem(path, "wrong_kind", f"this slot holds a {slot.kind}")
    if slot is not None and value.offset is not None and value.offset != (0, 0) and not slot.move:
        yield Problem(f"{path}.offset", "not_movable", "this slot stays where it is")


def _text_value_problems(path: str, slot: TextSlot, value: TextValue, fonts: FontBook) -> Iterator[Problem]:
    if slot.required and not value.text.strip():
        yield Problem(path, "required", "this must be filled in")
    if slot.must_change and value.text in (words_in(slot.example, "zh"), words_in(slot.example, "en")):
        yield Problem(path, "must_change", "the example must be replaced with words of your own")
    if value.style is not None:
        yield from _style_problems(f"{path}.style", slot, value.style)
    yield from _mark_problems(f"{path}.marks", slot, value)
    yield from text_problems(path, value.text, slot, fonts)


def _style_problems(path: str, slot: TextSlot, style: str) -> Iterator[Problem]:
    if style not in slot.styles:
        allowed = ", ".join(slot.styles) or "none"
        yield Problem(path, "style_not_allowed", f"“{style}” is not one of the styles here: {allowed}")


def _mark_problems(path: str, slot: TextSlot, value: TextValue) -> Iterator[Problem]:
    if len(value.marks) > MAX_MARKS:
        yield Problem(path, "too_many", f"{len(value.marks)} stretches, {MAX_MARKS} allowed")
        return
    done = 0
    for index, mark in enumerate(value.marks):
        yield from _style_problems(f"{path}[{index}].style", slot, mark.style)
        if not done <= mark.start < mark.end <= len(value.text):
            message = f"{mark.start} to {mark.end} is no stretch of the text after offset {done}"
            yield Problem(f"{path}[{index}]", "bad_mark", message)
        done = max(done, mark.end)


def _picture_value_problems(path: str, slot: PictureSlot, value: PictureValue) -> Iterator[Problem]:
    width_px, height_px = slot.min_px
    picture = value.picture
    if picture.width_px < width_px or picture.height_px < height_px:
        seen = f"{picture.width_px}×{picture.height_px}"
        yield Problem(path, "picture_too_small", f"{seen} px; at least {width_px}×{height_px} px are needed")
    if value.focus is not None:
        if not slot.crop:
            yield Problem(f"{path}.focus", "crop_not_allowed", "the part shown is fixed in this template")
        elif not all(0 <= part <= 1 for part in value.focus):
            yield Problem(f"{path}.focus", "bad_focus", "both parts lie between 0 and 1")
    if not 1 <= value.zoom <= MAX_ZOOM:
        yield Problem(f"{path}.zoom", "bad_zoom", f"lies between 1 and {MAX_ZOOM:g}")
    elif value.zoom > 1 and not slot.crop:
        yield Problem(f"{path}.zoom", "crop_not_allowed", "the part shown is fixed in this template")


def text_problems(path: str, text: str, may: "Allowed | TextSlot", fonts: FontBook) -> Iterator[Problem]:
    """What is wrong with one text: its length, characters that may not stand in a poster, characters no font draws."""
    if len(text) > may.max_chars:
        yield Problem(path, "too_long", f"{len(text)} characters, {may.max_chars} allowed")
        return
    refused = set()
    for offset, character in forbidden_characters(text, multiline=may.multiline, emoji=may.emoji):
        refused.add(character)
        yield Problem(path, "forbidden_character", f"{named(character)} at offset {offset} is not allowed here")
    for offset, character in enumerate(text):
        if character in refused or character.isspace() or unicodedata.combining(character):
            continue  # an accent is drawn with its letter; layout sees both
        if may.emoji and unicodedata.category(character) in ("Cf", "Mn", "Me"):
            continue  # and what joins pictures, with them
        if not any(face.has(ord(character)) for face in fonts.faces):
            refused.add(character)
            yield Problem(path, "missing_glyph", f"no font has {named(character)}, at offset {offset}")
