"""The desk at which a poster is laid out: all that layers are drawn from, and the problems met on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.kernel.errors import Problem
from app.rendering.display import Rect
from app.rendering.fonts import FontBook
from app.rendering.paths import IDENTITY, Affine
from app.rendering.pictures import Picture
from app.rendering.scene import Follow
from app.rendering.template import Template
from app.rendering.values import Values


@dataclass(frozen=True, slots=True)
class Edges:
    """How far (px, downwards) the top and the bottom of a layer lie from where they are drawn, and whose text did it.

    `cause` is the path of that text in the values.
    """

    top: float = 0.0
    bottom: float = 0.0
    cause: str = ""

    def moved(self, by: float, cause: str) -> "Edges":
        """The edges of a layer that was itself moved `by`."""
        return Edges(self.top + by, self.bottom + by, self.cause or cause)


@dataclass(slots=True)
class Desk:
    """Everything that layers are drawn from, and the problems met on the way.

    `edges` tells of the layers drawn so far whether they moved or grew, for those that follow them.
    """

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
    edges: dict[str, Edges] = field(default_factory=dict)

    def problem(self, path: str, code: str, message: str) -> None:
        """Note a problem; layout goes on, to find them all."""
        self.problems.append(Problem(path, code, message))


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a layer stands in the file, what its groups add to it, and what it and they follow.

    `turned` is the map by which the groups turn it, `rotate` by how many degrees.
    """

    path: str
    offset: tuple[float, float] = (0.0, 0.0)
    opacity: float = 1.0
    follows: tuple[Follow, ...] = ()
    turned: Affine = IDENTITY
    rotate: float = 0.0

    def shift(self, box: Rect) -> tuple[float, float]:
        """How far the groups move a layer of this box; what they turn is turned around its own middle as well."""
        x, y = box[0] + box[2] / 2 + self.offset[0], box[1] + box[3] / 2 + self.offset[1]
        if self.turned.is_identity:
            return self.offset
        moved = self.turned.apply(x, y)
        return (moved[0] - x + self.offset[0], moved[1] - y + self.offset[1])

    def box(self, box: Rect) -> Rect:
        """The box moved by the groups around it."""
        dx, dy = self.shift(box)
        return (box[0] + dx, box[1] + dy, box[2], box[3])


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
