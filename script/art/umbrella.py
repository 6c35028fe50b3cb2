"""An umbrella built of arcs: ribs are half ellipses, every panel a fan of arcs; and the rain that it keeps off."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from art.canvas import Canvas
from art.colour import Array, from_oklab, mix, to_oklab
from art.light import blur, moved, soft_shadow
from art.relief import rim
from art.vector import polygon, polygons, smoothstep, strokes


@dataclass(frozen=True)
class Umbrella:
    """A canopy whose apex stands `height` above the rim's centre (cx, cy); the near rim hangs `dip` lower."""

    cx: float
    cy: float
    radius: float
    height: float
    dip: float
    panels: int = 7

    def rib(self, azimuth: "float | Array", rise: "float | Array") -> Array:
        """The point at `azimuth` (−90° left, 0 towards us, 90 right), `rise` 0 at the rim and 1 at the apex."""
        start = 0.30
        phi, t = np.deg2rad(azimuth), start + np.asarray(rise) * (np.pi / 2 - start)
        out, up = np.cos(t) / np.cos(start), (np.sin(t) - np.sin(start)) / (1 - np.sin(start))
        x = self.cx + self.radius * np.sin(phi) * out
        y = self.cy + self.dip * np.cos(phi) * out - self.height * up
        return np.stack(np.broadcast_arrays(x, y), axis=-1)

    @property
    def azimuths(self) -> Array:
        """Where the visible ribs stand."""
        return np.linspace(-90, 90, self.panels + 1)

    def arc(self, left: float, right: float, rise: float, sag: float) -> Array:
        """The arc across one panel at `rise`, drawn up in its middle by `sag` of its width."""
        u = np.linspace(0, 1, 40)
        base = self.rib(left + (right - left) * u, rise)
        ends = self.rib(np.array([left, right]), rise)
        width = float(np.hypot(*(ends[1] - ends[0])))
        lift = sag * width * 4 * u * (1 - u)
        return np.stack([base[:, 0], base[:, 1] - lift], axis=-1)

    def wedge(self, left: float, right: float, rise: float, sag: float) -> Array:
        """The outline of a panel from `rise` up to the apex."""
        up = np.linspace(rise, 1, 40)
        return np.concatenate([self.arc(left, right, rise, sag), self.rib(right, up), self.rib(left, up)[::-1]])

    def outline(self, sag: float) -> Array:
        """The whole canopy's outline."""
        ribs = self.azimuths
        rim = np.concatenate([self.arc(a, b, 0, sag) for a, b in pairwise(ribs)])
        return np.concatenate([rim, self.rib(90, np.linspace(0, 1, 60)), self.rib(-90, np.linspace(1, 0, 60))])


def paint_umbrella(
    canvas: Canvas, shape: Umbrella, deep: str, pale: str, accent: str, accent_panel: int, unit: float, bands: int = 9
) -> None:
    """Paint the canopy from `deep` at the rim to `pale` at the apex; one panel runs in `accent`."""
    sag = 0.13
    hull = polygon(canvas, shape.outline(sag))
    soft_shadow(canvas, hull, round(10 * unit), round(46 * unit), 40 * unit, "#22465E", 0.34)
    inside = polygon(canvas, shape.outline(0.0)) * (canvas.y > shape.cy - 0.15 * shape.dip)
    canvas.paint(mix(deep, "#06121C", 0.55), inside)
    ribs = shape.azimuths
    panels = list(pairwise(ribs))
    cover = [polygon(canvas, shape.wedge(left, right, 0, sag)) for left, right in panels]
    total = np.maximum(sum(cover), 1e-3)[..., None]
    for band in range(bands):
        rise = band / bands
        mask = polygons(canvas, [shape.wedge(left, right, rise, sag) for left, right in panels])
        if band:
            shade = blur(moved(mask, 0, round(6 * unit)), 5 * unit)
            canvas.paint("#071A28", shade * hull, 0.30, "multiply")
        colour = sum(
            part[..., None] * _tone(deep, pale, accent, index == accent_panel, rise, (left + right) / 2)
            for index, (part, (left, right)) in enumerate(zip(cover, panels, strict=True))
        )
        canvas.paint(colour / total, mask)
        edge = rim(mask, 0, -round(max(1, 1.6 * unit)))
        canvas.paint("#FFFFFF", edge, 0.20)
    _sheen(canvas, shape, hull, unit)


def _tone(deep: str, pale: str, accent: str, is_accent: bool, rise: float, azimuth: float) -> Array:
    """A band's colour: paler towards the apex, lighter where the panel faces the light."""
    lab = to_oklab(mix(accent, "#F7D9C4", 0.55 * rise) if is_accent else mix(deep, pale, rise**1.25))
    lab[0] += 0.085 * (np.cos(np.deg2rad(azimuth - 38)) - 0.55)
    return from_oklab(lab)


def _sheen(canvas: Canvas, shape: Umbrella, hull: Array, unit: float) -> None:
    """Fold shading beside every rib, the ribs in thread of gold, the finial, and tips at the rim."""
    up = np.linspace(0, 1, 80)
    for azimuth in shape.azimuths[1:-1]:
        line = strokes(canvas, [shape.rib(float(azimuth), up)], 26 * unit)
        canvas.paint("#04101A", blur(moved(line, -round(12 * unit), 0), 12 * unit) * hull, 0.30, "multiply")
        canvas.paint("#FFFFFF", blur(moved(line, round(12 * unit), 0), 14 * unit) * hull, 0.10)
    threads = [shape.rib(float(azimuth), up) for azimuth in shape.azimuths[1:-1]]
    canvas.paint("#E3C48C", strokes(canvas, threads, 2.0 * unit), 0.85)
    tips = []
    for azimuth in shape.azimuths[1:-1]:
        x, y = shape.rib(float(azimuth), 0.0)
        r, around = 6 * unit, np.linspace(0, 2 * np.pi, 24)
        tips.append(np.stack([x + r * np.cos(around), y + r + r * np.sin(around)], -1))
    canvas.paint("#D9B477", polygons(canvas, tips))
    x, y = shape.rib(0.0, 1.0)
    spike = [(-6, 6), (-5, -8), (-2.2, -46), (2.2, -46), (5, -8), (6, 6)]
    canvas.paint("#D9B477", polygon(canvas, [(x + dx * unit, y + dy * unit) for dx, dy in spike]))


def rain(canvas: Canvas, shape: Umbrella, colour: str, unit: float, seed: int, count: int = 900) -> None:
    """Slanting rain over the whole sheet, kept off by the canopy: nothing falls in its lee."""
    rng = np.random.default_rng(seed)
    slant = np.tan(np.deg2rad(7.0))
    groups: dict[float, list[Array]] = {1.2: [], 1.8: [], 2.6: []}
    for _ in range(count):
        width = float(rng.choice([1.2, 1.8, 2.6], p=[0.55, 0.33, 0.12]))
        length = rng.uniform(26, 150) * unit * width / 1.8
        x = rng.uniform(-0.02, 1.18) * canvas.width
        y = rng.uniform(-0.05, 1.0) * canvas.height
        groups[width].append(np.array([[x, y], [x - slant * length, y + length]]))
    far_right = shape.rib(90.0, 0.0)
    edge = far_right[0] - slant * (canvas.y - far_right[1])
    lee = smoothstep(-10 * unit, 46 * unit, canvas.x - edge) * np.ones_like(canvas.y)
    lee = np.where(canvas.y < far_right[1], np.float32(1), lee)
    depth = 1 - 0.55 * smoothstep(0.35 * canvas.height, 0.85 * canvas.height, canvas.y)
    for width, lines in groups.items():
        canvas.paint(colour, strokes(canvas, lines, width * unit) * lee * depth, 0.20 + 0.13 * width / 2.6)
