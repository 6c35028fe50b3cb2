"""What the advisor's pages show of a person: the profile that posters carry, and the templates they may use."""

from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import request

from app.accounts import records as accounts
from app.db import reading
from app.flow.own_profile import LICENCE_FOR
from app.library.core import Version
from app.reads.gallery import Asking, on_shelf, shelf
from app.reads.me import Me
from app.rendering.almanac import FIRST, LAST
from app.rendering.pictures import Picture, read_picture
from app.rendering.values import Profile
from app.web.languages import chosen
from app.web.navigation import person
from app.web.parts import parts
from app.web.visitor import current_actor, visitor

HOME_ZONE = ZoneInfo("Asia/Shanghai")


def local_now() -> datetime:
    """The time of day where the bank is: greetings and days of validity go by it."""
    return datetime.now(ZoneInfo(parts().settings.time_zone))


def today() -> date:
    """The day where the bank is."""
    return local_now().date()


def day_asked() -> date | None:
    """The day that a page or a form names as ``day``; None where it names none that the calendar knows."""
    with suppress(ValueError):
        day = date.fromisoformat(request.values.get("day", ""))
        return day if FIRST <= day <= LAST else None
    return None


def asking() -> Asking:
    """Who looks at templates; only who makes posters is told what is closed to them."""
    if not visitor().may("poster.fill"):
        return Asking(chosen(), today(), None)
    with reading(parts().deps) as session:
        held = tuple(accounts.licences(session, current_actor().person_id))
    return Asking(chosen(), today(), held)


def usable_templates() -> list[Version]:
    """The published templates that the visitor's organisation may use today."""
    with reading(parts().deps) as session:
        return shelf(session, current_actor().organisation_path, today())


def usable_template(slug: str) -> Version:
    """The one of that slug. *Raises* NotFound ``no_such_template``."""
    with reading(parts().deps) as session:
        return on_shelf(session, current_actor().organisation_path, today(), slug)


def own_profile(product: str) -> Profile:
    """The profile of who is signed in, with the licence that a poster for `product` would carry; without a photo of
    their own, with the stand-in's.
    """
    me = person()
    wanted = LICENCE_FOR.get(product)
    valid = (one for one in me.licences if one.expires_on >= today() and wanted in (None, one.kind))
    held = next(valid, None)
    return Profile(
        name=me.name,
        title=me.title,
        phone=me.phone,
        organisation=me.line,
        licence=held.number if held else "",
        photo=_photo(me),
    )


def _photo(me: Me) -> Picture:
    if me.photo_digest is None:
        return parts().studio.no_photo
    return read_picture(parts().deps.store.get(me.photo_digest))
