"""What the advisor's pages show of a person: the profile that posters carry."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.reads.me import Me
from app.rendering.pictures import Picture, read_picture
from app.rendering.values import Profile
from app.web.navigation import person
from app.web.parts import parts

HOME_ZONE = ZoneInfo("Asia/Shanghai")


def local_now() -> datetime:
    """The time of day where the bank is: greetings and days of validity go by it."""
    return datetime.now(HOME_ZONE)


def today() -> date:
    """The day where the bank is."""
    return local_now().date()


def own_profile() -> Profile:
    """The profile of who is signed in; without a photo of their own, with the stand-in's."""
    me = person()
    held = next((licence for licence in me.licences if licence.expires_on >= today()), None)
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
