"""One's own page: how posters show me, my password, and where I am signed in."""

import math
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import format_date, format_datetime

from app.accounts import records
from app.accounts.proof import token_digest
from app.db import reading
from app.flow import sign_in as flow
from app.flow.edit_profile import Crop, edit_own
from app.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from app.rendering.pictures import read_picture
from app.rendering.thumbnail import portrait
from app.web.navigation import person
from app.web.parts import parts
from app.web.policy import permitted, signed_in
from app.web.session.cookie import hand_out
from app.web.session.routes import blueprint, too_many
from app.web.turns import in_turn
from app.web.visitor import current_actor, visitor
from app.web.words import _

AVATAR_PX = 144


@blueprint.get("/me")
@signed_in
def me() -> str | Response:
    """Who I am to the system, and how posters show me."""
    if current_actor().must_change_password:
        return make_response(redirect(url_for("session.first_password")))
    return _me({})


@blueprint.post("/me/profile")
@permitted("profile.edit")
@in_turn
def edit_profile() -> Response:
    """Change what posters say of me, as far as it is mine to say."""
    given = {name: request.form.get(name, "").strip() for name in ("title", "phone")}
    sent = request.files.get("photo")
    photo = sent.read() if sent is not None and sent.filename else None
    try:
        edit_own(parts().deps, current_actor(), given["title"], given["phone"], photo, _crop())
    except Invalid as error:
        return make_response(_me({one.path: _profile_words(one.code) for one in error.problems}, given), 422)
    flash(_("Your profile has been changed. New posters show it."))
    return make_response(redirect(url_for("session.me"), 303))


@blueprint.post("/me/password")
@signed_in
def change_password() -> Response:
    """Set a new password; every other session of the account ends."""
    value, errors, status = _changed_password()
    if value is None:
        return make_response(_me(errors), status)
    flash(_("Your password has been changed."))
    return hand_out(make_response(redirect(url_for("session.me"), 303)), value)


@blueprint.get("/me/first-password")
@signed_in
def first_password() -> str | Response:
    """The page for whoever has a password that somebody else made."""
    if not current_actor().must_change_password:
        return make_response(redirect(url_for("session.me")))
    return render_template("session/first_password.html", errors={})


@blueprint.post("/me/first-password")
@signed_in
def choose_password() -> Response:
    """Choose a password of one's own, and go on to where the day begins."""
    value, errors, status = _changed_password()
    if value is None:
        return make_response(render_template("session/first_password.html", errors=errors), status)
    return hand_out(make_response(redirect(url_for("home.door"), 303)), value)


@blueprint.post("/me/sessions/end")
@signed_in
def end_sessions() -> Response:
    """End every session of mine but this one."""
    asks = visitor()
    ended = flow.end_other_sessions(parts().deps, asks.actor, asks.token)
    flash(_("%(count)s other sessions have been ended.", count=ended))
    return make_response(redirect(url_for("session.me"), 303))


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
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    if digest not in request.if_none_match:
        response.set_data(portrait(read_picture(parts().deps.store.get(digest)), AVATAR_PX))
    response.make_conditional(request)
    return response


def _changed_password() -> tuple[str | None, dict[str, str], int]:
    """The new token; or what was wrong with the form, and the status that says so."""
    old, new = request.form.get("current", ""), request.form.get("new", "")
    try:
        return flow.change_password(parts().deps, current_actor(), old, new), {}, 200
    except Forbidden:
        return None, {"current": _("This is not your current password.")}, 422
    except Invalid as error:
        return None, {"new": _password_words(error.code)}, 422
    except Unavailable as error:
        if error.code != "too_many_attempts":
            raise
        return None, {"current": too_many(error)}, 429


def _me(errors: dict[str, str], given: dict[str, str] | None = None) -> str:
    asks, shown = visitor(), person()
    with reading(parts().deps) as session:
        account = records.account(session, asks.actor.account_id)
        live = records.sessions(session, asks.actor.account_id)
    return render_template(
        "session/me.html",
        errors=errors,
        given=given or {"title": shown.title, "phone": shown.phone},
        licences=[
            {"kind": held.kind, "number": held.number, "until": format_date(held.expires_on, "long")}
            for held in shown.licences
        ],
        has_codes=account.totp_secret is not None,
        sessions=[
            {"since": format_datetime(one.begun_at, "medium"), "is_here": one.token_digest == token_digest(asks.token)}
            for one in live
        ],
    )


def _crop() -> Crop | None:
    """The square that was chosen, as fractions of the picture; none when it is no square of it."""
    try:
        left, top, side = (float(request.form.get(f"crop_{name}", "")) for name in ("left", "top", "side"))
    except ValueError:
        return None
    is_number = all(math.isfinite(part) for part in (left, top, side))
    return Crop(left, top, side) if is_number and 0 <= left < 1 and 0 <= top < 1 and 0 < side <= 1 else None


def _profile_words(code: str) -> str:
    known: dict[str, Any] = {
        "too_long": _("This is too long."),
        "forbidden_character": _("One line, without control characters."),
        "too_large": _("This picture is too large: at most 20 MB."),
        "too_many_pixels": _("This picture has too many pixels: at most 40 million."),
        "foreign_qr": _("There is a QR code in this picture: a poster may only show its own."),
        "bad_picture": _("This is not a whole JPEG, PNG or WebP picture."),
    }
    return str(known.get(code, _("Please check this.")))


def _password_words(code: str) -> str:
    return {
        "password_too_short": _("At least 10 characters, please."),
        "password_too_long": _("At most 200 characters, please."),
        "password_not_new": _("This is the password you have. Choose another one."),
    }.get(code, _("This is too easy to guess: not your account's name, and at least five different characters."))
