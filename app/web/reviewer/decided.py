"""What was decided, by people and by policies; auditors read it too."""

from typing import Any, cast

from flask import render_template, request, url_for

from app.db import reading
from app.reads.decisions import ACTIONS, By, decisions
from app.web.parts import parts
from app.web.policy import permitted
from app.web.reviewer.routes import blueprint
from app.web.reviewer.words import action_name
from app.web.visitor import current_actor
from app.web.words import _

PAGE = 40


@blueprint.get("/decided")
@permitted("review.read")
def decided() -> str:
    """The last decisions, newest first."""
    by, action = request.args.get("by"), request.args.get("action")
    by = by if by in ("person", "policy") else None
    action = action if action in ACTIONS else None
    before = request.args.get("before", type=int)
    with reading(parts().deps) as session:
        found = decisions(session, current_actor().organisation_path, PAGE + 1, before, cast(By | None, by), action)
    asked: dict[str, Any] = {"by": by, "action": action}
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return render_template(
        "reviewer/decided.html",
        found=found[:PAGE],
        is_narrowed=bool(by or action or before),
        bys=[_choice(asked, "by", *one) for one in _bys()],
        actions=[_choice(asked, "action", None, _("All decisions"))]
        + [_choice(asked, "action", one, action_name(one)) for one in ACTIONS],
        more=url_for("review.decided", **asked, before=more) if more else None,
    )


def _bys() -> list[tuple[str | None, str]]:
    return [(None, _("By anybody")), ("person", _("By people")), ("policy", _("By policy"))]


def _choice(asked: dict[str, Any], name: str, value: str | None, label: str) -> dict[str, Any]:
    href = url_for("review.decided", **{**asked, name: value})
    return {"label": label, "href": href, "current": asked[name] == value}
