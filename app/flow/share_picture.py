"""Share picture: the approved poster once more, with the code of a re-share in it and nothing else changed."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.db import database_now, reading, retried
from app.flow.deps import Deps
from app.flow.freeze import order_of
from app.flow.issue import issue_in_force, require_active, require_not_withdrawn, require_unchanged
from app.flow.make_poster import MEDIA_TYPES, Order, PixelFormat, Studio, compose, render
from app.flow.published import load_version
from app.kernel.errors import Blocked, Conflict, NotFound
from app.library import records as library
from app.library.core import Version
from app.links import records as links
from app.links.core import Link, LinkPicture
from app.posters import records as posters
from app.posters.drafts import Snapshot
from app.rendering.display import AnyItem, DisplayList, QrItem

FORMAT: PixelFormat = "jpeg"
_IN_PIXELS: tuple[PixelFormat, ...] = ("jpeg", "webp", "png")


@dataclass(frozen=True, slots=True)
class _Wanted:
    link: Link
    snapshot: Snapshot
    version: Version
    today: date


def find_picture(deps: Deps, code: str) -> LinkPicture | None:
    """The poster with the code of this link in it, if it is there: the issued file, or what was made for a re-share.

    *Raises* NotFound ``no_such_link``; Blocked ``withdrawn`` or ``expired``.
    """
    with reading(deps) as session:
        link = _active(session, code)
        if (known := links.find_picture(session, code)) is not None or link.depth:
            return known
        poster = posters.find_poster(session, link.target)
        begun = issue_in_force(session, require_not_withdrawn(session, poster.id, poster.template_version_id))
        if begun is None or begun.link_code != code:
            return None
        files = (posters.find_file(session, begun.id, format_) for format_ in _IN_PIXELS)
        file = next((one for one in files if one is not None), None)
        return LinkPicture(file.object_digest, file.media_type, file.bytes) if file else None


def make_picture(deps: Deps, studio: Studio, code: str) -> LinkPicture:
    """Paint the poster with the code of this link, prove it, and keep it.

    It stands under the approval of the poster: the same snapshot, drawn and judged as it was, by the same painters.
    *Raises* as `find_picture`, and Conflict ``not_issued``, ``recheck_required`` when it would be drawn or judged
    otherwise today, ``not_the_same`` when anything but the code would differ; Blocked ``qr_unproved``.
    """
    with reading(deps) as session:
        wanted = _wanted(session, code)
    template = load_version(deps, wanted.version)
    require_unchanged(deps, studio, template, wanted.snapshot, wanted.today)
    content, base = wanted.snapshot.content, deps.settings.base_url
    approved = order_of(deps, studio, template, content, f"{base}/{wanted.link.root_code}", FORMAT, wanted.today)
    display = _with_own_code(studio, approved, f"{base}/{code}")
    data = render(studio, display, FORMAT)
    picture = LinkPicture(deps.store.put(data), MEDIA_TYPES[FORMAT], len(data))

    def keep(session: Session) -> LinkPicture:
        _active(session, code)
        links.keep_picture(session, code, picture)
        return picture

    return retried(deps, keep)


def _wanted(session: Session, code: str) -> _Wanted:
    link = _active(session, code)
    poster = posters.find_poster(session, link.target)
    case = require_not_withdrawn(session, poster.id, poster.template_version_id)
    begun = issue_in_force(session, case)
    if begun is None or begun.link_code != link.root_code:
        raise Conflict("not_issued", "only what was issued is shared", state=case.state)
    snapshot = posters.find_snapshot(session, poster.id, case.digest or "")
    version = library.find_version(session, poster.template_version_id)
    return _Wanted(link, snapshot, version, database_now(session).date())


def _active(session: Session, code: str) -> Link:
    link = links.resolve(session, code)
    if link is None or link.target_kind != "poster":
        raise NotFound("no_such_link", "there is no such link")
    require_active(session, code)
    return link


def _with_own_code(studio: Studio, approved: Order, link: str) -> DisplayList:
    before, _ = compose(studio, approved)
    display, judgement = compose(studio, replace(approved, link=link))
    if judgement.verdict.outcome == "block" or _besides_code(before) != _besides_code(display):
        raise Conflict("not_the_same", "more than the code would differ from what was approved")
    if display.qr is None:
        raise Blocked("qr_unproved", "there is no code in this poster")
    return display


def _besides_code(display: DisplayList) -> tuple[AnyItem, ...]:
    return tuple(
        replace(item, link="", matrix=(), modules=(0, 0, 0, 0)) if isinstance(item, QrItem) else item
        for item in display.items
    )
