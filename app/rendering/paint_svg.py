"""Paints a display list as SVG: glyph outlines instead of text, so that every browser draws what print draws."""

import base64
import io
from dataclasses import replace
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
    Shade,
    ShapeItem,
    TextItem,
)
from app.rendering.fonts import FontBook
from app.rendering.outlines import pixel_bounds
from app.rendering.pictures import Picture, pixels
from app.rendering.svg_objects import Defs, PictureHref, box_of, number, path_data

BLEND_CLASS = "blend-"
BLEND_STYLES = "".join(f".{BLEND_CLASS}{mode}{{mix-blend-mode:{mode}}}" for mode in ("multiply", "screen", "overlay"))


def paint_svg(display: DisplayList, fonts: FontBook, href: PictureHref | None = None) -> str:
    """The trim box of the poster as one SVG document; each layer is a group that names its layer and slot.

    Pictures are embedded, or stand where `href` says. Each definition and each layer is a line of its own.
    """
    defs = Defs(fonts, href or _data_uri)
    body = [_item(item, defs) for item in display.items]
    width, height = display.width_px, display.height_px
    if display.is_blended:
        body.insert(0, f'<rect width="{width}" height="{height}" fill="#ffffff"/>')
        if href is None:  # in a page, the page's own styles say it
            body.insert(0, f"<style>{BLEND_STYLES}</style>")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'lang="{"en" if display.language == "en" else "zh-Hans"}">'
    )
    return "\n".join([head, "<defs>", *defs.written(), "</defs>", *body, "</svg>", ""])


def _item(item: AnyItem, defs: Defs) -> str:
    attributes = [f"data-layer={quoteattr(item.layer)}"]
    if item.slot:
        attributes.append(f"data-slot={quoteattr(item.slot)}")
    if item.opacity < 1:
        attributes.append(f'opacity="{number(item.opacity)}"')
    if item.blend != "normal":
        attributes.append(f'class="{BLEND_CLASS}{item.blend}"')
    if item.rotate and item.shadow is None:
        attributes.append(_turned(item))
    if isinstance(item, TextItem):
        attributes.append(f'role="img" aria-label={quoteattr(item.text)}')
    content = _content(item, defs)
    if item.shadow is not None:
        attributes.append(f'filter="url(#{_shadow(item, item.shadow, defs)})"')
        content = f"<g {_turned(item)}>{content}</g>" if item.rotate else content
    return f"<g {' '.join(attributes)}>{content}</g>"


def _turned(item: AnyItem) -> str:
    x, y, width, height = item.box
    return f'transform="rotate({number(item.rotate)} {number(x + width / 2)} {number(y + height / 2)})"'


def _content(item: AnyItem, defs: Defs) -> str:
    if isinstance(item, TextItem):
        runs = [run for line in item.lines for run in line.runs]
        outlines = "".join(_outline(run, run.outline, defs) for run in runs if run.outline is not None)
        return outlines + "".join(_run(run, defs) for run in runs)
    if isinstance(item, ShapeItem):
        return _shape(item, defs)
    return _picture(item, defs) if isinstance(item, PictureItem) else _qr(item)


def _shadow(item: AnyItem, shade: Shade, defs: Defs) -> str:
    """The filter that casts the shadow. It works on sRGB, as the pixels do."""
    left, top, right, bottom = pixel_bounds(item) or (0, 0, 1, 1)
    dx, dy = shade.offset
    region = box_of((left, top, right - left, bottom - top))
    cast = (
        f'<feDropShadow dx="{dx}" dy="{dy}" stdDeviation="{number(shade.deviation)}" '
        f'flood-color="{_rgb(shade.colour)}"{_alpha(shade.colour, "flood-opacity")}/>'
    )
    opening = f'filter filterUnits="userSpaceOnUse" color-interpolation-filters="sRGB" {region}'
    return defs.other("shadow", opening, cast)


def _run(run: Run, defs: Defs) -> str:
    return f"<g {_fill(run.colour, defs)}>{_glyphs(run, defs)}</g>"


def _outline(run: Run, line: Line, defs: Defs) -> str:
    """The line around all glyphs of a run, in the units of their font; as thick as one where they overlap."""
    width = number(line.width * defs.units(run.font) / run.size)
    look = f'fill="none" stroke="{_rgb(line.paint)}" stroke-width="{width}" stroke-linejoin="{_JOINS[line.joins]}"'
    return f"<g {look}{_alpha(line.paint, 'opacity')}>{_glyphs(run, defs)}</g>"


_JOINS = {"mitre": "miter", "round": "round"}


def _glyphs(run: Run, defs: Defs) -> str:
    scale = number(run.size / defs.units(run.font))
    lying = "rotate(90)" if run.turned else ""
    return "".join(
        f'<use href="#{defs.glyph(run.font, glyph.id)}" '
        f'transform="translate({number(glyph.x)} {number(glyph.y)}){lying}scale({scale})"/>'
        for glyph in run.glyphs
    )


def _rgb(colour: Rgba) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour[:3])


def _alpha(colour: Rgba, attribute: str) -> str:
    return "" if colour[3] == 255 else f' {attribute}="{number(colour[3] / 255)}"'


def _fill(paint: Paint | None, defs: Defs) -> str:
    if paint is None:
        return 'fill="none"'
    if isinstance(paint, Linear | Radial):
        return f'fill="url(#{_gradient(paint, defs)})"'
    return f'fill="{_rgb(paint)}"' + _alpha(paint, "fill-opacity")


def _gradient(paint: Linear | Radial, defs: Defs) -> str:
    stops = "".join(
        f'<stop offset="{number(at)}" stop-color="{_rgb(colour)}"{_alpha(colour, "stop-opacity")}/>'
        for at, colour in paint.stops
    )
    units = 'gradientUnits="userSpaceOnUse"'
    if isinstance(paint, Linear):
        (x1, y1), (x2, y2) = paint.start, paint.end
        ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
        return defs.other("paint", f"linearGradient {units} {ends}", stops)
    place = f'cx="{number(paint.centre[0])}" cy="{number(paint.centre[1])}" r="{number(paint.radius)}"'
    return defs.other("paint", f"radialGradient {units} {place}", stops)


def _stroke(line: Line | None) -> str:
    if line is None:
        return ""
    dash = f' stroke-dasharray="{" ".join(number(length) for length in line.dash)}"' if line.dash else ""
    return (
        f' stroke="{_rgb(line.paint)}" stroke-width="{number(line.width)}"{dash}{_alpha(line.paint, "stroke-opacity")}'
    )


def _ellipse(box: tuple[float, float, float, float]) -> str:
    x, y, width, height = box
    return (
        f'cx="{number(x + width / 2)}" cy="{number(y + height / 2)}" rx="{number(width / 2)}" ry="{number(height / 2)}"'
    )


def _rounded(radius: float) -> str:
    return f' rx="{number(radius)}"' if radius else ""


def _shape(item: ShapeItem, defs: Defs) -> str:
    look = _fill(item.fill, defs) + _stroke(item.stroke)
    if item.shape == "ellipse":
        return f"<ellipse {_ellipse(item.box)} {look}/>"
    if item.shape == "rect":
        return f"<rect {box_of(item.box)}{_rounded(item.radius)} {look}/>"
    return f'<path d="{path_data(item.path)}" {look}/>'


def _picture(item: PictureItem, defs: Defs) -> str:
    assert item.picture is not None
    outline = _mask_outline(item)
    clip = ""
    if item.mask != "none":
        clip = f' clip-path="url(#{defs.other("clip", "clipPath", outline + "/>")})"'
    if item.fade is not None:
        clip += f' mask="url(#{_fade(item, item.fade, defs)})"'
    size = (min(round(item.box[2]), round(item.crop[2])) or 1, min(round(item.box[3]), round(item.crop[3])) or 1)
    uri = quoteattr((_data_uri if item.picture.is_made else defs.href)(item.picture, item.crop, size))
    drawn = f'<image {box_of(item.box)} preserveAspectRatio="none"{clip} href={uri}/>'
    if item.border is not None:
        drawn += f'{outline} fill="none"{_stroke(item.border)}/>'
    return drawn


def _mask_outline(item: PictureItem) -> str:
    """The element, as yet open, that is the picture's outline."""
    if item.mask == "ellipse":
        return f"<ellipse {_ellipse(item.box)}"
    if item.mask == "path":
        return f'<path d="{path_data(item.path)}"'
    return f"<rect {box_of(item.box)}" + (_rounded(item.radius) if item.mask == "rounded" else "")


def _fade(item: PictureItem, fade: Linear | Radial, defs: Defs) -> str:
    """A mask that is white, as thick as the gradient's colours are."""
    white = replace(fade, stops=tuple((at, (255, 255, 255, colour[3])) for at, colour in fade.stops))
    region = box_of(item.box)
    shown = f"<rect {region} {_fill(white, defs)}/>"
    return defs.other("fade", f'mask maskUnits="userSpaceOnUse" {region}', shown)


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
    plate = f'<rect {box_of(item.box)}{_rounded(item.radius)} fill="{_rgb(item.light)}"/>'
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
                path.append(f"M{number(x)} {number(y)}h{number(width)}v{number(module)}h{number(-width)}z")
            column += count
    return "".join(path)


__all__ = ["BLEND_CLASS", "PictureHref", "cut", "paint_svg"]
