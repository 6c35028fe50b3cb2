"""The lamp-lit doorway at night: lattice doors, one leaf ajar, and the light that falls out over the stone floor."""

from dataclasses import dataclass

import numpy as np

from art.canvas import Canvas
from art.colour import Array, mix, ramp
from art.lattice import Leaf, box, placed, step_lattice
from art.light import blur, glow, moved, soft_shadow
from art.noise import fbm
from art.relief import rim
from art.vector import disc, polygons, rounded_box, smoothstep, strokes

LAMP = [(0.0, "#FFF3D2"), (0.22, "#FFDF9E"), (0.5, "#EDA955"), (0.78, "#B4672E"), (1.0, "#6B3822")]


@dataclass(frozen=True)
class Doorway:
    """Where the doors stand: the opening from `left` to `right`, its `top`, the `floor` line, a screen px as `unit`."""

    left: float
    right: float
    top: float
    floor: float
    unit: float = 1.0

    @property
    def width(self) -> float:
        """Of the opening, and of a leaf."""
        return self.right - self.left

    @property
    def lamp(self) -> tuple[float, float]:
        """Where the lamp hangs."""
        return self.left + self.width * 0.36, self.floor - (self.floor - self.top) * 0.47

    def leaf(self, left: float) -> list[tuple[float, float]]:
        """The corners of a closed leaf whose left edge is at `left`."""
        return [(left, self.top), (left + self.width, self.top), (left + self.width, self.floor), (left, self.floor)]


def paint_doorway(canvas: Canvas, door: Doorway) -> None:
    """Paint wall, floor, doors, lamp and light."""
    _wall(canvas, door)
    _floor(canvas, door)
    _room(canvas, door)
    tall = (door.floor - door.top) / door.width
    for step in (1, 2):
        _closed(canvas, door, Leaf(canvas, door.leaf(door.left - step * door.width), tall))
    turn, back = door.width * 0.34, (door.floor - door.top) * 0.035
    ajar = [(door.right - turn, door.top + back), (door.right, door.top), (door.right, door.floor),
            (door.right - turn, door.floor - back)]  # fmt: skip
    _ajar(canvas, Leaf(canvas, ajar, tall))
    _frame(canvas, door)
    _spill(canvas, door)


def _away(canvas: Canvas, door: Doorway, reach: float) -> Array:
    x, y = door.lamp
    return np.hypot(canvas.x - x, canvas.y - y) / np.float32(reach)


def _wall(canvas: Canvas, door: Doorway) -> None:
    stops = [(0.0, "#24415A"), (0.35, "#143049"), (0.7, "#0C2134"), (1.0, "#081622")]
    canvas.paint(ramp(stops, _away(canvas, door, 1500 * door.unit)))
    plaster = fbm(canvas.x / (260 * door.unit), canvas.y / (340 * door.unit), 31, 5)
    canvas.paint("#5F88A8", np.clip(plaster, 0, 1), 0.10)
    canvas.paint("#02070C", np.clip(-plaster, 0, 1), 0.22)


def _floor(canvas: Canvas, door: Doorway) -> None:
    mask = np.clip(canvas.y - door.floor + 0.5, 0, 1) * np.ones_like(canvas.x)
    t = (canvas.y - door.floor) / (760 * door.unit) * np.ones_like(canvas.x)
    canvas.paint(ramp([(0.0, "#12293C"), (0.35, "#0B1C2B"), (1.0, "#07131E")], t), mask)
    seams = []
    vanish = (door.left + door.width / 2, door.floor - 620 * door.unit)
    for index in range(-14, 15):
        foot = vanish[0] + index * 330 * door.unit
        seams.append([(vanish[0] + (foot - vanish[0]) * 0.38, door.floor), (foot, door.floor + 1010 * door.unit)])
    y, gap = door.floor, 34 * door.unit
    while y < canvas.height + 40:
        y, gap = y + gap, gap * 1.42
        seams.append([(-60, y), (canvas.width + 60, y)])
    canvas.paint("#01060B", strokes(canvas, seams, 2.4 * door.unit) * mask, 0.5)
    canvas.paint("#6F93AE", moved(strokes(canvas, seams, 1.2 * door.unit), 0, 2) * mask, 0.12)
    stone = fbm(canvas.x / (150 * door.unit), canvas.y / (50 * door.unit), 77, 5)
    canvas.paint("#000508", np.clip(stone, 0, 1) * mask, 0.25)


def _room(canvas: Canvas, door: Doorway) -> None:
    """The lit room seen through the opening: a moon window on its back wall, and the lamp."""
    hole = polygons(canvas, [box(door.left, door.top, door.width, door.floor - door.top)])
    canvas.paint(ramp(LAMP, _away(canvas, door, (door.floor - door.top) * 0.72)), hole)
    x, y = door.lamp
    u = door.unit
    sill = door.floor - 118 * u
    canvas.paint("#7A3F20", np.clip((canvas.y - sill) / (3 * u), 0, 1) * hole, 0.30)
    canvas.paint("#FFE2A6", glow(canvas, x, sill + 60 * u, 250 * u, 1.5, 0.5) * hole, 0.60)
    boards = [[(door.left + door.width * k, sill), (door.left + door.width * (0.5 + (k - 0.5) * 1.9), door.floor)]
              for k in np.linspace(-0.2, 1.2, 9)]  # fmt: skip
    canvas.paint("#6E3A1D", strokes(canvas, boards, 1.6 * u) * hole, 0.35)
    canvas.paint("#3C1D10", strokes(canvas, [[(x, door.top), (x, y - 60 * u)]], 2.5 * u) * hole, 0.8)
    lamp = _lantern(canvas, x, y, 62 * u)
    canvas.paint("#FFF8E6", blur(lamp, 26 * u) * hole, 0.9, "screen")
    canvas.paint("#FFFBF0", lamp * hole)
    ribs = []
    for k in (-0.75, -0.4, 0.0, 0.4, 0.75):
        a = np.linspace(-np.pi / 2, np.pi / 2, 40)
        ribs.append(np.stack([x + k * 62 * u * np.cos(a), y + 50 * u * np.sin(a)], -1))
    canvas.paint("#E2A95C", strokes(canvas, ribs, 1.4 * u) * hole, 0.55)
    caps = polygons(canvas, [box(x - 22 * u, y - 58 * u, 44 * u, 9 * u), box(x - 22 * u, y + 49 * u, 44 * u, 9 * u)])
    canvas.paint("#5A2D17", caps * hole)
    tassel = strokes(canvas, [[(x + k * u, y + 58 * u), (x + k * u, y + 104 * u)] for k in (-5, 0, 5)], 1.8 * u)
    canvas.paint("#B4472A", tassel * hole, 0.9)


def _lantern(canvas: Canvas, x: float, y: float, r: float) -> Array:
    a = np.linspace(0, 2 * np.pi, 160)
    return polygons(canvas, [np.stack([x + r * np.cos(a), y + 0.82 * r * np.sin(a)], -1)])


def _wood(canvas: Canvas, leaf: Leaf, warm: Array) -> None:
    timber = leaf.body * (1 - leaf.paper)
    canvas.paint(mix("#15212C", "#4A2C1C", 0.35)[None, None] * (0.55 + 0.75 * warm[..., None]), timber)
    canvas.paint("#05090D", leaf.recesses, 0.45)
    edge = rim(leaf.recesses, 0, -2)
    canvas.paint("#D8A668", edge, 0.30)
    canvas.paint("#2A2A2C", leaf.inset, 0.6)
    canvas.paint("#C48D52", rim(leaf.inset, 2, 2), 0.28)


def _closed(canvas: Canvas, door: Doorway, leaf: Leaf) -> None:
    """A closed leaf: the paper glows with the lamp behind it, and the battens stand dark before it."""
    away = _away(canvas, door, 860 * door.unit)
    warm = np.clip(1 - away * 0.75, 0, 1).astype(np.float32)
    _wood(canvas, leaf, warm)
    stops = [(0.0, "#FFE7B4"), (0.3, "#F2B868"), (0.62, "#B5662F"), (1.0, "#5A3226")]
    canvas.paint(ramp(stops, away), leaf.paper)
    fibres = fbm(canvas.x / (70 * door.unit), canvas.y / (90 * door.unit), 9, 4)
    canvas.paint("#FFF4DA", np.clip(fibres, 0, 1) * leaf.paper, 0.16)
    u = door.unit
    soft_shadow(canvas, leaf.battens * leaf.paper, round(-3 * u), round(3 * u), 4 * u, "#5A2A12", 0.45)
    canvas.paint(mix("#2B1A14", "#130F12", 0.5), leaf.battens)
    canvas.paint("#F7C987", rim(leaf.battens, -1, 0) * warm, 0.35)


def _ajar(canvas: Canvas, leaf: Leaf) -> None:
    """The leaf that stands open into the room, lit on its face."""
    shade = np.full(canvas.shape, 0.55, np.float32)
    _wood(canvas, leaf, shade + 0.25)
    canvas.paint("#E9A658", leaf.paper)
    canvas.paint("#8A4A24", leaf.paper, 0.25)
    canvas.paint("#3A1F13", leaf.battens)


def _frame(canvas: Canvas, door: Doorway) -> None:
    """The jamb posts and the threshold, with a warm edge towards the light."""
    u = door.unit
    posts = [box(door.right, door.top - 200 * u, 40 * u, door.floor - door.top + 200 * u)]
    post = polygons(canvas, posts)
    soft_shadow(canvas, post, round(10 * u), round(4 * u), 18 * u, opacity=0.55)
    canvas.paint("#17202A", post)
    canvas.paint("#E8A95E", post * np.exp(-np.maximum(canvas.x - door.right, 0) / (9 * u)), 0.75)
    canvas.paint("#4C6B85", post * np.exp(-np.maximum(door.right + 40 * u - canvas.x, 0) / (2 * u)), 0.35)
    sill = polygons(canvas, [box(-80, door.floor - 12 * u, door.right + 40 * u + 80, 26 * u)])
    soft_shadow(canvas, sill, 0, round(8 * u), 10 * u, opacity=0.6)
    canvas.paint("#1A222B", sill)
    lit = smoothstep(door.left - 20 * u, door.left + 20 * u, canvas.x) * smoothstep(
        door.right + 6 * u, door.right - 8 * u, canvas.x
    )
    canvas.paint("#F0B468", sill * lit * np.exp(-np.maximum(canvas.y - door.floor + 12 * u, 0) / (10 * u)), 0.9)


def _spill(canvas: Canvas, door: Doorway) -> None:
    """Light on the floor: a clear fan out of the opening, the lattice's pattern beside it, a breath on the wall."""
    u = door.unit
    y0, y1 = door.floor + 14 * u, door.floor + 1500 * u
    fan = polygons(canvas, [[(door.left, y0), (door.right, y0), (door.right + 590 * u, y1), (door.left - 94 * u, y1)]])
    near, far = blur(fan, 5 * u), blur(fan, 34 * u)
    t = smoothstep(y0, y0 + 330 * u, canvas.y)
    fan = near * (1 - t) + far * t
    fade = np.exp(-np.maximum(canvas.y - y0, 0) / (360 * u)) * np.clip(canvas.y - y0, 0, 1)
    canvas.paint("#F0A04A", fan * fade, 0.84, "screen")
    canvas.paint("#FFD493", fan * fade**2, 0.35, "screen")
    for step in (1, 2):
        left = door.left - step * door.width
        lean = (door.left + door.width * 0.4 - left) * 0.42
        quad = [(left - lean, y0 + 436 * u), (left + door.width * 1.02 - lean * 0.86, y0 + 436 * u),
                (left + door.width * 0.94, y0 + 22 * u), (left + door.width * 0.06, y0 + 22 * u)]  # fmt: skip
        patch = polygons(canvas, placed([box(0, 0, 1, 1)], quad))
        bars = polygons(canvas, placed(step_lattice(3, 6, 0.026, 1.9), quad))
        pattern = np.clip(patch - bars, 0, 1)
        pattern = blur(pattern, 1.6 * u) * (1 - t) + blur(pattern, 6 * u) * t
        canvas.paint("#E49B4C", pattern * fade * (0.95 if step == 1 else 0.6), 0.62, "screen")
    x, y = door.lamp
    canvas.paint("#F0A85A", glow(canvas, x, y, 900 * u, 2.6), 0.26, "screen")


def paint_ticket(canvas: Canvas, area: tuple[float, float, float, float], tear: float, unit: float = 1.0) -> None:
    """A card of warm paper in `area` with a perforation at x = `tear` and notches at both its ends."""
    x, y, w, h = area
    card = rounded_box(canvas, area, 18 * unit)
    for end in (y, y + h):
        card = card * (1 - disc(canvas, tear, end, 20 * unit))
    soft_shadow(canvas, card, 0, round(26 * unit), 30 * unit, "#02070C", 0.75)
    soft_shadow(canvas, card, 0, round(5 * unit), 5 * unit, "#02070C", 0.5)
    t = (canvas.x - x) / w * 0.6 + (canvas.y - y) / h * 0.4
    canvas.paint(ramp([(0.0, "#FFF6E4"), (0.6, "#FAEFDC"), (1.0, "#F1E2CA")], t), card)
    fibre = fbm(canvas.x / (46 * unit), canvas.y / (38 * unit), 41, 4)
    canvas.paint("#C9A873", np.clip(fibre, 0, 1) * card, 0.10)
    canvas.paint("#FFFFFF", rim(card, 0, 2), 0.6)
    ys = np.arange(y + 34 * unit, y + h - 30 * unit, 15 * unit)
    dots = strokes(canvas, [[(tear, float(top)), (tear, float(top) + 7 * unit)] for top in ys], 2.4 * unit)
    canvas.paint("#B98F4B", dots, 0.8)
