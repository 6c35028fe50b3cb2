"""Browser, pixels and paper agree: the same line breaks and the same places, for every template, size and language."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from app.rendering.display import DisplayList, Rect, TextItem, TextLine
from app.rendering.paint_pdf import paint_pdf
from app.rendering.paint_png import paint
from app.rendering.paint_svg import paint_svg
from tests.posters import brand, poster, template, text_layer
from tests.render.cases import Case, cases, display_of
from tests.render.contact_sheets import Sample, edges_of, furthest_apart, moved, sheets_of
from tests.render.ink import Gray, gray_of, page_gray, page_image, page_texts, texts_of
from tests.render.variants import KINDS, filled

ALLOWED = 0.5  # px at a width of 1080
FINER = 3  # times: the reader of the paper puts small letters on whole pixels of its own

# Where each glyph of a layer really stands in the browser, line by line as they were written.
GLYPHS_IN_BROWSER = """
() => [...document.querySelectorAll('svg g[data-layer][role=img]')].map(layer => ({
  layer: layer.dataset.layer,
  label: layer.getAttribute('aria-label'),
  places: [...layer.querySelectorAll('use')].map(use => {
    const inner = layer.getCTM().inverse().multiply(use.getCTM());
    return [inner.e, inner.f];
  }),
}))
"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def show(page: Page, display: DisplayList) -> None:
    page.set_viewport_size({"width": display.width_px, "height": display.height_px})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{paint_svg(display, brand().kit.fonts)}")


def browser_gray(page: Page, display: DisplayList) -> Gray:
    show(page, display)
    return gray_of(Image.open(io.BytesIO(page.screenshot()), formats=("PNG",)))


@dataclass(frozen=True)
class Shown:
    """A contact sheet in pixels, on paper (`FINER`) and in the browser, and what the latter two say of it."""

    samples: list[Sample]
    pixels: Gray
    paper: Gray
    browser: Gray
    copied: list[str]
    glyphs: list[dict[str, Any]]


def lines_of(samples: list[Sample]) -> list[tuple[Sample, TextLine]]:
    """The lines that can be copied by their place: those that are not turned."""
    return [(sample, line) for sample in samples if not sample.item.rotate for line in sample.item.lines]


def as_copied(item: TextItem, text: str) -> str:
    """What counts of a copied line: its characters; in a column not their order, which readers guess."""
    bare = "".join(text.split())
    return "".join(sorted(bare)) if item.vertical else bare


@pytest.fixture(scope="module")
def shown(page: Page) -> list[Shown]:
    """All texts of all templates, sizes, languages and kinds of values, each but once."""
    texts = [
        (f"{case} {kind}: {item.layer}", item, display.width_px / 1080)
        for case in cases()
        for kind in KINDS
        for display in [filled(case, kind)]
        for item in texts_of(display)
    ]
    fonts = brand().kit.fonts
    found = []
    for sheet, samples in sheets_of(texts):
        paper = paint_pdf(sheet, fonts)
        places = [place_of(sample, line) for sample, line in lines_of(samples)]
        gray = page_gray(paper, FINER * sheet.width_px)
        browser = browser_gray(page, sheet)
        copied, glyphs = page_texts(paper, places, sheet.width_px), page.evaluate(GLYPHS_IN_BROWSER)
        found.append(Shown(samples, gray_of(paint(sheet, fonts)), gray, browser, copied, glyphs))
    return found


def test_the_ink_of_every_text_is_at_the_same_place(shown: list[Shown]) -> None:
    wrong = []
    for sheet in shown:
        for sample in sheet.samples:
            pixels = edges_of(sheet.pixels, sample.window)
            left, top, right, bottom = (FINER * edge for edge in sample.window)
            finer = edges_of(sheet.paper, (left, top, right, bottom))
            paper = tuple((x0 / FINER, y0 / FINER, x1 / FINER, y1 / FINER) for x0, y0, x1, y1 in finer)
            browser = edges_of(sheet.browser, sample.window)
            apart = [furthest_apart(pixels, other) / sample.unit for other in (paper, browser)]
            if max(apart) > ALLOWED:
                wrong.append(f"{sample.name}: {apart[0]:.2f} px off on paper, {apart[1]:.2f} px in the browser")
    assert sum(len(sheet.samples) for sheet in shown) > 1000
    assert not wrong


def test_every_line_breaks_at_the_same_place(shown: list[Shown]) -> None:
    for sheet in shown:
        lines = lines_of(sheet.samples)
        expected = [as_copied(sample.item, line.text) for sample, line in lines]
        copied = [as_copied(sample.item, text) for (sample, _), text in zip(lines, sheet.copied, strict=True)]
        assert copied == expected
        assert [layer["label"] for layer in sheet.glyphs] == [sample.item.text for sample in sheet.samples]


def test_every_glyph_stands_in_the_browser_where_it_was_laid_out(shown: list[Shown]) -> None:
    for sheet in shown:
        for layer, sample in zip(sheet.glyphs, sheet.samples, strict=True):
            laid = [(g.x, g.y) for line in sample.item.lines for run in line.runs for g in run.glyphs]
            assert np.asarray(layer["places"]).reshape(-1, 2) == pytest.approx(np.asarray(laid), abs=0.01)


@pytest.mark.parametrize("case", list({case.slug: case for case in reversed(cases())}.values()), ids=str)
def test_the_browser_shows_the_whole_poster_as_the_pixels_do(case: Case, page: Page) -> None:
    display = display_of(case)
    show(page, display)
    browser = Image.open(io.BytesIO(page.screenshot()), formats=("PNG",)).convert("RGB").reduce(4)
    pixels = paint(display, brand().kit.fonts).reduce(4)
    apart = np.abs(np.asarray(browser).astype(int) - np.asarray(pixels)).max(axis=2)
    assert apart.mean() < 2
    assert (apart > 60).mean() < 0.001


def place_of(sample: Sample, line: TextLine) -> Rect:
    """The middle of a line (or column): wide enough for all its glyphs, too narrow for what is beside it."""
    first, last = line.runs[0], line.runs[-1]
    size = max(run.size for run in line.runs)
    if sample.item.vertical:
        x, y, width, height = first.x - size / 2, first.baseline, size, last.baseline + last.advance - first.baseline
    else:
        x, y, width, height = (
            first.x - 1,
            first.baseline - size * 0.6,
            last.x + last.advance - first.x + 2,
            size * 0.6,
        )
    left, top, right, bottom = sample.window
    left, top = max(left, x), max(top, y)
    return (left, top, min(right, x + width) - left, min(bottom, y + height) - top)


@pytest.mark.parametrize("painter", ["paper", "browser"])
def test_a_text_that_is_a_pixel_off_would_be_seen(painter: str, page: Page) -> None:
    made, fonts = template(text_layer(text="山高水长")), brand().kit.fonts
    (text,) = texts_of(poster(made))
    ((sheet, (sample,)),) = sheets_of([("here", text, 1.0)])
    off = replace(sheet, items=(moved(sample.item, 1, 0),))
    pixels = edges_of(gray_of(paint(sheet, fonts)), sample.window)
    if painter == "paper":
        seen = gray_of(page_image(paint_pdf(off, fonts), off.width_px, off.height_px))
    else:
        seen = browser_gray(page, off)
    assert furthest_apart(pixels, edges_of(seen, sample.window)) > ALLOWED
