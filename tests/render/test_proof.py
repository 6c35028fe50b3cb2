"""The proof: a file passes when its one code reads exactly its link, also small and compressed; nothing else passes."""

from collections.abc import Callable

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from app.kernel.errors import Blocked
from app.rendering.display import DisplayList
from app.rendering.encode import encode
from app.rendering.paint_pdf import paint_pdf
from app.rendering.paint_png import paint
from app.rendering.proof import prove
from tests.posters import LINK, brand, poster, template, text_layer

PLATE = (800, 800, 1040, 1040)


def made() -> DisplayList:
    return poster(template(text_layer(text="扫码联系我"), {"kind": "qr", "name": "qr", "box": [800, 800, 240, 240]}))


@pytest.fixture(scope="module")
def clean() -> Image.Image:
    return paint(made(), brand().kit.fonts)


def other_code(text: str = "https://elsewhere.example/", scale: int = 4) -> Image.Image:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return Image.fromarray(np.array(zxingcpp.write_barcode_to_image(code, scale=scale))).convert("RGB")


def inverted(image: Image.Image) -> Image.Image:
    return image.point(lambda value: 255 - value)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_clean_poster_is_proved(clean: Image.Image, kind: str) -> None:
    prove(encode(clean, kind), f"image/{kind}", LINK)  # type: ignore[arg-type]


def test_a_clean_page_is_proved() -> None:
    prove(paint_pdf(made(), brand().kit.fonts), "application/pdf", LINK)


def covered(image: Image.Image) -> None:
    image.paste((20, 32, 43), (890, 890, 950, 950))


def faint(image: Image.Image) -> None:
    image.paste(image.crop(PLATE).point(lambda value: 200 + value * 55 // 255), PLATE[:2])


def light_on_dark(image: Image.Image) -> None:
    image.paste(inverted(image.crop(PLATE)), PLATE[:2])


def too_small(image: Image.Image) -> None:
    small = image.crop(PLATE).resize((62, 62), Image.Resampling.LANCZOS)
    image.paste((255, 255, 255), PLATE)
    image.paste(small, PLATE[:2])


def absent(image: Image.Image) -> None:
    image.paste((255, 255, 255), PLATE)


@pytest.mark.parametrize("spoil", [covered, faint, light_on_dark, too_small, absent])
def test_a_code_that_phones_cannot_read_is_blocked(clean: Image.Image, spoil: Callable[[Image.Image], None]) -> None:
    spoilt = clean.copy()
    spoil(spoilt)
    with pytest.raises(Blocked) as refused:
        prove(encode(spoilt, "png"), "image/png", LINK)
    assert refused.value.code == "qr_unproved"


@pytest.mark.parametrize(
    "foreign",
    [
        other_code(),
        other_code().rotate(30, expand=True, fillcolor="white"),
        inverted(other_code()),
        other_code().point(lambda value: 150 + value // 4),
        other_code(scale=2),
        other_code(LINK),
    ],
    ids=["plain", "turned", "inverted", "faint", "small", "our own again"],
)
def test_a_second_code_anywhere_is_blocked(clean: Image.Image, foreign: Image.Image) -> None:
    spoilt = clean.copy()
    spoilt.paste(foreign, (150, 500))
    with pytest.raises(Blocked) as refused:
        prove(encode(spoilt, "jpeg"), "image/jpeg", LINK)
    assert refused.value.code == "foreign_qr"


def test_a_poster_without_a_code_of_its_own_may_show_none() -> None:
    plain = paint(poster(template(text_layer(text="澜山银行"))), brand().kit.fonts)
    prove(encode(plain, "png"), "image/png", None)
    plain.paste(other_code(), (150, 500))
    with pytest.raises(Blocked) as refused:
        prove(encode(plain, "png"), "image/png", None)
    assert refused.value.code == "foreign_qr"


@pytest.mark.parametrize("link", [LINK + "x", LINK[:-1], LINK.upper(), LINK.replace("https", "http")])
def test_a_code_that_leads_elsewhere_is_blocked(clean: Image.Image, link: str) -> None:
    with pytest.raises(Blocked) as refused:
        prove(encode(clean, "png"), "image/png", link)
    assert refused.value.code == "foreign_qr"


def test_the_proof_reads_the_file_and_not_what_it_was_made_from(clean: Image.Image) -> None:
    data = encode(clean, "jpeg")
    with pytest.raises((Blocked, OSError)):
        prove(data[: len(data) // 3], "image/jpeg", LINK)
