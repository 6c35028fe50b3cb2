"""One version of a rule: what it changes, what a replay found, and the switch that puts it into force."""

from flask import Response, flash, make_response, redirect, render_template, url_for

from app.db import reading
from app.flow.replay_rule import order_replay
from app.flow.switch_rule import switch_hindrance, switch_rule
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.reads.replayed import Replayed, replayed
from app.rulebook import records
from app.rulebook.core import line_diff
from app.web.errors import status_of, wants_json
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor
from app.web.words import _
from app.web.workbench.browse import may_write, view_of
from app.web.workbench.routes import blueprint


@blueprint.get("/<rule_id>/versions/<int:number>")
@permitted("rule.read")
def version(rule_id: str, number: int) -> str:
    """One version; 0 is what comes with the product, or no rule."""
    return _page(rule_id, number)


@blueprint.get("/<rule_id>/versions/<int:number>/replay")
@permitted("rule.read")
def progress(rule_id: str, number: int) -> Response:
    """How far the newest replay is, for a page that waits for it."""
    view_of(rule_id).text_of(number)
    found = _replayed(rule_id, number)
    if found is None:
        raise NotFound("no_such_replay", "this version was not replayed yet")
    answer = make_response(render_template("rules/progress.html", found=found))
    answer.headers["X-State"] = found.state
    return answer


@blueprint.post("/<rule_id>/versions/<int:number>/replay")
@permitted("rule.write")
def replay(rule_id: str, number: int) -> Response:
    """Replay the version over all that there is."""
    view_of(rule_id).text_of(number)
    order_replay(parts().deps, current_actor(), rule_id, number)
    flash(_("The replay has begun."))
    return make_response(redirect(url_for("rules.version", rule_id=rule_id, number=number), 303))


@blueprint.post("/<rule_id>/versions/<int:number>/switch")
@permitted("rule.switch")
def switch(rule_id: str, number: int) -> Response:
    """Let the version be in force."""
    try:
        switch_rule(parts().deps, parts().studio, current_actor(), rule_id, number)
    except (Conflict, Forbidden) as error:
        if wants_json() or error.code not in ("four_eyes", "replay_required", "in_force", "moved_on"):
            raise
        return make_response(_page(rule_id, number, error.code), status_of(error))
    flash(_("It is in force now. Every check uses it within seconds."))
    return make_response(redirect(url_for("rules.show", rule_id=rule_id), 303))


def _page(rule_id: str, number: int, trouble: str = "") -> str:
    view = view_of(rule_id)
    text = view.text_of(number)
    line = next((one for one in view.versions if one.version.number == number), None)
    against = view.version_in_force if number != view.version_in_force else line.version.based_on if line else 0
    with reading(parts().deps) as session:
        hindrance = switch_hindrance(session, current_actor(), rule_id, number)
    return render_template(
        "rules/version.html",
        view=view,
        number=number,
        line=line,
        text=text,
        against=against,
        diff=line_diff(view.text_of(against), text),
        found=_replayed(rule_id, number),
        book=_book(),
        hindrance=hindrance,
        trouble=trouble,
        may_write=may_write(),
        is_in_force=view.version_in_force == number,
    )


def _replayed(rule_id: str, number: int) -> Replayed | None:
    with reading(parts().deps) as session:
        newest = records.newest_replay(session, rule_id, number)
        return replayed(session, newest) if newest else None


def _book() -> int:
    with reading(parts().deps) as session:
        return records.book_number(session)
