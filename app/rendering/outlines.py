"""The outlines of items: what is filled, what cuts a picture, which squares of a code are dark, how far items reach."""

import math
from collections.abc import Iterator
from itertools import groupby

from app.rendering.display import AnyItem, PictureItem, QrItem, Run, ShapeItem, TextItem
from app.rendering.fonts import Face
from app.rendering.paths import Command, Path, PixelBox, bounds, ellipse, mapped, rectangle, turn

EDGE = 2  # px that anti-aliasing, rounding and resampling may reach beyond an item's outline


def pixel_bounds(item: AnyItem) -> PixelBox | None:
    """The pixels that the item and its shadow may touch; None for an item that draws nothing."""
    box = bare_bounds(item)
    if box is None or item.shadow is None:
        return box
    (dx, dy), reach = item.shadow.offset, item.shadow.reach
    return (
        min(box[0], box[0] + dx - reach),
        min(box[1], box[1] + dy - reach),
        max(box[2], box[2] + dx + reach),
        max(box[3], box[3] + dy + reach),
    )


def bare_bounds(item: AnyItem) -> PixelBox | None:
    """The pixels that the item may touch, without its shadow."""
    outline = _outline_of(item)
    box = bounds(mapped(outline, turn(item.rotate, item.box))) if outline is not None else None
    if box is None:
        return None
    stroke = item.stroke if isinstance(item, ShapeItem) else item.border if isinstance(item, PictureItem) else None
    reach = EDGE + (stroke.width * 2 if stroke else 0)  # a mitre reaches to four times half the width
    left, top, width, height = box
    return (
        math.floor(left - reach),
        math.floor(top - reach),
        math.ceil(left + width + reach),
        math.ceil(top + height + reach),
    )


def _outline_of(item: AnyItem) -> Path | None:
    if isinstance(item, TextItem):
        return rectangle(item.ink) if item.ink[2] > 0 and item.ink[3] > 0 else None
    return shape_path(item) if isinstance(item, ShapeItem) else rectangle(item.box)


def run_path(run: Run, face: Face) -> Path:
    """The outlines of all glyphs of a run, where they stand."""
    return tuple(command for glyph in run.glyphs for command in _placed(run, face, glyph.id, (glyph.x, glyph.y)))


def _placed(run: Run, face: Face, gid: int, at: tuple[float, float]) -> Iterator[Command]:
    unit = run.size / face.units_per_em
    x, y = at
    for name, points in face.outline(gid):
        pairs = zip(points[::2], points[1::2], strict=True)
        if run.turned:
            yield name, tuple(part for px, py in pairs for part in (x + py * unit, y + px * unit))
        else:
            yield name, tuple(part for px, py in pairs for part in (x + px * unit, y - py * unit))


def shape_path(item: ShapeItem) -> Path:
    """The outline of a shape."""
    if item.shape == "rect":
        return rectangle(item.box, item.radius)
    return ellipse(item.box) if item.shape == "ellipse" else item.path


def picture_path(item: PictureItem) -> Path:
    """What of its box a picture fills."""
    if item.mask == "ellipse":
        return ellipse(item.box)
    if item.mask == "path":
        return item.path
    return rectangle(item.box, item.radius if item.mask == "rounded" else 0.0)


def module_path(item: QrItem) -> Path:
    """The dark modules of a code, neighbours in a row as one rectangle."""
    return tuple(_modules(item))


def _modules(item: QrItem) -> Iterator[Command]:
    x, y, width, height = item.modules
    down, across = height / len(item.matrix), width / len(item.matrix[0])
    for row, cells in enumerate(item.matrix):
        column = 0
        for dark, members in groupby(cells):
            count = sum(1 for _ in members)
            if dark:
                yield from rectangle((x + column * across, y + row * down, count * across, down))
            column += count
