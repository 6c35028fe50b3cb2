"""The gallery: which templates there are for somebody who looks for a product, an occasion or a word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from sqlalchemy.orm import Session

from app.accounts.licences import missing_licence
from app.accounts.people import Licence, LicenceClass
from app.kernel.errors import NotFound
from app.library.core import Version
from app.reads.library import usable
from app.rendering.almanac import FESTIVALS, Occasion, occasions
from app.rendering.scene import Language
from app.rendering.template import Product

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
UPRIGHT = (1080, 1920)
AHEAD_DAYS = 40  # a month, and some days to make a poster in


@dataclass(frozen=True, slots=True)
class Card:
    """A template as the gallery shows it; width and height are those of its first size.

    `missing` is the qualification without which whoever asks may not start a poster from it.
    """

    slug: str
    title: str
    summary: str
    product: str
    occasion: str
    width_px: int
    height_px: int
    tags: tuple[str, ...]
    missing: LicenceClass | None


@dataclass(frozen=True, slots=True)
class Gallery:
    """What was found, and the products and occasions that there are at all."""

    cards: tuple[Card, ...]
    products: tuple[str, ...]
    occasions: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks, on which day: `held` are their qualifications, None for somebody who makes no posters."""

    language: Language
    day: date
    held: tuple[Licence, ...] | None


def shelf(session: Session, organisation_path: str, day: date) -> list[Version]:
    """The published templates that an organisation may use on `day`, and that are valid then."""
    return [version for version in usable(session, organisation_path, day) if _is_valid(version.content.head, day)]


def on_shelf(session: Session, organisation_path: str, day: date, slug: str) -> Version:
    """The one of that slug. *Raises* NotFound ``no_such_template``."""
    for version in shelf(session, organisation_path, day):
        if version.slug == slug:
            return version
    raise NotFound("no_such_template", "there is no such template")


def _is_valid(head: Mapping[str, Any], day: date) -> bool:
    starts_on, ends_on = head["validity"]["starts_on"], head["validity"].get("ends_on")
    return bool(starts_on <= day.isoformat() and (ends_on is None or day.isoformat() <= ends_on))


def gallery(
    versions: Iterable[Version],
    asking: Asking,
    product: str | None = None,
    occasion: str | None = None,
    words: str = "",
) -> Gallery:
    """Those of `versions` that fit; every word must be found in title, summary or tags."""
    listed = list(versions)
    wanted = words.casefold().split()
    found = [
        version
        for version in listed
        if product in (None, version.content.head["product"])
        and occasion in (None, version.content.head["content_type"])
        and all(word in _searched(version) for word in wanted)
    ]
    products = {version.content.head["product"] for version in listed}
    occasions = {version.content.head["content_type"] for version in listed}
    return Gallery(
        cards=tuple(card(version, asking) for version in found),
        products=tuple(one for one in PRODUCTS if one in products),
        occasions=tuple(one for one in OCCASIONS if one in occasions),
        total=len(listed),
    )


def card(version: Version, asking: Asking) -> Card:
    """`version` as the gallery shows it."""
    head = version.content.head
    width_px, height_px = frame_of(head)
    return Card(
        slug=version.slug,
        title=_said(head["title"], asking.language),
        summary=_said(head["summary"], asking.language),
        product=head["product"],
        occasion=head["content_type"],
        width_px=width_px,
        height_px=height_px,
        tags=tuple(head["tags"]),
        missing=None if asking.held is None else missing_licence(asking.held, head["product"], asking.day),
    )


def frame_of(head: Mapping[str, Any], size: str | None = None) -> tuple[int, int]:
    """Width and height of a size of a template, of the first one if none is named."""
    width_px, height_px = head.get("frames", {}).get(size or head["sizes"][0], UPRIGHT)
    return width_px, height_px


def title_of(head: Mapping[str, Any], language: Language) -> str:
    """What a template is called."""
    return _said(head["title"], language)


def _said(words: Mapping[str, str | None], language: Language) -> str:
    return words.get(language) or words.get("zh") or words.get("en") or ""


def _searched(version: Version) -> str:
    head = version.content.head
    texts = [text for name in ("title", "summary") for text in head[name].values() if text]
    return " ".join((*texts, *head["tags"], version.slug)).casefold()


def three_for(versions: Iterable[Version], asking: Asking) -> tuple[Card, ...]:
    """Three upright templates to begin the day with, none of them closed to who asks: the day's greeting, and two
    others that change from day to day.
    """
    cards = [card(version, asking) for version in versions]
    upright = [one for one in cards if one.width_px < one.height_px and one.occasion != "festival" and not one.missing]
    daily = [one for one in upright if one.occasion == "daily"]
    others = [one for one in upright if one.occasion != "daily"]
    if others:
        turn = asking.day.toordinal() * 2 % len(others)
        others = others[turn:] + others[:turn]
    return tuple((daily[:1] + others)[:3])


@dataclass(frozen=True, slots=True)
class Coming:
    """A festival or solar term that comes, in `days` days, and the template to greet with."""

    occasion: Occasion
    days: int
    card: Card


def coming(versions: Iterable[Version], asking: Asking, at_most: int) -> tuple[Coming, ...]:
    """The next occasions, each with the template made for it, or else with the day's greeting; none without either."""
    cards = [card(version, asking) for version in versions]
    upright = [one for one in cards if one.width_px < one.height_px and not one.missing]
    daily = [one for one in upright if one.occasion == "daily"]
    found = []
    for occasion in occasions(asking.day, AHEAD_DAYS):
        made_for = [one for one in upright if one.occasion == "festival" and _is_for(one, occasion)]
        found += [Coming(occasion, (occasion.day - asking.day).days, one) for one in (made_for + daily)[:1]]
    return tuple(found[:at_most])


def _is_for(card: Card, occasion: Occasion) -> bool:
    """Whether a template names the festival in its tags, with 节 or without."""
    return occasion.zh in FESTIVALS and bool({occasion.zh, occasion.zh.removesuffix("节")} & set(card.tags))
