"""Lattice doors (隔扇) of battens over lit paper, straight on or in perspective."""

from collections.abc import Sequence

import numpy as np

from art.canvas import Canvas
from art.colour import Array
from art.vector import polygons

Quad = Sequence[tuple[float, float]]


def bar(x0: float, y0: float, x1: float, y1: float, width: float) -> Array:
    """A straight batten between two points, as an outline with square ends."""
    a, b = np.array([x0, y0], float), np.array([x1, y1], float)
    along = (b - a) / max(1e-6, float(np.hypot(*(b - a)))) * width / 2
    side = np.array([-along[1], along[0]])
    return np.stack([a - along + side, b + along + side, b + along - side, a - along - side])


def step_lattice(columns: int, rows: int, width: float, aspect: float) -> list[Array]:
    """The battens of a stepping lattice (步步锦) in the unit square; `width` is theirs, in the opening's widths.

    Every cell holds a nested frame whose ties alternate between lying and standing, so that the pattern climbs.
    `aspect` is the opening's true height over its width: battens are equally thick both ways.
    """
    battens: list[Array] = []
    cw, ch = 1 / columns, aspect / rows
    for row in range(rows + 1):
        battens.append(bar(0, row * ch, 1, row * ch, width))
    for column in range(columns + 1):
        battens.append(bar(column * cw, 0, column * cw, aspect, width))
    for row in range(rows):
        for column in range(columns):
            battens += _cell(column * cw, row * ch, cw, ch, width, (row + column) % 2 == 0)
    return [outline / np.array([1, aspect]) for outline in battens]


def _cell(x: float, y: float, w: float, h: float, width: float, lying: bool) -> list[Array]:
    mx, my = w * 0.24, h * 0.24
    x0, y0, x1, y1 = x + mx, y + my, x + w - mx, y + h - my
    cx, cy = x + w / 2, y + h / 2
    frame = [
        bar(x0, y0, x1, y0, width),
        bar(x0, y1, x1, y1, width),
        bar(x0, y0, x0, y1, width),
        bar(x1, y0, x1, y1, width),
    ]
    if lying:
        ties = [bar(x, cy, x0, cy, width), bar(x1, cy, x + w, cy, width)]
        ties += [bar(x0 + w * 0.13, y, x0 + w * 0.13, y0, width), bar(x1 - w * 0.13, y1, x1 - w * 0.13, y + h, width)]
    else:
        ties = [bar(cx, y, cx, y0, width), bar(cx, y1, cx, y + h, width)]
        ties += [bar(x, y0 + h * 0.13, x0, y0 + h * 0.13, width), bar(x1, y1 - h * 0.13, x + w, y1 - h * 0.13, width)]
    return frame + ties


def placed(outlines: Sequence[Array], quad: Quad) -> list[Array]:
    """Outlines of the unit square laid into `quad` (top left, top right, bottom right, bottom left) in perspective."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = quad
    sx, sy = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    dx1, dx2, dy1, dy2 = x1 - x2, x3 - x2, y1 - y2, y3 - y2
    det = dx1 * dy2 - dx2 * dy1
    g, h = (sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det
    a, b = x1 - x0 + g * x1, x3 - x0 + h * x3
    d, e = y1 - y0 + g * y1, y3 - y0 + h * y3
    out = []
    for outline in outlines:
        dense = np.concatenate(
            [np.linspace(p, q, 5)[:-1] for p, q in zip(outline, np.roll(outline, -1, 0), strict=True)]
        )
        u, v = dense[:, 0], dense[:, 1]
        w = g * u + h * v + 1
        out.append(np.stack([(a * u + b * v + x0) / w, (d * u + e * v + y0) / w], axis=-1))
    return out


def box(x: float, y: float, w: float, h: float) -> Array:
    """A rectangle's outline."""
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], float)


class Leaf:
    """One door leaf in `quad`: a lattice over paper above, a carved panel below, in a frame; all as masks of `canvas`.

    `aspect` is the leaf's true height over its width, whatever the perspective makes of it.
    """

    def __init__(self, canvas: Canvas, quad: Quad, aspect: float, columns: int = 3, waist: float = 0.72) -> None:
        side, foot, gap, rail = 0.09, 0.09 / aspect, 0.035, 0.055
        self.body = polygons(canvas, placed([box(0, 0, 1, 1)], quad))
        opening = box(side, foot, 1 - 2 * side, waist - foot)
        self.paper = polygons(canvas, placed([opening], quad))
        extent = opening[2] - opening[0]
        true_aspect = float(extent[1] / extent[0] * aspect)
        rows = round(true_aspect * columns / 1.2)
        unit = step_lattice(columns, rows, 0.017, true_aspect)
        self.lattice = [outline * extent + opening[0] for outline in unit]
        self.battens = polygons(canvas, placed(self.lattice, quad)) * self.paper
        low = waist + 2 * gap + rail
        rail_box, panel = box(side, waist + gap, 1 - 2 * side, rail), box(side, low, 1 - 2 * side, 1 - foot - low)
        inset = box(side * 1.9, low + side / aspect, 1 - 3.8 * side, 1 - foot - low - 2 * side / aspect)
        self.recesses = polygons(canvas, placed([rail_box, panel], quad))
        self.inset = polygons(canvas, placed([inset], quad))
