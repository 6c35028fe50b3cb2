"""Print: boxes, marks and slug, inks, sheets of cards, and documents of many posters."""

import io
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageCms

from app.kernel.errors import Invalid
from app.rendering.imposition import paper_of, sheet_plan
from app.rendering.paint_pdf import paint_document
from app.rendering.pdf_colours import press_colours
from app.rendering.pdf_edition import About, Finish, Leaf
from tests.posters import LINK, brand
from tests.render.cases import Case, display_of
from tests.render.pdf_rules import operators, problems_a3u, problems_x4
from tests.render.print_files import A3U, BROCHURE, CARD, DAY, EVIDENCE, MM, X4, cards, made, opened, rendered

# --- boxes and marks -------------------------------------------------------------------------------------------------


def test_marks_lie_outside_of_the_bleed_and_a_slug_says_what_this_is() -> None:
    document = pdfium.PdfDocument(made(CARD, X4).data)
    page = document[0]
    assert page.get_trimbox() == pytest.approx((0, 0, 90 * MM, 54 * MM), abs=0.01)
    assert page.get_bleedbox() == pytest.approx((-3 * MM, -3 * MM, 93 * MM, 57 * MM), abs=0.01)
    assert page.get_mediabox() == pytest.approx((-13 * MM, -13 * MM, 103 * MM, 67 * MM), abs=0.01)
    gray = np.asarray(page.render(scale=4).to_pil().convert("L"))
    inked = {
        (x_mm, y_mm): bool((_window(gray, x_mm, y_mm) < 128).any())
        for x_mm in (0, 90)
        for y_mm in (-5.5, 59.5)  # above and below the corners, beyond the bleed
    }
    assert inked == dict.fromkeys(inked, True)
    assert not (_window(gray, 45, -5.5) < 250).any()  # between the marks there is nothing
    text = " ".join(page.get_textpage().get_text_range().split())
    assert "名片 & <一笔山> 90×54 mm +3 mm FOGRA39 2026-11-30 1/1" in text
    document.close()


def _window(gray: Any, x_mm: float, y_mm: float) -> Any:
    """A square of 1 mm around a place; millimetres from the upper left corner of the trim box."""
    scale = 4 * MM
    x, y = (x_mm + 13) * scale, (y_mm + 13) * scale
    return gray[int(y - scale / 2) : int(y + scale / 2), int(x - scale / 2) : int(x + scale / 2)]


def test_marks_are_printed_by_every_plate_and_the_slug_by_black_alone() -> None:
    pdf = opened(made(CARD, X4).data)
    told = [(operator, operands) for operator, operands, _ in operators(pdf, pdf.pages[0])]
    (space,) = list(pdf.pages[0].Resources.ColorSpace.values())
    assert [str(space[0]), str(space[1])] == ["/Separation", "/All"]
    after = told[max(n for n, (operator, _) in enumerate(told) if operator == "SCN") :]
    assert [[float(part) for part in operands] for operator, operands in after if operator == "k"] == [[0, 0, 0, 1]]


# --- inks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rgb", [(200, 60, 35), (15, 61, 94), (185, 143, 75), (242, 183, 159)])
def test_inks_look_like_the_colour_that_they_stand_for(rgb: tuple[int, int, int]) -> None:
    parts = press_colours().components(rgb)
    inks = Image.frombytes("CMYK", (1, 1), bytes(round(255 * part) for part in parts))
    profile = ImageCms.ImageCmsProfile(io.BytesIO(press_colours().condition.profile))
    back = ImageCms.profileToProfile(inks, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert back is not None
    assert np.abs(np.asarray(back)[0, 0].astype(int) - rgb).max() <= 12
    assert sum(parts) <= 3.4  # the ink that the sheet takes


def test_a_neutral_colour_is_black_alone_and_darker_greys_take_more_of_it() -> None:
    blacks = [press_colours().components((grey, grey, grey)) for grey in range(256)]
    assert all(parts[:3] == (0, 0, 0) for parts in blacks)
    amounts = [parts[3] for parts in blacks]
    assert amounts == sorted(amounts, reverse=True)
    assert (amounts[0], amounts[255]) == (1, 0)


@pytest.mark.parametrize("case", [CARD, BROCHURE], ids=str)
def test_the_press_shows_what_the_screen_shows(case: Case) -> None:
    one, other = (
        np.asarray(rendered(made(case, finish).data, 0.5)).astype(int) for finish in (Finish(), Finish("x-4"))
    )
    apart = np.abs(one - other)
    assert apart.mean() < 12  # the viewer knows nothing of the paper, so colours are near, not the same
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.985


# --- sheets and documents --------------------------------------------------------------------------------------------


def test_a_card_fills_a_sheet_with_gutters_of_two_bleeds() -> None:
    printed = made(CARD, Finish("x-4", sheet="a4"))
    assert len(printed.places) == 8
    pdf = opened(printed.data)
    (page,) = pdf.pages
    assert [float(edge) for edge in page.trimbox] == pytest.approx([0, 0, 210 * MM, 297 * MM], abs=0.01)
    lefts = sorted({round(place.left / MM, 3) for place in printed.places})
    bottoms = sorted({round(place.bottom / MM, 3) for place in printed.places})
    assert np.diff(lefts).tolist() == pytest.approx([96])
    assert np.diff(bottoms).tolist() == pytest.approx([60, 60, 60])
    assert problems_x4(printed.data) == []


def test_a_document_of_many_posters_holds_fonts_pictures_and_ground_once() -> None:
    leaves, fonts = cards(20), brand().kit.fonts
    together = paint_document(leaves, fonts, Finish("a-3u"), About("名片", DAY))
    alone = [len(paint_document([leaf], fonts, Finish("a-3u"), About("名片", DAY)).data) for leaf in leaves]
    assert len(together.data) <= 0.4 * sum(alone)
    pdf = opened(together.data)
    assert len(pdf.pages) == 20
    descriptors = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/FontFile2" in one]
    assert len({str(one.FontName).split("+")[1] for one in descriptors}) == len(descriptors)
    assert sum(one.get("/Subtype") == "/Image" for one in pdf.objects if isinstance(one, pikepdf.Stream)) <= 2
    assert problems_a3u(together.data) == []
    assert [str(section.S) for section in pdf.Root.StructTreeRoot.K.K] == ["/Sect"] * 20


def test_sheets_take_one_poster_a_cell_and_the_last_is_cut_where_it_has_any() -> None:
    printed = paint_document(cards(10), brand().kit.fonts, Finish(sheet="a4"), About("名片", DAY))
    assert [place.page for place in printed.places] == [0] * 8 + [1] * 2
    assert [place.link for place in printed.places] == [f"{LINK}{n:03d}" for n in range(10)]
    document = pdfium.PdfDocument(printed.data)
    copied = [document[place.page].get_textpage().get_text_bounded(*_edges(place)) for place in printed.places]
    document.close()
    names = "赵钱孙李周吴郑王冯陈"
    assert [f"{names[n]}若溪" in text for n, text in enumerate(copied)] == [True] * 10


def _edges(place: Any) -> tuple[float, float, float, float]:
    return place.left, place.bottom, place.right, place.top


def test_a_poster_in_a_document_looks_as_it_does_alone() -> None:
    leaf, *others = cards(3)
    fonts = brand().kit.fonts
    alone = rendered(paint_document([leaf], fonts, Finish(), About()).data)
    shared = rendered(paint_document([leaf, *others], fonts, Finish(), About()).data)
    assert np.abs(np.asarray(alone).astype(int) - np.asarray(shared)).max() <= 1


@pytest.mark.parametrize(
    ("case", "code"), [(Case("deposit", "a4", "zh"), "does_not_fit"), (Case("deposit", "phone", "zh"), "not_printed")]
)
def test_what_a_sheet_cannot_take_is_refused(case: Case, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        paint_document([Leaf(display_of(case))], brand().kit.fonts, Finish(sheet="a4"), About("单", DAY))
    assert refused.value.code == code


def test_a_larger_sheet_takes_more() -> None:
    paper = paper_of(display_of(CARD))
    assert [len(sheet_plan(paper, sheet).cells) for sheet in ("a4", "a3", "sra3")] == [8, 16, 21]


@pytest.mark.parametrize("finish", [X4, A3U, Finish("x-4", sheet="a4")], ids=str)
def test_the_same_poster_gives_the_same_file(finish: Finish) -> None:
    about = About("名片 & <一笔山>", DAY, EVIDENCE)
    again = paint_document([Leaf(display_of(CARD), {"logo": "澜山银行"})], brand().kit.fonts, finish, about)
    assert again.data == made(CARD, finish).data
