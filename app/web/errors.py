"""Failures as pages, and as JSON for programs: one shape, a stable code, a request id, nothing of the inside."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from app.kernel.errors import AppError, Blocked, Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.web.observe import request_id
from app.web.visitor import NotSignedIn
from app.web.words import _

_log = structlog.get_logger(__name__)

_BY_KIND: dict[type[AppError], int] = {
    NotSignedIn: 401,
    NotFound: 404,
    Forbidden: 403,
    Invalid: 422,
    Conflict: 409,
    Blocked: 422,
    Unavailable: 503,
}
_BY_CODE = {
    "csrf": 400,
    "bad_json": 400,
    "stale_digest": 412,
    "recalled": 410,
    "withdrawn": 410,
    "expired": 410,
    "too_large": 413,
    "too_many_attempts": 429,
    "too_many_renders": 429,
    "sign_in_failed": 401,
    "disk_full": 507,
}
DESIGNED = (400, 401, 403, 404, 405, 409, 410, 412, 413, 422, 429, 500, 503)


def wants_json() -> bool:
    """Whether a program asks: by path, by what it sends, or by what it would rather have."""
    if request.path.startswith("/api/") or request.is_json:
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def status_of(error: AppError) -> int:
    """The HTTP status of `error`."""
    kind = next((status for kind, status in _BY_KIND.items() if isinstance(error, kind)), 500)
    return _BY_CODE.get(error.code, kind)


def words_for(status: int) -> tuple[str, str]:
    """Title and sentence for a person."""
    known = {
        400: (_("This request could not be read"), _("Nothing was changed. Go back, reload the page and try again.")),
        401: (_("Please sign in"), _("Your session has ended, or you have not signed in yet.")),
        403: (_("This is not yours to do"), _("Your role does not allow it. Ask your administrator if it should.")),
        404: (_("There is nothing here"), _("It was moved, it never existed, or it belongs to somebody else.")),
        405: (_("This cannot be done here"), _("Nothing was changed. Go back and try again.")),
        409: (_("Somebody was faster"), _("It has changed since you looked. Reload to see how it stands now.")),
        410: (_("This has been withdrawn"), _("It is no longer valid and cannot be opened or downloaded.")),
        412: (_("You saw an older version"), _("It has changed since you looked. Reload to see how it stands now.")),
        413: (_("This is too large"), _("Nothing was saved. Choose a smaller file.")),
        422: (_("Something needs correcting"), _("Nothing was saved. Check what you entered and try again.")),
        429: (_("Too many attempts"), _("Wait a little, then try again.")),
        503: (_("Back in a moment"), _("A part of the system does not answer. What you saved before is safe.")),
    }
    unknown = (_("Something went wrong"), _("It is our fault, not yours. What you saved before is safe."))
    return known.get(status, unknown)


def answer(status: int, code: str, problems: list[dict[str, str]] | None = None) -> Response:
    """The answer to a failed request, for whoever asked."""
    title, sentence = words_for(status)
    if wants_json():
        body: dict[str, Any] = {"code": code, "message": f"{title}. {sentence}", "request_id": request_id()}
        if problems:
            body["problems"] = problems
        response = jsonify({"error": body})
    else:
        page = render_template("errors/error.html", status=status, code=code, title=title, sentence=sentence)
        response = make_response(page)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def register_errors(app: Flask) -> None:
    """Let every failure of `app` be answered here, and written down here alone: an exception may repeat what somebody
    wrote, so that its text and its stack go into no log.
    """
    app.log_exception = lambda _error: None  # type: ignore[assignment, method-assign]
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)


def _app_error(error: AppError) -> Response:
    status = status_of(error)
    if isinstance(error, NotSignedIn) and request.method == "GET" and not wants_json():
        back = request.full_path.rstrip("?") if request.path != "/" else None
        return make_response(redirect(url_for("session.sign_in", next=back)))
    if error.code == "change_password_first" and request.method == "GET" and not wants_json():
        return make_response(redirect(url_for("session.first_password")))
    if status >= 500:
        _log.error("request_failed", code=error.code, kind=error.kind)
    listed = error.problems if isinstance(error, Invalid) else ()
    problems = [{"path": one.path, "code": one.code, "message": one.message} for one in listed]
    response = answer(status, error.code, problems)
    wait = error.fields.get("retry_after_seconds")
    if wait is not None:
        response.headers["Retry-After"] = str(max(1, round(wait)))
    return response


def _csrf_error(_error: CSRFError) -> Response:
    return answer(400, "csrf")


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if isinstance(error, SecurityError):
        return Response("This address is not served here.\n", 400, mimetype="text/plain")
    if status < 400:
        return make_response(error.get_response())
    original = getattr(error, "original_exception", None)
    if original is not None:
        place = original.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else ""
        _log.error("request_crashed", error=type(original).__name__, place=where)
    response = answer(status, HTTPStatus(status).name.lower())
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response
