"""Pages that no walk comes to, as each person sees them: axe finds nothing, nothing is too wide, nothing complains.

Each page is opened once; phone and Chinese, desk and English take turns. The walks through the pages see the rest.
"""

from playwright.sync_api import Browser, Page

from app.db import open_engine
from script.screenshots_pages import Shot, shots
from tests.journey.conftest import SCREENS
from tests.journey.looking import fault_of
from tests.journey.serving import Site

LOOKS = (("phone", "zh-CN"), ("desktop", "en-GB"))
# Whom no walk follows from page to page; what else they meet is looked at by the walks.
UNWALKED = ("00-door", "11-advisor", "50-auditor", "60-admin")
UNWALKED_PAGES = ("me", "tasks", "customer", "brand", "decided", "circulation-template")


def signed_in(site: Site, browser: Browser, screen: str, locale: str, login: str) -> Page:
    page = browser.new_context(base_url=site.address, locale=locale, **SCREENS[screen]).new_page()
    if login:
        page.goto("/sign-in")
        page.locator("input[name=login]").fill(login)
        page.locator("input[name=password]").fill(site.logins[login])
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def heard_from(page: Page) -> list[str]:
    """What the browser complains of meanwhile."""
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def wrong_with(page: Page, shot: Shot, said: list[str]) -> list[str]:
    """What is wrong with a page, of which the browser says this."""
    said.clear()
    answer = page.goto(shot.path, wait_until="load")
    expected = {shot.status, 410} if "notice" in shot.path else {shot.status}
    status = answer.status if answer is not None else 0
    fault = fault_of(page)
    # A page that is not there is a complaint of the browser itself.
    found = [one for one in said if not (status >= 400 and f"status of {status}" in one)]
    found += [] if status in expected else [f"answered {status}"]
    return [*found, fault] if fault else found


def is_unwalked(shot: Shot) -> bool:
    """Whether no other journey comes there."""
    return shot.name.startswith(UNWALKED) or shot.name.partition("-")[2].partition("-")[2] in UNWALKED_PAGES


def test_nothing_is_wrong_with_a_page_that_no_walk_comes_to(site: Site, browser: Browser) -> None:
    engine = open_engine(site.house.settings)
    pages = [shot for shot in shots(engine) if "/none" not in shot.path and shot.do is None and is_unwalked(shot)]
    engine.dispose()
    assert len(pages) > 20
    wrong: dict[str, list[str]] = {}
    for look, (screen, locale) in enumerate(LOOKS):
        mine = pages[look :: len(LOOKS)]
        for login in dict.fromkeys(shot.login for shot in mine):
            page = signed_in(site, browser, screen, locale, login)
            said = heard_from(page)
            for shot in (one for one in mine if one.login == login):
                if found := wrong_with(page, shot, said):
                    wrong[f"{shot.name} {screen} {shot.path}"] = found
            page.context.close()
    assert wrong == {}
