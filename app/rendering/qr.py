"""QR codes by zxing-cpp: a code's matrix, at the smallest version that holds the link, and the codes in a picture."""

import io
from functools import lru_cache
from typing import Literal

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

Matrix = tuple[tuple[bool, ...], ...]
Square = tuple[int, int, int, int]
Gray = NDArray[np.uint8]

MAX_LINK = 400
KINDS = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.MicroQRCode, zxingcpp.BarcodeFormat.RMQRCode]
)
CONFIRMED_AT = 1.5  # by how much the picture is larger in which a doubtful code must be read again


@lru_cache(maxsize=256)
def matrix(link: str, level: Literal["M", "Q", "H"]) -> Matrix:
    """Rows of dark (True) and light modules, without a quiet zone.

    *Raises* ValueError when the link is empty or longer than a poster's code can carry.
    """
    if not link or len(link.encode()) > MAX_LINK:
        raise ValueError(f"a link of 1 to {MAX_LINK} bytes, not {len(link.encode())}")
    code = zxingcpp.create_barcode(link, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    dark = np.asarray(code.to_image(scale=1, add_quiet_zones=False)) == 0
    return tuple(map(tuple, dark.tolist()))


def picture(link: str, module_px: int, quiet_modules: int = 4) -> bytes:
    """The code alone, as a PNG with `module_px` for each module and its quiet zone."""
    dark = np.pad(np.array(matrix(link, "M")), quiet_modules)
    pixels = np.where(dark, 0, 255).astype(np.uint8).repeat(module_px, axis=0).repeat(module_px, axis=1)
    file = io.BytesIO()
    Image.fromarray(pixels).convert("1").save(file, "PNG", optimize=True)
    return file.getvalue()


def read_codes(gray: Gray, *, also_smaller: bool = True) -> list[zxingcpp.Barcode]:
    """The QR codes, Micro QR codes and rMQR codes in a picture, however they are turned or inverted.

    A large one may read only where the picture is made smaller; who looks into a smaller one by themselves need not
    have it made (`also_smaller`).

    The smallest Micro QR codes hold a check of two bytes: once in ten thousand posters, the corner of a larger code or
    a texture reads as one. So one must read the same from its surroundings enlarged, and stand in no other code.
    """
    found = list(zxingcpp.read_barcodes(gray, formats=KINDS, try_downscale=also_smaller))
    sure = [code for code in found if not is_doubtful(code)]
    if len(sure) == len(found):
        return sure
    squares = [square_of(code) for code in sure]
    return sure + [
        code
        for code in found
        if is_doubtful(code)
        and not any(holds(square, square_of(code)) for square in squares)
        and _is_confirmed(gray, code)
    ]


def is_doubtful(code: zxingcpp.Barcode) -> bool:
    """Whether the kind of code is read where there is none now and then."""
    return bool(code.format == zxingcpp.BarcodeFormat.MicroQRCode)


def square_of(code: zxingcpp.Barcode) -> Square:
    """Left, top, right and bottom of the upright square around a code, without its quiet zone."""
    place = code.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    return min(xs), min(ys), max(xs), max(ys)


def side_of(square: Square) -> int:
    """The longer side of a square."""
    return max(square[2] - square[0], square[3] - square[1])


def holds(square: Square, other: Square) -> bool:
    """Whether the middle of the other lies in the square."""
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return square[0] <= x <= square[2] and square[1] <= y <= square[3]


def _is_confirmed(gray: Gray, code: zxingcpp.Barcode) -> bool:
    left, top, right, bottom = square = square_of(code)
    reach = side_of(square) // 2
    cut = gray[max(0, top - reach) : bottom + reach, max(0, left - reach) : right + reach]
    size = (round(cut.shape[1] * CONFIRMED_AT), round(cut.shape[0] * CONFIRMED_AT))
    larger = np.asarray(Image.fromarray(cut).resize(size, Image.Resampling.BICUBIC))
    return any(again.bytes == code.bytes for again in zxingcpp.read_barcodes(larger, formats=KINDS))
