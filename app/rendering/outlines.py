"""The outlines of items: what is filled, what cuts a picture, which squares of a code are dark."""

from collections.abc import Iterator
from itertools import groupby

from app.rendering.display import PictureItem, QrItem, ShapeItem
from app.rendering.paths import Command, Path, ellipse, rectangle


def shape_path(item: ShapeItem) -> Path:
    """The outline of a shape."""
    if item.shape == "rect":
        return rectangle(item.box, item.radius)
    return ellipse(item.box) if item.shape == "ellipse" else item.path


def picture_path(item: PictureItem) -> Path:
    """What of its box a picture fills."""
    if item.mask == "ellipse":
        return ellipse(item.box)
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
