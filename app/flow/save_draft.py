"""Save draft: a poster is begun, and every change of it is one more revision; nothing is written over."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import records as accounts
from app.accounts.core import Actor
from app.accounts.licences import missing_licence
from app.db import reading, retried
from app.flow.day import day_here
from app.flow.deps import Deps
from app.flow.fill import ReadBytes, read_values
from app.flow.make_poster import Studio
from app.flow.published import load_version
from app.flow.steps import mover, note, permitted, poster_in_reach, step
from app.kernel.errors import Blocked, Conflict, Invalid, NotFound, Problem, Unavailable
from app.library import records as library
from app.library.core import Version, require_available
from app.posters import records as posters
from app.posters.core import picture_digests
from app.posters.drafts import Draft, Revision
from app.rendering.calendar_slots import calendar_texts
from app.rendering.template import Template
from app.rendering.values import Profile
from app.review import records as review

MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved: the next change names `revision` as its base."""

    poster_id: str
    revision: int


def start_poster(
    deps: Deps, studio: Studio, actor: Actor, version_id: str, draft: Draft, day: date | None = None
) -> Saved:
    """A new poster from a template version, as a draft of the actor's own; the calendar's slots are those of `day`.

    Without a day it is today.

    *Raises* NotFound ``no_such_template``; Conflict ``not_approved`` and Blocked ``not_available`` when the version may
    not be used here today; Blocked ``no_licence`` without the qualification that its product asks for; Invalid with
    every problem of the draft's form. Pictures come later, into the poster that then is there.
    """
    with permitted(deps, actor, "poster.fill", "template", version_id):
        with reading(deps) as session:
            today = day_here(deps, session)
            version = usable_version(session, actor.organisation_path, version_id, today)
            require_licence(session, actor.person_id, version, today)
        _require_form(deps, studio, version, draft, ())
        texts = calendar_texts(load_version(deps, version).template, day or today, draft.language)
        begun = replace(draft, slots={**texts, **draft.slots})
        return retried(deps, lambda session: _started(session, actor, version_id, begun, None, today))


def start_again(deps: Deps, actor: Actor, poster_id: str) -> Saved:
    """A new draft that says what `poster_id` says: the way to change what was approved, issued or rejected.

    The old poster stays what it is; whoever had a hand in it has a hand in the new one. *Raises* as `start_poster`.
    """

    def work(session: Session) -> Saved:
        old = poster_in_reach(session, actor, poster_id)
        today = day_here(deps, session)
        saved = _started(session, actor, old.template_version_id, old.revision.draft, poster_id, today)
        posters.lend_pictures(session, poster_id, saved.poster_id)
        return saved

    with permitted(deps, actor, "poster.fill", "poster", poster_id):
        return retried(deps, work)


def _started(session: Session, actor: Actor, version_id: str, draft: Draft, based_on: str | None, today: date) -> Saved:
    path = actor.organisation_path
    require_licence(session, actor.person_id, usable_version(session, path, version_id, today), today)
    poster_id = posters.add_poster(session, version_id, actor.person_id, path, based_on)
    posters.add_revision(session, poster_id, 1, 0, actor.person_id, draft)
    case = review.open_case(session, poster_id, "poster", path)
    step(session, case, mover(actor), "edit", revision=1, template_version=version_id, based_on=based_on)
    return Saved(poster_id, 1)


def save_draft(deps: Deps, studio: Studio, actor: Actor, poster_id: str, base: int, draft: Draft) -> Saved:
    """`draft` as the next revision after `base`. What is in review is taken back by it.

    What cannot be laid out yet is saved all the same; only what has no meaning for the template is refused.
    *Raises* Conflict ``locked`` once it is approved; ``edited_meanwhile`` with both texts (`yours`, `theirs`) when
    `base` is not the newest revision; Invalid with every problem of the draft's form.
    """
    with permitted(deps, actor, "poster.fill", "poster", poster_id):
        with reading(deps) as session:
            poster = poster_in_reach(session, actor, poster_id)
            version = library.find_version(session, poster.template_version_id)
            brought = posters.pictures_of(session, poster_id)
        _require_form(deps, studio, version, draft, brought)
        try:
            return retried(deps, lambda session: _saved(session, actor, poster_id, base, draft))
        except Conflict as error:
            if error.code != "moved_on":
                raise
        return retried(deps, lambda session: _saved(session, actor, poster_id, base, draft))


def _saved(session: Session, actor: Actor, poster_id: str, base: int, draft: Draft) -> Saved:
    case = review.find_case(session, poster_id)
    newest = poster_in_reach(session, actor, poster_id).revision
    if case.state == "draft":
        after = review.touch(session, case)
        _require_newest(newest, base, draft)
    else:
        after = review.take_step(session, case, mover(actor), "edit")
        _require_newest(newest, base, draft)
    posters.add_revision(session, poster_id, newest.number + 1, base, actor.person_id, draft)
    if after.state != case.state:
        note(session, after, "edit", actor.person_id, {"revision": newest.number + 1})
    return Saved(poster_id, newest.number + 1)


def _require_newest(newest: Revision, base: int, draft: Draft) -> None:
    if newest.number != base:
        theirs, yours = dict(newest.draft.slots), dict(draft.slots)
        message = f"revision {newest.number} was saved meanwhile: keep one of the two, or join them"
        raise Conflict("edited_meanwhile", message, revision=newest.number, yours=yours, theirs=theirs)


def withdraw(deps: Deps, actor: Actor, poster_id: str) -> None:
    """Take back what is in review. *Raises* Conflict ``wrong_state`` when it is not."""

    def work(session: Session) -> None:
        poster_in_reach(session, actor, poster_id)
        step(session, review.find_case(session, poster_id), mover(actor), "withdraw")

    with permitted(deps, actor, "poster.withdraw", "poster", poster_id):
        retried(deps, work)


def usable_version(session: Session, organisation_path: str, version_id: str, today: date) -> Version:
    """The template version, if it is approved and released for the organisation today.

    *Raises* NotFound, Conflict ``not_approved``, Blocked ``not_available``.
    """
    version = library.find_version(session, version_id)
    if not organisation_path.startswith(version.organisation_path):
        raise NotFound("no_such_template", "there is no such template")
    state = review.find_case(session, version_id).state
    if state != "approved":
        raise Conflict("not_approved", "this template may not be used", state=state)
    require_available(library.availability(session, version_id), organisation_path, today)
    return version


def require_licence(session: Session, person_id: str, version: Version, today: date) -> None:
    """*Raises* Blocked ``no_licence`` when the person may not advertise the product of the template today."""
    product = version.content.head["product"]
    missing = missing_licence(accounts.licences(session, person_id), product, today)
    if missing is not None:
        raise Blocked("no_licence", f"this needs a valid {missing} licence", licence_class=missing)


def _require_form(deps: Deps, studio: Studio, version: Version, draft: Draft, brought: Collection[str]) -> None:
    template = load_version(deps, version).template
    problems = [*_head_problems(template, draft), *_size_problems(draft)]
    try:
        values: dict[str, Any] = {"slots": dict(draft.slots)}
        picture_digests(values)
        read_values(template, values, stored_pictures(deps, brought), Profile(photo=studio.no_photo))
    except Invalid as error:
        problems += error.problems
    if problems:
        raise Invalid.of(problems)


def stored_pictures(deps: Deps, brought: Collection[str]) -> ReadBytes:
    """Reads those of the store that were `brought` for a poster, and no others.

    What it returns raises Invalid ``missing_picture``: whether there is such an object at all is not told.
    """

    def read(digest: str) -> bytes:
        try:
            if digest in brought:
                return deps.store.get(digest)
        except Unavailable as error:
            if error.code != "object_corrupt":
                raise
        raise Invalid("missing_picture", "there is no such picture: bring it again")

    return read


def _head_problems(template: Template, draft: Draft) -> list[Problem]:
    known = {"size": tuple(template.sizes), "language": template.languages, "channel": template.channels}
    return [
        Problem(name, f"unknown_{name}", f"this template has {', '.join(choices)}")
        for name, choices in known.items()
        if getattr(draft, name) not in choices
    ]


def _size_problems(draft: Draft) -> list[Problem]:
    length = sum(len(str(value)) for value in draft.slots.values())
    return [Problem("slots", "too_long", "these are more words than a poster can hold")] if length > MAX_BYTES else []
