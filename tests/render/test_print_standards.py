"""The standards of press and archive: their rules, the attached record, text that can be copied, tags."""

import hashlib
import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.pens.basePen import NullPen
from fontTools.ttLib import TTFont

from app.kernel.errors import Invalid
from app.rendering.paint_pdf import paint_document
from app.rendering.pdf_edition import About, Finish, Leaf
from app.rendering.reading import reading_order
from tests.posters import LINK, brand
from tests.render.cases import Case, display_of
from tests.render.pdf_rules import character_map, operators, problems_a3u, problems_x4, spaces
from tests.render.print_files import (
    A3U,
    BROCHURE,
    CARD,
    DAY,
    EVIDENCE,
    RARE,
    X4,
    cards,
    made,
    opened,
    rare_file,
)

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


def test_what_is_shared_is_still_read_in_each_posters_order() -> None:
    leaves = cards(3)
    pdf = opened(paint_document(leaves, brand().kit.fonts, Finish("a-3u"), About("名片", DAY)).data)
    sections = list(pdf.Root.StructTreeRoot.K.K)
    for leaf, section in zip(leaves, sections, strict=True):
        texts = [_text_of(pdf, one) for one in section.K if one.S != "/Figure"]
        assert texts == [_squeezed(item.text) for item in reading_order(leaf.display)]
        assert "扫码联系Contact" in texts  # static, and drawn once for all
