"""Fonts: metrics, outlines, the chain, and the hash that each file must have."""

from pathlib import Path

import pytest

from app.kernel.errors import Invalid
from app.kernel.files import MappedFile
from app.rendering.fonts import FontBook
from tests.posters import PROJECT, brand


def test_a_face_has_the_metrics_and_outlines_of_its_file() -> None:
    face = brand().kit.fonts.face("sans-400")
    assert (face.units_per_em, face.ascent, face.descent) == (1000, 1.16, 0.288)
    gid = face.hb_font.get_nominal_glyph(ord("澜"))
    left, bottom, right, top = face.extents(gid)
    points = [points[-2:] for _, points in face.outline(gid) if points]
    assert min(x for x, _ in points) == pytest.approx(left, abs=1)
    assert max(x for x, _ in points) == pytest.approx(right, abs=1)
    assert min(y for _, y in points) == pytest.approx(bottom, abs=1)
    assert max(y for _, y in points) == pytest.approx(top, abs=1)
    assert face.outline(gid)[0][0] == "M"
    assert face.outline(gid)[-1][0] == "Z"


def test_a_space_has_no_ink() -> None:
    face = brand().kit.fonts.face("serif-400")
    gid = face.hb_font.get_nominal_glyph(0x20)
    assert face.extents(gid) == (0, 0, 0, 0)
    assert face.outline(gid) == ()


def test_every_role_of_the_brand_begins_with_its_own_face() -> None:
    fonts = brand().kit.fonts
    for family, weights in fonts.weights.items():
        for weight in weights:
            chain = fonts.chain(family, weight)
            assert chain[0].key == f"{family}-{weight}"
            assert any(face.has(0x20BB7) for face in chain)


def test_a_file_that_is_not_the_approved_one_is_refused_when_it_is_first_read() -> None:
    data = (PROJECT / "var" / "fonts" / "NotoSansSC_400Regular.ttf").read_bytes()
    book = FontBook({"a": data + b"\0"}, {"sans": {400: ["a"]}}, {"a": brand().kit.fonts.face("sans-400").sha256})
    with pytest.raises(Invalid) as refused:
        book.chain("sans", 400)[0].has(0x41)
    assert refused.value.code == "font_spoof"
    assert refused.value.problems[0].path == "fonts.a"


def test_the_digest_names_files_and_roles() -> None:
    files = {"a": b"one", "b": b"two"}
    first = FontBook(files, {"sans": {400: ["a", "b"]}}).digest
    assert FontBook(files, {"sans": {400: ["a", "b"]}}).digest == first
    assert FontBook(files, {"sans": {400: ["b", "a"]}}).digest != first
    assert FontBook(files | {"b": b"2"}, {"sans": {400: ["a", "b"]}}).digest != first


def test_a_mapped_font_stays_the_file_that_was_opened(tmp_path: Path) -> None:
    approved = brand().kit.fonts.face("sans-400")
    path = tmp_path / "font.ttf"
    path.write_bytes(approved.data)
    book = FontBook({"a": MappedFile(path)}, {"sans": {400: ["a"]}}, {"a": approved.sha256})
    path.unlink()
    path.write_bytes(b"another font")
    face = book.face("a")
    gid = face.hb_font.get_nominal_glyph(ord("澜"))
    assert face.outline(gid) == approved.outline(gid)
    with pytest.raises(Invalid) as refused:
        FontBook({"b": MappedFile(path)}, {}).face("b").has(0x41)
    assert refused.value.code == "bad_font"
