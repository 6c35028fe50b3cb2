"""What is out and does not pass any more: whose it is, whom it reaches, and the recall in one click."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for

from app.db import reading
from app.flow.rescan import recall_blocked
from app.kernel.errors import Conflict, NotFound
from app.reads.rescanned import rescanned
from app.rescans.records import find_blocked
from app.web.languages import chosen
from app.web.operator.asked import zone
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor, visitor
from app.web.words import _
from app.web.workbench.routes import blueprint


@blueprint.get("/rescan")
@permitted("rule.read")
def rescan() -> str:
    """The posters that do not pass, the most scanned first."""
    return render_template("rules/rescan.html", may_recall=visitor().may("poster.recall"), **_seen())


@blueprint.get("/rescan/progress")
@permitted("rule.read")
def rescan_progress() -> Response:
    """How far the newest rescan is, for a page that waits for it."""
    seen = _seen()
    if seen["found"].rescan is None:
        raise NotFound("no_such_rescan", "there was no rescan yet")
    answer = make_response(render_template("rules/rescan_progress.html", **seen))
    answer.headers["X-State"] = seen["found"].state
    return answer


def _seen() -> dict[str, Any]:
    with reading(parts().deps) as session:
        return {"found": rescanned(session, current_actor().organisation_path, zone())}


@blueprint.post("/rescan/<poster_id>/recall")
@permitted("poster.recall")
def recall(poster_id: str) -> Response:
    """Recall one of them; what stands against it is the reason."""
    with reading(parts().deps) as session:
        blocked = find_blocked(session, poster_id)
    try:
        ended = recall_blocked(parts().deps, current_actor(), poster_id, _reason(blocked.findings if blocked else ()))
    except Conflict as error:
        if error.code != "wrong_state":
            raise
        flash(_("It had been withdrawn already."))
    else:
        flash(_("Recalled. %(links)s links lead to the notice now.", links=len(ended)))
    onward = "rules.rescan" if visitor().may("rule.read") else "home.door"
    return make_response(redirect(url_for(onward), 303))


def _reason(findings: Any) -> str:
    said = dict.fromkeys(f"“{one['text']}”: {one['message'][chosen()]} ({one['rule']})" for one in findings)
    why = _("It does not pass the rules in force any more.")
    return "\n".join([why, *said])[:2000]
