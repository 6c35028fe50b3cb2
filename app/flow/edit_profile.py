"""Edit one's own profile: title, telephone and photo are one's own to say, everything else is the house's."""

from dataclasses import dataclass, replace

from app.accounts import records as accounts
from app.accounts.core import Actor, require
from app.accounts.people import Profile, profile_problems
from app.db import reading, retried
from app.flow.deps import Deps
from app.flow.keep_picture import keep_picture
from app.flow.manage_people import set_profile
from app.flow.read_pictures import order_readings
from app.kernel.errors import Invalid, Problem
from app.rendering.thumbnail import square

PHOTO_PX = 1200


@dataclass(frozen=True, slots=True)
class Crop:
    """The square of a photo that posters show: left and top as fractions of width and height, side of the width."""

    left: float
    top: float
    side: float


def edit_own(
    deps: Deps, actor: Actor, title: str, phone: str, photo: bytes | None = None, crop: Crop | None = None
) -> None:
    """Change what is one's own to say on posters; name, branch and contact code stay what they are.

    Of a new photo the square `crop` is kept, of one without a square all of it. *Raises* Invalid with every problem.
    """
    require(actor, "profile.edit")
    wanted = replace(_known(deps, actor), title=title, phone=phone)
    problems = profile_problems(wanted)
    if problems:
        raise Invalid.of(problems)
    if photo is not None:
        wanted = replace(wanted, photo_digest=_kept(deps, photo, crop))
    set_profile(deps, actor, actor.person_id, wanted)
    if (kept := wanted.photo_digest) is not None and photo is not None:
        retried(deps, lambda session: order_readings(deps, session, [kept]))


def _known(deps: Deps, actor: Actor) -> Profile:
    with reading(deps) as session:
        known = accounts.profile(session, actor.person_id)
        if known is not None:
            return known
        person = accounts.person(session, actor.person_id)
        return Profile(person.name, organisation_line=accounts.organisation(session, person.organisation_id).name)


def _kept(deps: Deps, photo: bytes, crop: Crop | None) -> str:
    try:
        picture = keep_picture(deps.store, photo)
    except Invalid as error:
        raise Invalid.of([Problem("photo", one.code, one.message) for one in error.problems]) from error
    if crop is None:
        return picture.digest
    return deps.store.put(square(picture, (crop.left, crop.top, crop.side), PHOTO_PX).data)
