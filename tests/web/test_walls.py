"""What stands around every page: headers, hosts, origins, forms, policies."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.core import ROLES, Role, permits
from app.factory import create_app
from app.web.policy import policy_of, undeclared
from app.web.security import secret_key
from tests.web.conftest import form_token

SIGN_IN = {"login": "advisor", "password": "wrong-password-1"}


def test_every_answer_carries_the_headers(client: FlaskClient) -> None:
    for path in ("/sign-in", "/nowhere", "/healthz", "/static/art/mark.png"):
        with client.get(path) as answer:
            headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "base-uri 'none'" in headers["Content-Security-Policy"]
        assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-Id"])


def test_no_script_may_stand_in_a_page(client: FlaskClient) -> None:
    policy = client.get("/sign-in").headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert client.get("/sign-in").headers["Content-Security-Policy"] != policy  # the nonce is of one answer


def test_https_is_kept_and_cookies_are_bound_to_the_host(app: Flask, settings, studio) -> None:
    plain = app.test_client().get("/sign-in")
    assert "Strict-Transport-Security" not in plain.headers
    secure = create_app(settings.model_copy(update={"site_url": "https://posters.lanshan.example"}), studio)
    answer = secure.test_client().get("/sign-in", base_url="https://posters.lanshan.example")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-form=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}])
def test_a_foreign_host_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.get("/sign-in", headers=headers)
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("headers", "with_token"),
    [
        ({}, False),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Content-Type": "text/plain"}, True),
    ],
)
def test_a_form_that_is_not_ours_is_refused(client: FlaskClient, headers: dict[str, str], with_token: bool) -> None:
    token = form_token(client)
    form = SIGN_IN | ({"csrf_token": token} if with_token else {})
    data = "lang=en" if "Content-Type" in headers else form
    answer = client.post(
        "/sign-in",
        data=data,
        headers=headers | {"X-CSRFToken": token if with_token else ""} | {"Accept": "application/json"},
    )
    assert answer.status_code == 400
    assert answer.json["error"]["code"] == "csrf"
    assert answer.json["error"]["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("origin", ["http://localhost", "http://127.0.0.1:8000", None])
def test_our_own_form_is_taken(client: FlaskClient, origin: str | None) -> None:
    form = {"lang": "en", "next": "/sign-in", "csrf_token": form_token(client)}
    answer = client.post("/language", data=form, headers={"Origin": origin} if origin else {})
    assert answer.status_code == 303


def test_every_route_has_declared_who_may_call_it(app: Flask) -> None:
    assert undeclared(app) == []


def test_a_route_without_a_policy_is_found_and_closed(app: Flask) -> None:
    app.view_functions["session.me"] = lambda: "open to all"
    assert undeclared(app) == ["session.me"]
    answer = app.test_client().get("/me")
    assert answer.status_code == 403


def _pages(app: Flask) -> list[tuple[str, str]]:
    known = {"slug": "fund-weekly", "width": "360", "digest": "0" * 64}
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    rules = [rule for rule in rules if rule.arguments <= known.keys()]
    with app.test_request_context("/"):
        return [
            (rule.endpoint, app.url_for(rule.endpoint, **{name: known[name] for name in rule.arguments}))
            for rule in rules
        ]


def test_nobody_comes_past_the_door(app: Flask) -> None:
    asked = 0
    for endpoint, path in _pages(app):
        policy = policy_of(app.view_functions[endpoint])
        if policy is not None and not policy.public:
            asked += 1
            assert app.test_client().get(path, headers={"Accept": "application/json"}).status_code == 401
    assert asked >= 5


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_what_the_table_permits(app: Flask, as_role: Callable[[Role], FlaskClient], role: Role) -> None:
    browser = as_role(role)
    for endpoint, path in _pages(app):
        policy = policy_of(app.view_functions[endpoint])
        assert policy is not None
        allowed = policy.action is None or permits(role, policy.action)
        assert (browser.get(path).status_code != 403) == allowed, (role, path)


def test_a_page_that_is_not_there_is_said_so_to_both_kinds_of_callers(as_role: Callable[[Role], FlaskClient]) -> None:
    browser = as_role("advisor")
    for path in ("/templates/none", "/templates/none/thumbnail-360.webp", "/templates/fund-weekly/thumbnail-9999.webp"):
        page = browser.get(path)
        assert page.status_code == 404
        assert "text/html" in page.content_type
        answer = browser.get(path, headers={"Accept": "application/json"})
        assert answer.status_code == 404
        assert set(answer.json["error"]) == {"code", "message", "request_id"}


def test_a_crash_says_nothing_of_the_inside(app: Flask, as_role: Callable[[Role], FlaskClient]) -> None:
    def broken() -> str:
        raise ValueError("13800002048 is not a secret")

    broken.policy = policy_of(app.view_functions["home.index"])  # type: ignore[attr-defined]
    app.view_functions["home.index"] = broken
    answer = as_role("advisor").get("/home")
    assert answer.status_code == 500
    assert "13800002048" not in answer.text
    assert "Traceback" not in answer.text


def test_too_large_a_form_is_refused(client: FlaskClient) -> None:
    token = form_token(client)
    data = SIGN_IN | {"csrf_token": token, "login": "x" * 600_000}
    assert client.post("/sign-in", data=data).status_code == 413


def test_health_is_public_and_readiness_asks_the_database(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ok"}


def test_metrics_count_requests_for_the_own_network_only(client: FlaskClient) -> None:
    client.get("/healthz")
    assert 'imprimatur_http_requests_total{endpoint="observe.health"' in client.get("/metrics").text
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "9.9.9.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.4"}).status_code == 404


def test_the_key_is_made_once_for_its_owner_alone(settings) -> None:
    first = secret_key(settings)
    assert secret_key(settings) == first
    assert len(first) == 64
    assert (settings.var_dir / "secret_key").stat().st_mode & 0o077 == 0
