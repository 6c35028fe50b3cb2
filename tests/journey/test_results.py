"""The operator's pages in a real browser: from a figure to its rows, to a poster, to its recall and what came after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.accounts import records as accounts
from app.accounts.core import Actor
from app.accounts.people import Profile
from app.accounts.proof import new_token, token_digest
from app.config import Settings
from app.db import transaction
from app.factory import create_app
from app.flow.issue import issue
from app.flow.share import share, share_again
from app.tracking import records as tracking
from app.tracking.core import Visit
from app.web.parts import EXTENSION
from script.translations import catalogues, compile_
from tests.bank import FUND, GREETING, PLAIN, Bank, studio
from tests.conftest import House
from tests.journey.conftest import DESKTOP, PHONE
from tests.journey.looking import look
from tests.journey.serving import in_a_thread
from tests.results import ZONE
from tests.services import free_ports

SCREENS: dict[str, dict[str, Any]] = {"phone": PHONE, "desk": DESKTOP}
LONG = "古丽米热·阿不都克里木·艾则孜·买合木提江·吐尔逊"
WORDS = {
    "zh": {"scans": "扫码", "shares": "分享", "table": "以表格查看", "confirm": "确认撤回海报", "reason": "利率已变"},
    "en": {
        "scans": "Scans",
        "shares": "Shares",
        "table": "The same as a table",
        "confirm": "Recall the poster",
        "reason": "The rate changed",
    },
}
_POLICY_WATCH = """addEventListener('securitypolicyviolation',
    event => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""


@dataclass
class Served:
    """A bank behind its pages, with a poster that was issued, shared, scanned and passed on."""

    address: str
    bank: Bank
    poster_id: str

    def page(self, browser: Browser, screen: str, lang: str) -> tuple[Page, list[str]]:
        """A fresh profile in which the operator is signed in, and what its console complains of."""
        token = new_token()
        with transaction(self.bank.deps) as session:
            account = accounts.account_by_login(session, "operator")
            assert account is not None
            accounts.add_session(session, account.id, token_digest(token), 1)
        context = browser.new_context(base_url=self.address, **SCREENS[screen])
        here = [
            {"name": name, "value": value, "url": self.address} for name, value in (("session", token), ("lang", lang))
        ]
        context.add_cookies(here)  # type: ignore[arg-type]
        context.add_init_script(_POLICY_WATCH)
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
    bank = Bank(app.extensions[EXTENSION].deps, studio())
    (tmp_path / "templates").mkdir()
    bank.publish(tmp_path / "templates")
    poster_id = _lived(bank)
    with in_a_thread(app, port):
        yield Served(address, bank, poster_id)
    bank.deps.engine.dispose()


def _lived(bank: Bank) -> str:
    """A poster of an advisor with a long name, and three weeks of what came of it."""
    with transaction(bank.deps) as session:
        root = accounts.add_organisation(session, None, "headquarters", "澜山银行总行")
        branch = accounts.add_organisation(session, root, "branch", "澜山银行望江新区江岸路财富管理中心支行")
        operator = accounts.add_person(session, root.id, "何知微")
        accounts.add_account(session, operator, root.id, "operator", "operator", "x")
        person = accounts.add_person(session, branch.id, LONG)
        accounts.put_profile(session, person, Profile(LONG, "高级理财经理", "138 0000 2048", "澜山银行望江支行"))
    advisor = Actor("advisor-1", person, branch.id, branch.path, "advisor")
    poster_id = bank.started(PLAIN, GREETING, advisor)
    assert bank.submitted(poster_id, advisor).state == "approved"
    code = issue(bank.deps, bank.studio, advisor, poster_id, "png").link_code
    share(bank.deps, advisor, poster_id, "moments")
    child = share_again(bank.deps, code, "wechat")
    now = datetime.now(ZONE)
    plain = Visit(code, now, "redirect", "", poster_id, None, None, "phone", "wechat", None)
    visits = [plain._replace(at=now - timedelta(days=n)) for n in range(20) for _ in range(n % 7 + 1)]
    visits += [plain._replace(code=child, parent_code=code, parent_confidence="scanned")] * 3
    with transaction(bank.deps) as session:
        tracking.begin(session, "spool")
        tracking.take_in(session, "spool", visits, 1, ZONE)
    return poster_id


def press(page: Page, screen: str, selector: str) -> None:
    found = page.locator(selector).first
    found.tap() if screen == "phone" else found.click()


@pytest.mark.parametrize(("screen", "lang"), [("phone", "zh"), ("desk", "en")])
def test_from_a_figure_to_its_rows_to_a_recall(browser: Browser, served: Served, screen: str, lang: str) -> None:
    words, poster = WORDS[lang], f"/results/posters/{served.poster_id}"
    page, complaints = served.page(browser, screen, lang)
    page.goto("/results")
    look(page)
    drawn = page.locator(".chart-svg:visible")
    expect(drawn).to_have_count(1)
    expect(drawn.locator("rect title")).to_have_count(30)
    press(page, screen, ".course-table summary")
    expect(page.locator(".course-table tbody tr")).to_have_count(30)
    look(page)
    press(page, screen, f".course-figures >> text='{words['shares']}'")
    page.wait_for_url("**figure=shares**")
    look(page)

    press(page, screen, ".tile-value")
    page.wait_for_url("**/results/posters?**")
    look(page)
    press(page, screen, f'a[href^="{poster}"]')
    page.wait_for_url(f"**{poster}**")
    expect(page.locator(".link-line")).to_have_count(2)
    look(page)

    page.goto("/circulation")
    look(page)
    page.goto("/circulation/templates")
    look(page)
    page.goto(f"/circulation/posters/{served.poster_id}")
    look(page)
    page.locator("#reason").fill(words["reason"])
    button = page.get_by_role("button", name=words["confirm"])
    button.tap() if screen == "phone" else button.click()
    expect(page.locator("#recalled-title")).to_be_visible()
    look(page)
    assert page.goto(f"{poster}?days=7") is not None
    look(page)
    page.goto("/circulation")
    expect(page.locator(".state")).to_be_visible()
    look(page)
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize(("screen", "lang"), [("phone", "en"), ("desk", "zh")])
def test_the_other_pages_hold_long_names_and_nothing_at_all(
    browser: Browser, served: Served, screen: str, lang: str
) -> None:
    page, complaints = served.page(browser, screen, lang)
    version = served.bank.version(FUND)
    page.goto("/results")
    branch, advisor = (
        page.locator(f'.rank-name > a[href*="/results/{kind}/"]').first.get_attribute("href")
        for kind in ("branches", "advisors")
    )
    for path in (
        branch,
        advisor,
        "/results/templates/daily-greeting?days=90",
        "/results/templates/fund-weekly",
        "/results?from=2026-02-30&until=x",
        "/results?from=2020-01-01&until=2020-01-01",
        "/results/posters?figure=people",
        "/circulation?q=zzz",
        f"/circulation/templates/{version}",
    ):
        assert path is not None
        page.goto(path)
        look(page)
    assert complaints == []
    page.context.close()
