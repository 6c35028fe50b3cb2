"""Fill: values as people write them, in JSON or in a table row, become `Values` of the renderer, pictures and all."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.kernel.digest import sha256_hex
from app.kernel.errors import Invalid, Problem
from app.rendering.pictures import Picture, read_picture
from app.rendering.template import Template, TextSlot
from app.rendering.values import PROFILE_FIELDS, Marked, PictureValue, Profile, TextValue, Values

ReadBytes = Callable[[str], bytes]
OpenPicture = Callable[[bytes, str], Picture]


def files_in(folder: Path) -> ReadBytes:
    """Reads files by their path relative to `folder`. What it returns raises Invalid ``missing_picture``."""

    def read(name: str) -> bytes:
        try:
            return (folder / name).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise Invalid("missing_picture", f"{name}: {reason}") from error

    return read


class Reader:
    """Collects values and problems. `read` finds the bytes of a picture by the name that the values give it.

    Pictures that are `known` (by digest, without their bytes) have been looked at before, and are not again.

    `opened` says how they are opened: by those who know where they come from, or as what a stranger brings.
    """

    def __init__(
        self, template: Template, read: ReadBytes, opened: OpenPicture = read_picture, known: Iterable[Picture] = ()
    ) -> None:
        self.template = template
        self.problems: list[Problem] = []
        self._read = read
        self._open = opened
        self._known = {picture.digest: picture for picture in known}
        self._last: tuple[str, Picture] | None = None

    def wrong(self, path: str, code: str, message: str) -> None:
        """Note one problem."""
        self.problems.append(Problem(path, code, message))

    def take_problems(self) -> list[Problem]:
        """The problems noted so far; the list is empty afterwards."""
        taken, self.problems = self.problems, []
        return taken

    def picture(self, name: object, path: str) -> Picture | None:
        """The picture called `name`; None, and a problem noted, where there is none."""
        if not isinstance(name, str) or not name:
            self.wrong(path, "wrong_type", "must name a picture")
            return None
        if self._last is not None and self._last[0] == name:
            return self._last[1]
        try:
            data = self._read(name)
            known = self._known.get(sha256_hex(data)) if self._known else None
            found = replace(known, data=data) if known is not None else self._open(data, path)
        except Invalid as error:
            message = error.problems[0].message if error.problems else error.message
            self.wrong(path, error.code, message)
            return None
        self._last = (name, found)
        return found

    def slot(self, name: str, given: object) -> TextValue | PictureValue | None:
        """The value of one slot, from a string, ``{"text"…}`` or ``{"picture"…}``."""
        path = f"slots.{name}"
        if isinstance(given, str):
            return TextValue(given)
        if isinstance(given, Mapping) and "text" in given:
            return self._text(given, path)
        if isinstance(given, Mapping) and "picture" in given:
            self._unknown_keys(given, {"picture", "focus", "offset", "zoom"}, path)
            picture = self.picture(given["picture"], f"{path}.picture")
            focus = self._pair(given.get("focus"), f"{path}.focus", 0, 1)
            offset = self._pair(given.get("offset"), f"{path}.offset", -20_000, 20_000)
            zoom = self._number(given.get("zoom", 1), f"{path}.zoom")
            return PictureValue(picture, focus=focus, offset=offset, zoom=zoom) if picture else None
        self.wrong(path, "wrong_type", 'must be a text, or an object with "text" or "picture"')
        return None

    def _text(self, given: Mapping[str, Any], path: str) -> TextValue | None:
        self._unknown_keys(given, {"text", "style", "offset", "marks"}, path)
        text, style = given["text"], given.get("style")
        if not isinstance(text, str):
            self.wrong(f"{path}.text", "wrong_type", "must be a text")
            return None
        if style is not None and not isinstance(style, str):
            self.wrong(f"{path}.style", "wrong_type", "must be the name of a style")
            return None
        offset = self._pair(given.get("offset"), f"{path}.offset", -20_000, 20_000)
        return TextValue(text, style, offset, self._marks(given.get("marks", []), f"{path}.marks"))

    def _marks(self, given: object, path: str) -> tuple[Marked, ...]:
        """Stretches of a text, each ``{"start", "end", "style"}``."""
        found = []
        for index, mark in enumerate(given if isinstance(given, list) else [given]):
            match mark:
                case {"start": int() as start, "end": int() as end, "style": str() as style, **rest} if not rest:
                    found.append(Marked(start, end, style))
                case _:
                    self.wrong(f"{path}[{index}]", "wrong_type", "must have start, end (whole numbers) and style")
        return tuple(found)

    def profile(self, given: Mapping[str, object], sample: Profile) -> Profile:
        """The profile: what is given, over `sample`."""
        self._unknown_keys(given, {*PROFILE_FIELDS, "photo", "focus"}, "profile")
        texts = {field: getattr(sample, field) for field in PROFILE_FIELDS}
        for field in PROFILE_FIELDS:
            if field in given:
                texts[field] = self._profile_text(field, given[field])
        photo, focus = sample.photo, sample.photo_focus
        if given.get("photo") is not None:
            photo = self.picture(given["photo"], "profile.photo")
            focus = Profile().photo_focus
        return Profile(**texts, photo=photo, photo_focus=self._pair(given.get("focus"), "profile.focus", 0, 1) or focus)

    def _profile_text(self, field: str, given: object) -> str:
        if not isinstance(given, str):
            self.wrong(f"profile.{field}", "wrong_type", "must be a text")
            return ""
        return given

    def _pair(self, given: object, path: str, low: float, high: float) -> tuple[float, float] | None:
        if given is None:
            return None
        match given:
            case [float() | int() as x, float() | int() as y] if not isinstance(x, bool) and not isinstance(y, bool):
                if low <= x <= high and low <= y <= high:
                    return (float(x), float(y))
        self.wrong(path, "wrong_type", f"must be two numbers from {low:g} to {high:g}")
        return None

    def _number(self, given: object, path: str) -> float:
        if isinstance(given, float | int) and not isinstance(given, bool):
            return float(given)
        self.wrong(path, "wrong_type", "must be a number")
        return 1.0

    def _unknown_keys(self, given: Mapping[str, object], known: set[str], path: str) -> None:
        for key in given:
            if key not in known:
                self.wrong(f"{path}.{key}", "unknown_field", f"is not known here; known are {', '.join(sorted(known))}")


def read_json(data: bytes) -> object:
    """The JSON document in `data`. *Raises* Invalid ``bad_json``."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Invalid.of([Problem("$", "bad_json", f"not JSON: {error}")]) from error


def read_values(
    template: Template, document: object, read: ReadBytes, sample: Profile, opened: OpenPicture = read_picture
) -> Values:
    """The values in a document ``{"slots": {…}, "profile": {…}}``; what it leaves out of the profile is the sample's.

    `read` and `opened` are as in `Reader`. *Raises* Invalid with every problem that can be seen without laying the
    poster out.
    """
    reader = Reader(template, read, opened)
    if not isinstance(document, dict):
        raise Invalid.of([Problem("$", "wrong_type", 'must be an object with "slots" and "profile"')])
    parts: dict[str, dict[str, object]] = {}
    for key, part in document.items():
        if key not in {"slots", "profile"}:
            reader.wrong(key, "unknown_field", "is not known here; known are profile, slots")
        elif not isinstance(part, dict):
            reader.wrong(key, "wrong_type", "must be an object")
        else:
            parts[key] = part
    slots = {}
    for name, given in parts.get("slots", {}).items():
        if name not in template.slots:
            known = ", ".join(template.slots)
            reader.wrong(f"slots.{name}", "unknown_slot", f"there is no such slot; known are {known}")
        elif (value := reader.slot(name, given)) is not None:
            slots[name] = value
    profile = reader.profile(parts.get("profile", {}), sample)
    if reader.problems:
        raise Invalid.of(reader.problems)
    return Values(slots=slots, profile=profile)


def row_values(reader: Reader, cells: Mapping[str, str], no_photo: Picture | None) -> Values:
    """The values in one row of a table: an empty cell leaves a slot at its example and a profile field empty.

    Problems are noted in `reader`. An advisor without a name gets no poster: nobody's poster may carry another's name.
    """
    slots: dict[str, TextValue | PictureValue] = {}
    for name, cell in cells.items():
        slot = reader.template.slots.get(name)
        if slot is None or name in Profile.__dataclass_fields__:
            continue
        if isinstance(slot, TextSlot):
            slots[name] = TextValue(cell)
        elif (picture := reader.picture(cell, f"slots.{name}")) is not None:
            slots[name] = PictureValue(picture)
    if not cells.get("name"):
        reader.wrong("profile.name", "missing", "the row has no name")
    given = {field: cells[field] for field in (*PROFILE_FIELDS, "photo") if field in cells}
    nobody = Profile(photo=no_photo)
    return Values(slots=slots, profile=reader.profile(given, nobody))
