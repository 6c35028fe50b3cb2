"""The shell in a real browser: an advisor signs in and looks around, on a phone and at a desk, in both languages."""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.config import PROJECT, Settings
from tests.services import free_ports

SCREENS = {"phone": (390, 844), "desk": (1440, 900)}
WORDS = {
    "zh": {
        "account": "账号",
        "password": "密码",
        "sign in": "登录",
        "templates": "模板",
        "start": "开始制作",
        "next": "下一步",
        "submit": "提交",
        "copy": "复制文案",
        "copied": "已复制",
        "me": "我的",
    },
    "en": {
        "account": "Account",
        "password": "Password",
        "sign in": "Sign in",
        "templates": "Templates",
        "start": "Make a poster",
        "next": "Next",
        "submit": "Submit it",
        "copy": "Copy the words",
        "copied": "Copied",
        "me": "Me",
    },
}


@dataclass(frozen=True)
class Site:
    """A served product with its demonstration bank."""

    address: str
    logins: dict[str, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = tmp_path_factory.mktemp("served")
    environment = {
        **os.environ,
        "IMPRIMATUR_VAR_DIR": str(var),
        "IMPRIMATUR_FONTS_DIR": str(Settings.from_env({}).fonts_dir),
    }
    for command in ("build_frontend", "translations"):
        subprocess.run([PROJECT / "script" / command], check=True)
    product = [sys.executable, "-m", "app.factory"]
    for arguments in (["migrate"], ["demo", "--small"]):
        subprocess.run([*product, *arguments], cwd=PROJECT, env=environment, check=True, capture_output=True)
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    with (var / "log").open("wb") as log:
        served = subprocess.Popen([*product, "serve", "--port", str(port)], cwd=PROJECT, env=environment, stdout=log)
        try:
            _wait_until_ready(address, served, var / "log")
            rows = (
                line.split(maxsplit=3) for line in (var / "demo_logins.txt").read_text(encoding="utf-8").splitlines()
            )
            yield Site(address, {login: password for _, login, password, _ in rows})
        finally:
            served.terminate()
            assert served.wait(30) is not None


def _wait_until_ready(address: str, served: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and served.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the product did not come up: {log.read_text(encoding='utf-8')[-2000:]}")


def opened(browser: Browser, site: Site, screen: str, lang: str) -> tuple[Page, list[str]]:
    """A fresh profile, and what its console complains of: a violated policy, a script that fails, a missing file."""
    width, height = SCREENS[screen]
    context = browser.new_context(
        base_url=site.address,
        viewport={"width": width, "height": height},
        has_touch=screen == "phone",
        is_mobile=screen == "phone",
        locale="zh-CN" if lang == "zh" else "en-GB",
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def look(page: Page) -> None:
    """What must hold of every page: nothing for axe to find, nothing wider than the screen, nothing untranslated."""
    found: Any = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0


def activate(page: Page, screen: str, name: str) -> None:
    link = page.get_by_role("link", name=name, exact=True)
    link.tap() if screen == "phone" else link.click()


@pytest.mark.parametrize(("screen", "lang"), [("phone", "zh"), ("desk", "en")])
def test_an_advisor_signs_in_and_finds_a_template(browser: Browser, site: Site, screen: str, lang: str) -> None:
    page, complaints = opened(browser, site, screen, lang)
    words = WORDS[lang]
    page.goto("/templates/?product=fund")
    look(page)
    page.get_by_label(words["account"]).fill("lin")
    page.get_by_label(words["password"]).fill(site.logins["lin"])
    page.get_by_role("button", name=words["sign in"]).click()

    page.wait_for_url("**/templates/?product=fund")
    posters = page.locator(".gallery img")
    expect(posters).to_have_count(1)
    look(page)

    activate(page, screen, words["templates"])
    expect(posters).not_to_have_count(1)
    for poster in posters.all()[:4]:
        poster.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=poster.element_handle())
    look(page)

    page.locator('a[href="/templates/fund-weekly"]').click()
    look(page)
    page.get_by_role("button", name=words["start"]).click()
    page.wait_for_url("**/edit")
    expect(page.locator(".overlay .area").first).to_be_attached()
    page.get_by_role("link", name=words["next"], exact=True).click()
    page.wait_for_url(re.compile("/posters/[A-Za-z0-9]+$"))
    expect(page.get_by_role("button", name=words["submit"])).to_be_visible()
    look(page)
    page.goto("/posters")
    look(page)
    page.goto("/posters?show=out")
    page.locator(".work-card-next a").first.click()
    page.wait_for_url("**/share")
    picture = page.locator(".share-picture")
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    look(page)
    copying = page.get_by_role("button", name=words["copy"])
    copying.click()
    expect(page.get_by_text(words["copied"], exact=True)).to_be_visible()

    page.get_by_role("link", name=words["me"], exact=True).click()
    page.wait_for_url("**/me")
    look(page)
    page.goto("/")
    expect(page.locator(".three img")).to_have_count(3)
    look(page)
    page.goto("/templates/?q=zzz")
    look(page)
    assert complaints == []
    page.context.close()


def test_the_other_language_is_one_tap_away(browser: Browser, site: Site) -> None:
    page, complaints = opened(browser, site, "phone", "zh")
    page.goto("/sign-in")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    page.get_by_role("button", name="English").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert complaints == []
    page.context.close()
