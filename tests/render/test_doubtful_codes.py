"""The corner of a code, reduced, now and then reads as a Micro QR code: none is found then, and real ones are."""

import io

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from app.kernel.errors import Blocked
from app.rendering.code_search import REDUCED, Search
from app.rendering.qr import KINDS, Gray, picture, read_codes

MICRO = zxingcpp.BarcodeFormat.MicroQRCode
MODULE_PX = 4
MISREAD = 1186, 4705, 19175  # numbers of links whose codes are misread at a third of their size
MISREAD_ENLARGED = 18627  # and once more when it is looked at enlarged


def link(number: int) -> str:
    return f"https://go.lanshan.example/r/{number:010d}"


def code(number: int) -> Image.Image:
    with Image.open(io.BytesIO(picture(link(number), MODULE_PX))) as image:
        return image.convert("L")


def micro(module_px: int) -> Image.Image:
    made = zxingcpp.create_barcode("4321", zxingcpp.BarcodeFormat.MicroQRCode)
    return Image.fromarray(np.asarray(made.to_image(scale=module_px))).convert("L")


def misread(gray: Gray) -> list[zxingcpp.Barcode]:
    return [one for one in zxingcpp.read_barcodes(gray, formats=KINDS) if one.format == MICRO]


@pytest.mark.parametrize("number", MISREAD)
def test_what_reads_otherwise_when_it_is_enlarged_is_no_code(number: int) -> None:
    small = np.asarray(code(number).reduce(3))
    assert misread(small)
    assert read_codes(small) == []


def test_the_corner_of_the_own_code_is_no_second_code() -> None:
    whole = code(MISREAD_ENLARGED)
    small = np.asarray(whole.reduce(3))
    assert [one.format for one in read_codes(small)] == [MICRO]
    for first, second in (((whole, 1), (small, 3)), ((small, 3), (whole, 1))):
        search = Search(link(MISREAD_ENLARGED))
        for image, scale in (first, second):
            search.look(np.asarray(image), 0, scale)
        search.settle()


@pytest.mark.parametrize("module_px", [2, 3, 5, 12])
def test_a_micro_code_beside_the_own_one_is_found(module_px: int) -> None:
    own, foreign = code(1), micro(module_px)
    image = Image.new("L", (own.width + foreign.width + 40, max(own.height, foreign.height) + 40), 255)
    image.paste(own, (10, 10))
    image.paste(foreign, (own.width + 20, 20))
    gray = np.asarray(image)
    assert sorted(one.bytes for one in read_codes(gray)) == [b"4321", link(1).encode()]
    search = Search(link(1))
    search.look(gray, 0)
    search.look(np.asarray(image.reduce(REDUCED)), 0, REDUCED)
    with pytest.raises(Blocked) as refused:
        search.settle()
    assert refused.value.code == "foreign_qr"
