"""Browser, pixels and paper agree: the same line breaks and the same places, for every template, size and language."""

import io
from collections.abc import Iterator

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
from tests.render.ink import Box, Gray, gray_of, ink_box, page_image, page_texts, sheets, texts_of, window_of

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


def furthest_apart(one: Box, other: Box) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_ink_of_every_text_is_at_the_same_place(case: Case, page: Page) -> None:
    display, fonts = display_of(case), brand().kit.fonts
    allowed = max(1.0, display.width_px / 1080)
    wrong = []
    for sheet in sheets(display):
        pixels = gray_of(paint(sheet, fonts))
        paper = gray_of(page_image(paint_pdf(sheet, fonts), sheet.width_px, sheet.height_px))
        browser = browser_gray(page, sheet)
        for item in texts_of(sheet):
            window = window_of(item, sheet)
            boxes = [ink_box(gray, window) for gray in (pixels, paper, browser)]
            if None in boxes or max(furthest_apart(boxes[0], box) for box in boxes[1:]) > allowed:
                wrong.append(f"{item.layer}: pixels, paper, browser have their ink at {boxes}")
    assert not wrong


@pytest.mark.parametrize("case", cases(), ids=str)
def test_every_line_breaks_at_the_same_place(case: Case, page: Page) -> None:
    display, fonts = display_of(case), brand().kit.fonts
    shown = texts_of(display)
    lines = [(item, line) for item in shown if not item.rotate for line in item.lines]
    copied = page_texts(paint_pdf(display, fonts), [place_of(item, line) for item, line in lines], display.width_px)
    assert copied == ["".join(line.text.split()) for _, line in lines]

    show(page, display)
    in_browser = [layer for layer in page.evaluate(GLYPHS_IN_BROWSER) if layer["label"].strip()]
    assert [(layer["layer"], layer["label"]) for layer in in_browser] == [(item.layer, item.text) for item in shown]
    for layer, item in zip(in_browser, shown, strict=True):
        expected = [(g.x, g.y) for line in item.lines for run in line.runs for g in run.glyphs]
        assert len(layer["places"]) == len(expected)
        for (x, y), (glyph_x, glyph_y) in zip(layer["places"], expected, strict=True):
            assert abs(x - glyph_x) <= 0.01
            assert abs(y - glyph_y) <= 0.01


@pytest.mark.parametrize("case", list({case.slug: case for case in reversed(cases())}.values()), ids=str)
def test_the_browser_shows_the_whole_poster_as_the_pixels_do(case: Case, page: Page) -> None:
    display = display_of(case)
    show(page, display)
    browser = Image.open(io.BytesIO(page.screenshot()), formats=("PNG",)).convert("RGB").reduce(4)
    pixels = paint(display, brand().kit.fonts).reduce(4)
    apart = np.abs(np.asarray(browser).astype(int) - np.asarray(pixels)).max(axis=2)
    assert apart.mean() < 2
    assert (apart > 60).mean() < 0.001


def place_of(item: TextItem, line: TextLine) -> Rect:
    """The middle of a line (or column): wide enough for all its glyphs, too narrow for the lines beside it."""
    first, last = line.runs[0], line.runs[-1]
    size = max(run.size for run in line.runs)
    if item.vertical:
        glyphs = [glyph for run in line.runs for glyph in run.glyphs]
        top = min(glyph.y for glyph in glyphs) - size
        return (min(glyph.x for glyph in glyphs), top, size, max(glyph.y for glyph in glyphs) - top + size / 4)
    return (first.x - 1, first.baseline - size * 0.6, last.x + last.advance - first.x + 2, size * 0.6)


@pytest.mark.parametrize("painter", ["paper", "browser"])
def test_a_text_that_is_two_pixels_off_would_be_seen(painter: str, page: Page) -> None:
    made = template(text_layer(text="山高水长"))
    (sheet,), (off,) = (
        sheets(poster(made)),
        sheets(poster(template(text_layer(text="山高水长", box=[102, 100, 400, 60])))),
    )
    window = window_of(texts_of(sheet)[0], sheet)
    pixels = ink_box(gray_of(paint(sheet, brand().kit.fonts)), window)
    if painter == "paper":
        moved = gray_of(page_image(paint_pdf(off, brand().kit.fonts), off.width_px, off.height_px))
    else:
        moved = browser_gray(page, off)
    assert furthest_apart(pixels, ink_box(moved, window)) > 1
