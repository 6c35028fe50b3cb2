"""My posters: the list, one poster with what is to be done next, and every step that an advisor takes with it."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.db import database_now, reading
from app.flow.delete_draft import delete_draft
from app.flow.edit_draft import open_work
from app.flow.issue import issue
from app.flow.orders import EDITIONS
from app.flow.recall import recall_poster
from app.flow.save_draft import start_again, start_poster, withdraw
from app.flow.submit import submit
from app.kernel.errors import AppError, Blocked, Conflict, Invalid, NotFound
from app.posters.drafts import Draft
from app.reads.gallery import frame_of, title_of
from app.reads.my_posters import GROUPS, MyPoster, my_posters
from app.web.advisor.editor import editor_page
from app.web.advisor.editor_desk import desk
from app.web.advisor.gallery import template_page
from app.web.advisor.showing import day_asked, usable_template
from app.web.advisor.work_page import work_page
from app.web.advisor.work_words import moment, register_work_words
from app.web.errors import status_of
from app.web.languages import chosen
from app.web.parts import parts
from app.web.policy import permitted
from app.web.turns import in_turn
from app.web.visitor import current_actor
from app.web.words import _

PAGE = 24

blueprint = Blueprint("works", __name__)
register_work_words(blueprint)


@blueprint.get("/posters")
@permitted("poster.fill")
def index() -> str:
    """All posters of who asks, or those in some states; the one touched last first."""
    with reading(parts().deps) as session:
        everything = my_posters(session, current_actor().person_id, database_now(session))
    group = request.args.get("show") if request.args.get("show") in GROUPS else None
    found = [one for one in everything if group is None or one.state in GROUPS[group]]
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "advisor/works.html",
        frame_of=frame_of,
        title_of=lambda poster: title_of(poster.head, chosen()),
        posters=found[(page - 1) * PAGE : page * PAGE],
        total=len(everything),
        page=page,
        pages=pages,
        group=group,
        choices=[_choice(None, _("All"), len(everything), group), *_choices(everything, group)],
    )


def _choices(everything: list[MyPoster], group: str | None) -> list[dict[str, object]]:
    labels = {
        "open": _("To finish"),
        "waiting": _("In review"),
        "ready": _("Approved"),
        "out": _("In circulation"),
        "ended": _("Ended"),
    }
    counted = {name: sum(one.state in states for one in everything) for name, states in GROUPS.items()}
    return [_choice(name, labels[name], counted[name], group) for name in GROUPS if counted[name] or name == group]


def _choice(name: str | None, label: str, count: int, group: str | None) -> dict[str, object]:
    shown = f"{label} {count}" if count else label
    return {"label": shown, "href": url_for("works.index", show=name), "current": name == group}


@blueprint.post("/templates/<slug>/start")
@permitted("poster.fill")
def start(slug: str) -> Response:
    """A new draft for today or for the ``day`` of the form, and on to the editor; a template that is closed to the
    person says why.
    """
    version = usable_template(slug)
    head, size = version.content.head, request.form.get("size")
    language = chosen() if chosen() in head["languages"] else head["languages"][0]
    channel = "wechat" if "wechat" in head["channels"] else head["channels"][0]
    draft = Draft({}, size if size and size in head["sizes"] else head["sizes"][0], language, channel)
    try:
        saved = start_poster(parts().deps, parts().studio, current_actor(), version.id, draft, day_asked())
    except Blocked as error:
        return make_response(template_page(slug), status_of(error))
    return _see("works.edit", saved.poster_id)


@blueprint.get("/posters/<poster_id>/edit")
@permitted("poster.fill")
def edit(poster_id: str) -> Response:
    """The editor on a draft; what waits for a decision or has one is shown instead."""
    work = open_work(parts().deps, parts().studio, current_actor(), poster_id)
    if not work.is_open:
        flash(_("It cannot be changed as it stands. Here is what you can do."))
        return _see("works.show", poster_id)
    return make_response(editor_page(desk, work))


@blueprint.get("/posters/<poster_id>")
@permitted("poster.read")
def show(poster_id: str) -> str:
    """One poster: how it looks, how it stands, and the one thing to do next."""
    return work_page(poster_id)


@blueprint.post("/posters/<poster_id>/submit")
@permitted("poster.submit")
@in_turn
def submit_one(poster_id: str) -> Response:
    """Submit the newest revision; what stands against it stays on the page."""
    try:
        answer = submit(parts().deps, parts().studio, current_actor(), poster_id)
    except (Invalid, Blocked, Conflict) as error:
        return _refused(poster_id, error)
    if answer.state == "in_review":
        due = moment(answer.due_at) if answer.due_at else ""
        flash(_("With the reviewers now; you will have an answer by %(due)s.", due=due))
    else:
        flash(_("Approved: only open parts were changed, and nothing was found."))
    return _see("works.show", poster_id)


@blueprint.post("/posters/<poster_id>/withdraw")
@permitted("poster.withdraw")
def take_back(poster_id: str) -> Response:
    """Take it out of review and go on with it."""
    withdraw(parts().deps, current_actor(), poster_id)
    return _see("works.edit", poster_id)


@blueprint.post("/posters/<poster_id>/delete")
@permitted("poster.delete")
def delete(poster_id: str) -> Response:
    """Remove a draft for good."""
    delete_draft(parts().deps, current_actor(), poster_id)
    flash(_("The draft is deleted."))
    return make_response(redirect(url_for("works.index"), 303))


@blueprint.post("/posters/<poster_id>/issue")
@permitted("poster.issue")
@in_turn
def issue_one(poster_id: str) -> Response:
    """Make one file of the poster; the picture leads on to sharing it, any other to the file."""
    wanted = request.form.get("format", "png")
    known = next((one for one in EDITIONS if one == wanted), None)
    if known is None:
        raise NotFound("no_such_file", "posters are not made as such a file")
    try:
        issue(parts().deps, parts().studio, current_actor(), poster_id, known)
    except (Invalid, Blocked, Conflict) as error:
        return _refused(poster_id, error)
    return _see("works.share", poster_id, made=None if known == "png" else known)


@blueprint.post("/posters/<poster_id>/recall")
@permitted("poster.recall")
def recall(poster_id: str) -> Response:
    """End the poster: every link and download is dead at once."""
    reason = request.form.get("reason", "").strip()
    try:
        ended = recall_poster(parts().deps, current_actor(), poster_id, reason)
    except Invalid:
        page = work_page(poster_id, recall_error=_("Say in a few words why it is withdrawn."))
        return make_response(page, 422)
    flash(_("Withdrawn: %(count)s links lead to a notice now.", count=len(ended)))
    return _see("works.show", poster_id)


@blueprint.post("/posters/<poster_id>/again")
@permitted("poster.fill")
def again(poster_id: str) -> Response:
    """A new draft that says what this poster says."""
    try:
        saved = start_again(parts().deps, current_actor(), poster_id)
    except (Blocked, Conflict) as error:
        return _refused(poster_id, error)
    return _see("works.edit", saved.poster_id)


def _refused(poster_id: str, error: AppError) -> Response:
    return make_response(work_page(poster_id, refused=error), status_of(error))


def _see(endpoint: str, poster_id: str, made: str | None = None) -> Response:
    return make_response(redirect(url_for(endpoint, poster_id=poster_id, made=made), 303))
