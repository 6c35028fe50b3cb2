"""Keep a picture that somebody brings: only its pixels, made anew, under the name of their digest."""

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.db import reading, retried
from app.flow import admit
from app.flow.deps import Deps
from app.flow.read_pictures import order_readings
from app.flow.steps import permitted, poster_in_reach
from app.kernel.errors import Invalid, Problem
from app.posters import records as posters
from app.rendering.pictures import Picture
from app.storage.store import Store

MAX_BYTES = 20 * 1024 * 1024


def bring_picture(deps: Deps, actor: Actor, poster_id: str, data: bytes) -> Picture:
    """The picture, which drafts of this poster may now name; it is shown to whoever may see the poster.

    *Raises* NotFound ``no_such_poster``, and as `keep_picture`.
    """
    with permitted(deps, actor, "poster.fill", "poster", poster_id):
        with reading(deps) as session:
            poster_in_reach(session, actor, poster_id)
        picture = keep_picture(deps.store, data)

        def work(session: Session) -> None:
            posters.add_picture(session, poster_id, picture.digest, actor.person_id)
            order_readings(deps, session, [picture.digest])

        retried(deps, work)
        return picture


def keep_picture(store: Store, data: bytes) -> Picture:
    """The picture as it is now kept. What it was called and what else its file held is not.

    *Raises* Invalid ``too_large``, ``too_many_pixels``, ``bad_picture`` or ``foreign_qr``; Unavailable when it cannot
    be stored, or nobody is free to open it.
    """
    if len(data) > MAX_BYTES:
        limit = f"at most {MAX_BYTES // 1024 // 1024} MB are accepted"
        raise Invalid.of([Problem("picture", "too_large", limit)])
    picture = admit.photo(data)
    store.put(picture.data)
    return picture
