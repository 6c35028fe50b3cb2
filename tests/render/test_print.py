"""Files for the press and the archive: boxes, marks, inks, output intents, fonts, text, tags, the attached record."""

import hashlib
import io
import re
import subprocess
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.pens.basePen import NullPen
from fontTools.ttLib import TTFont
from PIL import Image, ImageCms

from app.kernel.errors import Invalid
from app.reads.templates import load_template
from app.rendering.display import DisplayList
from app.rendering.imposition import paper_of, sheet_plan
from app.rendering.layout import lay_out
from app.rendering.paint_pdf import paint_document
from app.rendering.pdf_colours import press_colours
from app.rendering.pdf_edition import About, Finish, Leaf, Printed
from app.rendering.reading import reading_order
from app.rendering.values import Profile, Values
from tests.posters import LINK, brand, poster, template, text_layer
from tests.render.cases import TEMPLATES, Case, display_of
from tests.render.pdf_rules import character_map, operators, problems_a3u, problems_x4, spaces

MM = 72 / 25.4
DAY = date(2026, 11, 30)
EVIDENCE = b'{"poster":"business-card"}'
CARD = Case("business-card", "front", "zh")
BROCHURE = Case("deposit", "a4", "zh")
RARE = "㛃嬅䶮𠮷 Zoe\u0308"
X4, A3U = Finish("x-4", marks=True), Finish("a-3u")


@cache
def made(case: Case, finish: Finish) -> Printed:
    about = About("名片 & <一笔山>", DAY, EVIDENCE)
    return paint_document([Leaf(display_of(case), {"logo": "澜山银行"})], brand().kit.fonts, finish, about)


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def rare_poster() -> DisplayList:
    gradient = {
        "kind": "linear",
        "stops": [{"at": 0, "colour": "#C83C23"}, {"at": 1, "colour": "#0F3D5E40"}],
    }
    return poster(
        template(
            {"kind": "shape", "name": "sky", "box": [0, 0, 1080, 1080], "fill": gradient},
            text_layer(text=RARE, box=[100, 100, 800, 60], opacity=0.8),
            text_layer(name="more", text="ffi fi AV To“年化”3.85%", box=[100, 300, 800, 60], set={"size": 26}),
        )
    )


def rare_file(finish: Finish) -> bytes:
    return paint_document([Leaf(rare_poster())], brand().kit.fonts, finish, About("罕", DAY, EVIDENCE)).data


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
        np.asarray(_rendered(made(case, finish).data, 0.5)).astype(int) for finish in (Finish(), Finish("x-4"))
    )
    apart = np.abs(one - other)
    assert apart.mean() < 12  # the viewer knows nothing of the paper, so colours are near, not the same
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.985


def _rendered(data: bytes, scale: float = 2) -> Image.Image:
    document = pdfium.PdfDocument(data)
    image = document[0].render(scale=scale).to_pil().convert("RGB")
    document.close()
    return image


# --- the standards ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [CARD, BROCHURE], ids=str)
def test_a_file_for_the_press_keeps_the_rules_of_pdf_x_4(case: Case) -> None:
    assert problems_x4(made(case, X4).data) == []
    assert spaces(opened(made(case, X4).data)) == {"/DeviceCMYK", "/DeviceGray"}


@pytest.mark.parametrize("case", [CARD, BROCHURE], ids=str)
def test_a_file_for_the_archive_keeps_the_rules_of_pdf_a_3u(case: Case) -> None:
    assert problems_a3u(made(case, A3U).data) == []


def test_gradients_opacity_and_rare_characters_keep_the_rules() -> None:
    assert problems_x4(rare_file(X4)) == []
    assert problems_a3u(rare_file(A3U)) == []


def _without_font(pdf: pikepdf.Pdf) -> None:
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary) and "/FontFile2" in one:
            del one["/FontFile2"]


def _without_metadata(pdf: pikepdf.Pdf) -> None:
    packet = pdf.Root.Metadata.read_bytes().replace(b"<pdfaid:part>3", b"<pdfaid:part>1")
    pdf.Root.Metadata.write(packet)


def _without_unicode(pdf: pikepdf.Pdf) -> None:
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary) and "/ToUnicode" in one:
            one.ToUnicode.write(one.ToUnicode.read_bytes().replace(b"bfchar\n<0001>", b"bfchar\n<ffff>"))


def _without_association(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/AF"]


def _with_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/OpenAction"] = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1")


def _without_bleed(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj["/BleedBox"] = pikepdf.Array([1, 1, 20, 20])


def _in_light(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"1 0 0 rg", prepend=True)


BREAKS: dict[str, Callable[[pikepdf.Pdf], None]] = {
    "a font is not embedded": _without_font,
    "the file does something": _with_script,
    "a box is not inside of the one around it": _without_bleed,
    "a colour is not one of the press": _in_light,
}


ARCHIVE_BREAKS: dict[str, Callable[[pikepdf.Pdf], None]] = {
    "has no Unicode": _without_unicode,
    "the metadata does not name PDF/A-3u": _without_metadata,
    "an attached file is not associated with the document": _without_association,
    "a font is not embedded": _without_font,
}


@pytest.mark.parametrize("problem", ARCHIVE_BREAKS)
def test_an_archive_file_that_breaks_a_rule_is_found(problem: str) -> None:
    pdf = opened(made(CARD, A3U).data)
    ARCHIVE_BREAKS[problem](pdf)
    file = io.BytesIO()
    pdf.save(file, compress_streams=False)
    assert problem in " ".join(problems_a3u(file.getvalue()))


@pytest.mark.parametrize("problem", BREAKS)
def test_a_file_that_breaks_a_rule_is_found(problem: str) -> None:
    pdf = opened(made(CARD, X4).data)
    BREAKS[problem](pdf)
    file = io.BytesIO()
    pdf.save(file)
    assert problem in problems_x4(file.getvalue())


def test_a_standard_needs_a_day() -> None:
    with pytest.raises(Invalid) as refused:
        paint_document([Leaf(display_of(CARD))], brand().kit.fonts, A3U, About("名片"))
    assert refused.value.code == "no_day"


def test_the_record_is_attached_byte_by_byte() -> None:
    pdf = opened(made(CARD, A3U).data)
    assert list(pdf.attachments) == ["evidence.json"]
    file = pdf.attachments["evidence.json"].get_file()
    assert file.read_bytes() == EVIDENCE
    assert file.mime_type == "application/json"
    assert bytes(file.md5) == hashlib.md5(EVIDENCE, usedforsecurity=False).digest()
    (associated,) = pdf.Root.AF
    assert associated.AFRelationship == "/Data"
    assert "/Names" not in opened(made(CARD, X4).data).Root


# --- text and tags ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("finish", [Finish(), X4, A3U], ids=lambda finish: finish.standard)
def test_poppler_copies_rare_characters_and_sees_embedded_subsets(finish: Finish, tmp_path: Path) -> None:
    file = tmp_path / "rare.pdf"
    file.write_bytes(rare_file(finish))
    copied = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, check=True).stdout.decode()
    for words in (RARE, "ffi fi AV To“年化”3.85%"):
        assert "".join(words.split()) in "".join(copied.split())
    listed = subprocess.run(["pdffonts", file], capture_output=True, check=True).stdout.decode().splitlines()[2:]
    assert len(listed) >= 2  # the brand's face and its fallback
    for line in listed:
        assert re.search(r"^[A-Z]{6}\+.*Identity-H +yes yes yes", line)


@pytest.mark.parametrize("case", [BROCHURE, None], ids=["brochure", "rare"])
def test_widths_are_those_of_the_embedded_fonts(case: Case | None) -> None:
    pdf = opened(made(case, A3U).data if case else rare_file(A3U))
    checked = 0
    for font in (one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/W" in one):
        entries = list(font.W)
        told = {int(code): float(width[0]) for code, width in zip(entries[::2], entries[1::2], strict=True)}
        descriptor = font.FontDescriptor
        if "/FontFile2" in descriptor:
            program = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()))
            scale = 1000 / program["head"].unitsPerEm
            kept = {code: program["hmtx"].metrics[program.getGlyphName(code)][0] * scale for code in told}
        else:
            kept = cff_widths(descriptor.FontFile3.read_bytes(), list(told))
        assert told == pytest.approx(kept, abs=1)
        checked += len(told)
    assert checked > 10


def cff_widths(data: bytes, codes: list[int]) -> dict[int, float]:
    """The advances that the glyphs of a bare CFF program have."""
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(data), None)
    strings = fonts[0].CharStrings
    names = fonts[0].charset
    widths = {}
    for code in codes:
        glyph = strings[names[code]]
        glyph.draw(NullPen())
        widths[code] = float(glyph.width)
    return widths


@pytest.mark.parametrize("case", [CARD, BROCHURE], ids=str)
def test_tags_follow_the_reading_order_and_say_what_pictures_show(case: Case) -> None:
    pdf = opened(made(case, A3U).data)
    elements = list(pdf.Root.StructTreeRoot.K.K)
    texts = [_text_of(pdf, one) for one in elements if one.S != "/Figure"]
    assert texts == [_squeezed(item.text) for item in reading_order(display_of(case))]
    alternatives = {str(one.Alt) for one in elements if one.S == "/Figure"}
    assert alternatives == {"澜山银行", f"二维码：{LINK}"}
    assert [str(one.S) for one in elements].count("/H1") == 1
    assert str(pdf.Root.Lang) == "zh-Hans"
    assert pdf.Root.MarkInfo.Marked is True
    assert pdf.Root.ViewerPreferences.DisplayDocTitle is True


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _text_of(pdf: pikepdf.Pdf, element: Any) -> str:
    """What the marked content of an element spells, on its page, from the file's own character maps."""
    spelled, depth, inside, replaced, font = "", 0, -1, False, None
    for operator, operands, resources in operators(pdf, pikepdf.Page(element.Pg)):
        if operator in ("BDC", "BMC"):
            depth += 1
            properties = operands[1] if operator == "BDC" else {}
            if properties.get("/MCID", -1) == element.K:
                inside = depth
            if inside >= 0 and "/ActualText" in properties:
                spelled += str(properties["/ActualText"])
                replaced = True
        elif operator == "EMC":
            if depth == inside:
                break
            depth, replaced = depth - 1, False
        elif operator == "Tf":
            font = resources.Font[str(operands[0])]
        elif operator == "TJ" and inside >= 0 and not replaced:
            for part in operands[0]:
                raw = bytes(part) if isinstance(part, pikepdf.String) else b""
                codes = (int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2))
                spelled += "".join(character_map(font)[code] for code in codes)
    return _squeezed(spelled)


@pytest.mark.parametrize("finish", [Finish(), X4], ids=lambda finish: finish.standard)
def test_everything_that_is_painted_is_content_or_decoration(finish: Finish) -> None:
    pdf = opened(made(BROCHURE, finish).data)
    parents = pdf.Root.StructTreeRoot.ParentTree.Nums[1]
    depth, numbers = 0, []
    for operator, operands, _ in operators(pdf, pdf.pages[0]):
        depth += {"BMC": 1, "BDC": 1, "EMC": -1}.get(operator, 0)
        if operator == "BDC" and "/MCID" in operands[1]:
            numbers.append(int(operands[1].MCID))
        if operator in ("f", "S", "sh", "Do", "TJ"):
            assert depth >= 1
    assert depth == 0
    assert numbers == list(range(len(parents)))
    assert [int(one.K) for one in parents] == numbers


# --- sheets and documents --------------------------------------------------------------------------------------------


def cards(count: int) -> list[Leaf]:
    loaded, kit = load_template(TEMPLATES / "business-card", brand().kit), brand().kit
    names = "赵钱孙李周吴郑王冯陈"
    return [
        Leaf(
            lay_out(
                loaded.template,
                "front",
                Values({}, Profile(name=f"{names[n % 10]}若溪", title="理财经理")),
                kit,
                loaded.pictures,
                f"{LINK}{n:03d}",
            )
        )
        for n in range(count)
    ]


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


def test_what_is_shared_is_still_read_in_each_posters_order() -> None:
    leaves = cards(3)
    pdf = opened(paint_document(leaves, brand().kit.fonts, Finish("a-3u"), About("名片", DAY)).data)
    sections = list(pdf.Root.StructTreeRoot.K.K)
    for leaf, section in zip(leaves, sections, strict=True):
        texts = [_text_of(pdf, one) for one in section.K if one.S != "/Figure"]
        assert texts == [_squeezed(item.text) for item in reading_order(leaf.display)]
        assert "扫码联系Contact" in texts  # static, and drawn once for all


def test_a_poster_in_a_document_looks_as_it_does_alone() -> None:
    leaf, *others = cards(3)
    fonts = brand().kit.fonts
    alone = _rendered(paint_document([leaf], fonts, Finish(), About()).data)
    shared = _rendered(paint_document([leaf, *others], fonts, Finish(), About()).data)
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
