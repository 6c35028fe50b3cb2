"""People: who works here, how they come in, and what they are licensed for."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import format_date, format_datetime

from app.accounts.core import ROLES, may_grant
from app.accounts.people import LICENCE_CLASSES, Profile, new_password
from app.db import reading
from app.flow import manage_accounts, manage_people
from app.flow.manage_accounts import NewAccount, NewPerson
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.reads import people as reads
from app.reads.people import STATES, PersonPage
from app.web.admin.words import said, state_label
from app.web.names import role_name
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor
from app.web.words import _

blueprint = Blueprint("people", __name__, url_prefix="/people")
FIELDS = ("name", "title", "phone", "organisation_id", "role", "login")


@blueprint.get("")
@permitted("account.read")
def index() -> str:
    """Who works here, by name; searched and narrowed."""
    words = request.args.get("q", "").strip()[:80]
    role, state = request.args.get("role", ""), request.args.get("state", "")
    role, state = role if role in ROLES else "", state if state in STATES else ""
    with reading(parts().deps) as session:
        page = reads.people(session, current_actor(), words, role, state, request.args.get("after"))
    asked = {"q": words, "role": role, "state": state}
    return render_template(
        "admin/people.html",
        page=page,
        asked=asked,
        roles=_narrowing(asked, "role", [("", _("All roles")), *((one, role_name(one)) for one in ROLES)]),
        states=_narrowing(asked, "state", [("", _("Anybody")), *((one, state_label(one)) for one in STATES)]),
        more=_address(asked | {"after": page.after}) if page.after else None,
        last_seen=_instant,
        licence_state=_licence_state,
    )


@blueprint.get("/new")
@permitted("account.manage")
def new() -> str:
    """The form for somebody who begins."""
    return _form({"role": "advisor", "organisation_id": current_actor().organisation_id}, {})


@blueprint.post("")
@permitted("account.manage")
def create() -> Response:
    """Enter a person with an account; the password is shown this once."""
    given = {name: request.form.get(name, "") for name in FIELDS}
    password = new_password(given["login"])
    try:
        person_id = manage_accounts.hire(parts().deps, current_actor(), NewPerson(**given, password=password))
    except Invalid as error:
        return make_response(_form(given, said(error)), 422)
    except Conflict as error:
        if error.code != "login_taken":
            raise
        return make_response(_form(given, {"login": _("Somebody has this account name already.")}), 422)
    return _handed_out(person_id, given["login"], password)


@blueprint.get("/<person_id>")
@permitted("account.read")
def show(person_id: str) -> str:
    """One person: profile, accounts, licences."""
    return _person(person_id, {}, {})


@blueprint.post("/<person_id>/profile")
@permitted("profile.manage")
def set_profile(person_id: str) -> Response:
    """Write what posters say of them."""
    given = {name: request.form.get(name, "").strip() for name in ("name", "title", "phone", "organisation_line")}
    code = request.form.get("contact_code", "").strip() or None

    def write() -> None:
        with reading(parts().deps) as session:
            known = reads.person_page(session, current_actor(), person_id).profile
        profile = Profile(**given, photo_digest=known.photo_digest if known else None, contact_code=code)
        manage_people.set_profile(parts().deps, current_actor(), person_id, profile)

    return _tried(person_id, write, _("The profile has been changed."), given | {"contact_code": code or ""})


@blueprint.post("/<person_id>/licences")
@permitted("licence.manage")
def set_licence(person_id: str) -> Response:
    """Enter a licence, or move its end."""
    given = {name: request.form.get(name, "").strip() for name in ("licence_class", "number", "expires_on")}
    try:
        ends = date.fromisoformat(given["expires_on"])
    except ValueError:
        page = _person(person_id, {"expires_on": _("Choose the last day on which it is valid.")}, given)
        return make_response(page, 422)

    def write() -> None:
        manage_people.set_licence(
            parts().deps, current_actor(), person_id, given["licence_class"], given["number"], ends
        )

    return _tried(person_id, write, _("The licence has been entered."), given)


@blueprint.post("/<person_id>/accounts")
@permitted("account.manage")
def add_account(person_id: str) -> Response:
    """Give them another way in; the password is shown this once."""
    given = {name: request.form.get(name, "") for name in ("organisation_id", "role", "login")}
    password = new_password(given["login"])
    account = NewAccount(person_id, given["organisation_id"], given["role"], given["login"], password, must_change=True)
    try:
        manage_accounts.create_account(parts().deps, current_actor(), account)
    except Invalid as error:
        return make_response(_person(person_id, said(error), given), 422)
    except Conflict as error:
        if error.code != "login_taken":
            raise
        words = {"login": _("Somebody has this account name already.")}
        return make_response(_person(person_id, words, given), 422)
    return _handed_out(person_id, given["login"], password)


@blueprint.post("/accounts/<account_id>/role")
@permitted("account.manage")
def change_role(account_id: str) -> Response:
    """Give an account another role or place; it is in force from its next request on."""
    person_id, form = _person_of(account_id), request.form

    def write() -> None:
        actor, role, place = current_actor(), form.get("role", ""), form.get("organisation_id", "")
        manage_accounts.change_role(parts().deps, actor, account_id, role, place)

    return _tried(person_id, write, _("The role has been changed. It is in force from now on."), {})


@blueprint.post("/accounts/<account_id>/disable")
@permitted("account.manage")
def disable(account_id: str) -> Response:
    """Close an account; whoever is signed in with it is out at once."""
    person_id = _person_of(account_id)

    def write() -> None:
        manage_accounts.disable_account(parts().deps, current_actor(), account_id)

    return _tried(person_id, write, _("The account is closed."), {})


@blueprint.post("/accounts/<account_id>/enable")
@permitted("account.manage")
def enable(account_id: str) -> Response:
    """Open a closed account again."""
    person_id = _person_of(account_id)

    def write() -> None:
        manage_accounts.enable_account(parts().deps, current_actor(), account_id)

    return _tried(person_id, write, _("The account is open again."), {})


@blueprint.post("/accounts/<account_id>/password")
@permitted("account.manage")
def reset_password(account_id: str) -> Response:
    """Set a password of our own making, which is shown this once; their one-time codes end, too."""
    person_id = _person_of(account_id)
    with reading(parts().deps) as session:
        seen = reads.person_page(session, current_actor(), person_id).accounts
    login = next(one.login for one in seen if one.id == account_id)
    password = new_password(login)
    manage_accounts.reset_password(parts().deps, current_actor(), account_id, password)
    return _handed_out(person_id, login, password)


def _tried(person_id: str, write: Callable[[], None], done: str, given: dict[str, str]) -> Response:
    """Back to the person after `write`; or their page again with what was wrong with it, and all that was entered."""
    try:
        write()
    except Invalid as error:
        return make_response(_person(person_id, said(error), given), 422)
    except Forbidden as error:
        if error.code != "own_account":
            raise
        return make_response(_person(person_id, {"": _("Somebody else must do this for you.")}, given), 403)
    flash(done)
    return make_response(redirect(url_for("people.show", person_id=person_id), 303))


def _form(given: dict[str, str], errors: dict[str, str]) -> str:
    return render_template("admin/new_person.html", given=given, errors=errors, **_choices())


def _person(person_id: str, errors: dict[str, str], given: dict[str, str]) -> str:
    actor = current_actor()
    with reading(parts().deps) as session:
        page = reads.person_page(session, actor, person_id)
    return render_template(
        "admin/person.html",
        page=page,
        errors=errors,
        given=_with_profile(page, given),
        is_own=person_id == actor.person_id,
        classes=LICENCE_CLASSES,
        last_seen=_instant,
        licence_state=_licence_state,
        may_change=lambda role: may_grant(actor.role, role),
        **_choices(),
    )


def _with_profile(page: PersonPage, given: dict[str, str]) -> dict[str, str]:
    known = page.profile
    profile = {
        "name": known.name if known else page.person.name,
        "title": known.title if known else "",
        "phone": known.phone if known else "",
        "organisation_line": known.organisation_line if known else page.organisation,
        "contact_code": (known.contact_code or "") if known else "",
    }
    return profile | given


def _choices() -> dict[str, Any]:
    """What the selects of the forms hold."""
    with reading(parts().deps) as session:
        nodes = reads.tree(session, current_actor())
    places = [(node.organisation.id, "\u3000" * node.depth + node.organisation.name) for node in nodes]
    mine = current_actor().role
    roles = [(role, role_name(role)) for role in ROLES if may_grant(mine, role)]
    return {"places": places, "roles": roles}


def _handed_out(person_id: str, login: str, password: str) -> Response:
    page = render_template("admin/password.html", person_id=person_id, login=login.strip(), password=password)
    return make_response(page, 201)


def _person_of(account_id: str) -> str:
    with reading(parts().deps) as session:
        return reads.person_of_account(session, current_actor(), account_id)


def _narrowing(asked: dict[str, str], name: str, entries: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"label": label, "href": _address(asked | {name: value}), "current": asked[name] == value}
        for value, label in entries
    ]


def _address(asked: dict[str, Any]) -> str:
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return url_for("people.index", **given)


def _instant(at: datetime | None) -> str:
    return format_datetime(at, "short") if at else _("never")


def _licence_state(ends: date) -> tuple[str, str]:
    """What to say of the end of a licence, and the kind of chip."""
    today = datetime.now(ZoneInfo(parts().settings.time_zone)).date()
    day = format_date(ends, "medium")
    if ends < today:
        return _("ended %(day)s", day=day), "block"
    if ends <= today + reads.SOON:
        return _("until %(day)s", day=day), "review"
    return _("until %(day)s", day=day), "pass"
