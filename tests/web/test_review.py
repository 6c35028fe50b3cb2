"""The reviewers' pages over HTTP: who may see and do what, and that nothing typed is lost when a decision fails."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.accounts import records as accounts
from app.accounts.core import ROLES, Actor, Role
from app.accounts.people import Profile
from app.archive import records as archive
from app.compliance.rules import compile_rules
from app.db import reading, transaction
from app.flow.claim import claim
from app.flow.decide import decide
from app.flow.design import submit_version, upload
from app.flow.keep_picture import keep_picture
from app.ocr import records as ocr
from app.ocr.core import Line
from app.review import records as review
from app.web.parts import EXTENSION
from tests.bank import DOUBTFUL, GREETING, PLAIN, Bank
from tests.bundles import BUILT_IN
from tests.core.compliance_cases import pack, term
from tests.flow.test_review_threats import at_once, template_files
from tests.photos import photo
from tests.web.conftest import PASSWORD, form_token

AsRole = Callable[[Role], FlaskClient]
ROUNDS = 100


@pytest.fixture
def house(app: Flask, tmp_path: Path) -> Bank:
    """The bank behind the pages, with two published templates."""
    parts = app.extensions[EXTENSION]
    bank = Bank(parts.deps, parts.studio)
    folder = tmp_path / "templates"
    folder.mkdir()
    bank.publish(folder)
    return bank


def actor(bank: Bank, login: str) -> Actor:
    with reading(bank.deps) as session:
        found = accounts.account_by_login(session, login)
        assert found is not None
        one = accounts.account(session, found.id)
    return Actor(one.id, one.person_id, one.organisation_id, one.organisation_path, one.role)


def submitted(bank: Bank, slots: dict[str, Any] | None = None, login: str = "advisor") -> tuple[str, str]:
    """A poster that waits, and its digest."""
    who = actor(bank, login)
    poster_id = bank.started(DOUBTFUL if slots is None else slots, who=who)
    return poster_id, bank.submitted(poster_id, who).digest


def second_reviewer(app: Flask, bank: Bank) -> None:
    with transaction(bank.deps) as session:
        root = accounts.organisations(session)[0]
        person = accounts.add_person(session, root.id, "王知行")
        accounts.add_account(session, person, root.id, "reviewer", "reviewer-2", "unused")


def send(browser: FlaskClient, subject_id: str, digest: str, decision: str, **fields: Any) -> TestResponse:
    page = browser.get(f"/review/{subject_id}")
    found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
    assert found is not None
    form = {"csrf_token": found[1], "seen_digest": digest, "decision": decision, **fields}
    return browser.post(f"/review/{subject_id}", data=form)


def state(bank: Bank, subject_id: str) -> str:
    return bank.case(subject_id).state


PIN = {"pin_place": "slots.words", "pin_x": "0.25", "pin_y": "0.5", "pin_text": "这里请改"}


# --- who ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_reviewers_and_auditors_read_and_nobody_else(as_role: AsRole, house: Bank, role: Role) -> None:
    poster_id, _ = submitted(house)
    browser, may = as_role(role), role in ("reviewer", "auditor")
    for path in ("/review", "/review/decided", f"/review/{poster_id}"):
        assert browser.get(path).status_code == (200 if may else 403), path


@pytest.mark.parametrize("role", ROLES)
def test_only_reviewers_decide_and_claim(as_role: AsRole, house: Bank, role: Role) -> None:
    poster_id, digest = submitted(house)
    browser = as_role(role)
    form = {"csrf_token": form_token(browser, "/me"), "seen_digest": digest, "decision": "approve"}
    claimed = browser.post(f"/review/{poster_id}/claim", data=form).status_code
    decided = browser.post(f"/review/{poster_id}", data=form).status_code
    together = browser.post("/review/together", data=form | {"subject": poster_id}).status_code
    if role == "reviewer":
        assert (claimed, decided, together) == (303, 303, 404)
    else:
        assert (claimed, decided, together) == (403, 403, 403)
        assert state(house, poster_id) == "in_review"


def test_an_auditor_is_offered_nothing_to_press(as_role: AsRole, house: Bank) -> None:
    poster_id, _ = submitted(house)
    page = as_role("auditor").get(f"/review/{poster_id}").text
    assert 'name="decision"' not in page
    assert "/claim" not in page
    assert "安全可靠" in page


def test_what_is_out_of_reach_is_absent(app: Flask, as_role: AsRole, house: Bank) -> None:
    poster_id, digest = submitted(house)
    with transaction(house.deps) as session:
        session.execute(
            text("UPDATE review_cases SET organisation_path = '/elsewhere/' WHERE subject_id = :id"), {"id": poster_id}
        )
    browser = as_role("reviewer")
    form = {"csrf_token": form_token(browser, "/me"), "seen_digest": digest, "decision": "approve"}
    assert browser.get(f"/review/{poster_id}").status_code == 404
    assert browser.post(f"/review/{poster_id}", data=form).status_code == 404
    assert browser.post(f"/review/{poster_id}/claim", data=form).status_code == 404
    assert browser.post("/review/together", data=form | {"subject": poster_id}).status_code == 404
    assert poster_id not in browser.get("/review").text
    assert browser.get("/review/never-there").status_code == 404


# --- what is shown -----------------------------------------------------------------------------------------------


def test_nothing_waits(as_role: AsRole, house: Bank) -> None:
    assert "没有待审的作品" in as_role("reviewer").get("/review").text


def test_the_queue_is_narrowed_and_says_what_is_overdue(as_role: AsRole, house: Bank) -> None:
    browser = as_role("reviewer")
    first, _ = submitted(house)
    second, _ = submitted(house, {"words": "值得信赖，\n安全可靠。"})
    claim(house.deps, actor(house, "reviewer"), second)
    with transaction(house.deps) as session:
        session.execute(
            text("UPDATE review_cases SET due_at = '2020-01-01 00:00:00' WHERE subject_id = :id"), {"id": first}
        )

    def shown(query: str) -> set[str]:
        page = browser.get(f"/review?{query}").text
        return {one for one in (first, second) if f'href="/review/{one}"' in page}

    assert shown("") == {first, second}
    assert shown("show=overdue") == {first}
    assert shown("show=mine") == {second}
    assert shown("kind=template") == set()
    assert shown("kind=poster&sort=findings") == {first, second}
    assert shown("product=fund") == set()
    assert "逾期" in browser.get("/review").text
    assert "没有符合的" in browser.get("/review?product=fund").text


def test_a_case_shows_findings_copy_differences_and_precedents(as_role: AsRole, house: Bank) -> None:
    earlier, digest = submitted(house)
    decide(house.deps, actor(house, "reviewer"), earlier, "reject", digest, reason="没有依据")
    poster_id, digest = submitted(house, {"words": "安-全-可-靠，\n值得信赖。"})
    page = as_role("reviewer").get(f"/review/{poster_id}").text
    assert digest[:16] in page
    assert '<mark class="hit hit-review" data-finding="1">安-全-可-靠' in page
    assert re.search(r'class="mark mark-review" href="#finding-1"', page)
    assert page.count('class="mark-box"') == 1
    assert "<del>" in page
    assert "<ins>" in page
    assert "安全可靠" in page  # how it was read
    assert "没有依据" in page  # what was said of “值得信赖” before
    assert f'href="/review/{earlier}"' in page
    assert "此前的决定：" in page[page.index('id="finding-1"') :]  # the same words, however they are written
    assert f"/posters/{poster_id}/picture?width=540&amp;digest={digest}" in page


def test_an_english_page_cites_articles_in_english(as_role: AsRole, house: Bank) -> None:
    poster_id, _ = submitted(house)
    browser = as_role("reviewer")
    browser.set_cookie("lang", "en", domain="localhost")
    source = re.search(r'<p class="finding-source[^>]*>(.*?)</p>', browser.get(f"/review/{poster_id}").text)
    assert source is not None
    assert re.search("art\\. \\d+", source[1])
    assert not re.search("[\u3400-\u9fff]", source[1])


def test_of_a_correction_only_what_is_new_stands_first(as_role: AsRole, house: Bank) -> None:
    poster_id, digest = submitted(house)
    browser = as_role("reviewer")
    send(browser, poster_id, digest, "request_change", reason="请给出依据", **PIN)
    advisor = actor(house, "advisor")
    house.saved(poster_id, 1, {"words": "安全可靠，\n说到做到。"}, advisor)
    house.submitted(poster_id, advisor)
    page = browser.get(f"/review/{poster_id}").text
    assert "上次决定之后的变化" in page
    assert "此前已有" in page  # the finding stood there before
    changed = page[page.index("上次决定之后的变化") : page.index("按阅读顺序的文案")]
    assert "雪落得轻" not in changed  # the template's own words are no news any more
    assert re.search(r"<ins>.*?说到做到", changed, re.S)
    assert "这里请改" in page
    assert 'class="pin pin-earlier"' in page


def test_all_sizes_and_languages_of_a_template_are_shown(as_role: AsRole, house: Bank) -> None:
    designer = actor(house, "designer")
    version_id = upload(house.deps, house.studio, designer, template_files("1.1.0"))
    digest = submit_version(house.deps, house.studio, designer, version_id)
    browser = as_role("reviewer")
    page = browser.get(f"/review/{version_id}").text
    template = house.studio.templates[GREETING].template
    assert page.count('<figure class="exhibit">') == len(template.sizes) * len(template.languages)
    assert f"与版本 {BUILT_IN} 相比" in page
    picture = browser.get(f"/review/{version_id}/picture?width=360")
    assert picture.content_type == "image/webp"
    again = browser.get(f"/review/{version_id}/picture?width=360", headers={"If-None-Match": picture.headers["ETag"]})
    assert again.status_code == 304
    for wrong in ("width=361", "width=360&size=none"):
        assert browser.get(f"/review/{version_id}/picture?{wrong}").status_code == 404
    pin = PIN | {"pin_place": f"sizes.{next(iter(template.sizes))}.zh.slots.words"}
    assert send(browser, version_id, digest, "request_change", **pin).status_code == 303
    assert state(house, version_id) == "changes_requested"


def test_decisions_are_listed_with_the_policy_that_made_them(as_role: AsRole, house: Bank) -> None:
    by_policy, _ = submitted(house, PLAIN)
    rejected, digest = submitted(house)
    decide(house.deps, actor(house, "reviewer"), rejected, "reject", digest, reason="没有依据")
    browser = as_role("auditor")
    page = browser.get("/review/decided").text
    assert "仅改动了开放槽位" in page
    assert "随产品内置" in page
    assert "没有依据" in page

    def shown(query: str) -> tuple[bool, bool]:
        listed = browser.get(f"/review/decided?{query}").text
        return f'href="/review/{by_policy}"' in listed, f'href="/review/{rejected}"' in listed

    assert shown("by=policy") == (True, False)
    assert shown("by=person") == (False, True)
    assert shown("action=reject") == (False, True)
    assert shown("action=nonsense&by=nonsense&before=x") == (True, True)


# --- deciding ----------------------------------------------------------------------------------------------------


def test_after_a_decision_the_next_work_is_shown(as_role: AsRole, house: Bank) -> None:
    first, digest = submitted(house)
    second, _ = submitted(house, {"words": "值得信赖，\n安全可靠。"})
    browser = as_role("reviewer")
    answer = send(browser, first, digest, "approve")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/review/{second}")
    assert "已通过" in browser.get(answer.headers["Location"]).text
    assert state(house, first) == "approved"


def test_what_somebody_else_has_claimed_is_passed_over(app: Flask, as_role: AsRole, house: Bank) -> None:
    second_reviewer(app, house)
    first, digest = submitted(house)
    second, _ = submitted(house, {"words": "值得信赖，\n安全可靠。"})
    claim(house.deps, actor(house, "reviewer-2"), second)
    browser = as_role("reviewer")
    assert "王知行" in browser.get("/review").text
    assert send(browser, first, digest, "approve").headers["Location"] == "/review"


def test_a_pinned_comment_is_kept_with_its_place(as_role: AsRole, house: Bank) -> None:
    poster_id, digest = submitted(house)
    assert send(as_role("reviewer"), poster_id, digest, "request_change", **PIN).status_code == 303
    with reading(house.deps) as session:
        ((step, comment),) = review.comments_on(session, poster_id)
    assert (step.action, comment.place, comment.x, comment.y, comment.text) == (
        "request_change",
        "slots.words",
        0.25,
        0.5,
        "这里请改",
    )


def test_a_rejection_without_words_is_sent_back_with_the_pins(as_role: AsRole, house: Bank) -> None:
    poster_id, digest = submitted(house)
    browser = as_role("reviewer")
    answer = send(browser, poster_id, digest, "reject")
    assert answer.status_code == 422
    assert "请说明问题" in answer.text
    answer = send(browser, poster_id, digest, "reject", reason="理由写好了", **(PIN | {"pin_text": " "}))
    assert answer.status_code == 422
    assert "理由写好了" in answer.text
    assert 'name="pin_x" value="0.25"' in answer.text
    for wrong in ({"pin_x": "left"}, {"pin_x": "7"}, {"pin_x": "nan"}, {"pin_place": ["a", "b"]}):
        assert send(browser, poster_id, digest, "reject", reason="x", **(PIN | wrong)).status_code == 422, wrong
    assert send(browser, poster_id, digest, "shred", reason="x").status_code == 422
    assert state(house, poster_id) == "in_review"


def test_a_stale_digest_shows_the_new_version_and_keeps_what_was_typed(as_role: AsRole, house: Bank) -> None:
    poster_id, seen = submitted(house)
    advisor = actor(house, "advisor")
    house.saved(poster_id, 1, {"words": "值得信赖，\n安全可靠。"}, advisor)
    now = house.submitted(poster_id, advisor).digest
    answer = send(as_role("reviewer"), poster_id, seen, "request_change", reason="这句写了很久", **PIN)
    assert answer.status_code == 412
    assert "您查看期间，它被改动了" in answer.text
    assert f'name="seen_digest" value="{now}"' in answer.text
    assert "这句写了很久" in answer.text
    assert "这里请改" in answer.text
    assert state(house, poster_id) == "in_review"


def test_who_comes_late_is_told_and_keeps_what_was_typed(app: Flask, as_role: AsRole, house: Bank) -> None:
    second_reviewer(app, house)
    poster_id, digest = submitted(house)
    decide(house.deps, actor(house, "reviewer-2"), poster_id, "approve", digest)
    answer = send(as_role("reviewer"), poster_id, digest, "reject", reason="来晚了的理由")
    assert answer.status_code == 409
    assert "它已不在待审之列" in answer.text
    assert "来晚了的理由" in answer.text
    assert house.steps(poster_id).count("approve") == 1


def test_nobody_decides_on_their_own_work_with_a_second_account(as_role: AsRole, house: Bank) -> None:
    poster_id, digest = submitted(house)
    advisor = actor(house, "advisor")
    with transaction(house.deps) as session:
        account = accounts.account_by_login(session, "reviewer")
        assert account is not None
        session.execute(
            text("UPDATE accounts SET person_id = :person WHERE id = :id"),
            {"person": advisor.person_id, "id": account.id},
        )
    browser = as_role("reviewer")
    page = browser.get(f"/review/{poster_id}").text
    assert "这一件须由他人决定" in page
    assert re.search(r'value="approve"[^>]*disabled', page)
    answer = send(browser, poster_id, digest, "reject", reason="其实是我写的")
    assert answer.status_code == 403
    assert "其实是我写的" in answer.text
    assert state(house, poster_id) == "in_review"
    with reading(house.deps) as session:
        told = [(one.kind, one.body.get("code")) for one in archive.entries(session, f"poster:{poster_id}")]
    assert told.count(("poster.denied", "four_eyes")) == 1


def test_rules_that_changed_ask_for_a_new_check(app: Flask, as_role: AsRole, house: Bank) -> None:
    poster_id, digest = submitted(house)
    parts = app.extensions[EXTENSION]
    added = pack({**term("值得信赖"), "severity": "review"}, name="cn-new")
    rules = compile_rules([*parts.studio.rules.packs, added])
    app.extensions[EXTENSION] = replace(parts, studio=replace(parts.studio, rules=rules))
    browser = as_role("reviewer")
    assert "按今天的规则还命中" in browser.get(f"/review/{poster_id}").text
    answer = send(browser, poster_id, digest, "approve", reason="写给同事的话", **PIN)
    assert answer.status_code == 409
    assert "提交之后规则有变" in answer.text
    assert "写给同事的话" in answer.text
    assert state(house, poster_id) == "in_review"


def test_a_program_is_told_the_code(as_role: AsRole, house: Bank) -> None:
    poster_id, _ = submitted(house)
    browser = as_role("reviewer")
    form = {"csrf_token": form_token(browser, "/me"), "seen_digest": "0" * 64, "decision": "approve"}
    answer = browser.post(f"/review/{poster_id}", data=form, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["error"]["code"]) == (412, "stale_digest")


def test_a_form_without_a_token_decides_nothing(as_role: AsRole, house: Bank) -> None:
    poster_id, digest = submitted(house)
    answer = as_role("reviewer").post(f"/review/{poster_id}", data={"seen_digest": digest, "decision": "approve"})
    assert answer.status_code == 400
    assert state(house, poster_id) == "in_review"


def test_of_approve_and_edit_at_a_barrier_over_http_one_wins_every_time(as_role: AsRole, house: Bank) -> None:
    advisor, browser = actor(house, "advisor"), as_role("reviewer")
    token = form_token(browser, "/me")
    for _ in range(ROUNDS):
        poster_id, digest = submitted(house)
        form = {"csrf_token": token, "seen_digest": digest, "decision": "approve"}
        statuses: list[int] = []

        def approve() -> None:
            answer = browser.post(f"/review/{poster_id}", data=form, headers={"Accept": "application/json"})  # noqa: B023
            statuses.append(answer.status_code)  # noqa: B023

        _, edited = at_once(approve, lambda: house.saved(poster_id, 1, PLAIN, advisor))  # noqa: B023
        assert (statuses[0] == 303) != (edited == "ok"), (statuses, edited)
        assert statuses[0] in (303, 409)
        assert state(house, poster_id) == ("approved" if statuses[0] == 303 else "draft")


# --- claims and identical works ----------------------------------------------------------------------------------


def test_a_claim_is_taken_shown_and_given_up(as_role: AsRole, house: Bank) -> None:
    poster_id, _ = submitted(house)
    browser = as_role("reviewer")
    form = {"csrf_token": form_token(browser, "/me"), "next": "/review"}
    assert browser.post(f"/review/{poster_id}/claim", data=form).headers["Location"] == "/review"
    assert "您已认领" in browser.get("/review").text
    assert browser.post(f"/review/{poster_id}/release", data=form | {"next": "//evil"}).headers["Location"] == "/"
    assert "您已认领" not in browser.get("/review").text


def test_somebody_elses_claim_is_taken_over_on_purpose_only(app: Flask, as_role: AsRole, house: Bank) -> None:
    second_reviewer(app, house)
    poster_id, _ = submitted(house)
    claim(house.deps, actor(house, "reviewer-2"), poster_id)
    browser = as_role("reviewer")
    page = browser.get(f"/review/{poster_id}").text
    assert "王知行 正在查看" in page
    form = {"csrf_token": form_token(browser, "/me")}
    browser.post(f"/review/{poster_id}/claim", data=form)
    assert "王知行 正在查看" in browser.get(f"/review/{poster_id}").text
    browser.post(f"/review/{poster_id}/claim", data=form | {"take_over": "1"})
    assert "您已认领至" in browser.get(f"/review/{poster_id}").text


def test_identical_works_stand_in_one_line_and_are_approved_together(app: Flask, as_role: AsRole, house: Bank) -> None:
    with transaction(house.deps) as session:
        branch = accounts.organisations(session)[1]
        person = accounts.add_person(session, branch.id, "阿卜杜热依木·买买提依明·吐尔逊江·买买提艾力")
        accounts.add_account(session, person, branch.id, "advisor", "advisor-2", PASSWORD)
        accounts.put_profile(session, person, Profile("阿卜杜热依木", "理财经理", "138 0000 2049", "澜山银行望江支行"))
    same = dict([submitted(house), submitted(house, login="advisor-2")])
    other, digest = submitted(house, {"words": "值得信赖，\n安全可靠。"})
    browser = as_role("reviewer")
    queue = browser.get("/review").text
    assert "2 件相同，可一并决定" in queue
    assert queue.count('<li class="queue-row">') == 2
    first = next(iter(same))
    page = browser.get(f"/review/{first}").text
    assert page.count('name="subject"') == 2
    form = {"csrf_token": form_token(browser, "/me"), "subject": list(same)}
    seen = {f"digest-{one}": digest for one, digest in same.items()}
    mixed = form | {"subject": [*same, other]} | seen | {f"digest-{other}": digest}
    assert browser.post("/review/together", data=mixed).status_code == 422
    answer = browser.post("/review/together", data=form | seen)
    assert answer.status_code == 200
    assert "已通过 2 件" in answer.text
    assert [state(house, one) for one in same] == ["approved", "approved"]
    late = browser.post("/review/together", data=form | seen)
    assert "已不在待审" in late.text
    assert state(house, other) == "in_review"
    assert browser.post("/review/together", data={"csrf_token": form["csrf_token"]}).status_code == 303


def test_a_reviewer_sees_what_was_read_in_a_picture_and_that_nobody_had_read_it(house: Bank, as_role: AsRole) -> None:
    who = actor(house, "advisor")
    digest = keep_picture(house.deps.store, photo("保本保收益")).digest
    with transaction(house.deps) as session:
        known = accounts.profile(session, who.person_id) or Profile("林若溪")
        accounts.put_profile(session, who.person_id, replace(known, photo_digest=digest))
    poster_id, _ = submitted(house, PLAIN)
    reviewer = as_role("reviewer")
    page = reviewer.get(f"/review/{poster_id}").text
    assert "图片中的文字" in page
    assert "尚未读取" in page
    with transaction(house.deps) as session:
        ocr.keep(session, digest, [Line("保本保收益", (0.3, 0.4, 0.4, 0.1), 0.99)])
    page = reviewer.get(f"/review/{poster_id}").text
    assert 'class="mark-read"' in page
    assert "<dd><q>保本保收益</q></dd>" in page
    assert "提交之后读到" in page
