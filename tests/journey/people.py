"""The people of the main job, as they sit before their pages: each with a browser profile of their own.

They press what a finger or a mouse can reach, and look at every page that they come to: nothing for axe to find, none
wider than the screen, nothing in the console, no breach of the content policy.
"""

import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.journey.conftest import SCREENS, scan
from tests.journey.looking import look
from tests.posters import PROJECT

LOCALES = {"zh": "zh-CN", "en": "en-GB"}
SLUG = "river-note"
# Chromium without a head says so of itself, and is rightly counted as a machine.
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; 23127PN0CC Build/UKQ1.230804.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.49.2600(0x28003133) WeChat/arm64 NetType/5G"
)
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 3.4
TIMEOUT_MS = 20_000
_POLICY_WATCH = """addEventListener('securitypolicyviolation',
    event => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""


def bundle() -> bytes:
    """A template as a designer has it on disk: the daily greeting under a name of its own, one slot always reviewed."""
    folder = PROJECT / "poster_templates" / "daily-greeting"
    document = json.loads((folder / "template.json").read_text(encoding="utf-8"))
    document |= {"slug": SLUG, "version": "1.0.0", "title": {"zh": "江边短笺", "en": "River note"}}
    document["slots"]["message"]["review"] = "always"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("template.json", json.dumps(document, ensure_ascii=False))
        for picture in folder.glob("*.jpg"):
            packed.write(picture, picture.name)
    return file.getvalue()


def code_in(picture: Path) -> str:
    """What the one QR code of a finished file says."""
    [found] = zxingcpp.read_barcodes(Image.open(picture))
    text: str = found.text
    return text


@dataclass
class Person:
    """Somebody before a screen, in a fresh profile."""

    page: Page
    screen: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_POLICY_WATCH)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, said: Any) -> None:
        # Chromium itself says so of a page that answers 404, 410 or 503, as those of this journey are meant to.
        if said.type in ("error", "warning") and not re.search(r"status of (404|410|503)", said.text):
            self.complaints.append(said.text)

    def go(self, path: str) -> int:
        """Open a page; its status."""
        answer = self.page.goto(path)
        assert answer is not None
        self.look()
        return answer.status

    def press(self, what: Locator) -> None:
        """Tap or click, and see what comes of it."""
        what.scroll_into_view_if_needed()
        what.tap() if self.screen == "phone" else what.click()

    def follow(self, what: Locator, onward: str | re.Pattern[str] | Callable[[str], bool]) -> None:
        """Press what leads to another page, and look at that."""
        self.press(what)
        self.page.wait_for_url(onward)
        self.look()

    def send(self, form: str) -> None:
        """Press the button of the first form whose address holds this."""
        button = self.page.locator(f'form[action*="{form}"] button:not([type=button])').first
        with self.page.expect_navigation():
            self.press(button)
        self.look()

    def look(self) -> None:
        """What must hold of every page."""
        look(self.page)

    def wait_until(self, path: str, there: Callable[[], bool]) -> None:
        """Open the page again and again until it shows what the worker has in hand."""
        until = time.monotonic() + PATIENCE_SECONDS
        self.page.goto(path)
        while not there():
            assert time.monotonic() < until, f"{path} never showed it"
            self.page.wait_for_timeout(400)
            self.page.goto(path)
        self.look()


class Colleague(Person):
    """Somebody of the house, who signs in."""

    def sign_in(self, login: str, password: str) -> None:
        """Come in by the door."""
        self.go("/sign-in")
        self.page.locator("input[name=login]").fill(login)
        self.page.locator("input[name=password]").fill(password)
        self.send("/sign-in")
        self.page.wait_for_url(lambda url: not url.endswith("/sign-in"))


class Designer(Colleague):
    """Brings a template."""

    def upload(self, packed: bytes) -> str:
        """The address of the version that came of it."""
        self.go("/design/")
        file = {"name": "river-note.zip", "mimeType": "application/zip", "buffer": packed}
        field_ = self.page.locator("input[type=file][name=bundle]").first
        with self.page.expect_navigation(url=re.compile(r"/design/versions/\w+")):
            field_.set_input_files([file])  # type: ignore[list-item]
            button = self.page.locator('form[action$="/upload"] button[type=submit]').first
            if button.is_visible():
                self.press(button)
        self.look()
        return self.page.url

    def release(self, version: str) -> None:
        """To the whole organisation, from today."""
        self.go(version)
        form = self.page.locator('form[action$="/release"]')
        if not form.locator("select[name=place]").last.is_visible():
            self.press(self.page.locator("details.settle", has=form).locator("summary"))
        place = form.locator("select[name=place]").last
        place.select_option(index=1)
        self.send("/release")
        expect(self.page.locator(".grants li")).to_have_count(1)


class Reviewer(Colleague):
    """Looks at what waits."""

    def open_only_case(self) -> None:
        """What the queue holds."""
        self.go("/review")
        rows = self.page.locator("a.queue-link")
        expect(rows).to_have_count(1)
        self.follow(rows.first, re.compile(r"/review/\w+"))

    def decide(self, decision: str) -> None:
        """Press the button of the decision; on a phone it may stand in the bar below."""
        buttons = self.page.locator(f'button[name=decision][value="{decision}"]')
        button = next(one for one in buttons.all() if one.is_visible())
        with self.page.expect_navigation():
            self.press(button)
        self.look()

    def pin(self, text: str) -> None:
        """A comment, pinned to the middle of the picture."""
        tool = self.page.locator("[data-pin-here]")
        self.press(tool)
        figure = self.page.locator("[data-figure]").first
        box = figure.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4
        self.page.touchscreen.tap(x, y) if self.screen == "phone" else self.page.mouse.click(x, y)
        words = self.page.locator("[data-pin] textarea")
        expect(words).to_be_focused()
        words.fill(text)
        self.look()


class Advisor(Colleague):
    """Makes posters."""

    def begin(self) -> str:
        """A poster from the template; its address."""
        self.go(f"/templates/{SLUG}")
        with self.page.expect_navigation(url=re.compile(r"/posters/\w+/edit")):
            self.press(self.page.locator('form[action$="/start"] button').first)
        expect(self.page.locator(".overlay .area").first).to_be_attached()
        self.look()
        return self.page.url.removesuffix("/edit")

    def write(self, slot: str, words: str) -> Locator:
        """Write into a slot of the open editor; the field."""
        close = self.page.locator(".sheet-head .primary")
        if self.page.locator("#slot-text").count() and close.first.is_visible():
            self.press(close.first)
        self.press(self.page.locator(f'.slots [data-slot="{slot}"]').first)
        field_ = self.page.locator("#slot-text")
        field_.fill(words)
        return field_

    def finish(self) -> None:
        """Leave the editor for the poster's own page, everything saved."""
        close = self.page.locator(".sheet-head .primary")
        if close.count() and close.first.is_visible():
            self.press(close.first)
        self.follow(self.page.locator(".tools a.primary"), re.compile(r"/posters/\w+$"))

    def submit(self) -> None:
        """Hand it in."""
        self.send("/submit")

    def issue(self) -> None:
        """Have it made, and be led to where it is shared."""
        self.send("/issue")
        self.page.wait_for_url(re.compile("/share$"))

    def download(self, folder: Path) -> Path:
        """The finished PNG, as it lands on the disk."""
        link = self.page.locator('a[href$="/file/png"]').first
        with self.page.expect_download() as waiting:
            self.press(link)
        target = folder / "poster.png"
        waiting.value.save_as(target)
        return target


class Operator(Colleague):
    """Watches over what is out."""

    def recall(self, poster_id: str, reason: str) -> None:
        """End one poster."""
        self.go("/circulation")
        self.follow(
            self.page.locator(f'a[href*="/circulation/posters/{poster_id}"]').first, re.compile(f"/{poster_id}")
        )
        self.page.locator("textarea[name=reason]").fill(reason)
        self.send("/recall")


class Customer(Person):
    """Somebody who scans a code."""

    def scan(self, address: str) -> int:
        """Open what the code says; the status of where it leads."""
        status = scan(self.page, address)
        self.look()
        return status

    def agree(self) -> None:
        """Say yes to being remembered."""
        with self.page.expect_navigation():
            self.press(self.page.locator("button[name=answer][value=yes]"))
        self.look()

    def look_for_a_while(self) -> None:
        """As long as it takes until the page counts as looked at."""
        with self.page.expect_request(re.compile("/b/")):
            self.page.wait_for_timeout(round(LOOK_SECONDS * 1000))

    def pass_on(self) -> str:
        """The address of the copy with a code of their own."""
        with self.page.expect_navigation():
            self.press(self.page.locator('form[action*="/share"] button'))
        self.look()
        return self.page.locator("#address").input_value()


@dataclass
class Cast:
    """Everybody who has a part in one run."""

    browser: Browser
    address: str
    passwords: dict[str, str]
    screen: str
    language: str
    people: list[Person] = field(default_factory=list)

    def _page(self, **more: Any) -> Page:
        context: BrowserContext = self.browser.new_context(
            base_url=self.address,
            locale=LOCALES[self.language],
            accept_downloads=True,
            **SCREENS[self.screen],  # type: ignore[arg-type]
            **more,
        )
        context.set_default_timeout(TIMEOUT_MS)
        return context.new_page()

    def colleague(self, kind: type[Colleague], login: str) -> Any:
        """Somebody of the house, signed in."""
        person = kind(self._page(), self.screen)
        self.people.append(person)
        person.sign_in(login, self.passwords[login])
        return person

    def customer(self) -> Customer:
        """Somebody whom nobody knows."""
        person = Customer(self._page(user_agent=WECHAT), self.screen)
        self.people.append(person)
        return person


@contextmanager
def cast(browser: Browser, address: str, passwords: dict[str, str], screen: str, language: str) -> Iterator[Cast]:
    """Everybody; at the end nobody's browser has complained of anything."""
    everybody = Cast(browser, address, passwords, screen, language)
    try:
        yield everybody
        assert [complaint for person in everybody.people for complaint in person.complaints] == []
    finally:
        for person in everybody.people:
            person.page.context.close()
