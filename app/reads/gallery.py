"""The gallery: which templates there are for somebody who looks for a product, an occasion or a word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import get_args

from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate, Product, Template
from app.rendering.values import words_in

PRODUCTS: tuple[str, ...] = get_args(Product)
OCCASIONS: tuple[str, ...] = (
    "poster",
    "daily",
    "festival",
    "knowledge_card",
    "personal_card",
    "business_card",
    "invitation",
)


@dataclass(frozen=True, slots=True)
class Card:
    """A template as the gallery shows it; the sizes are those of its first format."""

    slug: str
    title: str
    summary: str
    product: str
    occasion: str
    width_px: int
    height_px: int
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gallery:
    """What was found, and the products and occasions that there are at all."""

    cards: tuple[Card, ...]
    products: tuple[str, ...]
    occasions: tuple[str, ...]
    total: int


def gallery(
    templates: Iterable[LoadedTemplate],
    language: Language,
    day: date,
    product: str | None = None,
    occasion: str | None = None,
    words: str = "",
) -> Gallery:
    """The templates that may be used on `day` and fit; every word must be found in title, summary or tags."""
    usable = [loaded.template for loaded in templates if is_usable(loaded.template, day)]
    wanted = words.casefold().split()
    found = [
        template
        for template in usable
        if product in (None, template.product)
        and occasion in (None, template.content_type)
        and all(word in _searched(template) for word in wanted)
    ]
    return Gallery(
        cards=tuple(card(template, language) for template in found),
        products=tuple(one for one in PRODUCTS if any(template.product == one for template in usable)),
        occasions=tuple(one for one in OCCASIONS if any(template.content_type == one for template in usable)),
        total=len(usable),
    )


def is_usable(template: Template, day: date) -> bool:
    """Whether a poster may be made from `template` on `day`."""
    validity = template.validity
    return validity.starts_on <= day and (validity.ends_on is None or day <= validity.ends_on)


def card(template: Template, language: Language) -> Card:
    """`template` as the gallery shows it."""
    _, size = template.size(None)
    return Card(
        slug=template.slug,
        title=words_in(template.title, language),
        summary=words_in(template.summary, language),
        product=template.product,
        occasion=template.content_type,
        width_px=size.width_px,
        height_px=size.height_px,
        tags=template.tags,
    )


def _searched(template: Template) -> str:
    texts = [words_in(text, language) for text in (template.title, template.summary) for language in ("zh", "en")]
    return " ".join((*texts, *template.tags, template.slug)).casefold()


def three_for(templates: Iterable[LoadedTemplate], language: Language, day: date) -> tuple[Card, ...]:
    """Three upright templates to begin `day` with: the day's greeting, and two others that change from day to day."""
    upright = [
        loaded.template
        for loaded in templates
        if is_usable(loaded.template, day)
        and _ratio(loaded.template) < 1
        and loaded.template.content_type != "festival"
    ]
    daily = [template for template in upright if template.content_type == "daily"]
    others = [template for template in upright if template.content_type != "daily"]
    if others:
        turn = day.toordinal() * 2 % len(others)
        others = others[turn:] + others[:turn]
    return tuple(card(template, language) for template in (daily[:1] + others)[:3])


def _ratio(template: Template) -> float:
    _, size = template.size(None)
    return size.width_px / size.height_px
