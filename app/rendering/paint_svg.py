"""Paints a display list as SVG: glyph outlines instead of text, so that every browser draws what print draws."""

import base64
import io
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby
from xml.sax.saxutils import quoteattr

from app.rendering.display import (
    AnyItem,
    DisplayList,
    Line,
    Linear,
    Paint,
    PictureItem,
    QrItem,
    Radial,
    Rect,
    Rgba,
    Run,
    ShapeItem,
    TextItem,
)
from app.rendering.fonts import Face, FontBook
from app.rendering.pictures import Picture, pixels

PictureHref = Callable[[Picture, Rect, tuple[int, int]], str]
"""Where a picture's part (left, top, width, height in its own pixels) can be had at a size (width, height in px)."""


def paint_svg(display: DisplayList, fonts: FontBook, href: PictureHref | None = None) -> str:
    """The trim box of the poster as one SVG document; each layer is a group that names its layer and slot.

    Pictures are embedded, or stand where `href` says. Each definition and each layer is a line of its own.
    """
    defs = _Defs(fonts, href or _data_uri)
    body = [_item(item, defs) for item in display.items]
    width, height = display.width_px, display.height_px
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'lang="{"en" if display.language == "en" else "zh-Hans"}">'
    )
    return "\n".join([head, "<defs>", *defs.written(), "</defs>", *body, "</svg>", ""])


def _n(value: float) -> str:
    return f"{value:.7g}" if value % 1 else str(int(value))


def _box(box: tuple[float, float, float, float]) -> str:
    x, y, width, height = (_n(part) for part in box)
    return f'x="{x}" y="{y}" width="{width}" height="{height}"'


class _Defs:
    """What is defined once and used by reference: glyphs, gradients, clipping outlines."""

    def __init__(self, fonts: FontBook, href: PictureHref) -> None:
        self.href = href
        self._fonts = fonts
        self._glyphs: dict[tuple[str, int], str] = {}
        self._others: dict[str, str] = {}

    def glyph(self, font: str, gid: int) -> str:
        """The id of a glyph."""
        key = (font, gid)
        if key not in self._glyphs:
            self._glyphs[key] = f"{font}-{gid}"
        return self._glyphs[key]

    def other(self, prefix: str, opening: str, content: str) -> str:
        """The id of an element whose text after the id is `content`; equal ones are shared."""
        text = f"{opening}\n{content}"
        if text not in self._others:
            self._others[text] = f"{prefix}{len(self._others)}"
        return self._others[text]

    def units(self, font: str) -> int:
        """Font units per em."""
        return self._fonts.face(font).units_per_em

    def written(self) -> Iterator[str]:
        """All definitions."""
        for (font, gid), name in self._glyphs.items():
            face = self._fonts.face(font)
            shown = _glyph_picture(face, gid) if face.is_pictures else f'<path d="{_glyph_path(face, gid)}"/>'
            yield shown.replace(" ", f' id="{name}" ', 1)
        for text, name in self._others.items():
            opening, content = text.split("\n", 1)
            tag = opening.split(" ", 1)[0]
            yield f'<{tag} id="{name}"{opening[len(tag) :]}>{content}</{tag}>'


@lru_cache(maxsize=8192)
def _glyph_path(face: Face, gid: int) -> str:
    parts = []
    for name, points in face.outline(gid):
        parts.append(name + " ".join(_n(-part if index % 2 else part) for index, part in enumerate(points)))
    return "".join(parts)


@lru_cache(maxsize=256)
def _glyph_picture(face: Face, gid: int) -> str:
    left, bottom, right, top = face.extents(gid)
    uri = f"data:image/png;base64,{base64.b64encode(face.picture(gid)).decode()}"
    return f'<image {_box((left, -top, right - left, top - bottom))} preserveAspectRatio="none" href="{uri}"/>'


def _item(item: AnyItem, defs: _Defs) -> str:
    attributes = [f"data-layer={quoteattr(item.layer)}"]
    if item.slot:
        attributes.append(f"data-slot={quoteattr(item.slot)}")
    if item.opacity < 1:
        attributes.append(f'opacity="{_n(item.opacity)}"')
    if item.rotate:
        x, y, width, height = item.box
        attributes.append(f'transform="rotate({_n(item.rotate)} {_n(x + width / 2)} {_n(y + height / 2)})"')
    if isinstance(item, TextItem):
        attributes.append(f'role="img" aria-label={quoteattr(item.text)}')
        content = "".join(_run(run, defs) for line in item.lines for run in line.runs)
    elif isinstance(item, ShapeItem):
        content = _shape(item, defs)
    elif isinstance(item, PictureItem):
        content = _picture(item, defs)
    else:
        content = _qr(item)
    return f"<g {' '.join(attributes)}>{content}</g>"


def _run(run: Run, defs: _Defs) -> str:
    scale = _n(run.size / defs.units(run.font))
    lying = "rotate(90)" if run.turned else ""
    uses = "".join(
        f'<use href="#{defs.glyph(run.font, glyph.id)}" '
        f'transform="translate({_n(glyph.x)} {_n(glyph.y)}){lying}scale({scale})"/>'
        for glyph in run.glyphs
    )
    return f"<g {_fill(run.colour, defs)}>{uses}</g>"


def _rgb(colour: Rgba) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour[:3])


def _alpha(colour: Rgba, attribute: str) -> str:
    return "" if colour[3] == 255 else f' {attribute}="{_n(colour[3] / 255)}"'


def _fill(paint: Paint | None, defs: _Defs) -> str:
    if paint is None:
        return 'fill="none"'
    if isinstance(paint, Linear | Radial):
        return f'fill="url(#{_gradient(paint, defs)})"'
    return f'fill="{_rgb(paint)}"' + _alpha(paint, "fill-opacity")


def _gradient(paint: Linear | Radial, defs: _Defs) -> str:
    stops = "".join(
        f'<stop offset="{_n(at)}" stop-color="{_rgb(colour)}"{_alpha(colour, "stop-opacity")}/>'
        for at, colour in paint.stops
    )
    units = 'gradientUnits="userSpaceOnUse"'
    if isinstance(paint, Linear):
        (x1, y1), (x2, y2) = paint.start, paint.end
        ends = f'x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
        return defs.other("paint", f"linearGradient {units} {ends}", stops)
    place = f'cx="{_n(paint.centre[0])}" cy="{_n(paint.centre[1])}" r="{_n(paint.radius)}"'
    return defs.other("paint", f"radialGradient {units} {place}", stops)


def _stroke(line: Line | None) -> str:
    if line is None:
        return ""
    dash = f' stroke-dasharray="{" ".join(_n(length) for length in line.dash)}"' if line.dash else ""
    return f' stroke="{_rgb(line.paint)}" stroke-width="{_n(line.width)}"{dash}{_alpha(line.paint, "stroke-opacity")}'


def _ellipse(box: tuple[float, float, float, float]) -> str:
    x, y, width, height = box
    return f'cx="{_n(x + width / 2)}" cy="{_n(y + height / 2)}" rx="{_n(width / 2)}" ry="{_n(height / 2)}"'


def _rounded(radius: float) -> str:
    return f' rx="{_n(radius)}"' if radius else ""


def _shape(item: ShapeItem, defs: _Defs) -> str:
    look = _fill(item.fill, defs) + _stroke(item.stroke)
    if item.shape == "ellipse":
        return f"<ellipse {_ellipse(item.box)} {look}/>"
    if item.shape == "rect":
        return f"<rect {_box(item.box)}{_rounded(item.radius)} {look}/>"
    path = "".join(name + " ".join(_n(part) for part in points) for name, points in item.path)
    return f'<path d="{path}" {look}/>'


def _picture(item: PictureItem, defs: _Defs) -> str:
    assert item.picture is not None
    outline = f"<ellipse {_ellipse(item.box)}" if item.mask == "ellipse" else f"<rect {_box(item.box)}"
    if item.mask == "rounded":
        outline += _rounded(item.radius)
    clip = ""
    if item.mask != "none":
        clip = f' clip-path="url(#{defs.other("clip", "clipPath", outline + "/>")})"'
    size = (min(round(item.box[2]), round(item.crop[2])) or 1, min(round(item.box[3]), round(item.crop[3])) or 1)
    uri = quoteattr(defs.href(item.picture, item.crop, size))
    drawn = f'<image {_box(item.box)} preserveAspectRatio="none"{clip} href={uri}/>'
    if item.border is not None:
        drawn += f'{outline} fill="none"{_stroke(item.border)}/>'
    return drawn


def cut(picture: Picture, crop: Rect, size: tuple[int, int]) -> tuple[bytes, str]:
    """The part `crop` of a picture at `size`, encoded, and its media type."""
    image = pixels(picture, crop, size)
    buffer = io.BytesIO()
    if image.mode == "RGBA":
        image.save(buffer, "PNG", compress_level=6)
    else:
        image.save(buffer, "JPEG", quality=90, subsampling=0)
    return buffer.getvalue(), "image/png" if image.mode == "RGBA" else "image/jpeg"


@lru_cache(maxsize=16)
def _data_uri(picture: Picture, crop: Rect, size: tuple[int, int]) -> str:
    data, media_type = cut(picture, crop, size)
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def _qr(item: QrItem) -> str:
    left, top, side, _ = item.modules
    plate = f'<rect {_box(item.box)}{_rounded(item.radius)} fill="{_rgb(item.light)}"/>'
    dark = _modules(item.matrix, left, top, side / len(item.matrix))
    return f'{plate}<path shape-rendering="crispEdges" fill="{_rgb(item.dark)}" d="{dark}"/>'


@lru_cache(maxsize=64)
def _modules(matrix: tuple[tuple[bool, ...], ...], left: float, top: float, module: float) -> str:
    """The dark modules as path data, a rectangle for each stretch of a row."""
    path = []
    for row, modules in enumerate(matrix):
        column = 0
        for dark, stretch in groupby(modules):
            count = len(list(stretch))
            if dark:
                x, y, width = left + column * module, top + row * module, count * module
                path.append(f"M{_n(x)} {_n(y)}h{_n(width)}v{_n(module)}h{_n(-width)}z")
            column += count
    return "".join(path)
