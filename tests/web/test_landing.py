"""What a customer's telephone touches, and what it can never do."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.accounts import records as accounts
from app.db import database_now, reading, transaction
from app.flow.application_secret import secret_key
from app.flow.forget import forget
from app.flow.recall import recall_poster
from app.kernel.ids import new_code
from app.links import records as links
from app.public import beacon
from app.public.callers import MISSES
from app.public.tokens import Tokens
from app.tracking.core import VISITOR_COOKIE
from app.tracking.records import has_consent
from tests.bank import HE
from tests.house_of_links import PERSON, Links, Prepared, get, opened, post, prepare

BUDGET = 60_000


@pytest.fixture(scope="module")
def prepared(empty_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(empty_sqlite, tmp_path_factory.mktemp("bank"))


@pytest.fixture
def site(prepared: Prepared, tmp_path: Path) -> Iterator[Links]:
    with opened(prepared, tmp_path) as made:
        yield made


def recall(site: Links) -> None:
    recall_poster(site.bank.deps, HE, site.poster_id, "the rate has changed")


def expire(site: Links) -> None:
    with transaction(site.bank.deps) as session:
        links.expire(session, site.code)


def token_in(page: str) -> str:
    found = re.search(r'data-token="([^"]+)"', page)
    assert found is not None
    return found[1]


def an_old_token(site: Links, code: str, age: float = 4.0) -> str:
    """As the page of `code` carried it some seconds ago."""
    return Tokens(secret_key(site.bank.deps.settings)).mint(code, time.time() - age)


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_poster_the_advisor_the_approval_and_what_the_law_asks(site: Links) -> None:
    with transaction(site.bank.deps) as session:
        today = database_now(session).date()
        accounts.put_licence(session, "lin", "fund", "A2026000002048", today + timedelta(days=3))
        accounts.put_licence(session, "lin", "wealth", "Z0000000000001", today - timedelta(days=3))
    browser = site.browser()
    page = get(browser, f"/l/{site.code}")
    assert page.status_code == 200
    digest = site.bank.case(site.poster_id).digest or ""
    number = " ".join((digest[:4], digest[4:8], digest[8:12])).upper()
    for words in (
        "林若溪",
        "高级理财经理",
        "澜山银行 · 望江支行",
        "tel:13800002048",
        "由澜山银行核发",
        number,
        "值得信赖",
    ):
        assert words in page.text
    assert ("A2026000002048" in page.text, "Z0000000000001" in page.text) == (True, False)
    assert 'href="https://work.weixin.qq.com/ca/cawcde01"' in page.text
    picture = get(browser, f"/l/{site.code}/picture?width=540")
    assert (picture.status_code, picture.mimetype) == (200, "image/webp")
    whole = get(browser, f"/l/{site.code}/picture")
    assert (whole.mimetype, len(whole.data) > len(picture.data)) == ("image/jpeg", True)
    assert get(browser, f"/l/{site.code}/picture", **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert "no-cache" in whole.headers["Cache-Control"]


def test_the_page_opens_at_once(site: Links) -> None:
    """Without the poster itself everything together stays below the budget, uncompressed."""
    browser = site.browser()
    page = get(browser, f"/l/{site.code}").text
    found = re.findall(r'(?:src|href)="(/[^"?]+)"', page)
    parts = {path for path in found if path.startswith("/p/") or path.endswith("/photo")}
    assert len(parts) >= 4
    size = len(page.encode())
    for path in parts:
        with get(browser, path) as answer:
            size += len(answer.data)
    assert size <= BUDGET


@pytest.mark.parametrize(("lang", "words"), [("zh", "转发给朋友"), ("en", "Pass it on")])
def test_each_page_speaks_both_languages_and_keeps_the_choice_in_the_address(
    site: Links, lang: str, words: str
) -> None:
    browser = site.browser()
    page = get(browser, f"/l/{site.code}?lang={lang}")
    assert words in page.text
    assert f"/share?lang={lang}" in page.text
    assert "Set-Cookie" not in page.headers
    by_browser = get(browser, f"/l/{site.code}", **{"Accept-Language": "en-GB" if lang == "en" else "zh-TW"})
    assert words in by_browser.text


def test_what_cannot_be_a_code_is_answered_as_one_that_is_not_there(site: Links) -> None:
    with transaction(site.bank.deps) as session:
        pending = links.mint(session, "poster", site.poster_id, "wechat")
        away = links.mint(session, "address", "https://lanshan.example/", "wechat")
        links.activate(session, away)
    browser = site.browser()
    answers = [get(browser, f"/l/{code}") for code in ("Nobody5555", "1", "%3Cb%3E", "a" * 300, pending, away)]
    assert {(one.status_code, one.text) for one in answers} == {(404, answers[0].text)}
    for rest in ("picture", "photo", "code", "kept", "share", "notice"):
        assert get(browser, f"/l/Nobody5555/{rest}").status_code == 404


def test_who_guesses_codes_is_held_up_and_nobody_else(site: Links) -> None:
    browser = site.browser()
    statuses = [get(browser, f"/l/{new_code()}").status_code for _ in range(MISSES + 5)]
    assert statuses == [404] * MISSES + [429] * 5
    assert get(browser, f"/l/{site.code}").headers["Retry-After"] == "2"
    other = {"environ_overrides": {"REMOTE_ADDR": "198.51.100.9"}}
    assert site.browser().get(f"/l/{site.code}", headers=PERSON, **other).status_code == 200


def test_a_chat_address_that_hides_where_it_leads_is_not_shown(site: Links) -> None:
    for hidden in ("javascript:alert(1)", "//evil.example/", "https://good@evil.example/", "https://lаnshan.example/"):
        with transaction(site.bank.deps) as session:
            known = accounts.profile(session, "lin")
            assert known is not None
            accounts.put_profile(session, "lin", type(known)(known.name, "", "", "", None, hidden))
        assert "企业微信" not in get(site.browser(), f"/l/{site.code}").text


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}])
def test_a_foreign_host_is_refused(site: Links, headers: dict[str, str]) -> None:
    assert get(site.browser(), f"/l/{site.code}", **headers).status_code == 400


def test_addresses_come_from_the_configuration_alone(site: Links) -> None:
    text = get(site.browser(), f"/l/{site.code}").text
    assert set(re.findall(r'"(https?://[^"/]+)', text)) == {"https://go.lanshan.example", "https://work.weixin.qq.com"}
    assert f"https://go.lanshan.example/r/{site.code}" in text


def test_no_script_or_style_stands_in_a_page_and_the_policy_forbids_both(site: Links) -> None:
    browser = site.browser()
    for path in (f"/l/{site.code}", f"/l/{site.code}/share", f"/l/{site.code}/kept", "/l/Nobody5555"):
        page = get(browser, path)
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert ("default-src 'none'" in policy, "script-src 'self'" in policy) == (True, True)
        assert not re.search(r"<style|style=|<script(?![^>]*src=)|\son\w+=", page.text)


# --- the end --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "words"), [(recall, "这张海报已撤回"), (expire, "这张海报已过有效期")])
def test_a_poster_that_has_ended_is_dead_everywhere_at_once(site: Links, end: object, words: str) -> None:
    browser = site.browser()
    child = post(browser, f"/l/{site.code}/share").headers["Location"].split("/")[2]
    before = get(browser, f"/l/{site.code}/picture")
    assert get(browser, f"/l/{site.code}/notice").status_code == 302
    end(site)  # type: ignore[operator]
    codes = [site.code, child] if end is recall else [site.code]
    for code in codes:
        for path in (f"/l/{code}", f"/l/{code}/notice", f"/l/{code}/share"):
            answer = get(browser, path)
            assert (answer.status_code, words in answer.text) == (410, True)
        for path in ("picture", "picture?width=360", "photo", "code"):
            held = {"If-None-Match": before.headers["ETag"]}
            assert get(browser, f"/l/{code}/{path}", **held).status_code == 410
        assert post(browser, f"/l/{code}/share").status_code == 410
        assert post(browser, f"/l/{code}/consent", {"answer": "yes"}).status_code == 410
    assert "400 000 2048" in get(browser, f"/l/{site.code}").text
    time.sleep(2.1)  # the short link answers from memory for that long
    assert get(browser, f"/r/{site.code}").headers["Location"] == f"/l/{site.code}/notice"


# --- being remembered -----------------------------------------------------------------------------------------------


def test_without_a_yes_nothing_is_remembered(site: Links) -> None:
    browser = site.browser()
    get(browser, f"/r/{site.code}")
    get(browser, f"/l/{site.code}")
    post(browser, f"/l/{site.code}/share")
    answer = post(browser, f"/l/{site.code}/consent", {"answer": "no"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/l/{site.code}?later=1")
    assert "可以记住您吗" not in get(browser, answer.headers["Location"]).text
    assert "可以记住您吗" in get(browser, f"/l/{site.code}").text
    for path in (f"/l/{site.code}", f"/r/{site.code}", f"/l/{site.code}/kept"):
        assert "Set-Cookie" not in get(browser, path).headers
    assert {visit.visitor for visit in site.visits()} == {None}


def test_whoever_agrees_is_remembered_until_they_take_it_back(site: Links) -> None:
    browser = site.browser()
    answer = post(browser, f"/l/{site.code}/consent", {"answer": "yes"})
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"} <= set(cookie.split("; "))
    visitor = cookie.split(";")[0].partition("=")[2]
    page = get(browser, f"/l/{site.code}").text
    assert ("可以记住您吗" in page, "不再记住我" in page) == (False, True)
    get(browser, f"/r/{site.code}")
    assert [(visit.kind, visit.visitor) for visit in site.visits()] == [("consent", visitor), ("redirect", visitor)]
    taken_back = post(browser, f"/l/{site.code}/forget")
    assert (taken_back.status_code, "已不再记住您" in taken_back.text) == (200, True)
    assert f"{VISITOR_COOKIE}=;" in taken_back.headers["Set-Cookie"]
    assert browser.get_cookie(VISITOR_COOKIE) is None
    assert {visit.visitor for visit in site.visits()} == {None}
    with reading(site.bank.deps) as session:
        assert not has_consent(session, visitor)


def test_an_id_that_was_taken_back_elsewhere_names_nobody_and_goes(site: Links) -> None:
    browser = site.browser()
    post(browser, f"/l/{site.code}/consent", {"answer": "yes"})
    known = browser.get_cookie(VISITOR_COOKIE)
    assert known is not None
    forget(site.bank.deps, known.value)
    page = get(browser, f"/l/{site.code}")
    assert "可以记住您吗" in page.text
    assert f"{VISITOR_COOKIE}=;" in page.headers["Set-Cookie"]


def test_an_invented_id_is_not_kept(site: Links) -> None:
    browser = site.browser()
    browser.set_cookie(VISITOR_COOKIE, "a" * 22, domain="localhost")
    token = an_old_token(site, site.code)
    assert post(browser, f"/b/{site.code}", {"token": token, "kind": "contact"}).status_code == 204
    assert [(visit.kind, visit.visitor) for visit in site.visits()] == [("contact", None)]


def test_who_agreed_can_take_it_back_after_the_poster_has_ended(site: Links) -> None:
    browser = site.browser()
    post(browser, f"/l/{site.code}/consent", {"answer": "yes"})
    recall(site)
    assert "不再记住我" in get(browser, f"/l/{site.code}").text
    assert "不再记住我" in get(browser, f"/l/{site.code}/forget").text
    assert post(browser, f"/l/{site.code}/forget").status_code == 200
    assert browser.get_cookie(VISITOR_COOKIE) is None


def test_the_cookie_is_kept_to_https_where_the_site_is(prepared: Prepared, tmp_path: Path) -> None:
    with opened(prepared, tmp_path, site_url="https://go.lanshan.example") as site:
        here = {"Host": "go.lanshan.example", "Origin": "https://go.lanshan.example"}
        answer = post(site.browser(), f"/l/{site.code}/consent", {"answer": "yes"}, **here)
        assert "; Secure" in answer.headers["Set-Cookie"]
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none", "Origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("act", ["consent", "share", "forget"])
def test_a_form_of_somebody_elses_changes_nothing(site: Links, act: str, headers: dict[str, str]) -> None:
    browser = site.browser()
    answer = post(browser, f"/l/{site.code}/{act}", {"answer": "yes"}, **headers)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (400, False)
    assert site.visits() == []


def test_a_form_from_nowhere_is_refused_and_an_old_browsers_own_is_not(site: Links) -> None:
    browser, path = site.browser(), f"/l/{site.code}/share"
    assert browser.post(path, headers=PERSON).status_code == 400
    assert browser.post(path, headers=PERSON | {"Referer": "http://evil.example/"}).status_code == 400
    assert browser.post(path, headers=PERSON | {"Referer": "http://localhost/l/x"}).status_code == 303


# --- passing it on --------------------------------------------------------------------------------------------------


def test_whoever_passes_it_on_has_a_link_and_a_poster_of_their_own(site: Links) -> None:
    browser = site.browser()
    answer = post(browser, f"/l/{site.code}/share")
    child = answer.headers["Location"].split("/")[2]
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/l/{child}/share")
    page = get(browser, answer.headers["Location"])
    assert f'value="https://go.lanshan.example/r/{child}"' in page.text
    own, parents = get(browser, f"/l/{child}/picture").data, get(browser, f"/l/{site.code}/picture").data
    assert own != parents
    assert get(browser, f"/l/{child}/code").mimetype == "image/png"
    get(site.browser(), f"/r/{child}")
    with reading(site.bank.deps) as session:
        link = links.resolve(session, child)
    assert link is not None
    assert (link.parent_code, link.root_code, link.depth, link.channel) == (site.code, site.code, 1, "wechat")
    shared, visited = site.visits()
    assert (shared.kind, shared.code, shared.parent_code) == ("share", site.code, None)
    assert (visited.kind, visited.code, visited.parent_code) == ("redirect", child, site.code)
    assert visited.parent_confidence == "scanned"


def test_a_line_that_is_as_deep_as_can_be_is_passed_on_under_its_last_link(
    site: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.public.landing.DEEPEST", 0)
    assert post(site.browser(), f"/l/{site.code}/share").headers["Location"] == f"/l/{site.code}/share"
    assert site.visits() == []


def test_links_are_minted_at_a_persons_pace(site: Links) -> None:
    browser = site.browser()
    statuses = [post(browser, f"/l/{site.code}/share").status_code for _ in range(8)]
    assert statuses == [303] * 6 + [429] * 2
    with reading(site.bank.deps) as session:
        assert len(links.links_to(session, "poster", site.poster_id)) == 7


def test_when_no_picture_can_be_made_the_code_alone_is_passed_on(site: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.public.pictures.make_picture", _refused)
    browser = site.browser()
    path = post(browser, f"/l/{site.code}/share").headers["Location"]
    page = get(browser, path)
    assert (page.status_code, "长按二维码" in page.text, 'class="poster"' in page.text) == (200, True, False)
    child = path.split("/")[2]
    assert get(browser, f"/l/{child}/picture").data == get(browser, f"/l/{site.code}/picture").data


def _refused(*_: object) -> None:
    from app.kernel.errors import Conflict

    raise Conflict("recheck_required", "the rules have changed since")


def test_an_address_sent_on_from_wechat_is_a_visit_as_well(site: Links) -> None:
    browser = site.browser()
    answer = get(browser, f"/l/{site.code}/share?from=groupmessage&isappinstalled=0")
    assert answer.headers["Location"] == f"/r/{site.code}?from=groupmessage"
    onward = get(browser, answer.headers["Location"])
    assert onward.headers["Location"] == f"/l/{site.code}"
    [visit] = site.visits()
    assert (visit.parent_code, visit.parent_confidence) == (site.code, "inferred")
    assert get(browser, f"/l/{site.code}?from=elsewhere").status_code == 200


# --- the beacon -----------------------------------------------------------------------------------------------------


def test_a_look_of_some_seconds_is_kept_once(site: Links) -> None:
    browser, path = site.browser(), f"/b/{site.code}"
    young = token_in(get(browser, f"/l/{site.code}").text)
    assert post(browser, path, {"token": young, "kind": "seen"}).status_code == 204
    assert site.visits() == []
    token = an_old_token(site, site.code)
    for _ in range(3):
        answer = post(browser, path, {"token": token, "kind": "seen"})
        assert (answer.status_code, answer.data) == (204, b"")
    assert post(browser, path, {"token": token, "kind": "contact"}).status_code == 204
    assert [(visit.kind, visit.code, visit.bot) for visit in site.visits()] == [
        ("seen", site.code, ""),
        ("contact", site.code, ""),
    ]


def test_what_is_replayed_to_another_process_is_kept_once(site: Links) -> None:
    token = an_old_token(site, site.code)
    other = Links(site.bank, _another(site), site.poster_id, site.code)
    for one in (site, other):
        post(one.browser(), f"/b/{site.code}", {"token": token, "kind": "seen"})
    assert site.kinds() == ["seen"]


def _another(site: Links):  # type: ignore[no-untyped-def]
    from app.factory import create_app
    from tests.bank import studio

    return create_app(site.bank.deps.settings, studio())


def test_what_is_forged_changes_nothing(site: Links) -> None:
    browser = site.browser()
    token = an_old_token(site, site.code)
    child = post(browser, f"/l/{site.code}/share").headers["Location"].split("/")[2]
    assert site.kinds() == ["share"]
    forged = [
        (f"/b/{child}", {"token": token, "kind": "seen"}, {}),
        (f"/b/{site.code}", {"token": Tokens("x" * 40).mint(site.code, time.time() - 4), "kind": "seen"}, {}),
        (f"/b/{site.code}", {"token": an_old_token(site, site.code, 3600), "kind": "seen"}, {}),
        (f"/b/{site.code}", {"token": token, "kind": "redirect"}, {}),
        (f"/b/{site.code}", {"token": token, "kind": "consent"}, {}),
        (f"/b/{site.code}", {"kind": "seen"}, {}),
        (f"/b/{site.code}", {"token": token, "kind": "seen"}, {"Origin": "https://evil.example"}),
        ("/b/Nobody5555", {"token": an_old_token(site, "Nobody5555"), "kind": "seen"}, {}),
        ("/b/1", {"token": an_old_token(site, "1"), "kind": "seen"}, {}),
    ]
    for path, data, headers in forged:
        assert post(browser, path, data, **headers).status_code == 204
    assert site.kinds() == ["share"]


def test_a_program_that_says_it_looked_is_a_bot(site: Links) -> None:
    token = an_old_token(site, site.code)
    post(site.browser(), f"/b/{site.code}", {"token": token, "kind": "seen"}, **{"User-Agent": "curl/8.5"})
    [visit] = site.visits()
    assert (visit.kind, visit.bot != "") == ("seen", True)


def test_after_a_recall_nothing_more_is_taken_for_a_look(site: Links) -> None:
    recall(site)
    post(site.browser(), f"/b/{site.code}", {"token": an_old_token(site, site.code), "kind": "seen"})
    assert site.visits() == []


def test_a_look_takes_three_seconds() -> None:
    assert beacon.LOOK_SECONDS == 3.0


def test_the_pages_need_nothing_of_the_rest_of_the_site_nor_of_its_host(site: Links) -> None:
    browser, host = site.browser(), {"Host": "go.lanshan.example"}
    page = get(browser, f"/l/{site.code}", **host)
    assert page.status_code == 200
    found = set(re.findall(r'(?:src|href)="(/[^"?]+)"', page.text))
    assert {path.split("/")[1] for path in found} == {"l", "p", "v"}
    for path in found:
        with get(browser, path, **host) as answer:
            assert answer.status_code == 200
            if path.startswith("/p/built"):
                assert "immutable" in answer.headers["Cache-Control"]
    for path in ("/p/art/door.jpg", "/p/built/manifest.json", "/p/built/assets/../manifest.json", "/p/../app.py"):
        assert get(browser, path, **host).status_code == 404
    assert get(browser, "/sign-in", **host).status_code == 400


# --- is it genuine? -------------------------------------------------------------------------------------------------


def test_a_code_is_answered_with_what_was_approved_and_whether_it_holds(site: Links) -> None:
    browser = site.browser()
    number = re.search(r'class="number"[^>]*>([0-9A-F ]{14})<', get(browser, f"/l/{site.code}").text)
    assert number is not None
    page = get(browser, f"/v/{site.code}")
    for words in ("真实有效", number[1], "林若溪", "澜山银行 · 望江支行"):
        assert words in page.text
    assert "138 0000 2048" not in page.text
    child = post(browser, f"/l/{site.code}/share").headers["Location"].split("/")[2]
    assert number[1] in get(browser, f"/v/{child}").text
    recall(site)
    page = get(browser, f"/v/{site.code}")
    assert (page.status_code, "但已撤回" in page.text, "真实有效" in page.text) == (200, True, False)
    assert site.kinds() == ["share"]


def test_what_was_never_issued_is_said_to_be_none_of_ours(site: Links) -> None:
    browser = site.browser()
    assert get(browser, "/v/").status_code == 200
    for typed in (site.code, f" {site.code} ", f"https://go.lanshan.example/r/{site.code}"):
        assert get(browser, f"/v/?code={typed}").headers["Location"] == f"/v/{site.code}"
    for path in ("/v/Nobody5555", "/v/?code=1", "/v/%3Cscript%3E"):
        page = get(browser, path)
        assert (page.status_code, "没有核发过它" in page.text, "<script>" in page.text) == (404, True, False)
    statuses = {get(browser, f"/v/{new_code()}").status_code for _ in range(MISSES + 1)}
    assert statuses == {404, 429}
