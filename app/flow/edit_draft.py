"""Edit a draft: all that the editor works with, while somebody fills it in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from app.accounts.core import Actor
from app.db import reading
from app.flow.day import day_here
from app.flow.deps import Deps
from app.flow.edit_preview import Preview, preview
from app.flow.fill import read_values
from app.flow.make_poster import Order, Studio
from app.flow.own_profile import profile_document
from app.flow.published import load_version
from app.flow.save_draft import stored_pictures
from app.flow.steps import permitted, poster_in_reach
from app.kernel.errors import Invalid, Problem
from app.library import records as library
from app.ocr import records as ocr
from app.ocr.core import Reading
from app.posters import records as posters
from app.posters.drafts import Draft, Poster
from app.rendering.paint_svg import PictureHref
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate
from app.rendering.values import Profile
from app.review import records as review
from app.review.core import permits

ReadBytes = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Work:
    """A poster on the desk: its newest revision, its template, the owner's profile as it would go out today.

    `read` gives the bytes of the pictures that were brought for it, and of no others; `readings` what was read in them
    and in the photo, by digest.
    """

    poster: Poster
    state: str
    template: LoadedTemplate
    profile: Profile
    read: ReadBytes
    today: date
    readings: Mapping[str, Reading] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it may be changed without taking anything back: a draft, or one that a change was asked of."""
        return self.state in ("draft", "changes_requested")

    @property
    def is_locked(self) -> bool:
        """Whether it can only be begun anew."""
        return not permits("poster", "advisor", "edit", self.state)  # type: ignore[arg-type]


def open_work(deps: Deps, studio: Studio, actor: Actor, poster_id: str) -> Work:
    """*Raises* Forbidden; NotFound ``no_such_poster``."""
    with permitted(deps, actor, "poster.fill", "poster", poster_id):
        with reading(deps) as session:
            poster = poster_in_reach(session, actor, poster_id)
            state = review.find_case(session, poster_id).state
            version = library.find_version(session, poster.template_version_id)
            brought = posters.pictures_of(session, poster_id)
            today = day_here(deps, session)
            try:
                said = profile_document(session, poster.owner_person_id, version.content.head["product"], today)
            except Invalid:
                said = {}
        template = load_version(deps, version)
        nobody = Profile(photo=studio.no_photo)
        profile = read_values(template.template, {"profile": said}, deps.store.get, nobody).profile
        photo = [profile.photo.digest] if profile.photo else []
        with reading(deps) as session:
            readings = ocr.find(session, [*brought, *photo])
        return Work(poster, state, template, profile, stored_pictures(deps, brought), today, readings)


def check_work(studio: Studio, work: Work) -> Preview:
    """The newest revision as a submission would find it: also slots that must be filled, and still show the example."""
    draft, template = work.poster.revision.draft, work.template.template
    found = preview_of(studio, work, draft)
    named = {problem.path for problem in found.problems}
    left = (slot for slot, one in template.slots.items() if one.must_change and slot not in draft.slots)
    missing = [Problem(f"slots.{slot}", "must_change", "the example must be replaced") for slot in left]
    return replace(found, problems=(*found.problems, *(one for one in missing if one.path not in named)))


def preview_of(studio: Studio, work: Work, draft: Draft, href: PictureHref | None = None) -> Preview:
    """`draft` as it would look and be judged today; what is wrong with it is listed, not raised."""
    template = work.template.template
    name, dimensions = template.size(draft.size)
    try:
        values = read_values(template, {"slots": dict(draft.slots)}, work.read, work.profile)
    except Invalid as error:
        return Preview(None, dimensions.width_px, dimensions.height_px, {}, {}, (), error.problems)
    language: Language = draft.language
    order = Order(work.template, values, studio.sample_link, "svg", work.today, name, language)
    return preview(studio, order, href, work.readings)
