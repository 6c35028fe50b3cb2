"""What designers and those who release do: upload, submit, take back, release, retire, recall."""

from datetime import date

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.db import reading
from app.flow.design import MAX_REASON, release, retire, submit_version, upload_bundle, withdraw_version
from app.flow.recall import recall_template
from app.kernel.errors import AppError, Conflict, Invalid, NotFound, Problem
from app.library.core import EVERYWHERE, Availability
from app.reads.design import places
from app.web.designer.board import blueprint, viewed
from app.web.designer.problem_words import told
from app.web.designer.version_page import version_page
from app.web.errors import status_of, wants_json
from app.web.parts import parts
from app.web.policy import permitted
from app.web.turns import in_turn
from app.web.visitor import current_actor
from app.web.words import _


@blueprint.post("/upload")
@permitted("template.upload")
@in_turn
def upload() -> Response:
    """Take a bundle in; or say everything that is wrong with it, and keep nothing."""
    given = request.files.get("bundle")
    try:
        if given is None or not given.filename:
            raise Invalid("no_file", "choose a ZIP file")
        version_id = upload_bundle(parts().deps, parts().studio, current_actor(), given.stream.read())
    except (Invalid, Conflict) as error:
        if wants_json() or error.code == "moved_on":
            raise
        return _refused(error, given.filename if given else None)
    flash(_("The template is here. Look at it with the longest names, then send it to review."))
    return make_response(redirect(url_for("design.version", version_id=version_id), 303))


def _refused(error: AppError, filename: str | None) -> Response:
    problems = list(error.problems) if isinstance(error, Invalid) else []
    if error.code == "locked":
        problems = [Problem("version", "locked", error.message)]
    groups = told(problems, error.fields.get("manifest"))
    page = render_template(
        "designer/problems.html",
        groups=groups,
        count=sum(len(group.problems) for group in groups),
        filename=(filename or "")[:120],
        was_too_large=error.code == "too_large",
        no_file=error.code == "no_file",
    )
    return make_response(page, status_of(error))


@blueprint.post("/versions/<version_id>/submit")
@permitted("template.submit")
def submit(version_id: str) -> Response:
    """Send a version to the reviewers; what blocks it is shown on its page."""
    view = viewed(version_id)
    try:
        submit_version(parts().deps, parts().studio, current_actor(), version_id)
    except Invalid as error:
        if wants_json():
            raise
        blocked = any(one.code == "blocked" for one in error.problems)
        trouble = _("The copy holds something that is not allowed. Correct it, and upload the template again.")
        other = _("The template cannot be laid out any more. Correct it, and upload it again.")
        return make_response(version_page(view, trouble=trouble if blocked else other), 422)
    flash(_("It is with the reviewers now."))
    return _back(version_id)


@blueprint.post("/versions/<version_id>/withdraw")
@permitted("template.submit")
def withdraw(version_id: str) -> Response:
    """Take a version back from the reviewers."""
    withdraw_version(parts().deps, current_actor(), version_id)
    flash(_("It is a draft again."))
    return _back(version_id)


@blueprint.post("/versions/<version_id>/release")
@permitted("template.release")
def grant(version_id: str) -> Response:
    """Settle where and when a version may be used."""
    view = viewed(version_id)
    try:
        release(parts().deps, current_actor(), version_id, _grants())
    except Invalid:
        if wants_json():
            raise
        trouble = _("The last day lies before the first, or a day cannot be read. Nothing was changed.")
        return make_response(version_page(view, trouble=trouble, opened="release"), 422)
    flash(_("Where it may be used is settled."))
    return _back(version_id)


def _grants() -> list[Availability]:
    """The rows of the form; one without a place is left out."""
    rows = zip(*(request.form.getlist(name) for name in ("place", "starts_on", "ends_on")), strict=False)
    with reading(parts().deps) as session:
        known = {one.path for one in places(session, current_actor().organisation_path)}
    found = []
    for place, starts_on, ends_on in rows:
        if not place:
            continue
        if place != EVERYWHERE and place not in known:
            raise NotFound("no_such_organisation", "there is no such organisation")
        found.append(Availability(place, _day(starts_on), _day(ends_on) if ends_on else None))
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid.of([Problem("day", "bad_day", "write a day as 2026-11-22")]) from error


@blueprint.post("/versions/<version_id>/retire")
@permitted("template.retire")
def end(version_id: str) -> Response:
    """Let nothing new be made from a version."""
    view, reason = viewed(version_id), request.form.get("reason", "").strip()
    if not 0 < len(reason) <= MAX_REASON:
        return make_response(version_page(view, trouble=_("Say why, in a sentence."), opened="retire"), 422)
    retire(parts().deps, current_actor(), version_id, reason)
    flash(_("It is retired: nothing new is made from it."))
    return _back(version_id)


@blueprint.post("/versions/<version_id>/recall")
@permitted("template.recall")
def recall(version_id: str) -> Response:
    """End everything that was made from a version, at once."""
    view, reason = viewed(version_id), request.form.get("reason", "").strip()
    if not 0 < len(reason) <= MAX_REASON:
        return make_response(version_page(view, trouble=_("Say why, in a sentence."), opened="recall"), 422)
    ended = recall_template(parts().deps, current_actor(), version_id, reason)
    flash(_("It is recalled; %(count)s links lead to the notice now.", count=len(ended)))
    return _back(version_id)


def _back(version_id: str) -> Response:
    return make_response(redirect(url_for("design.version", version_id=version_id), 303))
