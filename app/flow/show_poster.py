"""Show a poster: a small picture of its newest revision, or of a snapshot, for whoever may see it."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.core import Actor, require
from app.db import database_now, reading
from app.flow.deps import Deps
from app.flow.evidence import brand_digest
from app.flow.fill import read_values
from app.flow.issue import address_of, issue_in_force
from app.flow.make_poster import Studio
from app.flow.own_profile import profile_document
from app.flow.published import load_version
from app.flow.show_template import nobody
from app.flow.steps import poster_in_reach
from app.kernel.digest import digest_of
from app.kernel.errors import Invalid
from app.library import records as library
from app.library.core import Version
from app.posters import records as posters
from app.posters.drafts import Poster
from app.rendering.display import DisplayList
from app.rendering.layout import lay_out
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate
from app.rendering.thumbnail import EFFORT, QUALITY, thumbnail
from app.rendering.values import Profile, Values
from app.rendering.version import renderer_version
from app.review import records as review

WIDTHS_PX = (180, 360, 540, 720, 1080)
KEPT_BYTES = 48 * 2**20


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture that may be shown; `key` names everything that its pixels depend on. Nothing is painted yet."""

    key: str
    version: Version
    values: Mapping[str, Any]
    size: str
    language: Language
    link: str
    width_px: int


class _Kept:
    """The pictures of this process that were asked for last, up to KEPT_BYTES together."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
            return self._pictures.get(key)

    def put(self, key: str, data: bytes) -> None:
        with self._lock:
            if key not in self._pictures:
                self._pictures[key] = data
                self._bytes += len(data)
            while self._bytes > KEPT_BYTES:
                _, oldest = self._pictures.popitem(last=False)
                self._bytes -= len(oldest)


_kept = _Kept()


def pictured(
    deps: Deps, studio: Studio, actor: Actor, poster_id: str, width_px: int, digest: str | None = None
) -> Pictured:
    """The picture of the newest revision under the owner's profile of today, or that of the snapshot `digest`.

    *Raises* Forbidden; NotFound ``no_such_poster`` for what the actor may not see, ``no_such_snapshot``.
    """
    require(actor, "poster.read")
    with reading(deps) as session:
        poster = poster_in_reach(session, actor, poster_id)
        version = library.find_version(session, poster.template_version_id)
        if digest is not None:
            content = posters.find_snapshot(session, poster_id, digest).content
            values, size, language = content.values, content.size, content.language
        else:
            draft = poster.revision.draft
            values, size, language = _newest(session, poster, version), draft.size, draft.language
        begun = issue_in_force(session, review.find_case(session, poster_id))
    link = address_of(deps, begun.link_code) if begun else studio.sample_link
    surroundings = [brand_digest(studio.kit), studio.kit.fonts.digest, renderer_version(), QUALITY, EFFORT]
    key = digest_of([version.content.digest, dict(values), size, language, link, width_px, surroundings])
    return Pictured(key, version, values, size, language, link, width_px)


def _newest(session: Session, poster: Poster, version: Version) -> dict[str, Any]:
    slots, today = dict(poster.revision.draft.slots), database_now(session).date()
    try:
        profile = profile_document(session, poster.owner_person_id, version.content.head["product"], today)
    except Invalid:
        profile = {}
    return {"slots": slots, "profile": profile}


def picture_of(deps: Deps, studio: Studio, wanted: Pictured) -> bytes:
    """The picture as a WebP. Where a draft cannot be laid out yet, what does not fit shows the template's example."""
    found = _kept.get(wanted.key)
    if found is None:
        display = _laid_out(deps, studio, load_version(deps, wanted.version), wanted)
        found = thumbnail(display, studio.kit.fonts, wanted.width_px, studio.cache)
        _kept.put(wanted.key, found)
    return found


def _laid_out(deps: Deps, studio: Studio, template: LoadedTemplate, wanted: Pictured) -> DisplayList:
    slots, profile = dict(wanted.values.get("slots", {})), dict(wanted.values.get("profile", {}))
    blank = Profile(photo=studio.no_photo)
    for _ in range(2):
        try:
            document = {"slots": slots, "profile": profile}
            return _display(studio, template, read_values(template.template, document, deps.store.get, blank), wanted)
        except Invalid as error:
            slots, profile = _without(slots, error), _without(profile, error)
    return _display(studio, template, Values(profile=nobody(studio, wanted.language)), wanted)


def _without(values: dict[str, Any], error: Invalid) -> dict[str, Any]:
    """`values` without those that a problem names."""
    named = {part for problem in error.problems for part in problem.path.split(".")[:2]}
    return {name: value for name, value in values.items() if name not in named}


def _display(studio: Studio, template: LoadedTemplate, values: Values, wanted: Pictured) -> DisplayList:
    return lay_out(template.template, wanted.size, values, studio.kit, template.pictures, wanted.link, wanted.language)
