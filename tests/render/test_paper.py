"""The page: its boxes, its fonts and its text, and that it shows what the pixels show."""

import re
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest

from app.rendering.display import DisplayList
from app.rendering.paint_pdf import paint_pdf
from app.rendering.paint_png import paint
from tests.posters import brand, document, item_of, poster, template, text_layer, texts
from tests.render.cases import Case, cases, display_of
from tests.render.ink import page_image, page_texts

MM = 72 / 25.4


def page_of(display: DisplayList, title: str = "") -> bytes:
    return paint_pdf(display, brand().kit.fonts, title)


def print_poster() -> DisplayList:
    size = {
        "title": {"zh": "名片"},
        "width_px": 1063,
        "height_px": 638,
        "print": {"width_mm": 90, "height_mm": 54, "bleed_mm": 3},
        "layers": [
            {"kind": "shape", "name": "ground", "box": [-40, -40, 1143, 718], "fill": "#0F3D5E"},
            text_layer(text="林若溪"),
        ],
    }
    return poster(template(**{**document(), "sizes": {"front": size}}))


def test_a_print_size_has_its_trim_and_its_bleed_in_millimetres() -> None:
    document = pdfium.PdfDocument(page_of(print_poster()))
    page = document[0]
    assert page.get_trimbox() == pytest.approx((0, 0, 90 * MM, 54 * MM), abs=0.01)
    for box in (page.get_bleedbox(), page.get_mediabox()):
        assert box == pytest.approx((-3 * MM, -3 * MM, 93 * MM, 57 * MM), abs=0.01)
    image = page.render(scale=2).to_pil().convert("RGB")
    corners = [(1, 1), (image.width - 2, 1), (1, image.height - 2), (image.width - 2, image.height - 2)]
    assert {image.getpixel(corner) for corner in corners} == {(15, 61, 94)}
    document.close()


def test_a_size_that_is_not_printed_has_96_pixels_to_the_inch_and_no_bleed() -> None:
    document = pdfium.PdfDocument(page_of(poster(template(text_layer(text="山")))))
    page = document[0]
    assert page.get_mediabox() == page.get_trimbox() == page.get_bleedbox() == (0, 0, 810, 810)
    document.close()


@pytest.mark.parametrize(
    "words",
    ["㛃嬅䶮𠮷", "Zoe\u0308 Wang", "——澜山·2026", "“年化”3.85%（A类）", "ffi fi AV To", "\\(引号\\) </text>"],
)
@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
def test_text_is_copied_as_it_was_written(words: str, direction: str) -> None:
    box = [100, 100, 400, 60] if direction == "horizontal" else [100, 100, 60, 900]
    made = poster(template(text_layer(text=words, box=box, set={"direction": direction, "size": 30})))
    written = "".join(texts(made)["words"].text.split())
    (copied,) = page_texts(page_of(made), [(0, 0, 1080, 1080)], made.width_px)
    assert copied == written


def test_a_turned_or_tracked_text_is_still_one_text() -> None:
    made = poster(template(text_layer(text="山高水长", box=[300, 500, 400, 60], rotate=12, set={"tracking": 0.1})))
    (copied,) = page_texts(page_of(made), [(0, 0, 1080, 1080)], made.width_px)
    assert copied == "山高水长"


def test_fonts_are_cut_to_what_is_used() -> None:
    made = poster(template(text_layer(text="㛃山"), text_layer(name="more", text="水", set={"weight": 700})))
    data = page_of(made)
    assert len(data) < 20_000
    names = {name.decode() for name in re.findall(rb"/BaseFont /([\w+-]+)", data)}
    assert {name.split("+")[1] for name in names} == {
        run.font for layer in ("words", "more") for line in item_of(made, layer).lines for run in line.runs
    }


def test_the_page_names_its_title_and_language_and_no_day() -> None:
    data = page_of(poster(template(text_layer(text="山"))), "周报 (37)")
    document = pdfium.PdfDocument(data)
    assert document.get_metadata_dict(skip_empty=True) == {"Title": "周报 (37)", "Producer": "Imprimatur"}
    document.close()
    assert b"/Lang (zh-Hans)" in data
    assert b"Date" not in data


def test_two_posters_have_two_identifiers() -> None:
    made = [page_of(poster(template(text_layer(text=words)))) for words in ("山高水长", "稳行致远")]
    identifiers = [re.search(rb"/ID \[\((\w+)\)", data) for data in made]
    one, other = (found[1] for found in identifiers if found)
    assert one != other


SHAPES: list[dict[str, Any]] = [
    {
        "kind": "shape",
        "name": "sky",
        "box": [0, 0, 1080, 1080],
        "fill": {
            "kind": "linear",
            "start": [0, 0],
            "end": [1, 1],
            "stops": [
                {"at": 0.2, "colour": "#0F3D5E"},
                {"at": 0.5, "colour": "#F2B79F"},
                {"at": 0.5, "colour": "#14202B"},
                {"at": 0.9, "colour": "#DCE6EA"},
            ],
        },
    },
    {
        "kind": "shape",
        "name": "moon",
        "shape": "ellipse",
        "box": [200, 200, 500, 400],
        "rotate": 20,
        "fill": {
            "kind": "radial",
            "radius": 0.4,
            "stops": [
                {"at": 0, "colour": "#FFFFFF"},
                {"at": 0.6, "colour": "#FFE08080"},
                {"at": 1, "colour": "#FFE08000"},
            ],
        },
        "stroke": {"colour": "#C83C23C0", "width": 9, "dash": [40, 14]},
    },
    {
        "kind": "shape",
        "name": "plate",
        "box": [500, 600, 400, 300],
        "radius": 40,
        "opacity": 0.6,
        "rotate": -15,
        "fill": "#1F4D3F",
        "stroke": {"colour": "#B98F4B", "width": 24},
    },
    {
        "kind": "shape",
        "name": "ridge",
        "shape": "path",
        "box": [0, 700, 1080, 380],
        "d": "M0 900 Q 200 700 400 850 T 800 820 A 200 120 0 0 1 1080 900 V1080 H0 Z",
        "fill": "#0F3D5E90",
    },
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["name"])
def test_paper_shows_a_shape_as_the_pixels_do(shape: dict[str, Any]) -> None:
    made = poster(template(shape))
    pixels = np.asarray(paint(made, brand().kit.fonts)).astype(int)
    paper = np.asarray(page_image(page_of(made), made.width_px, made.height_px)).astype(int)
    apart = np.abs(pixels - paper).max(axis=2)
    assert (apart > 24).mean() < 0.02  # edges, and the steps that a viewer takes along a gradient
    assert apart[apart <= 24].mean() < 4


@pytest.mark.parametrize("case", cases(), ids=str)
def test_paper_shows_every_poster_as_the_pixels_do(case: Case) -> None:
    display = display_of(case)
    pixels = np.asarray(paint(display, brand().kit.fonts).reduce(4)).astype(int)
    paper = np.asarray(page_image(page_of(display), display.width_px, display.height_px).reduce(4)).astype(int)
    height, width = min(pixels.shape[0], paper.shape[0]), min(pixels.shape[1], paper.shape[1])
    apart = np.abs(pixels[:height, :width] - paper[:height, :width]).max(axis=2)
    assert apart.mean() < 3
    assert (apart > 60).mean() < 0.005
