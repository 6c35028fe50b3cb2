"""Failures as pages for customers: what happened, and what they can do."""

import math

import structlog
from flask import Flask, Response, make_response, render_template
from werkzeug.exceptions import HTTPException, SecurityError

from app.kernel.errors import AppError, Blocked, Conflict, Invalid, NotFound, Unavailable
from app.public.words import _

_log = structlog.get_logger("access")


def register_errors(app: Flask) -> None:
    """Let every failure of `app` be answered here."""
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(HTTPException, _http_error)


def message(status: int, title: str, sentence: str, onward: str | None = None) -> Response:
    """A page that says one thing; `onward` leads back to the poster."""
    page = render_template("message.html", status=status, title=title, sentence=sentence, onward=onward)
    return make_response(page, status)


def _said(status: int) -> Response:
    known = {
        400: (_("This could not be read"), _("Nothing was changed. Open the page again from the poster's code.")),
        404: (
            _("This link does not exist"),
            _("Check the code on the poster, or ask the advisor who sent it to you."),
        ),
        405: (_("This cannot be done here"), _("Open the link by scanning the code on the poster.")),
        410: (
            _("This poster's time is over"),
            _("What it says is no longer valid. Ask your advisor for what is on offer today."),
        ),
        429: (_("Too many attempts"), _("Please wait a little, then try again.")),
        503: (_("One moment, please"), _("The system does not answer right now. Please try again shortly.")),
    }
    unknown = (_("Something went wrong"), _("It is our fault, not yours. Please try again shortly."))
    return message(status, *known.get(status, unknown))


def _app_error(error: AppError) -> Response:
    kinds: dict[type[AppError], int] = {NotFound: 404, Invalid: 400, Conflict: 410, Blocked: 410, Unavailable: 503}
    status = next((status for kind, status in kinds.items() if isinstance(error, kind)), 500)
    if error.code == "too_many_attempts":
        status = 429
    if status >= 500:
        _log.error("request_failed", code=error.code, kind=error.kind)
    response = _said(status)
    wait = error.fields.get("retry_after_seconds", 2 if status == 503 else None)
    if wait is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return response


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):
        return Response("This address is not served here.\n", 400, mimetype="text/plain")
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    original = getattr(error, "original_exception", None)
    if original is not None:
        place = original.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else ""
        _log.error("request_crashed", error=type(original).__name__, place=where)
    response = _said(400 if status == 413 else status)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response
