"""Paints one item of a display list onto a surface of pixels."""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from app.rendering import paths
from app.rendering.display import AnyItem, Glyph, Line, Paint, PictureItem, QrItem, Rect, Run, ShapeItem, TextItem
from app.rendering.emoji import pictures_in
from app.rendering.fonts import Face, FontBook
from app.rendering.glyphs import Mark, joined, placed_together, turned
from app.rendering.gradients import gradient_pixels
from app.rendering.outlines import EDGE, bare_bounds, module_path, picture_path, pixel_bounds, run_path, shape_path
from app.rendering.paths import IDENTITY, Affine, Path, PixelBox
from app.rendering.pictures import Picture, pixels
from app.rendering.raster import Outlines, box_of, coverage, filled, stroked
from app.rendering.surface import Surface, bands, common, product, transparent

STRIP_PIXELS = 1 << 24  # how much of an item that is painted by itself is held at once


Decode = Callable[[Picture, Rect, tuple[int, int]], Image.Image]


def paint_item(surface: Surface, item: AnyItem, fonts: FontBook, decode: Decode = pixels) -> None:
    """Paints `item`; one that is laid over as a whole (opacity, shadow, blend) is first painted by itself.

    `decode` gives the pixels of a part of a picture at a size; a cache may stand in for it.
    """
    if item.is_plain:
        _paint(surface, item, fonts, decode)
    elif item.opacity > 0:
        box = pixel_bounds(item)
        seen = common(box, surface.box) if box else None
        for strip in bands(seen, STRIP_PIXELS) if seen else ():
            alone = transparent(strip)
            if item.shadow is not None and (cast := shadow_mask(item, strip, fonts, decode)):
                alone.tint(item.shadow.colour, cast[1], cast[0])
            _paint(alone, item, fonts, decode)
            surface.merge(alone, item.opacity, item.blend)


def shadow_mask(
    item: AnyItem, within: PixelBox, fonts: FontBook, decode: Decode = pixels
) -> tuple[Image.Image, PixelBox] | None:
    """How thick the item's shadow is (mode L), and on which pixels, where it falls on those of `within`.

    What lies further off than the shadow reaches does not count, so that every part of it is painted alike.
    """
    shade, bare = item.shadow, bare_bounds(item)
    if shade is None or bare is None:
        return None
    (dx, dy), reach = shade.offset, shade.reach
    wide = (bare[0] - reach, bare[1] - reach, bare[2] + reach, bare[3] + reach)
    seen = common(
        wide, (within[0] - dx - reach, within[1] - dy - reach, within[2] - dx + reach, within[3] - dy + reach)
    )
    if seen is None:
        return None
    alone = transparent(seen)
    _paint(alone, item, fonts, decode)
    mask = alone.image.getchannel("A")
    if shade.deviation:
        mask = mask.filter(ImageFilter.GaussianBlur(shade.deviation))
    return mask, (seen[0] + dx, seen[1] + dy, seen[2] + dx, seen[3] + dy)


def _paint(surface: Surface, item: AnyItem, fonts: FontBook, decode: Decode) -> None:
    if isinstance(item, ShapeItem):
        _paint_shape(surface, item)
    elif isinstance(item, TextItem):
        _paint_text(surface, item, fonts, decode)
    elif isinstance(item, PictureItem):
        _paint_picture(surface, item, decode)
    else:
        _paint_qr(surface, item)


# --- shapes ----------------------------------------------------------------------------------------------------------


def _paint_shape(surface: Surface, item: ShapeItem) -> None:
    by = paths.turn(item.rotate, item.box)
    path = paths.mapped(shape_path(item), by)
    if item.fill is not None:
        whole = _whole_pixels(item.box) if item.shape == "rect" and not item.radius and by is IDENTITY else None
        if whole is not None:
            _fill_box(surface, whole, item.fill)
        else:
            _fill(surface, filled(path), item.fill, by)
    _paint_line(surface, path, item.stroke)


def _whole_pixels(box: Rect) -> PixelBox | None:
    left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
    if all(float(edge).is_integer() for edge in (left, top, right, bottom)):
        return int(left), int(top), int(right), int(bottom)
    return None


def _fill_box(surface: Surface, box: PixelBox, paint: Paint) -> None:
    seen = common(box, surface.box)
    for band in bands(seen) if seen else ():
        _lay(surface, band, None, paint, IDENTITY)


def _fill(surface: Surface, outlines: Outlines, paint: Paint, by: Affine) -> None:
    touched = box_of(outlines)
    seen = common(touched, surface.box) if touched else None
    for band in bands(seen) if seen else ():
        _lay(surface, band, coverage(outlines, band), paint, by)


def _lay(surface: Surface, box: PixelBox, mask: Image.Image | None, paint: Paint, by: Affine) -> None:
    if isinstance(paint, tuple):
        surface.tint(paint, box, mask)
        return
    colours, opacity = gradient_pixels(paint, box, by)
    surface.lay(colours, box, product(mask, opacity))


def _paint_line(surface: Surface, path: Path, line: Line | None) -> None:
    if line is not None:
        outlines = stroked(paths.dashed(path, line.dash), line.width, line.joins)
        _fill(surface, outlines, line.paint, IDENTITY)


# --- text ------------------------------------------------------------------------------------------------------------


def _paint_text(surface: Surface, item: TextItem, fonts: FontBook, decode: Decode) -> None:
    by = paths.turn(item.rotate, item.box)
    runs = [run for line in item.lines for run in line.runs if run.glyphs]
    for run in runs:
        if run.outline is not None:
            _paint_line(surface, paths.mapped(run_path(run, fonts.face(run.font)), by), run.outline)
    for run in runs:
        face = fonts.face(run.font)
        if face.is_pictures:
            for picture in pictures_in(item, run, face):
                _paint_picture(surface, picture, decode)
            continue
        mark, column, row = _mark_of(run, face, by)
        if mark.mask is not None and common(box := mark.box(column, row), surface.box):
            surface.tint(run.colour, box, mark.mask)


def _mark_of(run: Run, face: Face, by: Affine) -> tuple[Mark, int, int]:
    if by is IDENTITY and not run.turned:
        return placed_together(face, run.size, run.glyphs)
    marks = [turned(face, glyph.id, run.size, (glyph.x, glyph.y), _map_of(run, glyph, by)) for glyph in run.glyphs]
    return joined(marks), 0, 0


def _map_of(run: Run, glyph: Glyph, by: Affine) -> Affine:
    return by.after(Affine.rotation(90, (glyph.x, glyph.y))) if run.turned else by


# --- pictures --------------------------------------------------------------------------------------------------------


def _paint_picture(surface: Surface, item: PictureItem, decode: Decode) -> None:
    if item.picture is None:
        return
    by = paths.turn(item.rotate, item.box)
    path = picture_path(item)
    if by is IDENTITY:
        image, box = _upright(item, decode)
    else:
        image, box = _rotated(item, by, decode)
    sharp = item.mask == "none" and by is IDENTITY and _whole_pixels(item.box) is not None
    mask = None if sharp else coverage(filled(paths.mapped(path, by)), box)
    if image.mode == "RGBA":
        mask = product(mask, image.getchannel("A"))
        image = image.convert("RGB")
    if item.fade is not None:
        mask = product(mask, gradient_pixels(item.fade, box, by)[1])
    surface.lay(image, box, mask)
    _paint_line(surface, paths.mapped(path, by), item.border)


def _upright(item: PictureItem, decode: Decode) -> tuple[Image.Image, PixelBox]:
    """The picture on whole pixels: those at the edge of a box that is not take in a little more than the crop."""
    assert item.picture is not None
    x, y, width, height = item.box
    box = (math.floor(x), math.floor(y), math.ceil(x + width), math.ceil(y + height))
    left, top, crop_width, crop_height = item.crop
    across, down = crop_width / width, crop_height / height
    crop = (
        left + (box[0] - x) * across,
        top + (box[1] - y) * down,
        (box[2] - box[0]) * across,
        (box[3] - box[1]) * down,
    )
    return decode(item.picture, crop, (box[2] - box[0], box[3] - box[1])), box


def _rotated(item: PictureItem, by: Affine, decode: Decode) -> tuple[Image.Image, PixelBox]:
    assert item.picture is not None
    x, y, width, height = item.box
    size = (max(1, math.ceil(width)), max(1, math.ceil(height)))
    upright = np.asarray(decode(item.picture, item.crop, size))
    padded = Image.fromarray(np.pad(upright, ((EDGE, EDGE), (EDGE, EDGE), (0, 0)), mode="edge"))
    bounds = paths.bounds(paths.mapped(paths.rectangle(item.box), by))
    assert bounds is not None
    box = (
        math.floor(bounds[0]),
        math.floor(bounds[1]),
        math.ceil(bounds[0] + bounds[2]),
        math.ceil(bounds[1] + bounds[3]),
    )
    back, across, down = by.inverse(), size[0] / width, size[1] / height
    e, f = back.apply(box[0], box[1])
    matrix = (
        back.a * across,
        back.c * across,
        (e - x) * across + EDGE,
        back.b * down,
        back.d * down,
        (f - y) * down + EDGE,
    )
    extent = (box[2] - box[0], box[3] - box[1])
    return padded.transform(extent, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC), box


# --- the code --------------------------------------------------------------------------------------------------------


def _paint_qr(surface: Surface, item: QrItem) -> None:
    by = paths.turn(item.rotate, item.box)
    _fill(surface, filled(paths.mapped(paths.rectangle(item.box, item.radius), by)), item.light, by)
    x, y, width, height = item.modules
    rows, columns = len(item.matrix), len(item.matrix[0])
    if by is not IDENTITY:
        _fill(surface, filled(paths.mapped(module_path(item), by)), item.dark, by)
        return
    across = [round(x + column * width / columns) for column in range(columns + 1)]
    down = [round(y + row * height / rows) for row in range(rows + 1)]
    dark = np.array(item.matrix, dtype=np.uint8) * 255
    dark = np.repeat(np.repeat(dark, np.diff(down), axis=0), np.diff(across), axis=1)
    surface.tint(item.dark, (across[0], down[0], across[-1], down[-1]), Image.fromarray(dark))
