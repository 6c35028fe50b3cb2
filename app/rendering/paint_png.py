"""Paints a display list in pixels. What no slot touches is painted once, kept, and copied for every poster.

The base holds all static items. A poster copies it and paints its dynamic items over it; only where a static item lies
above a dynamic one (a *window*) is the stack built anew, from kept pieces, in its order. What a piece is made of is
part of its key, so a warm cache and a cold one give the same bytes.

Painting writes nothing and leaves nothing half made: a process that paints may be stopped at any moment.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from PIL import Image

from app.rendering.cache import Patch, StaticCache
from app.rendering.display import AnyItem, DisplayList
from app.rendering.encode import encode
from app.rendering.fonts import FontBook
from app.rendering.outlines import pixel_bounds
from app.rendering.paint_items import Decode, paint_item
from app.rendering.paths import PixelBox
from app.rendering.pictures import pixels
from app.rendering.surface import Surface, around, common, transparent
from app.rendering.version import renderer_version

GROUND = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Placed:
    """An item and the pixels that it touches; `number` counts the static items, `at` all of them.

    A static item that is mixed with dynamic ones below it (`is_mixed`) is painted anew for every poster, as they are.
    """

    item: AnyItem
    box: PixelBox
    number: int
    at: int
    is_mixed: bool = False

    @property
    def is_live(self) -> bool:
        """Whether it is painted for every poster."""
        return self.item.dynamic or self.is_mixed


def paint(display: DisplayList, fonts: FontBook, cache: StaticCache | None = None) -> Image.Image:
    """The poster's trim box as RGB pixels; the caller owns them."""
    return _Painting(display, fonts, cache).painted()


class _Painting:
    def __init__(self, display: DisplayList, fonts: FontBook, cache: StaticCache | None) -> None:
        self.canvas: PixelBox = (0, 0, display.width_px, display.height_px)
        self.entries = list(_placed(display, self.canvas))
        self._display = display
        self._fonts = fonts
        self._cache = cache
        self._decode: Decode = cache.pixels if cache else pixels

    def painted(self) -> Image.Image:
        static = [entry for entry in self.entries if not entry.is_live]
        surface = Surface(self._piece("base", self.canvas, static).image.copy())
        steps: list[tuple[int, Callable[[], None]]] = [
            (entry.at, partial(self._paint, surface, entry.item)) for entry in self.entries if entry.is_live
        ]
        for window in windows(self.entries):
            ground, *above = layers(self.entries, window)
            kept = self._piece("ground", window, ground)
            surface.image.paste(kept.image, (kept.left, kept.top))
            steps += [(group[-1].at, partial(self._lay, surface, window, group)) for group in above]
        for _, step in sorted(steps, key=lambda step: step[0]):
            step()
        return surface.image

    def _paint(self, surface: Surface, item: AnyItem) -> None:
        paint_item(surface, item, self._fonts, self._decode)

    def _lay(self, surface: Surface, window: PixelBox, group: Sequence[Placed]) -> None:
        box = common(window, _union(group))
        assert box is not None
        colours, alpha = self._piece("patch", box, group), self._piece("alpha", box, group)
        surface.lay(colours.image, box, alpha.image)

    def _piece(self, kind: str, box: PixelBox, entries: Sequence[Placed]) -> Patch:
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
            self._paint(surface, entry.item)
        image = surface.image
        if kind == "patch":
            image = image.convert("RGB")
        elif kind == "alpha":
            image = image.getchannel("A")
        piece = Patch(box[0], box[1], image)
        if self._cache:
            self._cache.put(key, piece)
        return piece

    def _key(self, kind: str, box: PixelBox, entries: Sequence[Placed]) -> str:
        numbers = ",".join(str(entry.number) for entry in entries)
        parts = (renderer_version(), self._display.static_key, kind, repr(box), numbers)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _placed(display: DisplayList, canvas: PixelBox) -> Iterator[Placed]:
    number = 0
    has_dynamic = False
    for at, item in enumerate(display.items):
        box = pixel_bounds(item)
        seen = common(box, canvas) if box else None
        has_dynamic = has_dynamic or item.dynamic
        if seen is not None:
            yield Placed(item, seen, -1 if item.dynamic else number, at, has_dynamic and item.blend != "normal")
        number += not item.dynamic


def windows(entries: Sequence[Placed]) -> list[PixelBox]:
    """The boxes of dynamic items that a static item lies above; those that touch are one window."""
    found: list[PixelBox] = []
    for index, entry in enumerate(entries):
        if not entry.is_live:
            continue
        later = (other for other in entries[index + 1 :] if not other.is_live)
        if not any(common(entry.box, other.box) for other in later):
            continue
        box = entry.box
        while touched := next((other for other in found if common(other, box)), None):
            found.remove(touched)
            box = around(box, touched)
        found.append(box)
    return found


def layers(entries: Sequence[Placed], window: PixelBox) -> list[list[Placed]]:
    """The static items of a window: first those below every dynamic item, then those between one and the next."""
    groups: list[list[Placed]] = [[]]
    for entry in entries:
        if not common(entry.box, window):
            continue
        if not entry.is_live:
            groups[-1].append(entry)
        elif groups[-1] or len(groups) == 1:
            groups.append([])
    return [groups[0], *(group for group in groups[1:] if group)]


def _union(group: Sequence[Placed]) -> PixelBox:
    box = group[0].box
    for entry in group:
        box = around(box, entry.box)
    return box


__all__ = ["StaticCache", "encode", "layers", "paint", "windows"]
