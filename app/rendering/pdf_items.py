"""Paints items of a display list into a content stream: text by glyph ids, vector shapes, pictures, the code."""

from collections.abc import Mapping
from itertools import groupby

import pydyf

from app.rendering import paths
from app.rendering.display import AnyItem, PictureItem, QrItem, ShapeItem, TextItem
from app.rendering.outlines import picture_path, shape_path
from app.rendering.pdf_fonts import PdfFont, draw_run
from app.rendering.pdf_objects import Resources, stream
from app.rendering.pdf_paints import fill, set_alpha, set_colour, set_opacity, stroke, trace
from app.rendering.pdf_pictures import picture_name

EVERYWHERE = 100_000  # a form's box that cuts nothing


class Canvas(pydyf.Stream):  # type: ignore[misc]  # pydyf has no types
    """A content stream that is packed once, when it is whole."""

    def data_bytes(self) -> bytes:
        """The operators so far."""
        return b"\n".join(item if isinstance(item, bytes) else str(item).encode("ascii") for item in self.stream)


def form(resources: Resources, content: bytes) -> pydyf.Stream:
    """A content stream that pages and other forms may show, laid over what is below as a whole."""
    return stream(
        resources.pdf,
        content,
        {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": pydyf.Array([-EVERYWHERE, -EVERYWHERE, EVERYWHERE, EVERYWHERE]),
            "Resources": resources.dictionary.reference,
            "Group": pydyf.Dictionary({"S": "/Transparency", "CS": resources.colours.space}),
        },
    )


class ItemPainter:
    """Paints items on `canvas`, y downwards, one unit a pixel of the grid.

    `detail` is how many of a picture's pixels a pixel of the grid may hold.
    """

    def __init__(self, resources: Resources, fonts: Mapping[str, PdfFont]) -> None:
        self.canvas = Canvas()
        self.resources = resources
        self.detail = 1.0
        self._fonts = fonts
        self._names = {key: resources.keep("Font", key, font.add_to(resources.pdf)) for key, font in fonts.items()}

    def paint(self, item: AnyItem) -> None:
        """Paints one item; one that is laid over as a whole (opacity) becomes a group of its own."""
        if item.opacity >= 1:
            self._paint(item)
        elif item.opacity > 0:
            self._paint_together(item)

    def _paint_together(self, item: AnyItem) -> None:
        below, self.canvas = self.canvas, Canvas()
        self._paint(item)
        content, self.canvas = self.canvas.data_bytes(), below
        name = self.resources.name("XObject", content)
        if name is None:
            name = self.resources.keep("XObject", content, form(self.resources, content))
        self.canvas.push_state()
        set_opacity(self.canvas, self.resources, item.opacity)
        self.canvas.draw_x_object(name)
        self.canvas.pop_state()

    def _paint(self, item: AnyItem) -> None:
        by = paths.turn(item.rotate, item.box)
        self.canvas.push_state()
        if not by.is_identity:
            self.canvas.set_matrix(by.a, by.b, by.c, by.d, by.e, by.f)
        if isinstance(item, ShapeItem):
            self._shape(item)
        elif isinstance(item, TextItem):
            self._text(item)
        elif isinstance(item, PictureItem):
            self._picture(item)
        else:
            self._code(item)
        self.canvas.pop_state()

    def _shape(self, item: ShapeItem) -> None:
        path = shape_path(item)
        if item.fill is not None:
            fill(self.canvas, self.resources, path, item.fill)
        stroke(self.canvas, self.resources, path, item.stroke)

    def _text(self, item: TextItem) -> None:
        for run in (run for line in item.lines for run in line.runs if run.glyphs):
            self.canvas.push_state()
            set_alpha(self.canvas, self.resources, run.colour[3])
            self.canvas.begin_text()
            self.canvas.set_font_size(self._names[run.font], 1)
            set_colour(self.canvas, self.resources.colours, run.colour[:3])
            draw_run(self.canvas, run, self._fonts[run.font])
            self.canvas.end_text()
            self.canvas.pop_state()

    def _picture(self, item: PictureItem) -> None:
        if item.picture is None:
            return
        name = picture_name(self.resources, item, self.detail)
        path = picture_path(item)
        x, y, width, height = item.box
        self.canvas.push_state()
        trace(self.canvas, path)
        self.canvas.clip()
        self.canvas.end()
        self.canvas.set_matrix(width, 0, 0, -height, x, y + height)
        self.canvas.draw_x_object(name)
        self.canvas.pop_state()
        stroke(self.canvas, self.resources, path, item.border)

    def _code(self, item: QrItem) -> None:
        fill(self.canvas, self.resources, paths.rectangle(item.box, item.radius), item.light)
        x, y, width, height = item.modules
        self.canvas.push_state()
        set_alpha(self.canvas, self.resources, item.dark[3])
        set_colour(self.canvas, self.resources.colours, item.dark[:3])
        self.canvas.set_matrix(width / len(item.matrix[0]), 0, 0, height / len(item.matrix), x, y)
        self.canvas.stream.append(_modules(item.matrix))
        self.canvas.fill()
        self.canvas.pop_state()


def _modules(matrix: tuple[tuple[bool, ...], ...]) -> str:
    """The dark modules as rectangles on the code's own grid, neighbours in a row as one."""
    operators = []
    for row, cells in enumerate(matrix):
        column = 0
        for is_dark, members in groupby(cells):
            count = sum(1 for _ in members)
            if is_dark:
                operators.append(f"{column} {row} {count} 1 re")
            column += count
    return "\n".join(operators)
