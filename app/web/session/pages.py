"""Signing in and out, one's own page, and the language of the pages."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_login import current_user

from app.flow import sign_in as flow
from app.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from app.rendering.pictures import read_picture
from app.rendering.thumbnail import portrait
from app.web.languages import COOKIE, LOCALES
from app.web.navigation import local_path, person
from app.web.parts import parts
from app.web.policy import permitted, public, signed_in
from app.web.security import is_https
from app.web.session.cookie import hand_out, take_back, token
from app.web.visitor import visitor
from app.web.words import _

AVATAR_PX = 144
YEAR_SECONDS = 365 * 24 * 3600

blueprint = Blueprint("session", __name__)


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
        response = make_response(_door(onward, login, _too_many(error)), 429)
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


@blueprint.get("/me")
@signed_in
def me() -> str:
    """Who I am to the system, and how posters show me."""
    return _me({})


@blueprint.post("/me/password")
@permitted("profile.edit")
def change_password() -> Response:
    """Set a new password; every other session of the account ends."""
    old, new = request.form.get("current", ""), request.form.get("new", "")
    try:
        value = flow.change_password(parts().deps, visitor().actor, old, new)
    except Forbidden:
        return make_response(_me({"current": _("This is not your current password.")}), 422)
    except Invalid as error:
        return make_response(_me({"new": _password_words(error.code)}), 422)
    except Unavailable as error:
        if error.code != "too_many_attempts":
            raise
        return make_response(_me({"current": _too_many(error)}), 429)
    flash(_("Your password has been changed."))
    return hand_out(make_response(redirect(url_for("session.me"), 303)), value)


@blueprint.get("/me/photo.webp")
@signed_in
def photo() -> Response:
    """My photo, small. *Raises* NotFound ``no_photo``."""
    digest = person().photo_digest
    if digest is None:
        raise NotFound("no_photo", "there is no photo")
    response = make_response()
    response.set_etag(digest)
    response.content_type = "image/webp"
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["Vary"] = "Cookie"
    if digest not in request.if_none_match:
        response.set_data(portrait(read_picture(parts().deps.store.get(digest)), AVATAR_PX))
    response.make_conditional(request)
    return response


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


def _me(errors: dict[str, str]) -> str:
    licences = [
        {"kind": held.kind, "number": held.number, "until": format_date(held.expires_on, "long")}
        for held in person().licences
    ]
    return render_template("session/me.html", errors=errors, licences=licences)


def _too_many(error: Unavailable) -> str:
    minutes = -(-int(error.fields["retry_after_seconds"]) // 60)
    return _("Too many attempts. Please wait %(minutes)s minutes, then try again.", minutes=minutes)


def _password_words(code: str) -> str:
    return {
        "password_too_short": _("At least 10 characters, please."),
        "password_too_long": _("At most 200 characters, please."),
    }.get(code, _("This is too easy to guess: not your account's name, and at least five different characters."))
