"""Paper cutting: smooth outlines, brush strokes of changing width, and sheets laid on each other with soft shadows."""

from collections.abc import Sequence

import numpy as np

from art.canvas import Canvas
from art.colour import Array, ramp
from art.light import blur, moved
from art.vector import Points, polygons


def spline(points: Points, steps: int = 24) -> Array:
    """An open Catmull-Rom curve through the points."""
    p = np.asarray(points, dtype=np.float64)
    if len(p) < 3:
        return p
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.vstack([*pieces, p[-2:-1]])


def outline(points: Points, sharp: Sequence[int] = (), steps: int = 24) -> Array:
    """A closed smooth curve through the points that has corners at the indices `sharp`."""
    pts = [tuple(point) for point in points]
    count = len(pts)
    if not sharp:
        return spline([*pts[-3:], *pts, *pts[:3]], steps)[steps * 3 : -steps * 2]
    corners = sorted(index % count for index in sharp)
    runs = []
    for index, corner in enumerate(corners):
        end = corners[(index + 1) % len(corners)]
        length = (end - corner - 1) % count + 1
        runs.append(spline([pts[(corner + step) % count] for step in range(length + 1)], steps))
    return np.vstack(runs)


def brush(points: Points, widths: Sequence[float]) -> Array:
    """The outline of a stroke along the points whose width runs through `widths`."""
    line = spline(points)
    half = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    tangent = np.gradient(line, axis=0)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1) / (np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9)
    return np.vstack([line + normal * half, (line - normal * half)[::-1]])


class Sheet(Canvas):
    """A canvas for paper: outlines become masks, masks become sheets that throw soft shadows.

    All coordinates given to it are enlarged by `zoom` around `pivot`.
    """

    zoom = 1.0
    pivot = (0.0, 0.0)

    def _placed(self, points: Points) -> Array:
        return (np.asarray(points, dtype=np.float64) - self.pivot) * self.zoom + self.pivot

    def cut(self, *outlines: Points) -> Array:
        """Where any of the closed outlines covers the picture."""
        return polygons(self, [self._placed(points) for points in outlines])

    def oval(self, cx: float, cy: float, rx: float, ry: float) -> Array:
        """The mask of an ellipse."""
        angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
        return self.cut(np.stack([cx + rx * np.cos(angle), cy + ry * np.sin(angle)], 1))

    def haze(self, cx: float, cy: float, rx: float, ry: float) -> Array:
        """A mask that is 1 in the middle and fades without an edge."""
        cx, cy = self._placed([(cx, cy)])[0]
        across, down = (self.x - cx) / (rx * self.zoom), (self.y - cy) / (ry * self.zoom)
        return np.exp(-(across**2) - down**2).astype(np.float32)

    def blend(self, start: tuple[float, float], end: tuple[float, float], *colours: str) -> Array:
        """A colour per pixel that passes evenly through `colours` from one point to the other."""
        start, end = self._placed([start, end]).tolist()
        dx, dy = end[0] - start[0], end[1] - start[1]
        t = ((self.x - start[0]) * dx + (self.y - start[1]) * dy) / (dx * dx + dy * dy)
        stops = list(zip(np.linspace(0, 1, len(colours)).tolist(), colours, strict=True))
        return ramp(stops, np.broadcast_to(t, self.shape), smooth=False)

    def lay(
        self,
        mask: Array,
        paint: "str | Array",
        drop: tuple[int, int, float, float] = (0, 10, 16, 0.3),
        shade: str = "#0A1C2B",
        within: "Array | float" = 1.0,
    ) -> None:
        """Lay a sheet: its shadow (dx, dy, blur, strength; seen only `within`), itself, and its lit upper edge."""
        dx, dy, sigma, strength = drop
        self.paint(shade, blur(moved(mask, dx, dy), sigma * 0.6) * within, strength)
        self.paint(paint, mask)
        self.paint("#FFFFFF", np.clip(mask - moved(mask, 1, 2), 0, 1) * within, 0.16)
