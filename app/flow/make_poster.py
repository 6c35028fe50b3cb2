"""The way from values to a finished, checked and proven poster. Nothing is drawn that the rules have not seen."""

import hashlib
from datetime import date
from typing import Literal

from app.compliance.document import Facts
from app.flow.check_copy import Judgement, Passed, check_poster
from app.flow.orders import MEDIA_TYPES, Format, Order, Poster, Studio
from app.flow.print_poster import print_poster
from app.kernel.errors import Invalid, Problem
from app.rendering.banded_jpeg import encode_jpeg
from app.rendering.banded_png import encode_png
from app.rendering.display import DisplayList
from app.rendering.encode import encode
from app.rendering.layout import lay_out
from app.rendering.paint_png import Painting
from app.rendering.paint_svg import paint_svg
from app.rendering.pdf_edition import PLAIN
from app.rendering.proof import prove
from app.rendering.proof_bands import prove_bands
from app.rendering.proof_strips import prove_strips
from app.rendering.strips import encode_strips, gray_strips, is_large, paint_strips
from app.rendering.template import Template

PixelFormat = Literal["png", "jpeg", "webp", "svg"]


def compose(studio: Studio, order: Order, passed: Passed | None = None) -> tuple[DisplayList, Judgement]:
    """Lay the poster out and judge what it says, unless this studio has `passed` judgement on the very same.

    *Raises* Invalid with every problem of the values.
    """
    template = order.template.template
    _require_valid(template, order.as_of)
    display = lay_out(
        template, order.size, order.values, studio.kit, order.template.pictures, order.link, order.language
    )
    facts = facts_of(order, display.language)
    return display, check_poster(studio.rules, display, facts, order.as_of, studio.evidence, passed=passed)


def facts_of(order: Order, language: str) -> Facts:
    """What the words of a poster do not say themselves."""
    template, profile = order.template.template, order.values.profile
    return Facts(
        template.jurisdiction,
        template.product,
        language=language,
        licence=profile.licence or None,
        name=profile.name or None,
        organisation=profile.organisation or None,
    )


def make_poster(studio: Studio, order: Order, passed: Passed | None = None) -> Poster:
    """The finished file; `passed` as in `compose`.

    *Raises* Invalid with every problem of the values; a blocking finding is one (``blocked``), at its slot.
    Blocked when the code of the finished file cannot be proved.
    """
    display, judgement = compose(studio, order, passed)
    if judgement.verdict.outcome == "block":
        raise Invalid.of(judgement.blocking())
    if order.format == "pdf":
        data = print_poster(studio, order, display, judgement)
    elif order.finish != PLAIN:
        raise Invalid.of([Problem("format", "not_a_pdf", "standards, marks and sheets are for PDF files")])
    else:
        data = render(studio, display, order.format)
    return Poster(data, MEDIA_TYPES[order.format], hashlib.sha256(data).hexdigest(), judgement)


def render(studio: Studio, display: DisplayList, format_: PixelFormat) -> bytes:
    """Paint the display list as a file of `format_`, and prove its code from that file (an SVG's from its pixels)."""
    if is_large(display) and format_ != "webp":
        return _render_large(studio, display, format_)
    fonts, cache = studio.kit.fonts, studio.cache
    painting = Painting(display, fonts, cache)
    if format_ == "webp":
        data = encode(painting.rows(0, display.height_px), "webp", display.dpi)
        prove(data, MEDIA_TYPES["webp"], display.qr.link if display.qr else None)
    elif format_ == "jpeg":
        data = encode_jpeg(painting, cache)
        prove_bands(data, "jpeg", display, painting.bands, cache)
    else:
        data = encode_png(painting, cache)
        prove_bands(data, "png", display, painting.bands, cache)
    return data if format_ != "svg" else paint_svg(display, fonts).encode()


def _render_large(studio: Studio, display: DisplayList, format_: PixelFormat) -> bytes:
    fonts = studio.kit.fonts
    kind = "jpeg" if format_ == "jpeg" else "png"
    data = encode_strips(display, paint_strips(display, fonts), kind)
    prove_strips(gray_strips(data, display, kind), display.qr.link if display.qr else None)
    return data if format_ != "svg" else paint_svg(display, fonts).encode()


def _require_valid(template: Template, day: date) -> None:
    validity = template.validity
    if day < validity.starts_on or (validity.ends_on is not None and day > validity.ends_on):
        until = f"to {validity.ends_on}" if validity.ends_on else "on"
        raise Invalid.of([Problem("template", "not_valid", f"it may be used from {validity.starts_on} {until}")])


__all__ = [
    "MEDIA_TYPES",
    "Format",
    "Order",
    "PixelFormat",
    "Poster",
    "Studio",
    "compose",
    "facts_of",
    "make_poster",
    "render",
]
