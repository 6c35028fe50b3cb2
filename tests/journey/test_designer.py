"""A designer's day in a real browser: a bundle with mistakes, the mended one, a look with the longest names, review."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.config import Settings
from app.factory import create_app
from app.flow.make_demo_people import make_people
from app.web.parts import EXTENSION
from tests.bank import studio
from tests.bundles import bundle, slots, template_files, zipped
from tests.conftest import House
from tests.journey import looking
from tests.journey.conftest import SCREENS
from tests.journey.serving import in_a_thread

WORDS = {
    "zh": {
        "login": "账号",
        "password": "密码",
        "sign in": "登录",
        "empty": "还没有模板",
        "upload": "上传",
        "wrong": "处需要修改",
        "longest": "最长姓名",
        "submit": "提交审核",
        "waiting": "审核中",
        "copied": "已复制",
    },
    "en": {
        "login": "Account",
        "password": "Password",
        "sign in": "Sign in",
        "empty": "No templates yet",
        "upload": "Upload",
        "wrong": "things to correct",
        "longest": "Longest names",
        "submit": "Send to review",
        "waiting": "In review",
        "copied": "Copied",
    },
}


@dataclass(frozen=True)
class Site:
    """The pages of a house with people and no template."""

    address: str
    password: str


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    fonts = Settings.from_env({}).fonts_dir
    house = House({}).using(
        database_url=sqlite_url, var_dir=tmp_path / "var", spool_dir=tmp_path / "visits", fonts_dir=fonts
    )
    app = create_app(house.settings, studio())
    deps = app.extensions[EXTENSION].deps
    staff = make_people(deps, None, datetime.now(UTC).date())
    password = next(one.password for one in staff.logins if one.demo.login == "mei")
    with in_a_thread(app) as address:
        yield Site(address, password)
    deps.engine.dispose()


def look(page: Page) -> None:
    """What must hold of every page, and all pictures are there."""
    page.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
    page.evaluate("() => Promise.all([...document.images].map(image => image.decode()))")
    looking.look(page)


def send(page: Page, words: dict[str, str], name: str, data: bytes) -> None:
    page.locator("#bundle").set_input_files({"name": name, "mimeType": "application/zip", "buffer": data})
    page.get_by_role("button", name=words["upload"], exact=True).click()


@pytest.mark.parametrize(("screen", "lang"), [("phone", "zh"), ("desktop", "en")])
def test_a_designer_brings_a_template_to_review(browser: Browser, site: Site, screen: str, lang: str) -> None:
    words, locale = WORDS[lang], "zh-CN" if lang == "zh" else "en-GB"
    context = browser.new_context(base_url=site.address, locale=locale, **SCREENS[screen])
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/design/")
    page.get_by_label(words["login"]).fill("mei")
    page.get_by_label(words["password"]).fill(site.password)
    page.get_by_role("button", name=words["sign in"]).click()
    page.wait_for_url("**/design/")
    expect(page.get_by_text(words["empty"])).to_be_visible()
    look(page)

    wrong = template_files(slots=slots(message={"max_chars": 3})) | {"旧稿.png": b"not a picture"}
    send(page, words, "日签-" + "很长的文件名" * 12 + ".zip", zipped(wrong))
    expect(page.get_by_role("heading", level=1)).to_contain_text(words["wrong"])
    expect(page.locator(".mend")).to_have_count(2)
    assert re.search(r"\d", page.locator(".problem-line").first.inner_text())
    look(page)

    send(page, words, "kit.zip", bundle())
    page.wait_for_url("**/design/versions/*")
    look(page)
    page.get_by_role("link", name=words["longest"]).click()
    page.wait_for_url("**?name=longest")
    look(page)
    page.get_by_role("button", name=words["submit"]).click()
    expect(page.get_by_text(words["waiting"]).first).to_be_visible()
    look(page)
    page.goto("/design/daily-greeting")
    look(page)
    page.goto("/design/")
    expect(page.locator(".design-card")).to_have_count(1)
    look(page)
    page.goto("/brand/")
    look(page)
    assert [one for one in complaints if "422" not in one] == []
    context.close()
