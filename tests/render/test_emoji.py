"""Emoji: only where the template allows them, in colour and at one place in pixels, on paper and in the browser."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from app.rendering.display import DisplayList, TextItem
from app.rendering.paint_pdf import paint_pdf
from app.rendering.paint_png import paint
from app.rendering.paint_svg import paint_svg
from app.rendering.values import Profile
from tests.posters import brand, poster, problems, template, text_layer, text_slot, texts
from tests.render.ink import gray_of, ink_box, page_image, page_texts

ALLOWED = {"words": text_slot(max_chars=200, multiline=True, emoji=True)}
FAMILY, FLAG, KEY, HEART, THUMB = "👨‍👩‍👧", "🇨🇳", "1️⃣", "❤️", "👍🏽"
ALL = f"喜🎉{FAMILY}{FLAG}{KEY}{HEART}{THUMB}A"


def item(text: str, **layer: object) -> TextItem:
    made = template(text_layer(slot="words", **layer), slots=ALLOWED)
    return texts(poster(made, {"words": text}))["words"]


@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
def test_each_emoji_stands_whole_in_the_square_of_a_character(direction: str) -> None:
    laid = item(ALL, set={"direction": direction}, box=[100, 100, 400, 400])
    glyphs = [glyph for run in laid.lines[0].runs for glyph in run.glyphs]
    assert [glyph.text for glyph in glyphs] == ["喜", "🎉", FAMILY, FLAG, KEY, HEART, THUMB, "A"]
    assert laid.lines[0].runs[1].font == "emoji"
    assert laid.lines[0].runs[1].advance == pytest.approx(240)
    face = brand().kit.fonts.face("emoji")
    unit = laid.lines[0].runs[1].size / face.units_per_em
    assert (face.extents(glyphs[1].id)[2] - face.extents(glyphs[1].id)[0]) * unit == pytest.approx(40, abs=0.2)


def test_a_sign_is_drawn_as_text_unless_it_asks_for_colour() -> None:
    assert [run.font for run in item("☀☀️").lines[0].runs] == ["sans-400", "emoji"]


def test_lines_break_between_emoji_and_never_in_one() -> None:
    laid = item(FAMILY * 12, box=[100, 100, 400, 200])
    assert [line.text for line in laid.lines] == [FAMILY * 10, FAMILY * 2]


@pytest.mark.parametrize("text", ["🎉", HEART, KEY, FLAG])
def test_emoji_are_refused_where_the_template_does_not_allow_them(text: str) -> None:
    plain = template(text_layer(slot="words"), slots={"words": text_slot()})
    assert "forbidden_character" in {found.code for found in problems(plain, {"words": text})}
    named = template({"kind": "profile", "name": "who", "box": [0, 0, 400, 60], "field": "name"}, slots={})
    assert "forbidden_character" in {found.code for found in problems(named, profile=Profile(name=f"林{text}"))}


@pytest.mark.parametrize(
    "text", ["保\u200d本", "保\ufe0f本", "🎉\u200d本", "\u200d🎉", "🏽\u200d", "a\u20e3", "🇨", "🎉\u202e"]
)
def test_what_joins_emoji_hides_nothing_between_letters(text: str) -> None:
    made = template(text_layer(slot="words"), slots=ALLOWED)
    assert "forbidden_character" in {found.code for found in problems(made, {"words": text})}


def test_emoji_are_copied_from_the_page_as_text() -> None:
    made = template(text_layer(slot="words", box=[100, 100, 600, 60]), slots=ALLOWED)
    display = poster(made, {"words": ALL})
    assert page_texts(paint_pdf(display, brand().kit.fonts), [(0, 0, 1080, 1080)], 1080) == [ALL]


@pytest.mark.parametrize(
    "layer", [{}, {"rotate": 30}, {"set": {"direction": "vertical"}}, {"set": {"colour": "#FF000080"}}]
)
def test_browser_paper_and_pixels_show_the_same_emoji(layer: dict[str, object], browser: Browser) -> None:
    made = template(text_layer(slot="words", box=[40, 40, 320, 320], **layer), slots=ALLOWED)
    display = replace(poster(made, {"words": f"🎉{FLAG}{THUMB}"}), width_px=400, height_px=400)
    fonts = brand().kit.fonts
    shown = [paint(display, fonts), page_image(paint_pdf(display, fonts), 400, 400), screenshot(browser, display)]
    boxes = [ink_box(gray_of(image), (0, 0, 400, 400)) for image in shown]
    assert max(abs(a - b) for box in boxes[1:] for a, b in zip(box, boxes[0], strict=True)) <= 1
    pixels, paper, browsed = (np.asarray(image.convert("RGB").reduce(4)).astype(int) for image in shown)
    assert (pixels.max(axis=2) - pixels.min(axis=2)).max() > 100
    assert np.abs(browsed - pixels).max() < 25
    assert np.abs(paper - pixels).mean() < 0.5  # the reader of the paper shrinks pictures coarsely


def screenshot(browser: Browser, display: DisplayList) -> Image.Image:
    page = browser.new_page(viewport={"width": display.width_px, "height": display.height_px})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{paint_svg(display, brand().kit.fonts)}")
    data = page.screenshot()
    page.close()
    return Image.open(io.BytesIO(data), formats=("PNG",))
