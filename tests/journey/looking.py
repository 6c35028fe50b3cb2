"""What must hold of every page that a journey comes to, whoever walks there."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_MEASURES = """() => [
    document.documentElement.scrollWidth - document.documentElement.clientWidth,
    innerWidth + ' ' + [...new Set([...document.querySelectorAll('*')].map(
        one => `${one.tagName}.${one.getAttribute('class')}.${one.getAttribute('role')}.${one.hasAttribute('hidden')}`
    ))].sort().join(' '),
]"""
# Half way through a change of colour, axe would see a contrast that nobody else does. A message that is there for some
# seconds and then goes is no change: it is looked at as well.
AT_REST = """() => Promise.all(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime < 2000)
    .map(one => one.finished.catch(() => null)))"""
FAULTS_ONLY = {"resultTypes": ["violations"]}  # what is in order need not be described node by node


class LookedAt:
    """The pages that axe found nothing wrong with: a file for each, in a folder that all processes of a run share."""

    folder: Path  # set before the first journey

    def __init__(self, made_of: str) -> None:
        self._note = self.folder / sha256(made_of.encode()).hexdigest()

    def before(self) -> bool:
        """Whether somebody has looked at such a page already."""
        return self._note.exists()

    def note(self) -> None:
        """Let nobody look at such a page again."""
        self._note.touch()


def look(page: Page) -> None:
    """Nothing is wrong with the page."""
    fault = fault_of(page)
    assert not fault, fault


def fault_of(page: Page) -> str:
    """What axe finds, or that the page is wider than its screen; "" when neither.

    Two pages that are made of the same parts at the same width are one to axe, in whatever language they speak.
    """
    page.wait_for_load_state("load")
    wider, made_of = page.evaluate(_MEASURES)
    if wider > 0:
        return f"{page.url} is {wider} px wider than the screen"
    looked_at = LookedAt(made_of)
    if not looked_at.before():
        page.evaluate(AT_REST)
        found: Any = Axe().run(page, options=FAULTS_ONLY)
        if found.violations_count:
            return f"{page.url}\n{found.generate_report()}"
        looked_at.note()
    return ""
