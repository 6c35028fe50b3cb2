"""Paints a display list in pixels, whole or some rows of it. What no slot touches is painted once, and kept.

The base holds all static items. A poster copies it and paints its dynamic items over it; only where a static item lies
above a dynamic one (a *window*) is the stack built anew, from kept pieces, in its order. What a piece is made of is
part of its key, so a warm cache and a cold one give the same bytes; and rows by themselves show what the whole shows.

Painting writes nothing and leaves nothing half made: a process that paints may be stopped at any moment.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property, partial

from PIL import Image

from app.rendering.bands import Rows, rows_of
from app.rendering.cache import Patch, StaticCache
from app.rendering.display import DisplayList, Rect
from app.rendering.encode import encode
from app.rendering.fonts import FontBook
from app.rendering.paint_items import paint_item
from app.rendering.paths import PixelBox
from app.rendering.pictures import Picture, pixels
from app.rendering.stack import Layer, Placed, Stack, Window
from app.rendering.surface import Surface, common, transparent
from app.rendering.version import renderer_version

GROUND = (255, 255, 255)

Step = tuple[int, Callable[[], None]]


def paint(display: DisplayList, fonts: FontBook, cache: StaticCache | None = None) -> Image.Image:
    """The poster's trim box as RGB pixels; the caller owns them."""
    return Painting(display, fonts, cache).rows(0, display.height_px)


class Painting:
    """A poster that is painted as far as somebody asks for its rows."""

    def __init__(self, display: DisplayList, fonts: FontBook, cache: StaticCache | None = None) -> None:
        self.display = display
        self.stack = Stack(display)
        self._fonts = fonts
        self._cache = cache
        self._decoded: dict[object, Image.Image] = {}

    @cached_property
    def bands(self) -> list[Rows]:
        """Which rows are this poster's own, and which it shares."""
        return rows_of(self.stack)

    def rows(self, top: int, bottom: int) -> Image.Image:
        """The rows from `top` up to `bottom` as RGB pixels; the caller owns them."""
        shown: PixelBox = (0, top, self.display.width_px, bottom)
        static = [entry for entry in self.stack.entries if not entry.is_live and common(entry.box, shown)]
        live = [entry for entry in self.stack.live if common(entry.box, shown)]
        is_needed_again = bool(live) or shown == self.stack.canvas  # other rows are kept as a part of a file
        surface = Surface(self._piece("base", shown, static, is_needed_again).image.copy(), 0, top)
        steps: list[Step] = [(entry.at, partial(self._paint, surface, entry)) for entry in live]
        for window in self.stack.windows:
            if common(window.box, shown):
                steps += self._opened(surface, window)
        for _, step in sorted(steps, key=lambda step: step[0]):
            step()
        return surface.image

    def _opened(self, surface: Surface, window: Window) -> list[Step]:
        """Lays the window's own ground; the steps that lay its layers."""
        surface.lay(self._piece("ground", window.box, window.ground).image, window.box)
        return [
            (layer.at, partial(self._lay, surface, layer)) for layer in window.above if common(layer.box, surface.box)
        ]

    def _paint(self, surface: Surface, entry: Placed) -> None:
        decode = self._cache.pixels if self._cache and entry.is_live else self._pixels
        paint_item(surface, entry.item, self._fonts, decode)

    def _pixels(self, picture: Picture, crop: Rect, size: tuple[int, int]) -> Image.Image:
        """What of a picture is painted once and then kept as a piece, decoded once for all bands of this poster."""
        key = (picture.digest, crop, size)
        if key not in self._decoded:
            self._decoded[key] = pixels(picture, crop, size)
        return self._decoded[key]

    def _lay(self, surface: Surface, layer: Layer) -> None:
        colours, alpha = self._piece("patch", layer.box, layer.group), self._piece("alpha", layer.box, layer.group)
        surface.lay(colours.image, layer.box, alpha.image)

    def _piece(self, kind: str, box: PixelBox, entries: Sequence[Placed], is_kept: bool = True) -> Patch:
        """The static items alone: on the ground, or (`patch`, `alpha`) the colours and the opacity of a layer."""
        key = self._key(kind, box, entries)
        kept = self._cache.get(key) if self._cache else None
        if kept is not None and kept.image.size == (box[2] - box[0], box[3] - box[1]):
            return kept
        if kind in ("base", "ground"):
            surface = Surface(Image.new("RGB", (box[2] - box[0], box[3] - box[1]), GROUND), box[0], box[1])
        else:
            surface = transparent(box)
        for entry in entries:
            self._paint(surface, entry)
        image = surface.image
        if kind == "patch":
            image = image.convert("RGB")
        elif kind == "alpha":
            image = image.getchannel("A")
        piece = Patch(box[0], box[1], image)
        if self._cache and is_kept:
            self._cache.put(key, piece)
        return piece

    def _key(self, kind: str, box: PixelBox, entries: Sequence[Placed]) -> str:
        numbers = ",".join(str(entry.number) for entry in entries)
        parts = (renderer_version(), self.display.static_key, kind, repr(box), numbers)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


__all__ = ["Painting", "StaticCache", "encode", "paint"]
