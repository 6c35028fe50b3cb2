"""The stack of a poster: which pixels each item touches, and where static items lie above those that a value changes.

Only there (in a *window*) is the stack built anew for every poster, from kept pieces, in its order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.rendering.display import AnyItem, DisplayList
from app.rendering.outlines import pixel_bounds
from app.rendering.paths import PixelBox
from app.rendering.surface import around, common


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


@dataclass(frozen=True, slots=True)
class Layer:
    """Static items of a window that lie together between two live ones, and the pixels that they touch in it."""

    group: tuple[Placed, ...]
    box: PixelBox

    @property
    def at(self) -> int:
        """The place of the uppermost among all items."""
        return self.group[-1].at


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the poster where static items lie above live ones: what is below all, and the layers above."""

    box: PixelBox
    ground: tuple[Placed, ...]
    above: tuple[Layer, ...]


class Stack:
    """The items of a display list that can be seen, and its windows."""

    def __init__(self, display: DisplayList) -> None:
        self.display = display
        self.canvas: PixelBox = (0, 0, display.width_px, display.height_px)
        self.entries = tuple(_placed(display, self.canvas))

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """Every window, its layers in painting order."""
        return tuple(self._window(box) for box in windows(self.entries))

    def _window(self, box: PixelBox) -> Window:
        ground, *above = layers(self.entries, box)
        return Window(box, tuple(ground), tuple(_layer(group, box) for group in above))

    @cached_property
    def live(self) -> tuple[Placed, ...]:
        """The items that are painted for every poster."""
        return tuple(entry for entry in self.entries if entry.is_live)


def _layer(group: Sequence[Placed], window: PixelBox) -> Layer:
    box = group[0].box
    for entry in group:
        box = around(box, entry.box)
    seen = common(window, box)
    assert seen is not None
    return Layer(tuple(group), seen)


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
