"""Paints a display list on paper: a PDF of real text, vector shapes and pictures, on its trim box with its bleed.

Glyphs are shown by id, each where the display list has it, so the page agrees with the pixels and with the editor.
Nothing is looked up, fetched or read: the file holds what the display list and the fonts hold, and no date.
"""

import hashlib
import io
import math

import pydyf
from PIL import Image

from app.rendering import paths
from app.rendering.display import AnyItem, DisplayList, PictureItem, QrItem, Shade, ShapeItem, TextItem
from app.rendering.encode import srgb_profile
from app.rendering.fonts import FontBook
from app.rendering.outlines import module_path, picture_path, run_path, shape_path
from app.rendering.paint_items import shadow_mask
from app.rendering.pdf_emoji import PdfPictureFont
from app.rendering.pdf_fonts import PdfFont, draw_run, used_glyphs
from app.rendering.pdf_objects import Resources, stream
from app.rendering.pdf_paints import fill, set_alpha, set_opacity, set_soft_mask, stroke, trace
from app.rendering.pdf_pictures import embedded, pack, picture_name
from app.rendering.surface import scaled
from app.rendering.version import renderer_version

POINTS_PER_MM = 72 / 25.4
POINTS_PER_PX = 0.75  # of a size that is not printed: the 96 px to the inch of CSS
LANGUAGES = {"zh": "zh-Hans", "en": "en"}


def paint_pdf(display: DisplayList, fonts: FontBook, title: str = "") -> bytes:
    """The poster as one page; the same display list gives the same bytes.

    The trim box is the size's grid; the media box is the bleed box around it. *Unit*: millimetres of the size's
    `print`, or 0.75 pt to the pixel where it has none.
    """
    pdf = pydyf.PDF()
    pdf.info["Producer"] = pydyf.String("Imprimatur")
    if title:
        pdf.info["Title"] = pydyf.String(title)
        pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
    pdf.catalog["Lang"] = pydyf.String(LANGUAGES.get(display.language, display.language))
    pdf.catalog["OutputIntents"] = pydyf.Array([_colour_space(pdf).reference])
    painter = _Painter(display, fonts, Resources(pdf))
    width, height, bleed = _paper(display)
    painter.canvas.push_state()
    painter.canvas.set_matrix(width / display.width_px, 0, 0, -height / display.height_px, 0, height)
    if display.is_blended:
        painter.paint_ground()
    for item in display.items:
        painter.paint(item)
    painter.canvas.pop_state()
    _add_page(pdf, painter, (width, height), bleed)
    file = io.BytesIO()
    pdf.write(file, version=b"1.7", identifier=_identifier(display))
    return file.getvalue()


def _paper(display: DisplayList) -> tuple[float, float, float]:
    """Trim width, trim height and bleed in points."""
    if display.print is None:
        return display.width_px * POINTS_PER_PX, display.height_px * POINTS_PER_PX, 0.0
    size = display.print
    return size.width_mm * POINTS_PER_MM, size.height_mm * POINTS_PER_MM, size.bleed_mm * POINTS_PER_MM


def _bleed_px(display: DisplayList) -> float:
    return display.print.bleed_mm * display.width_px / display.print.width_mm if display.print else 0.0


def _colour_space(pdf: pydyf.PDF) -> pydyf.Dictionary:
    """Says that the file's RGB is sRGB."""
    profile = stream(pdf, srgb_profile(), {"N": 3, "Alternate": "/DeviceRGB"})
    intent = pydyf.Dictionary(
        {
            "Type": "/OutputIntent",
            "S": "/GTS_PDFA1",
            "OutputConditionIdentifier": pydyf.String("sRGB"),
            "DestOutputProfile": profile.reference,
        }
    )
    pdf.add_object(intent)
    return intent


def _add_page(pdf: pydyf.PDF, painter: "_Painter", trim: tuple[float, float], bleed: float) -> None:
    content = stream(pdf, painter.canvas.data_bytes())
    around = pydyf.Array([-bleed, -bleed, trim[0] + bleed, trim[1] + bleed])
    page = {
        "Type": "/Page",
        "Parent": pdf.pages.reference,
        "MediaBox": around,
        "BleedBox": around,
        "TrimBox": pydyf.Array([0, 0, *trim]),
        "Contents": content.reference,
        "Resources": painter.resources.dictionary.reference,
        "Group": pydyf.Dictionary({"S": "/Transparency", "CS": "/DeviceRGB"}),
    }
    pdf.add_page(pydyf.Dictionary(page))


def _identifier(display: DisplayList) -> bytes:
    """The same poster keeps its identifier, as the format asks of two versions of one document."""
    texts = [item.text for item in display.items if isinstance(item, TextItem)]
    link = display.qr.link if display.qr else ""
    named = repr((renderer_version(), display.static_key, display.width_px, display.height_px, link, texts))
    return hashlib.sha256(named.encode()).hexdigest()[:32].encode()


class _Canvas(pydyf.Stream):  # type: ignore[misc]  # pydyf has no types
    """A content stream that is packed once, when it is whole."""

    def data_bytes(self) -> bytes:
        return b"\n".join(item if isinstance(item, bytes) else str(item).encode("ascii") for item in self.stream)


class _Painter:
    """Paints items on `canvas`, y downwards, one unit a pixel of the grid."""

    def __init__(self, display: DisplayList, fonts: FontBook, resources: Resources) -> None:
        self.canvas = _Canvas()
        self.resources = resources
        self._detail = 1.0 if display.print else 2.0
        self._book = fonts
        bleed = math.ceil(_bleed_px(display))
        self._sheet = (-bleed, -bleed, display.width_px + bleed, display.height_px + bleed)
        self._fonts = {
            key: (PdfPictureFont if fonts.face(key).is_pictures else PdfFont)(fonts.face(key), texts)
            for key, texts in used_glyphs(display).items()
        }
        self._font_names = {key: self._font_name(key, font) for key, font in self._fonts.items()}

    def _font_name(self, key: str, font: PdfFont | PdfPictureFont) -> str:
        return self.resources.keep("Font", key, font.add_to(self.resources.pdf))

    def paint_ground(self) -> None:
        """White, out to the bleed: colours are mixed with what is there, and not with nothing."""
        left, top, right, bottom = self._sheet
        ground = paths.rectangle((left, top, right - left, bottom - top))
        fill(self.canvas, self.resources, ground, (255, 255, 255, 255))

    def paint(self, item: AnyItem) -> None:
        """Paints one item; one that is laid over as a whole (opacity, blend) becomes a group of its own."""
        if item.opacity >= 1 and item.blend == "normal":
            self._paint(item)
        elif item.opacity > 0:
            self._paint_together(item)

    def _paint_together(self, item: AnyItem) -> None:
        below, self.canvas = self.canvas, _Canvas()
        self._paint(item)
        content, self.canvas = self.canvas.data_bytes(), below
        group = stream(
            self.resources.pdf,
            content,
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": pydyf.Array([-100_000, -100_000, 100_000, 100_000]),
                "Resources": self.resources.dictionary.reference,
                "Group": pydyf.Dictionary({"S": "/Transparency", "CS": "/DeviceRGB"}),
            },
        )
        name = self.resources.keep("XObject", content, group)
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
        cast = shadow_mask(item, self._sheet, self._book)
        if cast is None:
            return
        mask, (left, top, right, bottom) = cast
        picture = Image.new("RGB", mask.size, shade.colour[:3])
        picture.putalpha(scaled(mask, shade.colour[3] / 255))
        name = self.resources.keep("XObject", (item, "shadow"), embedded(self.resources.pdf, pack(picture)))
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
            self.canvas.begin_text()
            self.canvas.set_font_size(self._font_names[run.font], 1)
            draw_run(self.canvas, run, self._fonts[run.font])
            self.canvas.end_text()
            self.canvas.pop_state()

    def _picture(self, item: PictureItem) -> None:
        if item.picture is None:
            return
        name = picture_name(self.resources, item, self._detail)
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
