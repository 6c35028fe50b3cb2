"""Proves that a document of many posters scans: in each poster's place its own code, and no other code on any page."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import zxingcpp

from app.kernel.errors import Blocked
from app.rendering.pdf_edition import Place
from app.rendering.proof import page_lock, page_scale, require_readable, unproved
from app.rendering.qr import Gray, read_codes

SHEET_DPI = 400  # at which a page is proved that several posters share


def prove_pages(data: bytes, places: Sequence[Place]) -> None:
    """Returns when every poster shows its own code, which reads as `proof.prove` asks of one alone.

    `places` are in the order of their pages. *Raises* Blocked: ``foreign_qr`` when a code stands where none is
    promised, another one than the promised or the same one twice; ``qr_unproved`` when one is not found, or faint.
    """
    for number, members in groupby(places, key=lambda place: place.page):
        listed = list(members)
        gray, scale = _page(data, number, is_shared=len(listed) > 1)
        _prove_page(gray, scale, listed)


def _prove_page(gray: Gray, scale: float, places: Sequence[Place]) -> None:
    found = read_codes(gray)
    for place in places:
        inside = [code for code in found if _is_inside(code, place, scale, gray.shape[0])]
        if any(place.link is None or code.bytes != place.link.encode() for code in inside) or len(inside) > 1:
            raise Blocked("foreign_qr", f"another code stands on page {place.page + 1}", found=len(inside))
        if place.link is not None:
            if not inside:
                raise unproved(f"it cannot be read on page {place.page + 1}")
            require_readable(gray, inside[0], place.link)
        found = [code for code in found if code not in inside]
    if found:
        raise Blocked("foreign_qr", f"a code stands beside the posters of page {places[0].page + 1}", found=len(found))


def _is_inside(code: zxingcpp.Barcode, place: Place, scale: float, height_px: int) -> bool:
    """Whether the middle of the code lies in the place."""
    corners = code.position.top_left, code.position.bottom_right
    x = sum(corner.x for corner in corners) / 2 / scale
    y = (height_px - sum(corner.y for corner in corners) / 2) / scale
    return place.left <= x <= place.right and place.bottom <= y <= place.top


def _page(data: bytes, number: int, is_shared: bool) -> tuple[Gray, float]:
    """The grey pixels of a page, and how many there are to the point."""
    import pypdfium2 as pdfium

    with page_lock:
        document = pdfium.PdfDocument(data)
        try:
            page = document[number]
            scale = SHEET_DPI / 72 if is_shared else page_scale(page)
            bitmap = page.render(scale=scale, grayscale=True)
            return np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width), scale
        finally:
            document.close()
