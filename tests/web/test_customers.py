"""The pages of customers, tasks and propagation: what they say, to whom, and what their forms do."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import records as accounts
from app.accounts.core import Actor, Role
from app.accounts.people import Profile
from app.accounts.proof import new_token, token_digest
from app.customers.rules import load_rules
from app.db import reading, transaction
from app.flow.forget import forget
from app.flow.make_poster import Studio
from app.flow.save_draft import start_poster
from app.flow.tag import tag
from app.library import records as library
from app.posters.drafts import Draft
from app.web.parts import EXTENSION, WebParts
from tests.visitors import a_link, a_visit, a_visitor, come
from tests.web.conftest import form_token

Opened = Callable[[Role], FlaskClient]


class Shop:
    """An advisor with a poster, a re-share of it, and a customer who passed it on and tapped the contact."""

    def __init__(self, app: Flask, studio: Studio) -> None:
        parts: WebParts = app.extensions[EXTENSION]
        self.deps, self.studio = parts.deps, studio
        self.poster = self.poster_of("advisor")
        self.code = a_link(self.deps, self.poster)
        self.child = a_link(self.deps, self.poster, self.code)
        self.visitor = a_visitor(self.deps)
        self.visit("consent", "seen", "share", "contact")
        self.visit("redirect", code=self.child, parent_code=self.code, parent_confidence="scanned")

    def poster_of(self, login: str) -> str:
        with reading(self.deps) as session:
            account = accounts.account_by_login(session, login)
            assert account is not None
            version = library.all_versions(session, "fund-weekly")[0].id
        place = (account.organisation_id, account.organisation_path)
        who = Actor(account.id, account.person_id, *place, "advisor")
        return start_poster(self.deps, self.studio, who, version, Draft({}, "phone", "zh", "wechat")).poster_id

    def visit(self, *kinds: Any, code: str | None = None, poster: str | None = None, **changes: Any) -> None:
        now = datetime.now(UTC)
        plain = [a_visit(code or self.code, poster or self.poster, kind, self.visitor, **changes) for kind in kinds]
        come(
            self.deps,
            *(one._replace(at=now - timedelta(hours=1) + timedelta(seconds=n)) for n, one in enumerate(plain)),
        )
        tag(self.deps, load_rules(self.deps.settings.tag_rules_file))

    def customer(self, browser: FlaskClient) -> str:
        """The path of the first customer in the list."""
        found = re.search(r'href="(/customers/[^"?]+)"', browser.get("/customers").text)
        assert found is not None
        return found[1]


@pytest.fixture
def shop(app: Flask, studio: Studio) -> Shop:
    return Shop(app, studio)


def test_an_empty_list_says_how_customers_come_about(as_role: Opened) -> None:
    assert "还没有客户" in as_role("advisor").get("/customers").text
    assert "未经同意，不会记录任何人" in as_role("operator").get("/customers").text
    assert "都处理完了" in as_role("advisor").get("/tasks").text


def test_a_customer_is_shown_with_score_tags_reasons_and_timeline(shop: Shop, as_role: Opened) -> None:
    browser = as_role("advisor")
    path = shop.customer(browser)
    page = browser.get(path).text
    for words in (
        "微信访客 · ",
        "乐于转发",
        "把《基金周报》转发给了别人。",
        "尽快联系这位客户",
        "+25",
        "经 1 次再分享",
    ):
        assert words in page
    assert re.search(r'class="score figures">\s*5\d', page)
    browser.set_cookie("lang", "en", domain="localhost")
    page = browser.get(path).text
    for words in ("WeChat visitor · ", "Passes on", "Passed “Fund weekly” on to others.", "Call this customer"):
        assert words in page


def test_the_list_is_searched_filtered_and_sorted(shop: Shop, as_role: Opened) -> None:
    browser = as_role("advisor")
    short = shop.customer(browser).rsplit("/", 1)[1][:4]
    for query, found in (
        (f"q={short}", 1),
        ("q=zzzzz", 0),
        ("tag=passes_on", 1),
        ("tag=nonsense", 0),
        ("sort=seen", 1),
    ):
        page = browser.get(f"/customers?{query}").text
        assert page.count('class="customer-row"') == found
        assert ("没有符合的客户" in page) == (not found)
    assert browser.get("/customers?page=99999999999").status_code == 200
    assert "<script>alert" not in browser.get("/customers", query_string={"q": "<script>alert(1)</script>"}).text


def test_a_name_is_given_kept_and_refused(shop: Shop, as_role: Opened) -> None:
    browser = as_role("advisor")
    path = shop.customer(browser)
    token = form_token(browser, path)
    answer = browser.post(f"{path}/name", data={"csrf_token": token, "name": "周女士 & <b>女儿</b>"})
    assert (answer.status_code, answer.location) == (303, path)
    assert "周女士 &amp; &lt;b&gt;女儿&lt;/b&gt;" in browser.get(path).text
    refused = browser.post(f"{path}/name", data={"csrf_token": token, "name": "甲" * 41})
    assert refused.status_code == 422
    assert "最多 40 个字符" in refused.text
    assert browser.post(f"{path}/name", data={"name": "乙"}).status_code == 400


def test_a_task_is_done_once_with_a_note(shop: Shop, as_role: Opened) -> None:
    browser = as_role("advisor")
    page = browser.get("/tasks").text
    paths = re.findall(r'action="(/tasks/[^"]+/done)"', page)
    assert len(paths) == 2
    token = form_token(browser, "/tasks")
    for _ in range(2):
        answer = browser.post(paths[0], data={"csrf_token": token, "note": "约了周五", "next": "//evil.example"})
        assert (answer.status_code, answer.location) == (303, "/")
    assert "约了周五" in browser.get("/tasks?show=done").text
    assert browser.get("/tasks").text.count("/done") == 1
    assert browser.post(paths[1], data={"csrf_token": token, "note": "长" * 501}).status_code == 422


def test_operators_look_and_change_nothing(shop: Shop, as_role: Opened) -> None:
    operator = as_role("operator")
    path = shop.customer(operator)
    page = operator.get(path).text
    assert "林若溪" in page
    assert "/name" not in page
    assert "/done" not in page + operator.get("/tasks").text
    token = form_token(operator, path)
    assert operator.post(f"{path}/name", data={"csrf_token": token, "name": "甲"}).status_code == 403


def test_what_is_out_of_scope_is_answered_as_absent(shop: Shop, app: Flask, as_role: Opened) -> None:
    """Threats 9 and 14, for these pages."""
    advisor = as_role("advisor")
    path, absent = shop.customer(advisor), "/customers/NobodyNobodyNobo"
    task = re.findall(r'action="(/tasks/[^"]+/done)"', advisor.get("/tasks").text)[0]
    with transaction(shop.deps) as session:
        root = accounts.organisations(session)[0]
        branch = accounts.add_organisation(session, root, "branch", "临溪支行")
        for role in ("advisor", "operator"):
            account = accounts.account_by_login(session, role)
            assert account is not None
            person = accounts.add_person(session, branch.id, "别人")
            accounts.put_profile(session, person, Profile("别人"))
            accounts.add_account(session, person, branch.id, role, f"other-{role}", account.password_hash)
    for login in ("other-advisor", "other-operator"):
        browser = signed_in(app, login)
        for own, nobodys in ((path, absent), (f"/posters/{shop.poster}/spread", "/posters/NobodyNobodyNobo/spread")):
            answers = [browser.get(one) for one in (own, nobodys)]
            assert [one.status_code for one in answers] == [404, 404]
        assert 'class="customer-row"' not in browser.get("/customers").text
        assert browser.get("/customers?tag=passes_on").text.count("乐于转发") == 0
        assert 'class="task card' not in browser.get("/tasks").text
    token = form_token(other := signed_in(app, "other-advisor"), "/customers")
    for post, data in ((f"{path}/name", {"name": "甲"}), (f"{absent}/name", {"name": "甲"}), (task, {"note": ""})):
        assert other.post(post, data={"csrf_token": token, **data}).status_code == 404
    assert as_role("designer").get("/customers").status_code == 403


def signed_in(app: Flask, login: str) -> FlaskClient:
    """A browser in which this account is signed in."""
    token = new_token()
    with transaction(app.extensions[EXTENSION].deps) as session:
        account = accounts.account_by_login(session, login)
        assert account is not None
        accounts.add_session(session, account.id, token_digest(token), 1)
    browser = app.test_client()
    browser.set_cookie("session", token, domain="localhost")
    return browser


def test_whoever_asked_to_be_forgotten_is(shop: Shop, as_role: Opened) -> None:
    browser = as_role("advisor")
    path = shop.customer(browser)
    forget(shop.deps, shop.visitor)
    page = browser.get(path)
    assert page.status_code == 200
    assert "这位客户已要求不再被记住" in page.text
    assert "基金周报" not in page.text
    assert "还没有客户" in browser.get("/customers").text
    token = form_token(browser, path)
    assert browser.post(f"{path}/name", data={"csrf_token": token, "name": "甲"}).status_code == 409


def test_how_a_poster_spread_is_drawn_and_told_in_a_table(shop: Shop, as_role: Opened) -> None:
    shop.visit("redirect", parent_code=shop.child, parent_confidence="claimed")
    shop.visit("redirect", parent_code=shop.code, parent_confidence="inferred")
    page = as_role("advisor").get(f"/posters/{shop.poster}/spread").text
    for words in ("《基金周报》的传播", "您的链接 · 微信", f"再分享 {shop.child[:4]}", "扫码确认", "链接自称", "推断"):
        assert words in page
    edges = re.findall(r'<path class="edge edge-(\w+)" d="M[1-9]', page)
    assert sorted(edges) == ["claimed", "inferred", "scanned"]
    assert "style=" not in page
    assert "客户经理链接 · 微信" in as_role("auditor").get(f"/posters/{shop.poster}/spread").text
    assert "还没有发出去" in as_role("advisor").get(f"/posters/{shop.poster_of('advisor')}/spread").text
