"""Show a template: as it looks with somebody's own name on it, small, and kept once it has been painted."""

import secrets
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from app.flow.make_poster import Studio
from app.kernel.digest import digest_of
from app.kernel.errors import Invalid
from app.rendering.calendar_slots import calendar_texts, with_calendar
from app.rendering.display import DisplayList
from app.rendering.layout import lay_out
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate
from app.rendering.thumbnail import EFFORT, QUALITY, thumbnail
from app.rendering.values import PROFILE_FIELDS, Profile, Values
from app.rendering.version import renderer_version

WIDTHS_PX = (360, 540, 1080)
NOBODY: dict[Language, Profile] = {
    "zh": Profile("您的姓名", "职务", "电话", "机构", "执业编号"),
    "en": Profile("Your name", "Title", "Phone", "Organisation", "Licence no."),
}


@dataclass(frozen=True, slots=True)
class Showing:
    """A picture that is wanted: a template with a profile on it, or with words in its place (None). `size` falls back
    to the template's first.

    With a `day`, the calendar's slots say what it is on that day; without, they show the template's examples.
    """

    template: LoadedTemplate
    profile: Profile | None
    language: Language
    width_px: int
    size: str | None = None
    day: date | None = None

    @property
    def spoken(self) -> Language:
        """The language wanted, where the template speaks it."""
        template = self.template.template
        return self.language if self.language in template.languages else template.language


def key_of(studio: Studio, showing: Showing) -> str:
    """A digest over everything that the pixels depend on; nothing is painted for it."""
    profile = showing.profile or nobody(studio, showing.spoken)
    size_name, _ = showing.template.template.size(showing.size)
    return digest_of(
        {
            "template": showing.template.digest,
            "size": size_name,
            "profile": [getattr(profile, name) for name in PROFILE_FIELDS],
            "photo": [profile.photo.digest if profile.photo else "", *profile.photo_focus],
            "language": showing.spoken,
            "day": calendar_texts(showing.template.template, showing.day, showing.spoken) if showing.day else {},
            "width": showing.width_px,
            "fonts": studio.kit.fonts.digest,
            "renderer": [renderer_version(), QUALITY, EFFORT],
        }
    )


def show_template(studio: Studio, folder: Path, showing: Showing) -> bytes:
    """The picture as a WebP, from `folder` where it has been painted before.

    In the place of a profile that does not fit the template (the editor says where) there are words.
    """
    key = key_of(studio, showing)
    file = folder / key[:2] / f"{key}.webp"
    try:
        return file.read_bytes()
    except FileNotFoundError:
        data = _paint(studio, showing)
    _keep(file, data)
    return data


def nobody(studio: Studio, language: Language) -> Profile:
    """What stands in the place of somebody's name, photo and number."""
    return replace(NOBODY[language], photo=studio.no_photo)


def _paint(studio: Studio, showing: Showing) -> bytes:
    try:
        display = _laid_out(studio, showing, showing.profile or nobody(studio, showing.spoken))
    except Invalid:
        display = _laid_out(studio, showing, nobody(studio, showing.spoken))
    return thumbnail(display, studio.kit.fonts, showing.width_px, studio.cache)


def _laid_out(studio: Studio, showing: Showing, profile: Profile) -> DisplayList:
    loaded, values = showing.template, Values(profile=profile)
    if showing.day:
        values = with_calendar(loaded.template, values, showing.day, showing.spoken)
    return lay_out(
        loaded.template, showing.size, values, studio.kit, loaded.pictures, studio.sample_link, showing.spoken
    )


def _keep(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    part.write_bytes(data)
    part.replace(file)
