"""The proof of a file in bands: what was read before is told by its bytes, and no code hides at the edge of it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from app.kernel.errors import Blocked
from app.rendering import proof_bands
from app.rendering.banded_jpeg import encode_jpeg
from app.rendering.banded_png import encode_png
from app.rendering.bands import Pixels
from app.rendering.cache import StaticCache
from app.rendering.display import DisplayList, PictureItem
from app.rendering.paint_png import Painting
from app.rendering.proof_bands import Kind, prove_bands
from tests.posters import LINK, brand, poster, template, text_layer
from tests.render.stills import Still

ENCODE: dict[str, Callable[[Pixels, StaticCache | None], bytes]] = {"png": encode_png, "jpeg": encode_jpeg}
OWN_TOP = 768  # where the advisor's rows begin


@pytest.fixture(scope="module")
def display() -> DisplayList:
    """Fixed rows, rows of copy, and the code below."""
    code = {"kind": "qr", "name": "qr", "box": [780, 780, 240, 240]}
    return poster(template(text_layer(text="澜山银行"), code))


@pytest.fixture(scope="module")
def clean(display: DisplayList) -> Image.Image:
    return Painting(display, brand().kit.fonts).rows(0, display.height_px)


def proved(image: Image.Image, display: DisplayList, cache: StaticCache | None, kind: Kind = "jpeg") -> None:
    still = Still(image, display)
    prove_bands(ENCODE[kind](still, None), kind, display, still.bands, cache)


def refusal(image: Image.Image, display: DisplayList, cache: StaticCache | None, kind: Kind = "jpeg") -> str:
    with pytest.raises(Blocked) as refused:
        proved(image, display, cache, kind)
    return refused.value.code


def code(scale: int, text: str = "https://elsewhere.example/") -> Image.Image:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return Image.fromarray(np.array(zxingcpp.write_barcode_to_image(made, scale=scale))).convert("RGB")


def with_code(image: Image.Image, foreign: Image.Image, at: tuple[int, int]) -> Image.Image:
    spoilt = image.copy()
    spoilt.paste(foreign, at)
    return spoilt


def rows_from(first: Image.Image, second: Image.Image, row: int) -> Image.Image:
    """The first picture as far as `row`, then the second."""
    mixed = first.copy()
    mixed.paste(second.crop((0, row, second.width, second.height)), (0, row))
    return mixed


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_what_was_read_before_is_neither_decoded_nor_searched_again(
    kind: Kind, display: DisplayList, clean: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = StaticCache()
    decoded: list[int] = []
    read = proof_bands._READ[kind]
    monkeypatch.setitem(proof_bands._READ, kind, lambda part, width: decoded.append(part.rows.top) or read(part, width))
    for _ in range(2):
        proved(clean, display, cache, kind)
    bands = Still(clean, display).bands
    assert decoded == [one.top for one in bands] + [one.top for one in bands if one.key is None]
    assert OWN_TOP in decoded


@pytest.mark.parametrize("kind", ["png", "jpeg"])
@pytest.mark.parametrize("scale", [2, 4, 8, 20])
def test_a_second_code_is_found_in_whatever_rows_it_stands(
    kind: Kind, scale: int, display: DisplayList, clean: Image.Image
) -> None:
    cache, foreign = StaticCache(), code(scale)
    proved(clean, display, cache, kind)
    for top in range(0, display.height_px - foreign.height, 171):
        assert refusal(with_code(clean, foreign, (60, top)), display, cache, kind) == "foreign_qr"
    proved(clean, display, cache, kind)


@pytest.mark.parametrize("scale", [2, 4, 8, 20])
@pytest.mark.parametrize("above", [0.2, 0.5, 0.7])
def test_a_code_half_of_which_was_read_before_is_found(
    scale: int, above: float, display: DisplayList, clean: Image.Image
) -> None:
    cache, foreign = StaticCache(), code(scale)
    top = min(OWN_TOP - round(above * foreign.height), clean.height - foreign.height)
    spoilt = with_code(clean, foreign, (60, top))
    cut = rows_from(spoilt, clean, OWN_TOP)
    proved(cut, display, cache)  # the upper part alone reads as nothing, and is kept
    assert refusal(spoilt, display, cache) == "foreign_qr"
    proved(cut, display, cache)


def test_a_code_of_two_halves_that_were_both_read_before_is_found(display: DisplayList, clean: Image.Image) -> None:
    cache, foreign = StaticCache(), code(4)
    edge = Still(clean, display).bands[1].top
    spoilt = with_code(clean, foreign, (60, edge - foreign.height // 2))
    proved(rows_from(spoilt, clean, edge), display, cache)
    proved(rows_from(clean, spoilt, edge), display, cache)
    assert refusal(spoilt, display, cache) == "foreign_qr"


def test_a_large_fine_code_in_a_picture_that_reaches_into_new_rows_is_found(
    display: DisplayList, clean: Image.Image
) -> None:
    foreign = code(4, "https://elsewhere.example/" + "x" * 1500)
    assert OWN_TOP - (1000 - foreign.height) > proof_bands.REACH
    spoilt = with_code(clean, foreign, (62, 1001 - foreign.height))
    photo = PictureItem("photo", (62.0, 1001.0 - foreign.height, foreign.width, foreign.height), dynamic=True, slot="p")
    shown, cache = replace(display, items=(*display.items, photo)), StaticCache()
    proved(rows_from(spoilt, clean, OWN_TOP), shown, cache)
    assert refusal(spoilt, shown, cache) == "foreign_qr"


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_the_proof_reads_the_file_and_not_what_was_kept(kind: Kind, display: DisplayList, clean: Image.Image) -> None:
    cache = StaticCache()
    proved(clean, display, cache, kind)
    assert refusal(Image.new("RGB", clean.size, "white"), display, cache, kind) == "qr_unproved"
    hidden = with_code(clean, Image.new("RGB", (240, 240), "white"), (780, 780))
    assert refusal(hidden, display, cache, kind) == "qr_unproved"
    assert refusal(with_code(clean, code(4, LINK), (60, 300)), display, cache, kind) == "foreign_qr"


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_file_that_is_broken_anywhere_is_not_proved(kind: Kind, display: DisplayList, clean: Image.Image) -> None:
    cache, still = StaticCache(), Still(clean, display)
    whole = ENCODE[kind](still, cache)
    prove_bands(whole, kind, display, still.bands, cache)
    with pytest.raises((Blocked, OSError, SyntaxError)):
        prove_bands(whole[: len(whole) // 2], kind, display, still.bands, cache)
    if kind == "png":
        sum_at = whole.rindex(b"IEND") - 12
        for at in (sum_at, whole.index(b"IDAT", 100) + 50):
            broken = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
            assert proof_bands._SPLIT["png"](broken, display, still.bands, cache) is not None
            with pytest.raises(Blocked) as refused:
                prove_bands(broken, kind, display, still.bands, cache)
            assert refused.value.code == "qr_unproved"
