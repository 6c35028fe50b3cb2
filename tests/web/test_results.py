"""The operator's pages: each route and role, what a branch sees, the files that leave the house, recall by form."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import records
from app.accounts.core import Role
from app.accounts.proof import new_token, token_digest
from app.db import reading, transaction
from app.links import records as links
from app.web.parts import EXTENSION, WebParts
from tests.results import ZONE, House, a_visit, at, times
from tests.web.conftest import form_token

TODAY = datetime.now(ZONE).date()
YESTERDAY = TODAY - timedelta(days=1)
ACCOUNTS: tuple[tuple[str, Role, str], ...] = (
    ("ops", "operator", "hq"),
    ("ops-east", "operator", "east"),
    ("ops-west", "operator", "west"),
    ("auditor-hq", "auditor", "hq"),
    ("reviewer-hq", "reviewer", "hq"),
    ("advisor-west", "advisor", "west"),
    ("admin-hq", "admin", "hq"),
    ("designer-hq", "designer", "hq"),
)
READ = (
    "/results",
    "/results?days=7&figure=shares",
    "/results/branches/east",
    "/results/templates/fund-weekly",
    "/results/advisors/lin",
    "/results/posters?figure=shares",
    "/results/posters/one",
    "/circulation",
    "/circulation?q=若溪",
    "/circulation/templates",
    "/circulation/posters/one",
    "/circulation/templates/v-fund-weekly",
    "/circulation/links/Linkedone",
)
Enter = Callable[[str], FlaskClient]


@pytest.fixture
def house(app: Flask) -> House:
    """A bank with two branches and what came of three posters."""
    parts: WebParts = app.extensions[EXTENSION]
    house = House(parts.deps)
    house.furnish()
    house.poster("one", "lin", at(YESTERDAY, 1), words="秋水长天")
    house.poster("two", "chen", at(YESTERDAY, 1), "daily-greeting")
    house.poster("far", "wu", at(YESTERDAY, 1))
    house.share("one", at(YESTERDAY, 2), "lin")
    house.share("one", at(YESTERDAY, 3), None)
    house.visit(*times(a_visit("one", YESTERDAY), 5), *times(a_visit("far", YESTERDAY), 2))
    with transaction(parts.deps) as session:
        for login, role, place in ACCOUNTS:
            person = records.add_person(session, place, f"=cmd|{login}")
            records.add_account(session, person, place, role, login, "x")
    return house


@pytest.fixture
def enter(app: Flask, house: House) -> Enter:
    """A browser in which this login is signed in."""

    def opened(login: str) -> FlaskClient:
        token = new_token()
        with transaction(house.deps) as session:
            account = records.account_by_login(session, login)
            assert account is not None
            records.add_session(session, account.id, token_digest(token), 1)
        browser = app.test_client()
        browser.set_cookie("session", token, domain="localhost")
        return browser

    return opened


def tiles(page: str) -> list[int]:
    """The five figures that a page begins with: scans, posters, shares, visitors, re-shares."""
    return [int(found.replace(",", "")) for found in re.findall(r'class="tile-value"[^>]*>([\d,]+)<', page)]


def test_operators_and_auditors_look_and_nobody_else_does(enter: Enter, client: FlaskClient) -> None:
    for login, status in (("auditor-hq", 200), ("ops-east", 200), ("advisor-west", 403), ("reviewer-hq", 403)):
        browser = enter(login)
        assert {path: browser.get(path).status_code for path in READ} == dict.fromkeys(READ, status)
    for login in ("designer-hq", "admin-hq"):
        assert enter(login).get("/results").status_code == 403
    assert {client.get(path).status_code for path in READ} == {302}


@pytest.mark.parametrize(("lang", "words"), [("zh", "成效"), ("en", "Results")])
def test_each_page_speaks_both_languages(enter: Enter, lang: str, words: str) -> None:
    browser = enter("ops")
    browser.set_cookie("lang", lang, domain="localhost")
    for path in READ:
        page = browser.get(path).text
        assert {one for one in ("成效", "Results") if one in page} == {words}, path
        assert "style=" not in page
        assert "None" not in re.sub(r"<[^>]+>", "", page)


FOREIGN = (
    "/results/branches/east",
    "/results/branches/hq",
    "/results/branches/nowhere",
    "/results/advisors/lin",
    "/results/advisors/nobody",
    "/results/templates/no-such",
    "/results/posters?branch=east",
    "/results/posters?advisor=lin",
    "/results/posters/one",
    "/results/posters/none",
    "/results/templates/fund-weekly?branch=east",
    f"/results/branches/{'x' * 61}",
    "/circulation/posters/one",
    "/circulation/templates/none",
    "/circulation/links/Linkedone",
    "/circulation/links/nonsense",
)


def test_what_belongs_to_another_branch_is_as_if_it_were_absent(enter: Enter) -> None:
    browser = enter("ops-west")
    assert {path: browser.get(path).status_code for path in FOREIGN} == dict.fromkeys(FOREIGN, 404)


def test_every_figure_is_of_one_s_own_branch(enter: Enter) -> None:
    assert tiles(enter("ops").get("/results").text) == [7, 3, 1, 0, 1]
    assert tiles(enter("ops-east").get("/results").text) == [5, 2, 1, 0, 1]
    west = enter("ops-west").get("/results").text
    assert tiles(west) == [2, 1, 0, 0, 0]
    assert "林若溪" not in west
    assert tiles(enter("ops-west").get("/results/templates/fund-weekly").text) == [2, 1, 0, 0, 0]
    assert "林若溪" not in enter("ops-west").get("/circulation?q=若溪").text


def test_a_number_opens_its_rows_and_the_question_stays_in_the_address(enter: Enter) -> None:
    browser = enter("ops")
    page = browser.get("/results/branches/east?days=7").text
    found = re.search(r'class="tile-value" href="([^"]+)"', page)
    assert found is not None
    rows = browser.get(found[1].replace("&amp;", "&")).text
    assert 'href="/results/posters/one?' in rows
    assert "/results/posters/far?" not in rows
    assert "aria-current=page>" in page
    assert "branch=east" in found[1]
    assert "days=7" in found[1]


def test_days_that_make_no_sense_show_the_last_thirty(enter: Enter) -> None:
    browser = enter("ops")
    browser.set_cookie("lang", "en", domain="localhost")
    for query in ("from=2026-13-01&until=x", "from=2026-11-20&until=2026-11-01", "from=0001-01-01&until=2026-01-01"):
        page = browser.get(f"/results?{query}").text
        assert tiles(page) == [7, 3, 1, 0, 1]
        assert "These days cannot be shown" in page
    assert "These days cannot be shown" not in browser.get("/results?from=").text


def test_days_of_one_s_own_are_counted_to_the_day(enter: Enter) -> None:
    yesterday, today = YESTERDAY.isoformat(), TODAY.isoformat()
    assert tiles(enter("ops").get(f"/results?from={yesterday}&until={yesterday}").text) == [7, 3, 1, 0, 1]
    assert tiles(enter("ops").get(f"/results?from={today}&until={today}").text) == [0, 0, 0, 0, 0]


def test_a_page_that_is_no_number_is_the_first(enter: Enter) -> None:
    browser = enter("ops")
    for page in ("0", "-1", "99999", "x", "٣", "1e3"):
        assert "/results/posters/one?" in browser.get("/results/posters", query_string={"page": page}).text, page


def exported(browser: FlaskClient, table: str, **fields: str) -> list[list[str]]:
    data = {"csrf_token": form_token(browser, "/results"), "days": "30", **fields}
    answer = browser.post(f"/results/export/{table}", data=data)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert f"results-{table}-" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_each_table_leaves_as_a_file(enter: Enter) -> None:
    browser = enter("ops")
    browser.set_cookie("lang", "en", domain="localhost")
    days = exported(browser, "days")
    assert days[0] == ["Day", "Issued posters", "Shares", "With machines", "Scans", "Visitors", "Re-shares"]
    assert days[-2] == [YESTERDAY.isoformat(), "3", "1", "7", "7", "0", "1"]
    assert len(days) == 31
    assert [row[0] for row in exported(browser, "branches")[1:]] == ["east", "west"]
    assert {row[0] for row in exported(browser, "templates")[1:]} == {"fund-weekly", "daily-greeting"}
    assert [row[:2] for row in exported(browser, "advisors")[1:3]] == [
        ["林若溪", "望江一号网点"],
        ["吴一舟", "临溪支行"],
    ]
    assert [row[0] for row in exported(browser, "posters", figure="humans")[1:]] == ["one", "far"]
    assert [row[0] for row in exported(enter("ops-west"), "posters", figure="humans")[1:]] == ["far"]


def test_a_name_that_would_be_a_formula_is_neutral_in_the_file(enter: Enter, house: House) -> None:
    with transaction(house.deps) as session:
        person = records.add_person(session, "west", '=HYPERLINK("http://x")')
        house.name(session, "far", person)
    rows = exported(enter("ops-west"), "advisors")
    assert rows[1][0] == '\'=HYPERLINK("http://x")'


def test_an_export_needs_a_form_a_role_and_one_s_own_branch(enter: Enter) -> None:
    browser = enter("ops")
    assert browser.post("/results/export/days").status_code == 400
    token = form_token(browser, "/results")
    assert browser.post("/results/export/secrets", data={"csrf_token": token}).status_code == 404
    west = enter("ops-west")
    data = {"csrf_token": form_token(west, "/results"), "branch": "east"}
    assert west.post("/results/export/days", data=data).status_code == 404
    advisor = enter("advisor-west")
    data = {"csrf_token": form_token(advisor, "/home")}
    assert advisor.post("/results/export/days", data=data).status_code == 403


def test_a_poster_is_recalled_with_a_reason(enter: Enter, house: House) -> None:
    browser, path = enter("ops"), "/circulation/posters/one"
    token = form_token(browser, path)
    refused = browser.post(f"{path}/recall", data={"csrf_token": token, "reason": " "})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text or "aria-invalid=true" in refused.text
    answer = browser.post(f"{path}/recall", data={"csrf_token": token, "reason": "利率已变"})
    assert (answer.status_code, answer.location) == (303, path)
    page = browser.get(path).text
    assert "利率已变" in page
    assert "/recall" not in page
    with reading(house.deps) as session:
        assert all(link.recalled_at for link in links.links_to(session, "poster", "one"))
    again = browser.post(f"{path}/recall", data={"csrf_token": token, "reason": "again"})
    assert (again.status_code, again.location) == (303, path)
    assert browser.get("/results/posters/one").status_code == 200


def test_a_template_is_recalled_by_headquarters_alone(enter: Enter) -> None:
    path = "/circulation/templates/v-fund-weekly"
    east = enter("ops-east")
    assert f"{path}/recall" not in east.get(path).text
    data = {"csrf_token": form_token(east, path), "reason": "x"}
    assert east.post(f"{path}/recall", data=data).status_code == 403
    browser = enter("ops")
    assert f"{path}/recall" in browser.get(path).text
    data = {"csrf_token": form_token(browser, path), "reason": "字体到期"}
    assert browser.post(f"{path}/recall", data=data).status_code == 303
    assert "字体到期" in browser.get(path).text
    assert "/circulation/posters/two" in browser.get("/circulation").text
    assert "/circulation/posters/one" not in browser.get("/circulation").text


def test_a_link_is_recalled_and_the_poster_lives_on(enter: Enter, house: House) -> None:
    browser = enter("ops-east")
    with reading(house.deps) as session:
        child = next(link.code for link in links.links_to(session, "poster", "two"))
    path = f"/circulation/links/{child}"
    data = {"csrf_token": form_token(browser, path), "reason": "外传"}
    answer = browser.post(f"{path}/recall", data=data)
    assert (answer.status_code, answer.location) == (303, "/results/posters/two")
    assert f"{path}/recall" not in browser.get(path).text


def test_auditors_see_no_button_that_they_may_not_press(enter: Enter) -> None:
    browser = enter("auditor-hq")
    for path in ("/circulation/posters/one", "/circulation/templates/v-fund-weekly", "/circulation/links/Linkedone"):
        assert "/recall" not in browser.get(path).text
    data = {"csrf_token": form_token(browser, "/results"), "reason": "x"}
    assert browser.post("/circulation/posters/one/recall", data=data).status_code == 403


def test_what_is_written_on_posters_and_searched_for_is_shown_as_text(enter: Enter) -> None:
    page = enter("ops").get("/circulation", query_string={"q": '"><script>alert(1)</script>{{7*7}}'}).text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page
