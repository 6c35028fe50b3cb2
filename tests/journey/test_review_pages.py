"""The reviewers' pages in a real browser: deciding with a pin, by mouse, by touch and by keyboard alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.accounts import records as accounts
from app.accounts.core import Actor, Role
from app.accounts.people import Profile
from app.accounts.proof import new_token, token_digest
from app.config import Settings
from app.db import reading, transaction
from app.factory import create_app
from app.flow.claim import claim
from app.flow.decide import decide
from app.flow.design import submit_version, upload
from app.review import records as review
from app.review.records import Comment
from app.web.parts import EXTENSION
from script.translations import catalogues, compile_
from tests.bank import DOUBTFUL, Bank, studio
from tests.conftest import House
from tests.flow.test_review_threats import template_files
from tests.journey.conftest import DESKTOP, PHONE
from tests.journey.looking import look
from tests.journey.serving import in_a_thread
from tests.services import free_ports

SCREENS: dict[str, dict[str, Any]] = {"phone": PHONE, "desk": DESKTOP}
PEOPLE: dict[Role, str] = {"advisor": "林若溪", "designer": "梅亦寒", "reviewer": "周慎之", "auditor": "秦明远"}
LONG = "古丽米热·阿不都克里木·艾则孜·买合木提江"
HIDDEN = {"words": "安-全-可-靠，\n值得信赖。"}


@dataclass
class Served:
    """A bank behind its pages, with an account for each role and one more advisor, who has a long name."""

    address: str
    bank: Bank

    def actor(self, login: str) -> Actor:
        with reading(self.bank.deps) as session:
            found = accounts.account_by_login(session, login)
            assert found is not None
            one = accounts.account(session, found.id)
        return Actor(one.id, one.person_id, one.organisation_id, one.organisation_path, one.role)

    def submitted(self, slots: dict[str, str] = DOUBTFUL, login: str = "advisor") -> tuple[str, str]:
        who = self.actor(login)
        poster_id = self.bank.started(slots, who=who)
        return poster_id, self.bank.submitted(poster_id, who).digest

    def page(self, browser: Browser, screen: str, lang: str, login: str = "reviewer") -> tuple[Page, list[str]]:
        """A fresh profile in which somebody is signed in, and what its console complains of."""
        token = new_token()
        with transaction(self.bank.deps) as session:
            account = accounts.account_by_login(session, login)
            assert account is not None
            accounts.add_session(session, account.id, token_digest(token), 1)
        context: BrowserContext = browser.new_context(base_url=self.address, **SCREENS[screen])
        here = [
            {"name": "session", "value": token, "url": self.address},
            {"name": "lang", "value": lang, "url": self.address},
        ]
        context.add_cookies(here)  # type: ignore[arg-type]
        page, complaints = context.new_page(), []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page, complaints


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path) -> Iterator[Served]:
    for file in catalogues():
        compile_(file)
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    variables = {"IMPRIMATUR_DATABASE_URL": sqlite_url, "IMPRIMATUR_VAR_DIR": str(tmp_path / "var")}
    settings = House(variables).using(fonts_dir=Settings.from_env({}).fonts_dir, site_url=address).settings
    app = create_app(settings, studio())
    deps = app.extensions[EXTENSION].deps
    with transaction(deps) as session:
        root = accounts.add_organisation(session, None, "headquarters", "澜山银行总行")
        branch = accounts.add_organisation(session, root, "branch", "澜山银行股份有限公司乌鲁木齐高新技术开发区支行")
        for login, role, name in [
            *((role, role, name) for role, name in PEOPLE.items()),
            ("advisor-2", "advisor", LONG),
        ]:
            place = branch if role == "advisor" else root
            person = accounts.add_person(session, place.id, name)
            accounts.add_account(session, person, place.id, role, login, "unused")
            if role == "advisor":
                accounts.put_profile(session, person, Profile(name, "理财经理", "138 0000 2048", "澜山银行望江支行"))
    bank = Bank(deps, studio())
    (tmp_path / "templates").mkdir()
    bank.publish(tmp_path / "templates")
    with in_a_thread(app, port):
        yield Served(address, bank)
    deps.engine.dispose()


def comments(served: Served, poster_id: str) -> list[Comment]:
    with reading(served.bank.deps) as session:
        return [comment for _, comment in review.comments_on(session, poster_id)]


@pytest.mark.parametrize(("screen", "lang"), [("phone", "en"), ("desk", "zh")])
def test_a_reviewer_sends_a_poster_back_with_a_pin(browser: Browser, served: Served, screen: str, lang: str) -> None:
    first, _ = served.submitted(HIDDEN)
    second, digest = served.submitted(login="advisor-2")
    page, complaints = served.page(browser, screen, lang)
    page.goto("/review")
    expect(page.locator(".queue-row")).to_have_count(2)
    look(page)
    page.locator(f'a[href="/review/{first}"]').click()
    expect(page.locator(".mark")).to_have_count(1)
    look(page)

    page.locator("[data-pin-here]").click()
    target = page.locator(".mark-box").first.bounding_box()
    assert target is not None
    at = (target["x"] + target["width"] / 2, target["y"] + target["height"] / 2)
    page.touchscreen.tap(*at) if screen == "phone" else page.mouse.click(*at)
    note = page.locator("[data-pins] textarea")
    expect(note).to_be_focused()
    note.fill("请给出依据")
    expect(page.locator(".pin-new")).to_have_count(1)
    look(page)
    page.locator('.decision button[value="request_change"]').click()
    page.wait_for_url(f"**/review/{second}")
    expect(page.locator(".toast")).to_be_visible()
    (comment,) = comments(served, first)
    assert (comment.place, comment.text) == ("slots.words", "请给出依据")
    assert comment.x is not None
    assert 0 < comment.x < 0.5
    assert served.bank.case(first).state == "changes_requested"

    page.locator(
        '.thumb-bar button[value="approve"]' if screen == "phone" else '.decision button[value="approve"]'
    ).click()
    page.wait_for_url("**/review")
    assert (served.bank.case(second).state, served.bank.case(second).digest) == ("approved", digest)
    expect(page.locator(".state")).to_be_visible()
    look(page)
    page.goto("/review/decided")
    look(page)
    page.goto(f"/review/{first}")
    look(page)
    assert complaints == []
    page.context.close()


def test_a_reviewer_needs_no_mouse(browser: Browser, served: Served) -> None:
    first, _ = served.submitted(HIDDEN)
    second, _ = served.submitted()
    third, _ = served.submitted({"words": "值得信赖，\n安全可靠。"})
    page, complaints = served.page(browser, "desk", "zh")
    page.goto(f"/review/{first}")
    page.keyboard.press("j")
    page.wait_for_url(f"**/review/{second}")
    page.keyboard.press("k")
    page.wait_for_url(f"**/review/{first}")
    page.keyboard.press("p")
    for key in ("ArrowLeft", "Shift+ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("jkarcp? 打字时什么都不会发生")
    assert page.url.endswith(first)
    page.keyboard.press("Tab")
    page.keyboard.press("r")
    page.wait_for_url(f"**/review/{second}")
    (comment,) = comments(served, first)
    assert (comment.x, comment.y, comment.text) == (0.49, 0.45, "jkarcp? 打字时什么都不会发生")
    assert served.bank.case(first).state == "rejected"

    page.keyboard.press("c")
    expect(page.locator("#reason")).to_be_focused()  # it needs words first
    page.locator("h1").click()
    page.keyboard.press("Control+a")
    assert served.bank.case(second).state == "in_review"
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    look(page)
    page.locator("[data-keys-on]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.reload()
    page.keyboard.press("a")
    assert served.bank.case(second).state == "in_review"
    page.keyboard.press("?")
    page.locator("[data-keys-on]").check()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_url(f"**/review/{third}")
    assert served.bank.case(second).state == "approved"
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_a_late_decision_keeps_pins_and_words(browser: Browser, served: Served, screen: str) -> None:
    poster_id, _ = served.submitted()
    page, _complaints = served.page(browser, screen, "zh")
    page.goto(f"/review/{poster_id}")
    page.locator("[data-pin-here]").click()
    page.keyboard.press("Enter")
    page.locator("[data-pins] textarea").fill("写了很久的批注")
    page.locator("#reason").fill("写了很久的理由")
    advisor = served.actor("advisor")
    served.bank.saved(poster_id, 1, {"words": "值得信赖，\n安全可靠。"}, advisor)
    served.bank.submitted(poster_id, advisor)
    page.locator('.decision button[value="reject"]').click()
    expect(page.locator(".desk-problem")).to_be_visible()
    expect(page.locator("#reason")).to_have_value("写了很久的理由")
    expect(page.locator("[data-pins] textarea")).to_have_value("写了很久的批注")
    expect(page.locator(".pin-new")).to_have_count(1)
    look(page)
    page.locator('.decision button[value="reject"]').click()
    page.wait_for_url("**/review")
    assert served.bank.case(poster_id).state == "rejected"
    page.context.close()


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_every_other_state_of_the_pages_holds(browser: Browser, served: Served, screen: str) -> None:
    bank, reviewer = served.bank, served.actor("reviewer")
    poster_id, digest = served.submitted()
    twin, _ = served.submitted(login="advisor-2")
    decide(
        bank.deps,
        reviewer,
        poster_id,
        "request_change",
        digest,
        reason="请改",
        comments=[Comment("slots.words", "这里", 0.3, 0.6)],
    )
    bank.saved(poster_id, 1, HIDDEN, served.actor("advisor"))
    bank.submitted(poster_id, served.actor("advisor"))
    third, _ = served.submitted()
    claim(bank.deps, reviewer, third)
    version_id = upload(bank.deps, bank.studio, served.actor("designer"), template_files("1.1.0"))
    submit_version(bank.deps, bank.studio, served.actor("designer"), version_id)
    page, complaints = served.page(browser, screen, "en")
    for path in (
        "/review?show=mine",
        "/review?show=overdue",
        f"/review/{poster_id}",
        f"/review/{twin}",
        f"/review/{version_id}",
    ):
        page.goto(path)
        for more in page.locator("details summary").all():
            more.click()
        look(page)
    page.goto(f"/review/{twin}")
    page.locator(".together button").click()
    expect(page.locator(".outcome-list li")).to_have_count(2)
    look(page)
    assert complaints == []
    page.context.close()
    page, complaints = served.page(browser, screen, "zh", "auditor")
    for path in ("/review", "/review/decided", f"/review/{poster_id}"):
        page.goto(path)
        look(page)
    assert complaints == []
    page.context.close()
