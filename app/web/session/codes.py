"""One-time codes: taken into use with an authenticator, and given up with the password."""

from flask import Response, flash, make_response, redirect, render_template, request, session, url_for

from app.accounts import proof, records
from app.db import reading
from app.flow import second_factor
from app.kernel.errors import Conflict, Forbidden, Invalid, Unavailable
from app.rendering.qr import matrix
from app.web.navigation import person
from app.web.parts import parts
from app.web.policy import permitted
from app.web.session.routes import blueprint, too_many
from app.web.visitor import current_actor
from app.web.words import _

SECRET = "totp"  # noqa: S105  # the name under which the signed form cookie keeps it until it is in use
ISSUER = "Imprimatur"


@blueprint.get("/me/codes")
@permitted("profile.edit")
def codes() -> str:
    """The page on which codes are taken into use, or given up."""
    return _page({})


@blueprint.post("/me/codes")
@permitted("profile.edit")
def enrol_codes() -> Response:
    """From now on signing in needs a code."""
    try:
        second_factor.enrol(parts().deps, current_actor(), session.get(SECRET, ""), request.form.get("code", ""))
    except Invalid:
        words = _("This is not the code of this moment. Is the clock of your telephone right?")
        return make_response(_page({"code": words}), 422)
    except Conflict:
        return make_response(redirect(url_for("session.codes"), 303))
    session.pop(SECRET, None)
    flash(_("From now on you sign in with a code as well."))
    return make_response(redirect(url_for("session.me"), 303))


@blueprint.post("/me/codes/end")
@permitted("profile.edit")
def give_up_codes() -> Response:
    """Sign in with the password alone again."""
    try:
        second_factor.give_up(parts().deps, current_actor(), request.form.get("password", ""))
    except Forbidden:
        return make_response(_page({"password": _("This is not your current password.")}), 422)
    except Unavailable as error:
        if error.code != "too_many_attempts":
            raise
        return make_response(_page({"password": too_many(error)}), 429)
    except Conflict:
        return make_response(redirect(url_for("session.codes"), 303))
    flash(_("You sign in with your password alone again."))
    return make_response(redirect(url_for("session.me"), 303))


def _page(errors: dict[str, str]) -> str:
    with reading(parts().deps) as database:
        has_codes = records.account(database, current_actor().account_id).totp_secret is not None
    if has_codes:
        return render_template("session/codes.html", errors=errors, has_codes=True)
    secret = session.get(SECRET, "")
    if not proof.is_totp_secret(secret):
        secret = session[SECRET] = proof.new_totp_secret()
    rows = matrix(proof.totp_address(secret, person().login, ISSUER), "M")
    return render_template(
        "session/codes.html",
        errors=errors,
        has_codes=False,
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        qr_path=_path(rows),
        qr_size=len(rows),
    )


def _path(rows: tuple[tuple[bool, ...], ...]) -> str:
    """The dark modules as one SVG path, a square each."""
    return "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
