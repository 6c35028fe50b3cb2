"""The rule workbench over HTTP: rules are found, tried, written, replayed, and switched by somebody else."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import records as accounts
from app.accounts.core import ROLES, Role
from app.compliance.rules import compile_rules
from app.db import reading, retried, transaction
from app.flow.issue import issue
from app.jobs import queue
from app.reads.rule_packs import load_packs
from app.rulebook import records
from app.web.parts import EXTENSION
from app.web.workbench.form import filled_by, text_of
from app.worker import HANDLERS
from tests.bank import PLAIN, Bank
from tests.core.compliance_cases import pack, term
from tests.core.test_house_rules import text as rule_text
from tests.posters import PROJECT
from tests.web.conftest import form_token
from tests.web.test_review import actor

AsRole = Callable[[Role], FlaskClient]
FIRM = "cn-house-firm"
BUILT_IN = compile_rules(
    [
        pack({**term("安全可靠"), "severity": "review", "products": ["fund", "generic"]}, name="cn-advertising"),
        pack({**term("guaranteed"), "id": "us-term", "status": "pending"}, name="us-conduct"),
    ]
)
WORDS = {"terms": ["山色新"], "must_hit": ["山色新", "一片山色新"], "must_pass": ["山色如旧", "新茶"]}


@pytest.fixture
def house(app: Flask) -> Bank:
    """The bank behind the pages, whose packs hold two rules; a second reviewer sits at headquarters."""
    given = app.extensions[EXTENSION]
    studio = replace(given.studio, rules=BUILT_IN)
    deps = replace(given.deps, studio=lambda: given.book.in_force(studio))
    app.extensions[EXTENSION] = replace(given, studio=studio, deps=deps)
    with transaction(deps) as session:
        root = accounts.organisations(session)[0]
        person = accounts.add_person(session, root.id, "王知行")
        accounts.add_account(session, person, root.id, "reviewer", "reviewer-2", "unused")
    return Bank(deps, studio)


def form(browser: FlaskClient, **fields: object) -> dict[str, object]:
    return {"csrf_token": form_token(browser, "/me"), **fields}


def written(browser: FlaskClient, text: str, rule_id: str | None = None, **fields: object) -> TestResponse:
    path = f"/rules/{rule_id}/edit" if rule_id else "/rules/new"
    given = form(browser, way="yaml", text=text, note="试行", act="save", **fields)
    return browser.post(path, data=given)


def work(bank: Bank) -> None:
    """Do what waits, as the worker does."""
    while (
        job := retried(bank.deps, lambda session: queue.claim(session, ["replay_rule", "rescan_posters"], 30))
    ) is not None:
        HANDLERS[job.name](bank.deps, job)


def second_reviewer(app: Flask) -> FlaskClient:
    """Whoever sits beside the first one."""
    from app.accounts.proof import new_token, token_digest

    token = new_token()
    with transaction(app.extensions[EXTENSION].deps) as session:
        account = accounts.account_by_login(session, "reviewer-2")
        assert account is not None
        accounts.add_session(session, account.id, token_digest(token), 1)
    browser = app.test_client()
    browser.set_cookie("session", token, domain="localhost")
    return browser


@pytest.mark.parametrize("role", ROLES)
def test_reviewers_and_auditors_read_and_only_reviewers_write(as_role: AsRole, house: Bank, role: Role) -> None:
    browser, may = as_role(role), role in ("reviewer", "auditor")
    for path in ("/rules", "/rules/cn-term", "/rules/try", "/rules/cn-term/versions/0"):
        assert browser.get(path).status_code == (200 if may else 403), path
    assert browser.get("/rules/new").status_code == (200 if role == "reviewer" else 403)
    assert written(browser, rule_text(**WORDS)).status_code == (303 if role == "reviewer" else 403)
    page = browser.get("/rules/cn-term")
    assert ("/rules/cn-term/edit" in page.text) == (role == "reviewer")


def test_rules_are_found_by_word_and_by_what_they_are(as_role: AsRole, house: Bank) -> None:
    browser = as_role("reviewer")

    def found(query: str) -> set[str]:
        return set(re.findall(r'href="/rules/([a-z]{2}-[a-z-]+)"', browser.get(f"/rules?{query}").text))

    assert found("") == {"cn-term", "us-term"}
    assert found("q=安全可靠") == found("jurisdiction=CN") == found("pack=cn-advertising") == {"cn-term"}
    assert found("q=GUARANTEED 广告法") == found("status=pending") == found("severity=block") == {"us-term"}
    assert found("product=fund") == {"cn-term", "us-term"}
    assert found("product=loan") == {"us-term"}
    assert found("q=没有的词") == set()
    written(browser, rule_text(**WORDS))
    assert found("origin=waits") == found("origin=house") == {FIRM}
    assert found("origin=built_in") == {"cn-term", "us-term"}


def test_a_text_is_tried_with_its_folding(as_role: AsRole, house: Bank) -> None:
    browser = as_role("auditor")
    asked = form(browser, text="我行安-全-可-靠", jurisdiction="CN", product="fund")
    answer = browser.post("/rules/try", data=asked, headers={"X-Fragment": "1"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    for said in ("安-全-可-靠", "安全可靠", "cn-term", "不得承诺", "提示风险", "略去夹在字间的符号"):
        assert said in answer.text, said
    whole = browser.post("/rules/try", data=asked)
    assert "<html" in whole.text
    assert 'href="/rules/cn-term"' in whole.text
    assert "没有发现问题" in browser.post("/rules/try", data=asked | {"product": "loan"}).text
    hostile = browser.post("/rules/try", data=asked | {"text": "<script>安全可靠"}).text
    assert "<script>安" not in hostile


def test_what_is_wrong_is_shown_beside_it_and_nothing_typed_is_lost(as_role: AsRole, house: Bank) -> None:
    browser = as_role("reviewer")
    hostile = rule_text(**WORDS).replace("terms:", "channels: !!python/object/apply:os.system [id]\nterms:")
    answer = written(browser, hostile)
    line = hostile[: hostile.index("!!python")].count("\n") + 1
    assert answer.status_code == 422
    assert f"第 {line} 行" in answer.text
    assert "!!python/object/apply:os.system [id]" in answer.text
    deep = rule_text(**WORDS).replace("terms:", f"channels: {'[' * 100_000}\nterms:")
    assert written(browser, deep).status_code == 422
    nested = rule_text(kind="regex", terms=None, patterns=["(a+)+$"])
    answer = written(browser, nested)
    assert answer.status_code == 422
    assert "重复里套着重复" in answer.text
    assert "patterns[0]" in answer.text
    missed = written(browser, rule_text(**{**WORDS, "must_hit": ["山色新", "没有这个词"]}))
    assert missed.status_code == 422
    assert "规则没有命中这句话" in missed.text
    with reading(house.deps) as session:
        assert records.newest_versions(session) == []


def test_the_form_shows_each_problem_at_its_field_and_its_line(as_role: AsRole, house: Bank) -> None:
    browser = as_role("reviewer")
    filled = filled_by(BUILT_IN.packs[0].rules[0])
    fields = dict(filled.fields) | {"must_pass": "例三\n安全可靠", "must_hit": "安全可靠\n非常安全可靠", "article": ""}
    given = form(browser, way="form", act="save", note="", products="fund", **fields)
    answer = browser.post("/rules/cn-term/edit", data=given)
    assert answer.status_code == 422
    at_pass = answer.text[answer.text.index('id="must_pass"') : answer.text.index('id="note"')]
    assert "第 2 行" in at_pass
    assert "规则命中了这句话" in at_pass
    fields["must_pass"] = "例三\n例四"
    given = form(browser, way="form", act="check", note="", products="fund", **fields)
    assert "4 条例句全部符合" in browser.post("/rules/cn-term/edit", data=given).text
    without_reason = browser.post("/rules/cn-term/edit", data=given | {"act": "save"})
    assert (without_reason.status_code, "请写明原因" in without_reason.text) == (422, True)
    saved = browser.post("/rules/cn-term/edit", data=given | {"act": "save", "note": "补例句"})
    assert saved.location == "/rules/cn-term/versions/1"
    page = browser.get(saved.location).text
    assert 'class="diff-old"' in page
    assert "非常安全可靠" in page


def test_a_rule_is_the_same_in_the_form_and_as_yaml() -> None:
    """Every built-in rule, through the form and back."""
    from app.compliance.overlay import read_rule

    for one in load_packs(PROJECT / "compliance_rules"):
        for rule in one.rules:
            filled = filled_by(rule)
            assert read_rule(text_of(filled.fields, filled.products)) == rule


def test_a_rule_goes_its_way_from_saving_to_the_roll_back(app: Flask, as_role: AsRole, house: Bank) -> None:
    first, second = as_role("reviewer"), second_reviewer(app)
    advisor = actor(house, "advisor")
    poster_id = house.started(PLAIN, who=advisor)
    assert house.submitted(poster_id, advisor).state == "approved"
    assert written(first, rule_text(**WORDS, severity="review")).location == f"/rules/{FIRM}/versions/1"
    version = f"/rules/{FIRM}/versions/1"
    assert second.post(f"{version}/switch", data=form(second)).status_code == 409
    assert first.post(f"{version}/replay", data=form(first)).location == version
    waiting = first.get(f"{version}/replay")
    assert (waiting.headers["X-State"], "<progress" in waiting.text) == ("running", True)
    work(house)
    assert first.get(f"{version}/replay").headers["X-State"] == "finished"
    page = second.get(version).text
    assert "按免审策略通过 1" in page
    assert poster_id in page
    own = first.post(f"{version}/switch", data=form(first))
    assert (own.status_code, "须由他人启用" in own.text) == (403, True)
    assert second.post(f"{version}/switch", data=form(second)).location == f"/rules/{FIRM}"
    # Typing, and every page of this process, knows it with the next request.
    tried = first.post("/rules/try", data=form(first, text="山色新", jurisdiction="CN", product="generic"))
    assert FIRM in tried.text
    now = app.extensions[EXTENSION]
    assert now.book.in_force(now.studio).rules.rule(FIRM) is not None
    back = f"/rules/{FIRM}/versions/0"
    second.post(f"{back}/replay", data=form(second))
    work(house)
    assert second.post(f"{back}/switch", data=form(second)).location == f"/rules/{FIRM}"
    tried = first.post("/rules/try", data=form(first, text="山色新", jurisdiction="CN", product="generic"))
    assert FIRM not in tried.text
    assert "停用（无此规则）" in first.get(f"/rules/{FIRM}").text


def test_a_poster_checked_under_the_old_rules_is_checked_anew(app: Flask, as_role: AsRole, house: Bank) -> None:
    advisor = actor(house, "advisor")
    poster_id = house.started({"words": "安全可靠，\n山色新。"}, who=advisor)
    digest = house.submitted(poster_id, advisor).digest
    first, second = as_role("reviewer"), second_reviewer(app)
    written(first, rule_text(**WORDS, severity="review"))
    second.post(f"/rules/{FIRM}/versions/1/replay", data=form(second))
    work(house)
    second.post(f"/rules/{FIRM}/versions/1/switch", data=form(second))
    decided = form(first, seen_digest=digest, decision="approve")
    answer = first.post(f"/review/{poster_id}", data=decided, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "recheck_required")  # type: ignore[index]


def test_somebody_elses_version_is_not_written_over(app: Flask, as_role: AsRole, house: Bank) -> None:
    first, second = as_role("reviewer"), second_reviewer(app)
    written(first, rule_text(**WORDS))
    other = rule_text(**{**WORDS, "terms": ["山色新", "茶香"]})
    assert written(second, other, FIRM, seen=1, based_on=1).status_code == 303
    late = written(first, rule_text(**{**WORDS, "terms": ["山色新", "春色"]}), FIRM, seen=1, based_on=1)
    assert (late.status_code, "春色" in late.text) == (409, True)
    unknown = written(first, rule_text(id="cn-house-none"), "cn-house-none", seen=0)
    assert unknown.status_code == 404


def test_what_does_not_pass_any_more_is_listed_told_and_recalled_with_one_click(
    app: Flask, as_role: AsRole, house: Bank
) -> None:
    advisor = actor(house, "advisor")
    poster_id = house.started(PLAIN, who=advisor)
    house.submitted(poster_id, advisor)
    issue(house.deps, house.studio, advisor, poster_id, "png")
    first, second = as_role("reviewer"), second_reviewer(app)
    assert "投放中的海报全部符合" in first.get("/rules/rescan").text
    written(first, rule_text(**WORDS))
    second.post(f"/rules/{FIRM}/versions/1/replay", data=form(second))
    work(house)
    second.post(f"/rules/{FIRM}/versions/1/switch", data=form(second))
    assert first.get("/rules/rescan/progress").headers["X-State"] == "running"
    work(house)
    assert first.get("/rules/rescan/progress").headers["X-State"] == "finished"
    page = first.get("/rules/rescan").text
    for said in ("林若溪", "望江支行", "1 个有效链接", "山色新", FIRM, f"/rules/rescan/{poster_id}/recall"):
        assert said in page, said
    assert f"/rules/rescan/{poster_id}/recall" not in as_role("auditor").get("/rules/rescan").text
    owner = as_role("advisor")
    assert "不符合新规则" in owner.get("/home").text
    assert "不再符合要求" in owner.get(f"/posters/{poster_id}").text
    assert first.post(f"/rules/rescan/{poster_id}/recall", data=form(first)).location == "/rules/rescan"
    assert house.case(poster_id).state == "recalled"
    assert "投放中的海报全部符合" in first.get("/rules/rescan").text
    assert "不符合新规则" not in owner.get("/home").text
    told = owner.get(f"/posters/{poster_id}").text
    assert "不再符合现行规则" in told
    assert FIRM in told


def test_the_claims_library_is_kept_by_two(app: Flask, as_role: AsRole, house: Bank) -> None:
    first, second = as_role("reviewer"), second_reviewer(app)
    given = {"text": "市场第一", "evidence": "某机构报告", "jurisdiction": "CN", "product": "fund"}
    wrong = first.post("/rules/claims", data=form(first, **given, valid_from="", file_digest="abc"))
    assert (wrong.status_code, "请选择有效期" in wrong.text, "某机构报告" in wrong.text) == (422, True, True)
    kept = first.post("/rules/claims", data=form(first, **given, valid_from="2026-01-01", file_digest=""))
    assert kept.location == "/rules/claims"
    page = second.get("/rules/claims").text
    address = re.search(r'action="(/rules/claims/\w+/approve)"', page)
    assert address is not None
    assert address[1] not in first.get("/rules/claims").text
    own = first.post(address[1], data=form(first))
    assert (own.status_code, "须他人批准" in own.text) == (403, True)
    assert second.post(address[1], data=form(second)).location == "/rules/claims"
    assert "今日有效" in as_role("auditor").get("/rules/claims?q=机构").text
    assert as_role("advisor").get("/rules/claims").status_code == 403
    second.post(address[1].replace("approve", "end"), data=form(second))
    assert "今日有效" not in first.get("/rules/claims").text
