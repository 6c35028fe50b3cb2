"""The posters of the demonstration bank, each from its first draft to its end, by the flows that everybody uses."""

from datetime import timedelta

from app.accounts.core import Actor
from app.db import reading
from app.flow.claim import claim
from app.flow.decide import decide
from app.flow.issue import issue
from app.flow.make_demo_calendar import Story
from app.flow.make_demo_copy import Work, dated
from app.flow.make_demo_house import House
from app.flow.make_demo_visits import spread
from app.flow.orders import Edition
from app.flow.published import load_version
from app.flow.recall import recall_poster
from app.flow.save_draft import save_draft, start_poster, withdraw
from app.flow.share import share
from app.flow.submit import Submitted, submit
from app.kernel.errors import AppError, Blocked, Conflict, Invalid
from app.library import records as library
from app.posters.drafts import Draft
from app.rendering.calendar_slots import calendar_texts

VIA = ("wechat", "wechat", "moments", "wecom", "moments", "download")


def poster(house: House, login: str, work: Work) -> Story:
    """The life of one poster. Where the calendar has closed its template, there is none: not every day is autumn."""
    actor = house.staff.actors[login]
    begun = house.office_hour(work.day)
    yield begun
    day = begun.astimezone(house.zone).date()
    with reading(house.deps) as session:
        version = library.find_version(session, house.versions[work.template])
    slots = calendar_texts(load_version(house.deps, version).template, day, work.language)
    slots |= {name: dated(words, day) for name, words in work.slots.items()}
    try:
        poster_id, revision = _drafted(house, actor, work, slots)
    except AppError as error:
        if not _is_out_of_season(error):
            raise
        return
    if work.story == "draft":
        return
    yield house.calendar() + house.soon(1, 6)
    submitted = submit(house.deps, house.studio, actor, poster_id)
    if work.story == "withdrawn":
        yield house.calendar() + house.soon(3, 20)
        withdraw(house.deps, actor, poster_id)
        return
    if work.story == "in_review" and login == "chen":
        yield house.calendar.ends_at - timedelta(minutes=12)
        claim(house.deps, house.staff.actors["wang"], poster_id)
    if submitted.state == "in_review" and work.story != "in_review":
        yield from _reviewed(house, actor, work, poster_id, submitted, revision, slots)
    if work.story in ("issued", "corrected", "recalled", "recalled_by_owner"):
        yield from _out(house, actor, work, poster_id)


def _drafted(house: House, actor: Actor, work: Work, slots: dict[str, str]) -> tuple[str, int]:
    """The poster with two revisions: what the advisor began with, and what they made of it."""
    version_id = house.versions[work.template]
    first = dict(list(slots.items())[: max(1, len(slots) // 2)])
    saved = start_poster(house.deps, house.studio, actor, version_id, _draft(work, first))
    whole = _draft(work, slots)
    after = save_draft(house.deps, house.studio, actor, saved.poster_id, saved.revision, whole)
    return saved.poster_id, after.revision


def _draft(work: Work, slots: dict[str, str]) -> Draft:
    return Draft(slots, work.size, work.language, work.channel)


def _reviewed(
    house: House, actor: Actor, work: Work, poster_id: str, submitted: Submitted, revision: int, slots: dict[str, str]
) -> Story:
    reviewer = house.staff.actors[house.chance.choice(("zhou", "wang"))]
    yield house.calendar() + house.soon(20, 240)
    if work.story == "rejected":
        decide(house.deps, reviewer, poster_id, "reject", submitted.digest, reason=work.said)
        return
    if work.story in ("changes_requested", "corrected"):
        asked = {"reason": work.said, "comments": work.pins}
        decide(house.deps, reviewer, poster_id, "request_change", submitted.digest, **asked)  # type: ignore[arg-type]
    if work.story == "changes_requested":
        return
    if work.story == "corrected":
        yield house.calendar() + house.soon(30, 120)
        mended = _draft(work, slots | dict(work.then))
        save_draft(house.deps, house.studio, actor, poster_id, revision, mended)
        submitted = submit(house.deps, house.studio, actor, poster_id)
        yield house.calendar() + house.soon(20, 120)
    if submitted.state == "in_review":
        decide(house.deps, reviewer, poster_id, "approve", submitted.digest)


def _out(house: House, actor: Actor, work: Work, poster_id: str) -> Story:
    yield house.calendar() + house.soon(2, 30)
    chosen: tuple[Edition, ...] = ("png", "pdf") if house.chance.random() < 0.25 else ("png",)
    for edition in (*chosen, *work.files):
        issued = issue(house.deps, house.studio, actor, poster_id, edition)
    house.calendar.tell(_shares(house, actor, poster_id))
    house.calendar.tell(spread(house, actor.person_id, issued.link_code))
    if work.story in ("recalled", "recalled_by_owner"):
        yield house.office_hour(work.day - 3)
        by = actor if work.story == "recalled_by_owner" else house.staff.actors["he"]
        recall_poster(house.deps, by, poster_id, work.said)


def _shares(house: House, actor: Actor, poster_id: str) -> Story:
    """The advisor sends it out, again on the next days, as long as it lives."""
    for number in range(house.chance.randint(2, 5)):
        yield house.calendar() + house.soon(1, 5) * (1 + number * 260)
        try:
            share(house.deps, actor, poster_id, house.chance.choice(VIA))
        except Blocked:
            return


def _is_out_of_season(error: AppError) -> bool:
    if isinstance(error, Conflict):
        return error.code == "not_approved"
    is_closed = isinstance(error, Invalid) and all(problem.code == "not_valid" for problem in error.problems)
    return is_closed or error.code == "not_available"
