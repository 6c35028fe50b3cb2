"""A customer's telephone in a real browser: it looks, agrees, passes on, and takes everything back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.flow.recall import recall_poster
from tests.bank import HE
from tests.house_of_links import PHONE, Links, Prepared, opened, prepare
from tests.journey.conftest import SCREENS, scan
from tests.journey.looking import look
from tests.journey.serving import in_a_thread
from tests.services import free_ports

OTHERS = (("/l/Nobody5555", 404), ("/r/1", 404), ("/v/", 200), ("/v/Nobody5555", 404))
LOCALES = {"zh": "zh-CN", "en": "en-GB"}


@pytest.fixture(scope="module")
def bank(empty_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Prepared, int]:
    """The bank, and the port that the codes on its posters name."""
    [port] = free_ports(1)
    return prepare(empty_sqlite, tmp_path_factory.mktemp("bank"), base_url=f"http://127.0.0.1:{port}/r"), port


@pytest.fixture
def site(bank: tuple[Prepared, int], tmp_path: Path) -> Iterator[tuple[Links, str]]:
    prepared, port = bank
    address = f"http://127.0.0.1:{port}"
    with opened(prepared, tmp_path, site_url=address, base_url=f"{address}/r") as made, in_a_thread(made.app, port):
        yield made, address


@pytest.fixture(params=list(zip(SCREENS, LOCALES, strict=True)), ids="-".join)
def telephone(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile: on a phone in one language, at a desk in the other."""
    screen, lang = request.param
    context = browser.new_context(**SCREENS[screen], locale=LOCALES[lang], user_agent=PHONE)
    yield context
    context.close()


def heard(page: Page) -> list[str]:
    """What the browser complains about from now on; that a page has ended (410) or asks to wait (503) is none."""
    complaints: list[str] = []
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text)
            if said.type in ("error", "warning") and not re.search(" (410|503) ", said.text)
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def pressed(page: Page, selector: str) -> None:
    """Press the one button there is."""
    page.locator(selector).click()
    page.wait_for_load_state("networkidle")


def test_a_customer_looks_agrees_passes_on_and_is_forgotten(
    site: tuple[Links, str], telephone: BrowserContext, browser: Browser
) -> None:
    made, address = site
    page = telephone.new_page()
    complaints, beacons = heard(page), []
    page.on("response", lambda answer: beacons.append(answer.status) if "/b/" in answer.url else None)
    assert scan(page, f"{address}/r/{made.code}") == 200
    assert page.url == f"{address}/l/{made.code}"
    look(page)
    assert page.evaluate("document.querySelector('.poster').naturalWidth") > 300
    for _ in range(100):
        if not beacons:
            page.wait_for_timeout(100)
    assert beacons == [204]
    assert telephone.cookies() == []
    yes, no = (page.locator(f"button[value={answer}]").bounding_box() for answer in ("yes", "no"))
    assert yes is not None
    assert no is not None
    assert (round(yes["width"]), yes["height"], yes["y"]) == (round(no["width"]), no["height"], no["y"])
    pressed(page, "button[value=no]")
    assert telephone.cookies() == []
    for path in (f"/l/{made.code}/kept", f"/v/{made.code}"):
        page.goto(address + path)
        look(page)
    page.goto(f"{address}/l/{made.code}")
    pressed(page, "button[value=yes]")
    [cookie] = telephone.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("imp_visitor", True, "Lax")
    look(page)
    pressed(page, "form[action*='/share'] button")
    look(page)
    child = page.url.split("/")[4]
    assert page.locator("#address").input_value() == f"{address}/r/{child}"
    friend = browser.new_context(user_agent=PHONE, locale="zh-CN")
    theirs = friend.new_page()
    assert scan(theirs, f"{address}/r/{child}") == 200
    friend.close()
    page.goto(f"{address}/l/{made.code}")
    pressed(page, "form[action*='/forget'] button")
    look(page)
    assert telephone.cookies() == []
    assert complaints == []
    # How often one is seen, and whether one has to scan again, is a matter of how quick the machine is.
    assert [kind for kind in made.kinds() if kind not in ("seen", "unresolved")] == [
        "redirect",
        "consent",
        "share",
        "redirect",
    ]
    assert "seen" in made.kinds()
    assert made.visits()[-1].parent_code == made.code
    assert {visit.visitor for visit in made.visits()} == {None}


def test_an_ended_poster_and_an_unknown_code_have_pages_of_their_own(
    site: tuple[Links, str], telephone: BrowserContext
) -> None:
    made, address = site
    page = telephone.new_page()
    recall_poster(made.bank.deps, HE, made.poster_id, "the rate has changed")
    ended = [(path.format(made.code), 410) for path in ("/r/{}", "/l/{}")]
    for path, status in (*ended, (f"/v/{made.code}", 200), *OTHERS):
        answer = page.goto(f"{address}{path}")
        assert answer is not None
        assert answer.status == status
        look(page)


def test_without_scripts_everything_but_the_look_is_there(site: tuple[Links, str], browser: Browser) -> None:
    made, address = site
    context = browser.new_context(**SCREENS["phone"], user_agent=PHONE, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    assert scan(page, f"{address}/r/{made.code}") == 200
    page.locator("form[action*='/share'] button").click()
    page.wait_for_url("**/share")
    assert page.locator("img.poster").is_visible()
    page.go_back()
    page.locator("button[value=yes]").click()
    page.locator("form[action*='/forget'] button").wait_for()
    page.locator("form[action*='/forget'] button").click()
    page.locator("h1").wait_for()
    assert context.cookies() == []
    context.close()
    assert made.kinds() == ["redirect", "share", "consent"]
