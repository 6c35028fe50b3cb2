"""Layers that follow others: in which order they are laid out, and how far each is moved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.rendering.desk import Desk, Edges, Frame
from app.rendering.display import AnyItem, Rect
from app.rendering.paths import Affine
from app.rendering.scene import GroupLayer, Layer, Point


@dataclass(frozen=True, slots=True)
class Planned:
    """A layer to be laid out, with its place in the file; `number` is its place in painting order."""

    number: int
    layer: Layer
    frame: Frame

    def can_be_placed(self, desk: Desk, waiting: set[str]) -> bool:
        """Whether all that it follows has been laid out, or is not there in this language."""
        return not any(follow.layer in waiting and follow.layer not in desk.edges for follow in self.frame.follows)


def planned(layers: Sequence[Layer], frame: Frame, language: str) -> list[Planned]:
    """All layers that are shown in `language`, groups before their members, in painting order."""
    flat = _flat(layers, frame, language)
    return [Planned(number, layer, here) for number, (layer, here) in enumerate(flat)]


def _flat(layers: Sequence[Layer], frame: Frame, language: str) -> Iterator[tuple[Layer, Frame]]:
    for index, layer in enumerate(layers):
        if layer.only is not None and layer.only != language:
            continue
        follows = (*frame.follows, layer.follow) if layer.follow else frame.follows
        here = replace(frame, path=f"{frame.path}[{index}]", follows=follows)
        yield layer, here
        if isinstance(layer, GroupLayer):
            yield from _flat(layer.layers, _inside(layer, here), language)


def _inside(group: GroupLayer, frame: Frame) -> Frame:
    """The frame of a group's members."""
    offset = (frame.offset[0] + group.offset[0], frame.offset[1] + group.offset[1])
    turned = frame.turned
    if group.rotate % 360:
        x, y = group.centre or _middle(group)
        turned = turned.after(Affine.rotation(group.rotate, (x + offset[0], y + offset[1])))
    return replace(
        frame,
        path=f"{frame.path}.layers",
        offset=offset,
        opacity=frame.opacity * group.opacity,
        turned=turned,
        rotate=frame.rotate + group.rotate,
    )


def _middle(group: GroupLayer) -> Point:
    boxes = list(_boxes(group, (0.0, 0.0))) or [(0.0, 0.0, 0.0, 0.0)]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return ((left + right) / 2, (top + bottom) / 2)


def _boxes(group: GroupLayer, offset: Point) -> Iterator[Rect]:
    for layer in group.layers:
        if isinstance(layer, GroupLayer):
            yield from _boxes(layer, (offset[0] + layer.offset[0], offset[1] + layer.offset[1]))
        else:
            yield (layer.box[0] + offset[0], layer.box[1] + offset[1], layer.box[2], layer.box[3])


def in_order(desk: Desk, plan: list[Planned]) -> Iterator[Planned]:
    """The layers, each after those that it follows; as they come where none follows another."""
    if not any(one.frame.follows for one in plan):
        yield from plan
        return
    pending = list(plan)
    while pending:
        waiting = {one.layer.name for one in pending}
        ready = next((one for one in pending if one.can_be_placed(desk, waiting - {one.layer.name})), pending[0])
        pending.remove(ready)
        yield ready


def shift_of(desk: Desk, frame: Frame) -> Edges:
    """How far a layer is moved by what its groups and then it itself follow; top and bottom are the same."""
    moved, cause = 0.0, ""
    for follow in frame.follows:
        edges = desk.edges.get(follow.layer, Edges())
        by = (edges.top if follow.edge == "top" else edges.bottom) - moved
        if follow.push:
            by = min(0.0, by) if follow.edge == "top" else max(0.0, by)
        moved, cause = moved + by, edges.cause if by else cause
    return Edges(moved, moved, cause)


def is_pushed_out(item: AnyItem, height_px: int, shift: float) -> bool:
    """Whether an item stands beyond the sheet because it was moved, where it was drawn inside."""
    top, bottom = item.box[1], item.box[1] + item.box[3]
    return (shift > 0 and bottom > height_px >= bottom - shift) or (shift < 0 and top < 0 <= top - shift)
