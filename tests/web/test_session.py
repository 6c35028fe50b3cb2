"""Coming in and going out: where one lands, what ends a session, what a wrong password says."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.core import Role
from app.web.navigation import local_path
from tests.web.conftest import PASSWORD, form_token

LEAVING = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\r\nSet-Cookie: a=b",
    "/\t/evil.example",
    " //evil.example",
    "",
    None,
]


def sign_in(client: FlaskClient, login: str, password: str, onward: str = "/") -> object:
    form = {"login": login, "password": password, "csrf_token": form_token(client)}
    return client.post("/sign-in", query_string={"next": onward}, data=form)


@pytest.mark.parametrize("path", LEAVING)
def test_the_way_onward_stays_in_the_house(path: str | None) -> None:
    assert local_path(path) == "/"


@pytest.mark.parametrize("path", ["/templates/", "/templates/?q=%E5%9F%BA%E9%87%91", "/editor/fund-weekly"])
def test_our_own_pages_are_ways_onward(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize("onward", ["//evil.example", "/\\evil.example", "/%0d%0aSet-Cookie:x", "/templates/"])
def test_signing_in_leads_onward(client: FlaskClient, onward: str) -> None:
    answer = sign_in(client, "advisor", PASSWORD, onward)
    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "\n" not in location
    assert client.get("/me").status_code == 200


def test_the_door_is_shown_first_and_the_way_is_kept(client: FlaskClient) -> None:
    answer = client.get("/templates/fund-weekly?size=square")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/templates/fund-weekly?size%3Dsquare"


def test_a_wrong_password_and_an_unknown_account_look_the_same(client: FlaskClient) -> None:
    pages = [sign_in(client, login, "not-the-password") for login in ("advisor", "nobody-here")]
    assert [page.status_code for page in pages] == [401, 401]
    bodies = [page.text.replace(login, "") for page, login in zip(pages, ("advisor", "nobody-here"), strict=True)]
    assert "账号、密码或验证码不正确。" in bodies[0]
    assert [body.count("notice-block") for body in bodies] == [1, 1]


def test_too_many_attempts_are_refused_for_a_while(client: FlaskClient) -> None:
    statuses = [sign_in(client, "advisor", "not-the-password").status_code for _ in range(11)]
    assert statuses[:10] == [401] * 10
    assert statuses[10] == 429
    right = sign_in(client, "advisor", PASSWORD)
    assert right.status_code == 429
    assert int(right.headers["Retry-After"]) > 0


def test_a_planted_cookie_is_not_kept(client: FlaskClient) -> None:
    client.set_cookie("session", "planted", domain="localhost")
    answer = sign_in(client, "advisor", PASSWORD)
    cookies = [value for name, value in answer.headers if name == "Set-Cookie" and value.startswith("session=")]
    assert len(cookies) == 1
    assert "planted" not in cookies[0]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookies[0].split("; "))


def test_signing_out_ends_the_session_for_good(app: Flask, as_role: Callable[[Role], FlaskClient]) -> None:
    browser = as_role("advisor")
    value = browser.get_cookie("session", domain="localhost").value
    browser.post("/sign-out", data={"csrf_token": form_token(browser, "/me")})
    replayed = app.test_client()
    replayed.set_cookie("session", value, domain="localhost")
    assert replayed.get("/me", headers={"Accept": "application/json"}).status_code == 401


def test_a_new_password_ends_the_other_sessions(as_role: Callable[[Role], FlaskClient]) -> None:
    here, elsewhere = as_role("advisor"), as_role("advisor")
    form = {"current": PASSWORD, "new": "river-and-moon-9", "csrf_token": form_token(here, "/me")}
    assert here.post("/me/password", data=form).status_code == 303
    page = here.get("/me")
    assert "密码已修改" in page.text
    assert elsewhere.get("/me").status_code == 302


@pytest.mark.parametrize(
    ("current", "new", "words"),
    [
        ("wrong-wrong-1", "river-and-moon-9", "当前密码不正确"),
        (PASSWORD, "short", "至少 10 个字符"),
        (PASSWORD, "advisor-advisor", "太容易"),
    ],
)
def test_a_password_that_will_not_do_says_why(
    as_role: Callable[[Role], FlaskClient], current: str, new: str, words: str
) -> None:
    browser = as_role("advisor")
    form = {"current": current, "new": new, "csrf_token": form_token(browser, "/me")}
    answer = browser.post("/me/password", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert browser.get("/me").status_code == 200


def test_the_front_door_leads_to_the_sign_in_or_to_the_first_page(
    client: FlaskClient, as_role: Callable[[Role], FlaskClient]
) -> None:
    assert client.get("/").location == "/sign-in"
    assert as_role("advisor").get("/").location == "/home"
