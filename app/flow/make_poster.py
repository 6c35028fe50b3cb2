"""The way from values to a finished, checked and proven poster. Nothing is drawn that the rules have not seen."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.compliance.engine import Document, Facts, Rules, TextRun, Verdict, check
from app.kernel.errors import Invalid, Problem
from app.rendering.display import DisplayList, TextItem
from app.rendering.encode import Format, encode
from app.rendering.layout import Kit, lay_out, reading_order
from app.rendering.paint_pdf import paint_pdf
from app.rendering.paint_png import StaticCache, paint
from app.rendering.paint_svg import paint_svg
from app.rendering.pictures import Picture
from app.rendering.proof import prove
from app.rendering.scene import Language
from app.rendering.template import Template
from app.rendering.values import Profile, Values, validate

MEDIA_TYPES: Mapping[str, str] = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class LoadedTemplate:
    """A template with its pictures by file name; `digest` changes with any byte of either."""

    template: Template
    pictures: Mapping[str, Picture]
    digest: str


@dataclass(frozen=True)
class Studio:
    """All that posters are made with, loaded once: brand kit, templates, rules, and the cache of painted grounds."""

    kit: Kit
    templates: Mapping[str, LoadedTemplate]
    rules: Rules
    sample_profile: Profile
    sample_link: str
    no_photo: Picture
    cache: StaticCache = field(default_factory=StaticCache)


@dataclass(frozen=True, slots=True)
class Order:
    """One poster that somebody wants. `size` and `language` fall back to the template's first."""

    template: LoadedTemplate
    values: Values
    link: str
    format: Format | str
    as_of: date
    size: str | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Poster:
    """A finished file with the verdict on its copy. `data` has been proved: its code leads to its own link."""

    data: bytes
    media_type: str
    sha256: str
    verdict: Verdict


def compose(studio: Studio, order: Order) -> tuple[DisplayList, Verdict]:
    """Lay the poster out and judge what it says. *Raises* Invalid with every problem of the values."""
    template = order.template.template
    problems = [*_order_problems(order), *validate(template, order.values, studio.kit.fonts)]
    if problems:
        raise Invalid.of(problems)
    size, _ = template.size(order.size)
    language = order.language or template.language
    display = lay_out(template, size, order.values, studio.kit, order.template.pictures, order.link, language)
    return display, judge(studio.rules, display, template, order.as_of)


def make_poster(studio: Studio, order: Order) -> Poster:
    """The finished file.

    *Raises* Invalid with every problem of the values; a blocking finding is one (``blocked``), at the slot that holds it.
    Blocked when the code of the finished file cannot be proved.
    """
    display, verdict = compose(studio, order)
    if verdict.outcome == "block":
        raise Invalid.of(list(_blocking(display, verdict)))
    data = render(studio, display, order.format)
    return Poster(data, MEDIA_TYPES[order.format], hashlib.sha256(data).hexdigest(), verdict)


def render(studio: Studio, display: DisplayList, format_: str) -> bytes:
    """Paint the display list as a file of `format_` and prove its code from that file (an SVG's from its pixels)."""
    if format_ == "pdf":
        data = paint_pdf(display, studio.kit.fonts)
    elif format_ == "svg":
        data = paint_svg(display, studio.kit.fonts).encode()
    else:
        data = encode(paint(display, studio.kit.fonts, studio.cache), format_)
    if display.qr is not None:
        proven = encode(paint(display, studio.kit.fonts, studio.cache), "png") if format_ == "svg" else data
        prove(proven, MEDIA_TYPES["png" if format_ == "svg" else format_], display.qr.link)
    return data


def judge(rules: Rules, display: DisplayList, template: Template, as_of: date) -> Verdict:
    """The verdict on exactly the text that the painters draw, in the order in which people read it."""
    runs = tuple(
        TextRun(text=item.text, box=item.ink, size=item.size, colour=_colour(item), layer=item.layer, slot=item.slot)
        for item in reading_order(display)
    )
    facts = Facts(product=template.product, jurisdiction=template.jurisdiction, language=display.language)
    return check(rules, Document(runs=runs, facts=facts, fragment=False), as_of)


def _colour(item: TextItem) -> tuple[int, int, int, int]:
    return next((run.colour for line in item.lines for run in line.runs), (0, 0, 0, 255))


def _order_problems(order: Order) -> Iterator[Problem]:
    template = order.template.template
    if order.language is not None and order.language not in template.languages:
        yield Problem("language", "unknown_language", f"the template speaks {', '.join(template.languages)}")
    validity = template.validity
    if order.as_of < validity.starts_on or (validity.ends_on is not None and order.as_of > validity.ends_on):
        yield Problem(
            "template", "not_valid", f"the template is valid from {validity.starts_on} to {validity.ends_on or 'further notice'}"
        )


def _blocking(display: DisplayList, verdict: Verdict) -> Iterator[Problem]:
    slots = {item.layer: item.slot for item in display.items}
    for finding in verdict.findings:
        if finding.severity == "block":
            slot = slots.get(finding.layer)
            path = f"slots.{slot}" if slot else f"layers.{finding.layer}"
            yield Problem(path, "blocked", f"“{finding.text}”: {finding.message} ({finding.rule}, {finding.source})")
