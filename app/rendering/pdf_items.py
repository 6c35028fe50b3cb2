"""Paints items of a display list into a content stream: text by glyph ids, vector shapes, pictures, the code."""

from collections.abc import Mapping

import pydyf
from PIL import Image

from app.rendering import paths
from app.rendering.display import AnyItem, PictureItem, QrItem, Shade, ShapeItem, TextItem
from app.rendering.fonts import FontBook
from app.rendering.outlines import module_path, picture_path, run_path, shape_path
from app.rendering.paint_items import shadow_mask
from app.rendering.paths import PixelBox
from app.rendering.pdf_emoji import PdfPictureFont
from app.rendering.pdf_fonts import PdfFont, draw_run
from app.rendering.pdf_objects import Resources, stream
from app.rendering.pdf_paints import fill, set_alpha, set_colour, set_opacity, set_soft_mask, stroke, trace
from app.rendering.pdf_pictures import embedded, pack, picture_name
from app.rendering.surface import scaled

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

    `detail` is how many of a picture's pixels a pixel of the grid may hold; `sheet` the pixels of the grid that are
    seen, bleed included. `used` are the glyphs of all texts by face, with what they are copied as.
    """

    def __init__(self, resources: Resources, book: FontBook, used: Mapping[str, dict[int, str]]) -> None:
        self.canvas = Canvas()
        self.resources = resources
        self.detail = 1.0
        self.sheet: PixelBox = (0, 0, 0, 0)
        self._book = book
        self._fonts = {
            key: (PdfPictureFont if book.face(key).is_pictures else PdfFont)(book.face(key), texts)
            for key, texts in used.items()
        }
        self._names = {key: resources.keep("Font", key, font.add_to(resources)) for key, font in self._fonts.items()}

    def paint_ground(self) -> None:
        """White, all over the sheet: colours are mixed with what is there, and not with nothing."""
        left, top, right, bottom = self.sheet
        ground = paths.rectangle((left, top, right - left, bottom - top))
        fill(self.canvas, self.resources, ground, (255, 255, 255, 255))

    def paint(self, item: AnyItem) -> None:
        """Paints one item; one that is laid over as a whole (opacity, blend) becomes a group of its own."""
        if item.opacity >= 1 and item.blend == "normal":
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
        set_opacity(self.canvas, self.resources, item.opacity, item.blend)
        self.canvas.draw_x_object(name)
        self.canvas.pop_state()

    def _paint(self, item: AnyItem) -> None:
        if item.shadow is not None:
            self._shadow(item, item.shadow)
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

    def _shadow(self, item: AnyItem, shade: Shade) -> None:
        """The shadow as a picture, a pixel of it to each of the grid."""
        cast = shadow_mask(item, self.sheet, self._book)
        if cast is None:
            return
        mask, (left, top, right, bottom) = cast
        picture = Image.new("RGB", mask.size, shade.colour[:3])
        picture.putalpha(scaled(mask, shade.colour[3] / 255))
        packed = embedded(self.resources, pack(picture, self.resources.colours))
        name = self.resources.keep("XObject", (item, "shadow"), packed)
        self.canvas.push_state()
        self.canvas.set_matrix(right - left, 0, 0, top - bottom, left, bottom)
        self.canvas.draw_x_object(name)
        self.canvas.pop_state()

    def _shape(self, item: ShapeItem) -> None:
        path = shape_path(item)
        if item.fill is not None:
            fill(self.canvas, self.resources, path, item.fill)
        stroke(self.canvas, self.resources, path, item.stroke)

    def _text(self, item: TextItem) -> None:
        for run in (run for line in item.lines for run in line.runs if run.outline is not None):
            stroke(self.canvas, self.resources, run_path(run, self._book.face(run.font)), run.outline)
        for run in (run for line in item.lines for run in line.runs if run.glyphs):
            self.canvas.push_state()
            if isinstance(self._fonts[run.font], PdfFont):
                set_alpha(self.canvas, self.resources, run.colour[3])
                set_colour(self.canvas, self.resources.colours, run.colour[:3])
            self.canvas.begin_text()
            self.canvas.set_font_size(self._names[run.font], 1)
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
        if item.fade is not None:
            set_soft_mask(self.canvas, self.resources, item.fade)
        self.canvas.set_matrix(width, 0, 0, -height, x, y + height)
        self.canvas.draw_x_object(name)
        self.canvas.pop_state()
        stroke(self.canvas, self.resources, path, item.border)

    def _code(self, item: QrItem) -> None:
        fill(self.canvas, self.resources, paths.rectangle(item.box, item.radius), item.light)
        fill(self.canvas, self.resources, module_path(item), item.dark)
