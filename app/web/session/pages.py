"""Signing in and out, and the language of the pages."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from app.flow import sign_in as flow
from app.kernel.errors import Forbidden, Unavailable
from app.web.languages import COOKIE, LOCALES
from app.web.navigation import local_path
from app.web.parts import parts
from app.web.policy import public
from app.web.security import is_https
from app.web.session.cookie import hand_out, take_back, token
from app.web.session.routes import blueprint, too_many
from app.web.words import _

YEAR_SECONDS = 365 * 24 * 3600


@blueprint.get("/sign-in")
@public
def sign_in() -> str | Response:
    """The door."""
    onward = local_path(request.args.get("next"))
    if current_user.is_authenticated:
        return make_response(redirect(onward))
    return _door(onward)


@blueprint.post("/sign-in")
@public
def come_in() -> Response:
    """Begin a session; one that was there before ends, whoever had begun it."""
    onward = local_path(request.args.get("next"))
    login, code = request.form.get("login", ""), request.form.get("code", "")
    password, address = request.form.get("password", ""), request.remote_addr or ""
    try:
        value = flow.sign_in(parts().deps, login, password, code, address, token())
    except Forbidden as error:
        asks_code = error.code == "totp_required"
        wrong = "" if asks_code else _("Account, password or code is wrong.")
        return make_response(_door(onward, login, wrong, asks_code or bool(code)), 401)
    except Unavailable as error:
        if error.code != "too_many_attempts":
            raise
        response = make_response(_door(onward, login, too_many(error)), 429)
        response.headers["Retry-After"] = str(error.fields["retry_after_seconds"])
        return response
    return hand_out(make_response(redirect(onward, 303)), value)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End the session."""
    value = token()
    if value:
        flow.sign_out(parts().deps, value)
    return take_back(make_response(redirect(url_for("session.sign_in"), 303)))


@blueprint.post("/language")
@public
def language() -> Response:
    """Speak the other language from now on."""
    wanted = request.form.get("lang")
    response = make_response(redirect(local_path(request.form.get("next")), 303))
    if wanted in LOCALES:
        secure = is_https(parts().settings)
        response.set_cookie(COOKIE, wanted, max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax")
    return response


def _door(onward: str, login: str = "", wrong: str = "", asks_code: bool = False) -> str:
    return render_template("session/sign_in.html", next=onward, login=login, wrong=wrong, asks_code=asks_code)
