"""The brand page: colours, type, logo and rules, as everybody of the house may look them up."""

from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request

from app.brand.core import BrandKit
from app.kernel.digest import sha256_hex
from app.kernel.errors import NotFound
from app.reads.brand_book import LEGIBLE, asset, brand_book, specimen
from app.reads.brand_kit import HOUSE, read_brand
from app.rendering.template_checks import MIN_DISCLOSURE_MM, MIN_DISCLOSURE_PX, MIN_QR_MM, MIN_QR_PX
from app.web.languages import chosen
from app.web.parts import parts
from app.web.policy import permitted
from app.web.words import _

EDGES_PX = (320, 640, 1280)
SPECIMEN = "山色新，茶也正好 Lanshan 2026"

blueprint = Blueprint("brand", __name__, url_prefix="/brand")


@blueprint.get("/")
@permitted("brand.read")
def index() -> str:
    """The whole book."""
    book = brand_book(_brand(parts().settings.brand_assets_dir / HOUSE), parts().studio.kit)
    name = book.brand.name
    return render_template(
        "designer/brand.html",
        book=book,
        name=name.zh if chosen() == "zh" else name.en,
        other_name=name.en if chosen() == "zh" else name.zh,
        swatch_name=_swatch_name,
        family_name=_family_name,
        asset_words=_asset_words,
        specimen_text=SPECIMEN,
        legible=LEGIBLE,
        least={
            "disclosure_px": MIN_DISCLOSURE_PX,
            "disclosure_mm": round(MIN_DISCLOSURE_MM, 1),
            "qr_px": MIN_QR_PX,
            "qr_mm": MIN_QR_MM,
        },
    )


@blueprint.get("/specimen/<family>-<int:weight>.svg")
@permitted("brand.read")
def line(family: str, weight: int) -> Response:
    """A line in one weight, as outlines: no font file leaves the house."""
    return _kept(specimen(parts().studio.kit, family, weight, SPECIMEN).encode(), "image/svg+xml")


@blueprint.get("/pictures/<name>-<int:edge>")
@permitted("brand.read")
def picture(name: str, edge: int) -> Response:
    """A picture of the kit, no wider or higher than `edge` pixels."""
    if edge not in EDGES_PX:
        raise NotFound("no_such_picture", "there is no picture of this size")
    data = asset(parts().studio.kit, name, edge)
    return _kept(data, "image/png" if data.startswith(b"\x89PNG") else "image/jpeg")


@lru_cache(maxsize=4)
def _brand(folder: Path) -> BrandKit:
    """Brand kits are files that change with a release only."""
    return read_brand(folder)


def _kept(data: bytes, media_type: str) -> Response:
    response = make_response(data)
    response.content_type = media_type
    response.set_etag(sha256_hex(data)[:32])
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.make_conditional(request)
    return response


def _swatch_name(name: str) -> str:
    return {
        "ink": _("Ink"),
        "deep-blue": _("Deep blue"),
        "mist": _("Mist"),
        "paper": _("Paper"),
        "vermilion": _("Vermilion"),
        "gold": _("Muted gold"),
        "pine": _("Pine"),
        "dawn": _("Dawn"),
        "white": _("White"),
        "night": _("Night"),
        "stone": _("Stone"),
        "fog": _("Fog"),
        "cloud": _("Cloud"),
        "gold-light": _("Light gold"),
        "gold-deep": _("Deep gold"),
        "pine-deep": _("Deep pine"),
    }.get(name, name)


def _family_name(family: str) -> tuple[str, str]:
    """(name, what it is for) of a family."""
    return {
        "sans": (_("Sans"), _("Copy, figures, everything that has to be read quickly")),
        "serif": (_("Serif"), _("Greetings, festivals and dates; never for small print")),
    }.get(family, (family, ""))


def _asset_words(name: str) -> tuple[str, str]:
    """(name, on which ground it stands: ``light``, ``dark`` or ``photo``) of a picture of the kit."""
    return {
        "logo": (_("Logo"), "light"),
        "logo-light": (_("Logo on dark"), "dark"),
        "mark": (_("Mark"), "light"),
        "mark-light": (_("Mark on dark"), "dark"),
        "seal": (_("Seal"), "light"),
        "seal-solid": (_("Solid seal"), "dark"),
        "portrait": (_("Sample portrait"), "photo"),
        "no-photo": (_("Stand-in for a missing photo"), "photo"),
    }.get(name, (name, "light"))
