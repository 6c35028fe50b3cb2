"""The pictures of the customers' pages: made within bounds, and kept small for a while in this process."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from app.flow.deps import Deps
from app.flow.make_poster import Studio
from app.flow.share_picture import find_picture, make_picture
from app.kernel.errors import Unavailable
from app.links.core import LinkPicture
from app.public.callers import Allowance
from app.rendering.pictures import read_picture
from app.rendering.thumbnail import portrait, scaled

WIDTHS_PX = (360, 540, 720, 1080)
PHOTO_PX = 168
PAINTED_A_MINUTE = 30
WAIT_SECONDS = 8.0
KEPT_BYTES = 24 * 1024 * 1024


class Pictures:
    """One poster is painted at a time, and so many a minute: a crowd that shares must not starve those who work."""

    def __init__(self, deps: Deps, studio: Callable[[], Studio], kept_bytes: int = KEPT_BYTES) -> None:
        self._deps = deps
        self._studio = studio
        self._painting = threading.BoundedSemaphore(1)
        self._allowed = Allowance(PAINTED_A_MINUTE, 60 / PAINTED_A_MINUTE)
        self._small = _Kept(kept_bytes)

    def of(self, code: str) -> LinkPicture:
        """The poster with the code of this link in it. *Raises* as `make_picture`, and Unavailable ``busy``."""
        found = find_picture(self._deps, code)
        if found is not None:
            return found
        if not self._painting.acquire(timeout=WAIT_SECONDS):
            raise Unavailable("busy", "too many pictures are being made", retry_after_seconds=5)
        try:
            found = find_picture(self._deps, code)
            if found is not None:
                return found
            wait = self._allowed.take("")
            if wait:
                raise Unavailable("busy", "too many pictures were made", retry_after_seconds=wait)
            return make_picture(self._deps, self._studio(), code)
        finally:
            self._painting.release()

    def whole(self, picture: LinkPicture) -> bytes:
        """The file as it was issued."""
        return self._deps.store.get(picture.object_digest)

    def small(self, picture: LinkPicture, width_px: int) -> bytes:
        """The file as a WebP of this width."""
        key = f"{picture.object_digest}-{width_px}"
        return self._small.get(key, lambda: scaled(self.whole(picture), width_px))

    def photo(self, digest: str) -> bytes:
        """The square of an advisor's photo as a WebP."""
        return self._small.get(digest, lambda: portrait(read_picture(self._deps.store.get(digest)), PHOTO_PX))


class _Kept:
    """The pictures asked for last, up to so many bytes."""

    def __init__(self, limit: int) -> None:
        self._limit, self._held = limit, 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        data = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = data
                self._held += len(data)
            while self._held > self._limit:
                self._held -= len(self._kept.popitem(last=False)[1])
        return data
