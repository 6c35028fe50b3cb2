"""Paints a display list in pixels. What no slot touches is painted once, kept, and copied for every poster.

A static item sinks into the base when nothing that a slot touches lies under it; the others are kept as patches, cut to
their boxes, and laid over in their turn. The plan is part of the cache's key, so warm and cold paint the same bytes.
"""

import hashlib
from dataclasses import dataclass

from PIL import Image

from app.rendering.cache import Patch, StaticCache
from app.rendering.display import AnyItem, DisplayList
from app.rendering.encode import encode
from app.rendering.fonts import FontBook
from app.rendering.paint_items import paint_item, pixel_bounds
from app.rendering.raster import PixelBox
from app.rendering.surface import Surface, around, common, transparent
from app.rendering.version import renderer_version

GROUND = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Placed:
    """An item, the pixels that it touches, and its number among the static items."""

    item: AnyItem
    box: PixelBox
    number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes into the base, and what is laid over it in this order: a dynamic item, or static ones as one patch."""

    base: tuple[Placed, ...]
    above: tuple[tuple[Placed, ...], ...]


def paint(display: DisplayList, fonts: FontBook, cache: StaticCache | None = None) -> Image.Image:
    """The poster's trim box as RGB pixels; the caller owns them."""
    plan = _plan(display)
    canvas = (0, 0, display.width_px, display.height_px)
    key = _key(display, "base", plan.base)
    kept = cache.get(key) if cache else None
    if kept is not None and kept.image.size == canvas[2:]:
        surface = Surface(kept.image.copy())
    else:
        surface = Surface(Image.new("RGB", canvas[2:], GROUND))
        for entry in plan.base:
            paint_item(surface, entry.item, fonts)
        if cache:
            cache.put(key, Patch(0, 0, surface.image.copy()))
    for group in plan.above:
        if group[0].item.dynamic:
            paint_item(surface, group[0].item, fonts)
        else:
            surface.merge(_patch(display, group, fonts, cache))
    return surface.image


def _patch(display: DisplayList, group: tuple[Placed, ...], fonts: FontBook, cache: StaticCache | None) -> Surface:
    key = _key(display, "patch", group)
    kept = cache.get(key) if cache else None
    if kept is not None:
        return Surface(kept.image, kept.left, kept.top)
    box = group[0].box
    for entry in group:
        box = around(box, entry.box)
    surface = transparent(box)
    for entry in group:
        paint_item(surface, entry.item, fonts)
    if cache:
        cache.put(key, Patch(surface.left, surface.top, surface.image))
    return surface


def _key(display: DisplayList, kind: str, entries: tuple[Placed, ...]) -> str:
    numbers = ",".join(str(entry.number) for entry in entries)
    parts = (renderer_version(), display.static_key, kind, str(display.width_px), str(display.height_px), numbers)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plan(display: DisplayList) -> Plan:
    base: list[Placed] = []
    above: list[tuple[Placed, ...]] = []
    taken: list[PixelBox] = []
    waiting: list[Placed] = []
    for entry in _placed(display):
        if not entry.item.dynamic and not any(common(entry.box, box) for box in taken):
            base.append(entry)
            continue
        taken.append(entry.box)
        if entry.item.dynamic:
            above.extend(_clusters(waiting))
            waiting = []
            above.append((entry,))
        else:
            waiting.append(entry)
    above.extend(_clusters(waiting))
    return Plan(tuple(base), tuple(above))


def _placed(display: DisplayList) -> list[Placed]:
    canvas = (0, 0, display.width_px, display.height_px)
    placed: list[Placed] = []
    number = 0
    for item in display.items:
        box = pixel_bounds(item)
        seen = common(box, canvas) if box else None
        if seen is not None:
            placed.append(Placed(item, seen, -1 if item.dynamic else number))
        number += not item.dynamic
    return placed


def _clusters(entries: list[Placed]) -> list[tuple[Placed, ...]]:
    """Static items in groups whose boxes keep clear of each other, each group in painting order."""
    clusters: list[tuple[PixelBox, list[Placed]]] = []
    for entry in entries:
        box, members = entry.box, [entry]
        while touching := next((cluster for cluster in clusters if common(cluster[0], box)), None):
            clusters.remove(touching)
            box, members = around(touching[0], box), touching[1] + members
        clusters.append((box, members))
    order = {id(entry): index for index, entry in enumerate(entries)}
    return [tuple(sorted(members, key=lambda entry: order[id(entry)])) for _, members in clusters]


__all__ = ["StaticCache", "encode", "paint"]
