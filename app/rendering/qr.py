"""The kinds of QR code, and a code's matrix: written by zxing-cpp at the smallest version that holds the link."""

import io
from functools import lru_cache
from typing import Literal

import numpy as np
import zxingcpp
from PIL import Image

Matrix = tuple[tuple[bool, ...], ...]
MAX_LINK = 400
KINDS = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.MicroQRCode, zxingcpp.BarcodeFormat.RMQRCode]
)


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
