"""Paints whole posters: each item as tagged content or as decoration, what posters of one template share only once."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from app.rendering import paths
from app.rendering.display import AnyItem, DisplayList, TextItem
from app.rendering.imposition import Box
from app.rendering.pdf_edition import Leaf
from app.rendering.pdf_items import Canvas, ItemPainter, form
from app.rendering.pdf_tags import Section, alternative_of, heading_of


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a poster's grid lies: its upper left corner in points, and points to the pixel."""

    left: float
    top: float
    across: float
    down: float

    def box(self, item: AnyItem) -> Box:
        """The place of an item on the page."""
        found = paths.bounds(paths.mapped(paths.rectangle(item.box), paths.turn(item.rotate, item.box)))
        x, y, width, height = found or item.box
        return (
            self.left + x * self.across,
            self.top - (y + height) * self.down,
            self.left + (x + width) * self.across,
            self.top - y * self.down,
        )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Items that are painted in one go: one that is read, or neighbours that are decoration."""

    first: int
    items: tuple[AnyItem, ...]
    tag: str | None
    alternative: str | None = None


class PosterPainter:
    """Paints posters on the canvas of an item painter. With `shares`, static stretches become forms, written once."""

    def __init__(self, painter: ItemPainter, shares: bool) -> None:
        self._painter = painter
        self._shares = shares

    def paint(self, leaf: Leaf, spot: Spot, section: Section) -> None:
        """One poster, its upper left corner at `spot`; the caller has set the page's own matrix."""
        painter, display = self._painter, leaf.display
        painter.detail = 1.0 if display.print else 2.0
        bleed = math.ceil(display.print.bleed_mm * display.width_px / display.print.width_mm) if display.print else 0
        painter.sheet = (-bleed, -bleed, display.width_px + bleed, display.height_px + bleed)
        painter.canvas.push_state()
        painter.canvas.set_matrix(spot.across, 0, 0, -spot.down, spot.left, spot.top)
        if display.is_blended:
            painter.canvas.begin_marked_content("Artifact")
            painter.paint_ground()
            painter.canvas.end_marked_content()
        for stretch in _stretches(leaf):
            if stretch.tag is None:
                painter.canvas.begin_marked_content("Artifact")
            else:
                item = stretch.items[0]
                section.mark(painter.canvas, item, stretch.tag, stretch.alternative, spot.box(item))
            self._stretch(display, stretch)
            painter.canvas.end_marked_content()
        painter.canvas.pop_state()
        section.close(display)

    def _stretch(self, display: DisplayList, stretch: _Stretch) -> None:
        if self._shares and not any(item.dynamic for item in stretch.items):
            self._painter.canvas.draw_x_object(self._form(display, stretch))
            return
        for item in stretch.items:
            self._painter.paint(item)

    def _form(self, display: DisplayList, stretch: _Stretch) -> str:
        painter, resources = self._painter, self._painter.resources
        key = (display.static_key, stretch.first, len(stretch.items))
        name = resources.name("XObject", key)
        if name is not None:
            return name
        below, painter.canvas = painter.canvas, Canvas()
        for item in stretch.items:
            painter.paint(item)
        content, painter.canvas = painter.canvas.data_bytes(), below
        return resources.keep("XObject", key, form(resources, content))


def _stretches(leaf: Leaf) -> Iterator[_Stretch]:
    heading = heading_of(leaf.display)
    waiting: list[AnyItem] = []
    for at, item in enumerate(leaf.display.items):
        alternative = alternative_of(item, leaf.display, leaf.alternatives)
        is_read = alternative is not None or (isinstance(item, TextItem) and bool(item.text.strip()))
        if waiting and (is_read or waiting[-1].dynamic != item.dynamic):
            yield _Stretch(at - len(waiting), tuple(waiting), None)
            waiting = []
        if alternative is not None:
            yield _Stretch(at, (item,), "Figure", alternative)
        elif is_read:
            yield _Stretch(at, (item,), "H1" if item is heading else "P")
        else:
            waiting.append(item)
    if waiting:
        yield _Stretch(len(leaf.display.items) - len(waiting), tuple(waiting), None)
