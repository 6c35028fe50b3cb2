"""Administration, and one's own security: what is entered, refused, and kept at its field."""

import io
import re
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.accounts import records
from app.accounts.core import Role
from app.accounts.proof import new_token, token_digest
from app.db import database_now, reading, transaction
from app.web.parts import EXTENSION, WebParts
from tests.web.conftest import PASSWORD, form_token
from tests.web.test_editor_routes import a_photo

AsRole = Callable[[Role], FlaskClient]


@pytest.fixture
def admin(as_role: AsRole) -> FlaskClient:
    browser = as_role("admin")
    browser.set_cookie("lang", "en", domain="localhost")
    return browser


def person_of(app: Flask, login: str) -> records.Account:
    parts: WebParts = app.extensions[EXTENSION]
    with reading(parts.deps) as session:
        found = records.account_by_login(session, login)
    assert found is not None
    return found


def send(browser: FlaskClient, path: str, follow: bool = False, **fields: object):
    form = {"csrf_token": form_token(browser, "/me"), **fields}
    return browser.post(path, data=form, follow_redirects=follow)


def newcomer(app: Flask, **changes: str) -> dict[str, str]:
    place = person_of(app, "admin").organisation_id
    given = {"name": "新同事", "title": "理财经理", "phone": "138 0000 2099", "organisation_id": place}
    return given | {"role": "advisor", "login": "newcomer"} | changes


def sign_in(app: Flask, login: str, password: str, code: str = "") -> FlaskClient:
    browser = app.test_client()
    form = {"login": login, "password": password, "code": code, "csrf_token": form_token(browser)}
    assert browser.post("/sign-in", data=form).status_code == 303
    return browser


def test_somebody_who_begins_gets_a_password_once_and_must_choose_their_own(app: Flask, admin: FlaskClient) -> None:
    answer = send(admin, "/people", **newcomer(app))
    assert answer.status_code == 201
    password = re.search(r'class="handed-password">([^<]+)<', answer.text)
    assert password is not None
    person_id = person_of(app, "newcomer").person_id
    assert password[1] not in admin.get(f"/people/{person_id}").text
    browser = sign_in(app, "newcomer", password[1])
    for path in ("/home", "/templates/", "/me", "/posters"):
        assert browser.get(path).headers["Location"] == "/me/first-password"
    assert browser.get("/home", headers={"Accept": "application/json"}).get_json()["error"]["code"] == (
        "change_password_first"
    )
    form = {"current": password[1], "csrf_token": form_token(browser, "/me/first-password")}
    assert browser.post("/me/first-password", data=form | {"new": password[1]}).status_code == 422
    assert browser.post("/me/first-password", data=form | {"new": "river-and-moon-9"}).status_code == 303
    assert browser.get("/home").status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "This is needed."),
        ({"login": "Ä Ö"}, "2 to 120 small letters"),
        ({"login": "advisor"}, "Somebody has this account name already."),
        ({"role": "king"}, "Choose a role."),
        ({"phone": "1" * 41}, "This is too long."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    app: Flask, admin: FlaskClient, changes: dict[str, str], words: str
) -> None:
    answer = send(admin, "/people", **newcomer(app, **changes))
    assert answer.status_code == 422
    assert words in answer.text
    kept = {"name": "新同事", "title": "理财经理", "phone": "138 0000 2099"} | changes
    for name in ("name", "title", "phone"):
        assert f'value="{kept[name]}"' in answer.text
    assert "新同事" not in admin.get("/people").text


def test_nobody_grants_what_they_may_not_and_nobody_touches_their_own(app: Flask, admin: FlaskClient) -> None:
    """Threat 12, in the browser."""
    own, lin = person_of(app, "admin"), person_of(app, "advisor")
    form = {"role": "admin", "organisation_id": own.organisation_id}
    answer = send(admin, f"/people/accounts/{own.id}/role", **form)
    assert (answer.status_code, "Somebody else must do this for you." in answer.text) == (403, True)
    assert send(admin, f"/people/accounts/{own.id}/password").status_code == 403
    assert send(admin, f"/people/{own.person_id}/accounts", **form, login="again").status_code == 403
    for role in ("advisor", "designer", "reviewer", "operator", "auditor"):
        browser = app.test_client()
        browser.set_cookie("session", session_of(app, role), domain="localhost")
        assert send(browser, f"/people/accounts/{person_of(app, role).id}/role", **form).status_code == 403
    assert person_of(app, "advisor").role == lin.role


def session_of(app: Flask, login: str) -> str:
    parts: WebParts = app.extensions[EXTENSION]
    token = new_token()
    with transaction(parts.deps) as session:
        records.add_session(session, person_of(app, login).id, token_digest(token), 1)
    return token


def test_a_role_changed_and_an_account_closed_are_in_force_at_the_next_request(
    app: Flask, admin: FlaskClient, as_role: AsRole
) -> None:
    lin, browser = person_of(app, "advisor"), as_role("advisor")
    assert browser.get("/home").status_code == 200
    send(admin, f"/people/accounts/{lin.id}/role", role="operator", organisation_id=lin.organisation_id)
    assert browser.get("/home").status_code == 403
    assert browser.get("/results").status_code == 200
    send(admin, f"/people/accounts/{lin.id}/disable")
    assert browser.get("/results", headers={"Accept": "application/json"}).status_code == 401
    assert "Closed" in admin.get(f"/people/{lin.person_id}").text
    send(admin, f"/people/accounts/{lin.id}/enable")
    assert browser.get("/results", headers={"Accept": "application/json"}).status_code == 401


def test_an_auditor_reads_people_and_changes_nothing(app: Flask, as_role: AsRole) -> None:
    browser, lin = as_role("auditor"), person_of(app, "advisor")
    page = browser.get(f"/people/{lin.person_id}").text
    assert "林若溪" in page
    assert page.count("<form") == 0
    assert "<form" not in browser.get("/organisations").text.split("<main")[1]
    assert browser.get("/people/new").status_code == 403


def test_people_are_found_by_name_account_and_branch_and_narrowed(admin: FlaskClient) -> None:
    def found(query: str) -> int:
        return admin.get(f"/people?{query}").text.count('class="people-row"')

    assert found("") == 6
    assert (found("q=林"), found("q=望江"), found("q=advisor"), found("q=zzz")) == (1, 1, 1, 0)
    assert (found("role=reviewer"), found("state=closed"), found("state=never")) == (1, 0, 6)
    assert found("role=nonsense&state=nonsense&after=nobody") == 6


def test_licences_profiles_and_organisations_are_entered(app: Flask, admin: FlaskClient) -> None:
    lin = person_of(app, "advisor")
    path = f"/people/{lin.person_id}"
    licence = {"licence_class": "insurance", "number": "B1", "expires_on": "2099-01-01"}
    assert send(admin, f"{path}/licences", **licence).status_code == 303
    wrong = send(admin, f"{path}/licences", **licence | {"expires_on": "soon", "number": "B2"})
    assert (wrong.status_code, 'value="B2"' in wrong.text) == (422, True)
    profile = {"name": "林若溪", "title": "首席", "phone": "", "organisation_line": "望江", "contact_code": ""}
    assert send(admin, f"{path}/profile", **profile).status_code == 303
    assert "B1" in (page := admin.get(path).text)
    assert 'value="首席"' in page
    parent = person_of(app, "admin").organisation_id
    new = {"parent_id": parent, "kind": "branch", "name": "南屏支行"}
    assert send(admin, "/organisations", **new).status_code == 303
    assert "南屏支行" in admin.get("/organisations").text
    assert send(admin, "/organisations", **new | {"name": ""}).status_code == 422
    assert send(admin, "/organisations", **new | {"parent_id": "nowhere"}).status_code == 404


def test_ones_own_profile_and_photo_are_ones_own_to_change(app: Flask, as_role: AsRole) -> None:
    browser = as_role("advisor")
    form = {"title": "财富顾问", "phone": "138 0000 1111", "name": "另一个人", "organisation_line": "别处"}
    photo = {"photo": (io.BytesIO(a_photo(900, 600)), "me.jpg")}
    crop = {"crop_left": "0.33333", "crop_top": "0", "crop_side": "0.66667"}
    form_data = {"csrf_token": form_token(browser, "/me"), **form, **photo, **crop}
    assert browser.post("/me/profile", data=form_data, content_type="multipart/form-data").status_code == 303
    parts: WebParts = app.extensions[EXTENSION]
    with reading(parts.deps) as session:
        kept = records.profile(session, person_of(app, "advisor").person_id)
    assert kept is not None
    assert (kept.name, kept.title, kept.organisation_line) == ("林若溪", "财富顾问", "澜山银行望江支行")
    with Image.open(io.BytesIO(parts.deps.store.get(kept.photo_digest or ""))) as image:
        assert image.size == (600, 600)
        assert dict(image.getexif()) == {}
    bad = {"csrf_token": form_data["csrf_token"], "title": "顾问", "photo": (io.BytesIO(b"<svg>"), "x.jpg")}
    answer = browser.post("/me/profile", data=bad, content_type="multipart/form-data")
    assert (answer.status_code, 'value="顾问"' in answer.text) == (422, True)


def test_one_time_codes_are_taken_into_use_and_given_up(app: Flask, as_role: AsRole) -> None:
    browser = as_role("advisor")
    page = browser.get("/me/codes").text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found is not None
    secret = found[1].replace(" ", "")
    assert 'class="qr"' in page
    assert secret in browser.get("/me/codes").text.replace(" ", "")
    assert send(browser, "/me/codes", code="000000").status_code == 422
    parts: WebParts = app.extensions[EXTENSION]
    with reading(parts.deps) as session:
        now = int(database_now(session).timestamp())
    assert send(browser, "/me/codes", code=pyotp.TOTP(secret).at(now)).status_code == 303
    assert secret not in browser.get("/me/codes").text.replace(" ", "")
    stranger = app.test_client()
    form = {"login": "advisor", "password": PASSWORD, "csrf_token": form_token(stranger)}
    assert stranger.post("/sign-in", data=form).status_code == 401
    sign_in(app, "advisor", PASSWORD, pyotp.TOTP(secret).at(now + 30))
    assert send(browser, "/me/codes/end", password="wrong-wrong-1").status_code == 422
    assert send(browser, "/me/codes/end", password=PASSWORD).status_code == 303
    sign_in(app, "advisor", PASSWORD)


def test_the_other_sessions_are_ended_from_ones_own_page(as_role: AsRole) -> None:
    here, elsewhere = as_role("advisor"), as_role("advisor")
    assert send(here, "/me/sessions/end").status_code == 303
    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 302
