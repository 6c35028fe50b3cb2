"""Circulation: what is out, what a recall would reach, the recall itself, and who still comes afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.db import reading
from app.flow.recall import recall_link, recall_poster, recall_template
from app.flow.steps import rules_over
from app.kernel.errors import Conflict, Invalid, NotFound
from app.links import records as links
from app.reads.circulation import circulating, reach_of_poster, reach_of_template, template_out, templates_out
from app.reads.recalled import Aftermath, after_poster, after_template
from app.reads.result_names import organisation_names, people, template_titles
from app.reads.result_posters import poster_head, poster_links
from app.web.operator import showing
from app.web.operator.asked import page_number, zone
from app.web.operator.showing import title_of
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor, visitor
from app.web.words import _

PAGE, LONGEST_SEARCH = 40, 60

blueprint = Blueprint("circulation", __name__, url_prefix="/circulation")


@blueprint.get("")
@permitted("dashboard.read")
def index() -> str:
    """The posters that are out, most scanned first."""
    words, page = request.args.get("q", "").strip()[:LONGEST_SEARCH], page_number(request.args)
    path = current_actor().organisation_path
    with reading(parts().deps) as session:
        found = circulating(session, path, zone(), words, PAGE + 1, (page - 1) * PAGE)
        shown = found[:PAGE]
        titles = template_titles(session, {one.slug for one in shown})
        who = people(session, {one.person_id for one in shown})
        places = organisation_names(session, {one.organisation_path for one in shown})
    rows = [
        {
            "poster": one,
            "title": title_of(titles.get(one.slug), one.slug),
            "advisor": who[one.person_id].name if one.person_id in who else _("Somebody who has left"),
            "place": places.get(one.organisation_path, ""),
        }
        for one in shown
    ]
    has_more = len(found) > PAGE
    return render_template(
        "operator/circulation.html", rows=rows, words=words, page=page, has_more=has_more, **_frame("posters")
    )


@blueprint.get("/templates")
@permitted("dashboard.read")
def templates() -> str:
    """The templates from which posters are out, most scanned first."""
    with reading(parts().deps) as session:
        found = templates_out(session, current_actor().organisation_path, zone())
        titles = template_titles(session, {one.slug for one in found})
    rows = [{"template": one, "title": title_of(titles.get(one.slug), one.slug)} for one in found]
    return render_template("operator/circulation_templates.html", rows=rows, **_frame("templates"))


@blueprint.get("/posters/<poster_id>")
@permitted("dashboard.read")
def poster(poster_id: str) -> str:
    """What a recall of one poster would reach, or who has come since. *Raises* NotFound ``no_such_poster``."""
    return _poster(poster_id)


@blueprint.post("/posters/<poster_id>/recall")
@permitted("poster.recall")
def recall_one(poster_id: str) -> Response:
    """Recall a poster."""
    again = url_for("circulation.poster", poster_id=poster_id)
    return _recalled(recall_poster, poster_id, again, _poster)


@blueprint.get("/templates/<version_id>")
@permitted("dashboard.read")
def template(version_id: str) -> str:
    """What a recall of a template would reach, or who has come since. *Raises* NotFound ``no_such_template``."""
    return _template(version_id)


@blueprint.post("/templates/<version_id>/recall")
@permitted("template.recall")
def recall_all(version_id: str) -> Response:
    """Recall a template version, and with it every poster made from it."""
    again = url_for("circulation.template", version_id=version_id)
    return _recalled(recall_template, version_id, again, _template)


@blueprint.get("/links/<code>")
@permitted("dashboard.read")
def link(code: str) -> str:
    """What a recall of one link would reach. *Raises* NotFound ``no_such_link``."""
    return _link(code)


@blueprint.post("/links/<code>/recall")
@permitted("link.recall")
def recall_code(code: str) -> Response:
    """Recall a link, and the re-shares that came of it; the poster lives on."""
    with reading(parts().deps) as session:
        found = links.resolve(session, code)
    again = url_for("results.poster", poster_id=found.target if found else "-")
    return _recalled(recall_link, code, again, _link)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What somebody had written as a reason, and what is wrong with it."""

    said: str = ""
    words: str = ""


NOTHING_WRONG = Wrong()


def _recalled(recall: Callable[..., list[str]], subject: str, onward: str, page: Callable[..., str]) -> Response:
    reason = request.form.get("reason", "")
    try:
        ended = recall(parts().deps, current_actor(), subject, reason)
    except Invalid as error:
        if error.code != "required" and all(problem.code != "required" for problem in error.problems):
            raise
        wrong = Wrong(reason[:2000], _("Say why, in at most 2,000 characters."))
        return make_response(page(subject, wrong), 422)
    except Conflict as error:
        if error.code != "wrong_state":
            raise
        flash(_("It had been withdrawn already."))
        return make_response(redirect(onward, 303))
    flash(_("Recalled. %(links)s links lead to the notice now.", links=len(ended)))
    return make_response(redirect(onward, 303))


def _poster(poster_id: str, wrong: Wrong = NOTHING_WRONG) -> str:
    path = current_actor().organisation_path
    with reading(parts().deps) as session:
        head = poster_head(session, path, poster_id)
        reach = reach_of_poster(session, path, poster_id, zone())
        after = after_poster(session, poster_id, zone())
        who = _names(session, after, head.person_id)
        title = title_of(template_titles(session, [head.slug]).get(head.slug), head.slug)
        place = organisation_names(session, [head.organisation_path]).get(head.organisation_path, "")
    can = head.state in ("issued", "approved") and visitor().may("poster.recall")
    return render_template(
        "operator/recall_poster.html",
        head=head,
        reach=reach,
        after=after,
        who=who,
        title=title,
        place=place,
        can_recall=can,
        wrong=wrong,
        **_frame("posters"),
    )


def _template(version_id: str, wrong: Wrong = NOTHING_WRONG) -> str:
    actor = current_actor()
    with reading(parts().deps) as session:
        row, state = template_out(session, actor, version_id)
        rules = rules_over(actor, row.organisation_path)
        reach = reach_of_template(session, version_id, actor.organisation_path, zone())
        after = after_template(session, version_id, actor.organisation_path, zone())
        who = _names(session, after)
        title = title_of(template_titles(session, [row.slug]).get(row.slug), row.slug)
    return render_template(
        "operator/recall_template.html",
        version=row,
        state=state,
        reach=reach,
        after=after if state == "recalled" else None,
        who=who,
        title=title,
        can_recall=state in ("approved", "retired") and rules and visitor().may("template.recall"),
        is_of_the_house=not rules,
        wrong=wrong,
        **_frame("templates"),
    )


def _link(code: str, wrong: Wrong = NOTHING_WRONG) -> str:
    with reading(parts().deps) as session:
        found = links.resolve(session, code)
        if found is None or found.target_kind != "poster":
            raise NotFound("no_such_link", "there is no such link")
        try:
            head = poster_head(session, current_actor().organisation_path, found.target)
        except NotFound as error:
            raise NotFound("no_such_link", "there is no such link") from error
        lines = poster_links(session, found.target)
        title = title_of(template_titles(session, [head.slug]).get(head.slug), head.slug)
        who = _names(session, None, head.person_id)
    line = next(one for one in lines if one.link.code == code)
    below = {code}
    for one in lines:  # parents come before their children
        if one.link.parent_code in below:
            below.add(one.link.code)
    return render_template(
        "operator/recall_link.html",
        head=head,
        line=line,
        below=[one for one in lines if one.link.code in below and one.link.code != code],
        who=who,
        title=title,
        can_recall=line.state == "active" and visitor().may("link.recall"),
        wrong=wrong,
        **_frame("posters"),
    )


def _names(session: Session, after: Aftermath | None, *more: str) -> dict[str, str]:
    ids = {*more}
    if after is not None:
        ids |= {after.step.person_id or "", *(one.person_id or "" for one in after.sharers)}
    return {key: one.name for key, one in people(session, ids).items()}


def _frame(tab: str) -> dict[str, Any]:
    entries = [
        {"label": _("Poster list"), "href": url_for("circulation.index"), "current": tab == "posters"},
        {"label": _("Templates"), "href": url_for("circulation.templates"), "current": tab == "templates"},
    ]
    return {"entries": entries, "show": showing}
