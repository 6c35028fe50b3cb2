"""The QR code's matrix: written by zxing-cpp at the smallest version that holds the link."""

from functools import lru_cache
from typing import Literal

import numpy as np
import zxingcpp

Matrix = tuple[tuple[bool, ...], ...]
MAX_LINK = 400


@lru_cache(maxsize=256)
def matrix(link: str, level: Literal["M", "Q", "H"]) -> Matrix:
    """Rows of dark (True) and light modules, without a quiet zone.

    *Raises* ValueError when the link is empty or longer than a poster's code can carry.
    """
    if not link or len(link.encode()) > MAX_LINK:
        raise ValueError(f"a link of 1 to {MAX_LINK} bytes, not {len(link.encode())}")
    code = zxingcpp.create_barcode(link, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    dark = np.asarray(code.to_image(scale=1, add_quiet_zones=False)) == 0
    return tuple(tuple(bool(module) for module in row) for row in dark)
