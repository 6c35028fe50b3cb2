"""The desk at which a poster is laid out: all that layers are drawn from, and the problems met on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.kernel.errors import Problem
from app.rendering.display import Rect
from app.rendering.fonts import FontBook
from app.rendering.pictures import Picture
from app.rendering.template import Template
from app.rendering.values import Values


@dataclass(slots=True)
class Desk:
    """Everything that layers are drawn from, and the problems met on the way."""

    template: Template
    size_name: str
    values: Values
    palette: Mapping[str, str]
    fonts: FontBook
    assets: Mapping[str, Picture]
    pictures: Mapping[str, Picture]
    link: str
    language: str
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: str, code: str, message: str) -> None:
        """Note a problem; layout goes on, to find them all."""
        self.problems.append(Problem(path, code, message))


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a layer stands in the file, and what its groups add to it."""

    path: str
    offset: tuple[float, float] = (0.0, 0.0)
    opacity: float = 1.0

    def box(self, box: Rect) -> Rect:
        """The box moved by the offset of the groups around it."""
        return (box[0] + self.offset[0], box[1] + self.offset[1], box[2], box[3])


def slot_offset(desk: Desk, slot_name: str, box: Rect) -> tuple[float, float]:
    """How far the value of a slot moves its layer; a problem is noted when it leaves the bounds of this size."""
    value, slot = desk.values.slots.get(slot_name), desk.template.slots[slot_name]
    bounds = slot.move.get(desk.size_name)
    if value is None or value.offset is None or bounds is None:
        return (0.0, 0.0)
    dx, dy = value.offset
    left, top = box[0] + dx, box[1] + dy
    right, bottom = left + box[2], top + box[3]
    if left < bounds[0] or top < bounds[1] or right > bounds[0] + bounds[2] or bottom > bounds[1] + bounds[3]:
        room = f"from ({bounds[0]:g}, {bounds[1]:g}) to ({bounds[0] + bounds[2]:g}, {bounds[1] + bounds[3]:g})"
        desk.problem(f"slots.{slot_name}.offset", "out_of_bounds", f"this may only be moved within the area {room}")
    return (dx, dy)
