"""Proves that a finished file scans: the code is read back from the file itself, and it is the only one in it.

An SVG is proved by the PNG of the same display list: both are painted from the same squares.
"""

import io
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import zxingcpp
from PIL import Image

from app.kernel.errors import Blocked
from app.rendering.qr import KINDS, Gray, Square, read_codes, side_of, square_of

if TYPE_CHECKING:
    import pypdfium2 as pdfium


FORMATS = ("PNG", "JPEG", "WEBP")
QUALITY = 60  # what a messenger leaves of a picture
LEAST_CONTRAST = 0.4  # of full black on white: below it phones stop reading (ISO/IEC 15415 grades it D)
PAGE_PX = 2000  # the longer side at which a page is proved
PAGE_LEAST_SCALE = 96 / 72  # pixels to the point that a page has at least, however large it is
MARGIN = 0.3  # around a code, as a part of its side: holds the quiet zone of four modules
page_lock = threading.Lock()  # PDFium works for one thread at a time


def prove(data: bytes, media_type: str, link: str | None) -> None:
    """Returns when the file shows one code, which reads exactly `link` at full size, half size and as a JPEG of q60.

    A poster that has no code of its own (`link` is None) must show none at all.

    *Raises* Blocked: ``foreign_qr`` when another code, or the same one twice, is found anywhere; ``qr_unproved`` when
    the code is not found, is too faint, or is lost at half size or by compression.
    """
    gray = _page(data) if media_type == "application/pdf" else _raster(data)
    found = read_codes(gray)
    if link is None:
        if found:
            raise Blocked("foreign_qr", "a code stands in a poster that has none of its own", found=len(found))
        return
    require_readable(gray, _only(found, link), link)


def require_readable(gray: Gray, own: zxingcpp.Barcode, link: str) -> None:
    """The code that was found in `gray` reads `link` dark on light, at half size, and after compression.

    One that reads at half size and compressed on top of it has passed more than both: it is read but once.

    *Raises* Blocked ``qr_unproved``.
    """
    crop = _cut(gray, _square(own, gray))
    if _contrast(gray, own) < LEAST_CONTRAST:
        raise unproved("its contrast is too low")
    if _reads(_compressed(next(_halved(crop))), link):
        return
    if not _reads(crop, link):
        raise unproved("it is printed light on dark")
    if not any(_reads(half, link) for half in _halved(crop)):
        raise unproved("it is lost at half size")
    if not _reads(_compressed(crop), link):
        raise unproved(f"it is lost in a JPEG of quality {QUALITY}")


def _only(found: list[zxingcpp.Barcode], link: str) -> zxingcpp.Barcode:
    own = [code for code in found if code.bytes == link.encode()]
    if len(found) > len(own):
        raise Blocked("foreign_qr", "another code stands in the picture", found=len(found))
    if len(own) > 1:
        raise Blocked("foreign_qr", "the code stands in the picture more than once", found=len(own))
    if not own:
        raise unproved("it cannot be read at full size")
    return own[0]


def unproved(why: str) -> Blocked:
    """The refusal of a file whose code does not do."""
    return Blocked("qr_unproved", f"the code of the finished file is not proved: {why}")


def _raster(data: bytes) -> Gray:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        image.draft("L", image.size)
        return np.asarray(image.convert("L"))


def _page(data: bytes) -> Gray:
    import pypdfium2 as pdfium

    with page_lock:
        document = pdfium.PdfDocument(data)
        try:
            page = document[0]
            bitmap = page.render(scale=page_scale(page), grayscale=True)
            return np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
        finally:
            document.close()


def page_scale(page: "pdfium.PdfPage") -> float:
    """At how many pixels to the point a page is proved."""
    return float(max(PAGE_PX / max(page.get_size()), PAGE_LEAST_SCALE))


def _square(code: zxingcpp.Barcode, gray: Gray, margin: float = MARGIN) -> Square:
    left, top, right, bottom = square = square_of(code)
    reach = round(margin * side_of(square))
    height, width = gray.shape
    return (
        max(0, left - reach) & ~1,  # even, so that a cut is halved into the pixels that the whole would be
        max(0, top - reach) & ~1,
        min(width, right + reach + 1),
        min(height, bottom + reach + 1),
    )


def _cut(gray: Gray, square: Square) -> Gray:
    left, top, right, bottom = square
    return np.ascontiguousarray(gray[top:bottom, left:right])


def _contrast(gray: Gray, code: zxingcpp.Barcode) -> float:
    """How far the dark and the light modules lie apart, from 0 to 1."""
    counts = Image.fromarray(_cut(gray, _square(code, gray, margin=0.0))).histogram()
    dark, light = np.searchsorted(np.cumsum(counts) / sum(counts), (0.1, 0.9))
    return float(light - dark) / 255


def _halved(crop: Gray) -> Iterator[Gray]:
    """The crop at half size as devices make it: by the mean of four pixels, which is quick, or by a sharper filter."""
    image = Image.fromarray(crop)
    yield np.asarray(image.reduce(2))
    yield np.asarray(image.resize((max(1, image.width // 2), max(1, image.height // 2)), Image.Resampling.LANCZOS))


def _compressed(crop: Gray) -> Gray:
    file = io.BytesIO()
    Image.fromarray(crop).save(file, "JPEG", quality=QUALITY)
    return np.asarray(Image.open(file, formats=("JPEG",)))


def _reads(gray: Gray, link: str) -> bool:
    found = zxingcpp.read_barcodes(gray, formats=KINDS, try_invert=False, try_downscale=False)
    return [code.bytes for code in found] == [link.encode()]
