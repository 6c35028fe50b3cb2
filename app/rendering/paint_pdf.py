"""Paints display lists on paper: a PDF of real text, vector shapes and pictures, one poster to the page or many.

Glyphs are shown by id, each where the display list has it, so the page agrees with the pixels and with the editor.
Nothing is looked up, fetched or read: the file holds what the display lists and the fonts hold, and no day but the
order's.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pydyf

from app.kernel.errors import Invalid, Problem
from app.rendering.display import DisplayList, TextItem
from app.rendering.fonts import FontBook
from app.rendering.imposition import POINTS_PER_MM, Box, Paper, Plan, crop_marks, page_plan, paper_of, sheet_plan
from app.rendering.pdf_edition import About, Finish, Leaf, Place, Printed
from app.rendering.pdf_fonts import used_glyphs
from app.rendering.pdf_items import Canvas, ItemPainter
from app.rendering.pdf_marks import SLUG_INDENT, SLUG_RISE, draw_marks, slug
from app.rendering.pdf_metadata import VERSIONS, attach_evidence, describe
from app.rendering.pdf_objects import Resources, stream
from app.rendering.pdf_posters import PosterPainter, Spot
from app.rendering.pdf_tags import Tags
from app.rendering.version import renderer_version


def paint_pdf(display: DisplayList, fonts: FontBook, title: str = "") -> bytes:
    """The poster as one page; the same display list gives the same bytes.

    The trim box is the size's grid; the media box is the bleed box around it. *Unit*: millimetres of the size's
    `print`, or 0.75 pt to the pixel where it has none.
    """
    return paint_document([Leaf(display)], fonts, Finish(), About(title)).data


def paint_document(leaves: Sequence[Leaf], fonts: FontBook, finish: Finish, about: About) -> Printed:
    """Posters as one document that holds each font, picture and static layer once.

    On a sheet, a poster that comes alone fills it; several take a cell each, sheet after sheet.
    *Raises* Invalid ``does_not_fit``; ``mixed_sizes`` when posters that are to share a sheet differ in size;
    ``not_printed`` for a sheet of posters that have no size on paper; ``no_day`` for a standard without a day.
    """
    if finish.standard != "plain" and about.day is None:
        raise Invalid.of([Problem("day", "no_day", "the standard asks for the day on which the file was made")])
    pages = list(_pages(leaves, finish, about, fonts))
    pdf = pydyf.PDF()
    identifier = _identifier(leaves, finish)
    describe(pdf, finish, about, leaves[0].display.language, identifier)
    if about.evidence is not None and finish.standard == "a-3u" and about.day is not None:
        attach_evidence(pdf, about.evidence, about.day)
    resources = Resources(pdf, finish.colours)
    slugs = [page.slug for page in pages if page.slug is not None]
    texts = [item for leaf in leaves for item in leaf.display.items if isinstance(item, TextItem)]
    painter = ItemPainter(resources, fonts, used_glyphs([*texts, *slugs]))
    is_shared = sum(len(page.posters) for page in pages) > 1
    tags = Tags(pdf, parted=is_shared)
    posters = PosterPainter(painter, shares=is_shared)
    places = tuple(
        place for number, page in enumerate(pages) for place in _paint_page(page, number, painter, posters, tags)
    )
    tags.close()
    file = io.BytesIO()
    pdf.write(file, version=VERSIONS[finish.standard], identifier=identifier.encode())
    return Printed(file.getvalue(), places)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that is to be painted: its boxes, and each poster with the cell that it takes."""

    plan: Plan
    paper: Paper
    posters: tuple[tuple[Leaf, tuple[float, float]], ...]
    slug: TextItem | None


def _pages(leaves: Sequence[Leaf], finish: Finish, about: About, fonts: FontBook) -> Iterator[_Page]:
    filled = list(_filled(leaves, finish))
    for number, (plan, posters) in enumerate(filled, 1):
        paper = paper_of(posters[0][0].display)
        line = None
        if finish.marks or finish.sheet:
            left = posters[0][1][0] + SLUG_INDENT
            words = _slug_words(paper, finish, about, f"{number}/{len(filled)}")
            line = slug(words, fonts, left, paper.width - 2 * SLUG_INDENT)
        yield _Page(plan, paper, posters, line)


def _filled(
    leaves: Sequence[Leaf], finish: Finish
) -> Iterator[tuple[Plan, tuple[tuple[Leaf, tuple[float, float]], ...]]]:
    if finish.sheet is None:
        for leaf in leaves:
            plan = page_plan(paper_of(leaf.display), finish.marks)
            yield plan, ((leaf, plan.cells[0]),)
        return
    _require_one_size(leaves)
    plan = sheet_plan(paper_of(leaves[0].display), finish.sheet)
    wanted = list(leaves) * len(plan.cells) if len(leaves) == 1 and finish.fills else list(leaves)
    for start in range(0, len(wanted), len(plan.cells)):
        yield plan, tuple(zip(wanted[start : start + len(plan.cells)], plan.cells, strict=False))


def _require_one_size(leaves: Sequence[Leaf]) -> None:
    sizes = {leaf.display.print for leaf in leaves}
    if None in sizes:
        raise Invalid.of([Problem("imposition", "not_printed", "this size has no measures on paper")])
    if len(sizes) > 1:
        raise Invalid.of([Problem("imposition", "mixed_sizes", "posters that share a sheet have one size")])


def _slug_words(paper: Paper, finish: Finish, about: About, number: str) -> str:
    measures = f"{paper.width / POINTS_PER_MM:g}×{paper.height / POINTS_PER_MM:g} mm"
    bleed = f"+{paper.bleed / POINTS_PER_MM:g} mm" if paper.bleed else ""
    day = about.day.isoformat() if about.day else ""
    parts = (about.title, measures, bleed, finish.colours.condition.identifier, day, number)
    return "  ".join(part for part in parts if part)


def _paint_page(page: _Page, number: int, painter: ItemPainter, posters: PosterPainter, tags: Tags) -> Iterator[Place]:
    pdf, plan, paper = painter.resources.pdf, page.plan, page.paper
    painter.canvas = Canvas()
    made = _added(pdf, plan, painter.resources)
    tags.begin_page(made)
    for leaf, (left, bottom) in page.posters:
        spot = Spot(
            left, bottom + paper.height, paper.width / leaf.display.width_px, paper.height / leaf.display.height_px
        )
        painter.canvas.push_state()
        if page.slug is not None:
            _clip(painter.canvas, (left, bottom, left + paper.width, bottom + paper.height), paper.bleed)
        posters.paint(leaf, spot, tags.section(made))
        painter.canvas.pop_state()
        link = leaf.display.qr.link if leaf.display.qr else None
        x, y = left - plan.media[0], bottom - plan.media[1]
        yield Place(number, x, y, x + paper.width, y + paper.height, link)
    if page.slug is not None:
        draw_marks(painter.canvas, painter.resources, crop_marks(paper, [cell for _, cell in page.posters]))
        _draw_slug(painter, page.slug, plan.media[1] + SLUG_RISE)
    made["Contents"] = stream(pdf, painter.canvas.data_bytes()).reference


def _added(pdf: pydyf.PDF, plan: Plan, resources: Resources) -> pydyf.Dictionary:
    page = pydyf.Dictionary(
        {
            "Type": "/Page",
            "Parent": pdf.pages.reference,
            "MediaBox": pydyf.Array(plan.media),
            "BleedBox": pydyf.Array(plan.bleed),
            "TrimBox": pydyf.Array(plan.trim),
            "Resources": resources.dictionary.reference,
            "Group": pydyf.Dictionary({"S": "/Transparency", "CS": resources.colours.space}),
        }
    )
    pdf.add_page(page)
    return page


def _clip(canvas: Canvas, trim: Box, bleed: float) -> None:
    """Keeps what is painted inside the bleed, clear of the marks and of the neighbours."""
    canvas.rectangle(trim[0] - bleed, trim[1] - bleed, trim[2] - trim[0] + 2 * bleed, trim[3] - trim[1] + 2 * bleed)
    canvas.clip()
    canvas.end()


def _draw_slug(painter: ItemPainter, line: TextItem, baseline: float) -> None:
    canvas = painter.canvas
    canvas.begin_marked_content("Artifact")
    canvas.push_state()
    canvas.set_matrix(1, 0, 0, -1, 0, baseline)
    painter.paint(line)
    canvas.pop_state()
    canvas.end_marked_content()


def _identifier(leaves: Sequence[Leaf], finish: Finish) -> str:
    """The same posters in the same finish keep their identifier, as the format asks of two versions of one document."""
    named = hashlib.sha256(repr((renderer_version(), finish)).encode())
    for display in (leaf.display for leaf in leaves):
        texts = [item.text for item in display.items if isinstance(item, TextItem)]
        link = display.qr.link if display.qr else ""
        named.update(repr((display.static_key, display.width_px, display.height_px, link, texts)).encode())
    return named.hexdigest()[:32]
