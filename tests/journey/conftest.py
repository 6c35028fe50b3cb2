"""A context of the one Chromium for each journey: a phone by touch, a desktop by mouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journey.looking import LOOKED_AT
from tests.journey.serving import Site, demonstration

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
# At a desk with little motion, as some people have set it: so both ways are walked.
DESKTOP = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
SCREENS = {"phone": PHONE, "desktop": DESKTOP}

expect.set_options(timeout=20_000)  # as patient as a busy machine asks for; what holds is seen at once


def scan(page: Page, address: str) -> int:
    """The status of where a code leads; on a busy machine the product may ask to scan again in a moment."""
    for _ in range(10):
        answer = page.goto(address)
        assert answer is not None
        if answer.status != 503:
            return answer.status
        page.wait_for_timeout(1000)
    return 503


@pytest.fixture(params=list(SCREENS))
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile, on a phone by touch and on a desktop by mouse."""
    opened = browser.new_context(**SCREENS[request.param])
    yield opened
    opened.close()


@pytest.fixture
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile on a desktop."""
    opened = browser.new_context(**DESKTOP)
    yield opened
    opened.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile on a phone."""
    opened = browser.new_context(**PHONE)
    yield opened
    opened.close()


@pytest.fixture(autouse=True, scope="session")
def _each_part_is_looked_at_once(of_all: Path) -> None:
    LOOKED_AT.file = of_all / "looked_at"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, of_all: Path) -> Iterator[Site]:
    """A served demonstration bank; whoever changes something there does it so that nobody else is in the way."""
    with demonstration(tmp_path_factory.mktemp("demonstration"), of_all) as opened:
        yield opened
