"""A font that draws a figure as another, or reaches beyond itself, is refused before anybody can approve it."""

import hashlib
import io
import struct
from collections.abc import Callable
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib import TTFont

from app.cli.main import run
from app.cli.parts import Parts
from app.flow import admit
from app.kernel.errors import Invalid
from app.rendering import font_check
from app.rendering.font_check import FIGURES, check_font
from tests.posters import PROJECT

FONTS = PROJECT / "var" / "fonts"


@cache
def sans() -> bytes:
    return (FONTS / "NotoSansSC_400Regular.ttf").read_bytes()


def changed(change: Callable[[TTFont], None]) -> bytes:
    font = TTFont(io.BytesIO(sans()), lazy=True)
    change(font)
    file = io.BytesIO()
    font.save(file, reorderTables=False)
    return file.getvalue()


def drawn_as(**others: str) -> bytes:
    """The font with the characters (by code point, ``u38="3"``) drawn as others."""

    def change(font: TTFont) -> None:
        for table in font["cmap"].tables:
            if table.isUnicode() and table.format != 14:
                swapped = {int(name[1:], 16): table.cmap[ord(other)] for name, other in others.items()}
                table.cmap = table.cmap | swapped  # a new one: tables share theirs

    return changed(change)


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        check_font(data, "brand.ttf")
    assert refused.value.problems[0].path == "brand.ttf"
    return refused.value.code, str(refused.value)


@pytest.mark.parametrize("file", sorted(FONTS.iterdir()), ids=lambda file: file.name)
def test_the_fonts_of_the_brand_pass(file: Path) -> None:
    check_font(file.read_bytes(), "fonts.a")


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"u38": "3"}, "“8” is drawn as “3”"),
        ({"u38": "3", "u33": "8"}, "“3” is drawn as “8”"),
        ({"u31": "7", "u37": "1"}, "“1” is drawn as “7”"),
        ({"u30": "9", "u39": "0"}, "“0” is drawn as “9”"),
        ({"u25": "‰"}, "“%” and “‰” are drawn alike"),
        ({"u42": "8"}, "“8” and “B” are drawn alike"),
        ({"u4E0D": "保"}, "“不” and “保” are drawn alike"),
    ],
)
def test_a_character_that_is_drawn_as_another_is_a_spoof(others: dict[str, str], said: str) -> None:
    code, message = refusal(drawn_as(**others))
    assert code == "font_spoof"
    assert said in message


def test_two_figures_in_each_others_place_are_told_in_every_font_and_weight() -> None:
    for file in sorted(FONTS.glob("Noto*S*")):
        face = font_check.Face("a", file.read_bytes())
        looks = {one: font_check._look(font_check._nominal(face, one)) for one in FIGURES}
        for figure, other in permutations(FIGURES, 2):
            assert list(font_check._taken_for(figure, looks[other])), (file.name, figure, other)


def test_a_figure_that_its_neighbour_changes_is_a_spoof() -> None:
    def change(font: TTFont) -> None:
        names = {one: font.getBestCmap()[ord(one)] for one in "358"}
        feature = f"feature calt {{ sub {names['5']} {names['8']}' by {names['3']}; }} calt;"
        addOpenTypeFeaturesFromString(font, feature, tables=["GSUB"])

    assert refusal(changed(change)) == ("font_spoof", "brand.ttf: “8” is drawn as “3” [font_spoof]")


def entry_of(data: bytes, tag: bytes) -> int:
    return next(at for at in range(12, 12 + 16 * 64, 16) if data[at : at + 4] == tag)


def overrun(tag: bytes, length: int) -> bytes:
    data = bytearray(sans())
    at = entry_of(data, tag)
    data[at + 12 : at + 16] = length.to_bytes(4)
    return bytes(data)


def glyphs_beyond() -> bytes:
    data = bytearray(sans())
    at = entry_of(data, b"loca")
    begins, length = struct.unpack(">II", data[at + 8 : at + 16])
    data[begins + length - 4 : begins + length] = b"\x7f\xff\xff\xff"
    return bytes(data)


@pytest.mark.parametrize(
    "broken",
    [
        lambda: overrun(b"glyf", 2**31),
        lambda: overrun(b"cmap", 2**32 - 1),
        lambda: overrun(b"loca", 8),
        glyphs_beyond,
        lambda: sans()[:1_000_000],
        lambda: sans()[:40],
        lambda: b"OTTO" + struct.pack(">HHHH", 0xFFFF, 0, 0, 0),
        lambda: b"\x00\x01\x00\x00" + struct.pack(">HHHH", 1, 0, 0, 0) + b"cmap" + struct.pack(">III", 0, 0, 2**31),
        lambda: b"wOF2\x00\x01\x00\x00" + struct.pack(">IHHIIHH", 90, 12, 0, 2**32 - 1, 40, 1, 0) + bytes(60),
        lambda: b"wOFF" + bytes(80),
        lambda: b"ttcf" + bytes(80),
        lambda: b"<svg/>",
        lambda: b"",
    ],
)
def test_a_file_that_reaches_beyond_itself_or_is_no_plain_font_is_refused(broken: Callable[[], bytes]) -> None:
    assert refusal(broken())[0] == "bad_font"


def test_whoever_introduces_a_font_has_it_checked_by_a_child(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(font_check, "check_font", None)  # it is not done in this process
    (tmp_path / "good.ttf").write_bytes(sans())
    (tmp_path / "bad.ttf").write_bytes(drawn_as(u38="3"))
    (tmp_path / "bomb.woff2").write_bytes(b"wOF2" + bytes(80))
    nothing = Parts(*[lambda *_: None] * 7)  # type: ignore[arg-type]
    assert run(nothing, ["admin", "check-font", *(str(tmp_path / name) for name in ("good.ttf", "bad.ttf"))]) == 2
    out, err = capsys.readouterr()
    assert out == f"{hashlib.sha256(sans()).hexdigest()}  good.ttf\n"
    assert "bad.ttf: “8” is drawn as “3” [font_spoof]" in err
    assert run(nothing, ["admin", "check-font", str(tmp_path / "bomb.woff2")]) == 2
    assert "[bad_font]" in capsys.readouterr().err


def test_a_font_that_kills_its_child_is_refused_and_the_next_one_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admit, "FONT_OPENER", "tests.faults.sandbox_fonts")
    with pytest.raises(Invalid) as refused:
        admit.font(b"crash", "brand.ttf")
    assert refused.value.code == "bad_font"
    admit.font(sans(), "brand.ttf")
