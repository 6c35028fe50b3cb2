"""The way from values to a finished, checked and proven poster. Nothing is drawn that the rules have not seen."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from app.compliance.document import Facts
from app.compliance.rules import Rules
from app.evidence.core import NONE, Evidence
from app.flow.check_copy import Judgement, check_poster
from app.kernel.errors import Invalid, Problem
from app.rendering.banded_jpeg import encode_jpeg, gray_of_jpeg
from app.rendering.banded_png import encode_png, gray_of_png
from app.rendering.display import DisplayList
from app.rendering.encode import encode
from app.rendering.layout import Kit, lay_out
from app.rendering.paint_pdf import paint_pdf
from app.rendering.paint_png import StaticCache, paint
from app.rendering.paint_svg import paint_svg
from app.rendering.pictures import Picture
from app.rendering.proof import prove
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate, Template
from app.rendering.values import Profile, Values, words_in

Format = Literal["png", "jpeg", "webp", "pdf", "svg"]

MEDIA_TYPES: Mapping[Format, str] = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Studio:
    """All that posters are made with, loaded once: brand kit, templates, rules, and the cache of painted grounds.

    Where the house has laid rules of its own over the packs, `packs` are the rules without them. `evidence` is what
    the house can prove.
    """

    kit: Kit
    templates: Mapping[str, LoadedTemplate]
    rules: Rules
    sample_profile: Profile
    sample_link: str
    no_photo: Picture
    cache: StaticCache = field(default_factory=StaticCache)
    packs: Rules | None = None
    evidence: Evidence = NONE

    @property
    def built_in(self) -> Rules:
        """The rules as they come with the product."""
        return self.packs or self.rules


@dataclass(frozen=True, slots=True)
class Order:
    """One poster that somebody wants. `size` and `language` fall back to the template's first."""

    template: LoadedTemplate
    values: Values
    link: str
    format: Format
    as_of: date
    size: str | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Poster:
    """A finished file with the verdict on its copy. `data` has been proved: its code leads to its own link."""

    data: bytes
    media_type: str
    sha256: str
    judgement: Judgement


def compose(studio: Studio, order: Order) -> tuple[DisplayList, Judgement]:
    """Lay the poster out and judge what it says. *Raises* Invalid with every problem of the values."""
    template = order.template.template
    _require_valid(template, order.as_of)
    display = lay_out(
        template, order.size, order.values, studio.kit, order.template.pictures, order.link, order.language
    )
    facts = Facts(template.jurisdiction, template.product, language=display.language)
    return display, check_poster(studio.rules, display, facts, order.as_of, studio.evidence)


def make_poster(studio: Studio, order: Order) -> Poster:
    """The finished file.

    *Raises* Invalid with every problem of the values; a blocking finding is one (``blocked``), at its slot.
    Blocked when the code of the finished file cannot be proved.
    """
    display, judgement = compose(studio, order)
    if judgement.verdict.outcome == "block":
        raise Invalid.of(judgement.blocking())
    title = words_in(order.template.template.title, display.language)
    data = render(studio, display, order.format, title)
    return Poster(data, MEDIA_TYPES[order.format], hashlib.sha256(data).hexdigest(), judgement)


def render(studio: Studio, display: DisplayList, format_: Format, title: str) -> bytes:
    """Paint the display list as a file of `format_`, and prove its code from that file (an SVG's from its pixels)."""
    fonts, cache = studio.kit.fonts, studio.cache
    link = display.qr.link if display.qr else None
    if format_ == "pdf":
        data = paint_pdf(display, fonts, title)
        prove(data, MEDIA_TYPES["pdf"], link)
        return data
    pixels = paint(display, fonts, cache)
    if format_ == "webp":
        data = encode(pixels, "webp", display.dpi)
        prove(data, MEDIA_TYPES["webp"], link)
    elif format_ == "jpeg":
        data = encode_jpeg(pixels, display, cache)
        prove(data, MEDIA_TYPES["jpeg"], link, lambda file: gray_of_jpeg(file, display, cache))
    else:
        data = encode_png(pixels, display, cache)
        prove(data, MEDIA_TYPES["png"], link, lambda file: gray_of_png(file, cache))
    return data if format_ != "svg" else paint_svg(display, fonts).encode()


def _require_valid(template: Template, day: date) -> None:
    validity = template.validity
    if day < validity.starts_on or (validity.ends_on is not None and day > validity.ends_on):
        until = f"to {validity.ends_on}" if validity.ends_on else "on"
        raise Invalid.of([Problem("template", "not_valid", f"it may be used from {validity.starts_on} {until}")])
