"""Keep a picture that somebody brings: only its pixels, made anew, under the name of their digest."""

from app.kernel.errors import Invalid, Problem
from app.rendering.pictures import Picture, read_picture, reencoded
from app.storage.store import Store

MAX_BYTES = 20 * 1024 * 1024


def keep_picture(store: Store, data: bytes) -> Picture:
    """The picture as it is now kept. What it was called and what else its file held is not.

    *Raises* Invalid ``too_large``, ``too_many_pixels`` or ``bad_picture``; Unavailable when it cannot be stored.
    """
    if len(data) > MAX_BYTES:
        limit = f"at most {MAX_BYTES // 1024 // 1024} MB are accepted"
        raise Invalid.of([Problem("picture", "too_large", limit)])
    picture = reencoded(read_picture(data))
    store.put(picture.data)
    return picture
