"""What must hold of every page that a journey comes to, whoever walks there."""

from hashlib import sha256
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

# An element is known by what it and all that it stands in are; of many that are the same, the first stands for all.
_PARTS = """() => {
    const paths = new Map(), firsts = new Map();
    for (const one of document.querySelectorAll('body, body *')) {
        const own = ['class', 'role'].map(name => one.getAttribute(name));
        const path = `${paths.get(one.parentElement) ?? ''}>${one.tagName}.${own}.${one.hasAttribute('hidden')}`;
        paths.set(one, path);
        if (!firsts.has(path)) firsts.set(path, one);
    }
    const root = document.documentElement;
    return {wider: root.scrollWidth - root.clientWidth, names: [...firsts.keys()], firsts: [...firsts.values()]};
}"""
_SAID = "parts => [parts.wider, innerWidth, parts.names]"
# What costs most by far, contrast, is measured where something is new; all else is asked of the page as a whole.
_FAULTS = """async ([parts, fresh]) => {
    const resultTypes = ['violations'];
    const found = await axe.run(document, {resultTypes, rules: {'color-contrast': {enabled: false}}});
    const those = fresh.map(number => parts.firsts[number]).filter(one => one.isConnected), inside = new Set(those);
    const include = those.filter(one => !inside.has(one.parentElement));
    if (include.length) {
        const pale = await axe.run({include}, {resultTypes, runOnly: ['color-contrast']});
        found.violations.push(...pale.violations);
    }
    return found;
}"""
# Half way through a change of colour, axe would see a contrast that nobody else does. A message that is there for some
# seconds and then goes is no change: it is looked at as well.
_AT_REST = """() => Promise.all(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime < 2000)
    .map(one => one.finished.catch(() => null)))"""


class LookedAt:
    """The parts of pages that axe found nothing wrong with: in a file, which all processes of a run share."""

    file: Path  # set before the first journey

    def __init__(self) -> None:
        self._known: set[str] = set()

    def new(self, width_px: int, names: list[str]) -> dict[str, int]:
        """Those of the parts that nobody has looked at on a screen of this width: what to note, and the place."""
        if self.file.exists():
            self._known.update(self.file.read_text(encoding="ascii").split())
        digests = (sha256(f"{width_px} {name}".encode()).hexdigest()[:24] for name in names)
        return {digest: place for place, digest in enumerate(digests) if digest not in self._known}

    def note(self, new: dict[str, int]) -> None:
        """Let nobody look at these again."""
        with self.file.open("ab") as noted:
            noted.write("".join(f"{digest}\n" for digest in new).encode("ascii"))


LOOKED_AT = LookedAt()


def look(page: Page) -> None:
    """Nothing is wrong with the page."""
    fault = fault_of(page)
    assert not fault, fault


def fault_of(page: Page) -> str:
    """What axe finds, or that the page is wider than its screen; "" when neither.

    A page whose parts have all been seen at this width is one that axe knows, in whatever language it speaks.
    """
    page.wait_for_load_state("load")
    parts = page.evaluate_handle(_PARTS)
    wider, width_px, names = parts.evaluate(_SAID)
    if wider > 0:
        return f"{page.url} is {wider} px wider than the screen"
    new = LOOKED_AT.new(width_px, names)
    if new:
        page.evaluate(_AT_REST)
        page.evaluate(AXE_SCRIPT)
        found = AxeResults(page.evaluate(_FAULTS, [parts, list(new.values())]))
        if found.violations_count:
            return f"{page.url}\n{found.generate_report()}"
        LOOKED_AT.note(new)
    return ""
