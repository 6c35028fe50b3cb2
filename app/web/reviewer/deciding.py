"""The decision: what was typed survives whatever stands against it."""

from typing import cast, get_args

from flask import Response, flash, make_response, redirect, request, url_for

from app.flow.decide import decide as take_decision
from app.kernel.errors import AppError, Conflict, Forbidden, Invalid, Problem
from app.review.core import Decision
from app.review.records import Comment
from app.web.errors import status_of, wants_json
from app.web.parts import parts
from app.web.policy import permitted
from app.web.reviewer.case import Typed, page
from app.web.reviewer.queue import waiting
from app.web.reviewer.routes import blueprint
from app.web.reviewer.words import title_of
from app.web.visitor import current_actor
from app.web.words import _

PIN_PARTS = ("place", "x", "y", "text")
MAX_PINS = 50


@blueprint.post("/<subject_id>")
@permitted("poster.decide")
def decide(subject_id: str) -> Response:
    """Approve, reject or ask for a change; then on to the next."""
    reason = request.form.get("reason", "").strip()
    before = waiting()
    pins: tuple[Comment, ...] = ()
    try:
        pins = _pins()
        decision = request.form.get("decision", "")
        if decision not in get_args(Decision):
            raise Invalid.of([Problem("decision", "unknown_decision", "approve, reject or request_change")])
        take_decision(
            parts().deps,
            current_actor(),
            subject_id,
            cast(Decision, decision),
            request.form.get("seen_digest", ""),
            reason=reason,
            comments=pins,
            studio=parts().studio,
        )
    except (Conflict, Forbidden, Invalid) as error:
        if wants_json():
            raise
        return _refused(subject_id, error, Typed(reason, pins, _words_for(error)))
    own = next((one for one in before if one.subject_id == subject_id), None)
    flash(_said(decision, title_of(own.title) if own else ""))
    return make_response(redirect(_onward([one.subject_id for one in before], subject_id), 303))


def _pins() -> tuple[Comment, ...]:
    """The comments of the form. *Raises* Invalid ``bad_pin``."""
    listed = [request.form.getlist(f"pin_{part}") for part in PIN_PARTS]
    if len({len(one) for one in listed}) > 1 or len(listed[0]) > MAX_PINS:
        raise Invalid.of([Problem("comments", "bad_pin", "each comment has a place, a point and words")])
    try:
        return tuple(
            Comment(place, text.strip(), float(x), float(y)) for place, x, y, text in zip(*listed, strict=True)
        )
    except ValueError as error:
        raise Invalid.of([Problem("comments", "bad_pin", "a point is two numbers")]) from error


def _refused(subject_id: str, error: AppError, typed: Typed) -> Response:
    problem = "invalid" if isinstance(error, Invalid) and error.code != "not_valid" else error.code
    response = make_response(page(subject_id, typed, problem), status_of(error))
    response.headers["Cache-Control"] = "no-store"
    return response


def _words_for(error: AppError) -> dict[str, str]:
    """What is missing, by field, for people."""
    found: dict[str, str] = {}
    for problem in error.problems if isinstance(error, Invalid) else ():
        if problem.code == "required":
            found["reason"] = _("Say what is wrong, here or with a comment on the picture.")
        elif problem.path == "reason":
            found["reason"] = _("At most 2,000 characters.")
        elif problem.path.startswith("comments"):
            found["pins"] = _("Each comment needs between 1 and 1,000 characters.")
        elif problem.path == "decision":
            found["reason"] = _("Choose what to do.")
    return found


def _said(decision: str, title: str) -> str:
    return {
        "approve": _("Approved: %(title)s", title=title),
        "reject": _("Rejected: %(title)s", title=title),
        "request_change": _("Change requested: %(title)s", title=title),
    }[decision]


def _onward(before: list[str], subject_id: str) -> str:
    """The next work that nobody else is looking at, in the order of the queue; at its end, the queue."""
    own = current_actor().person_id
    free = {one.subject_id for one in waiting() if one.claim is None or one.claim.person_id == own}
    at = before.index(subject_id) if subject_id in before else 0
    following = next((one for one in (*before[at:], *before[:at]) if one in free), None)
    return url_for("review.show", subject_id=following) if following else url_for("review.index")
