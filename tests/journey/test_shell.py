"""The shell in a real browser: an advisor signs in and looks around, on a phone and at a desk, in both languages."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journey.looking import look
from tests.journey.serving import Site

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
