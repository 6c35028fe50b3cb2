"""Outlines as values: the paths of boxes and ellipses, affine maps, bounds, flattening and dashes.

*Unit*: pixels, y downwards. A path is a tuple of absolute M, L, Q, C and Z commands, as in the display list.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.rendering.display import Rect

Command = tuple[str, tuple[float, ...]]
Path = tuple[Command, ...]
Point = tuple[float, float]
PixelBox = tuple[int, int, int, int]  # left, top, right, bottom

QUARTER = 4 / 3 * (math.sqrt(2) - 1)  # the handle of a cubic that draws a quarter of a circle
TOLERANCE = 0.05  # px that a flattened curve may stray


@dataclass(frozen=True, slots=True)
class Affine:
    """The map (x, y) → (a·x + c·y + e, b·x + d·y + f)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    @classmethod
    def rotation(cls, degrees: float, centre: Point) -> "Affine":
        """A clockwise turn around `centre`."""
        angle = math.radians(degrees)
        cos, sin = math.cos(angle), math.sin(angle)
        x, y = centre
        return cls(cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)

    def apply(self, x: float, y: float) -> Point:
        """Where a point goes."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def after(self, first: "Affine") -> "Affine":
        """The map that does `first` and then this."""
        return Affine(
            self.a * first.a + self.c * first.b,
            self.b * first.a + self.d * first.b,
            self.a * first.c + self.c * first.d,
            self.b * first.c + self.d * first.d,
            *self.apply(first.e, first.f),
        )

    def inverse(self) -> "Affine":
        """The map back. Needs a map that keeps area."""
        area = self.a * self.d - self.b * self.c
        a, b, c, d = self.d / area, -self.b / area, -self.c / area, self.a / area
        return Affine(a, b, c, d, -(a * self.e + c * self.f), -(b * self.e + d * self.f))

    @property
    def is_identity(self) -> bool:
        """Whether nothing moves."""
        return self == IDENTITY


IDENTITY = Affine()


def turn(rotate: float, box: Rect) -> Affine:
    """The rotation of an item: `rotate` degrees around its box's centre."""
    if not rotate % 360:
        return IDENTITY
    return Affine.rotation(rotate, (box[0] + box[2] / 2, box[1] + box[3] / 2))


def rectangle(box: Rect, radius: float = 0.0) -> Path:
    """A box, clockwise, its corners rounded by `radius` (at most half its shorter side)."""
    x, y, width, height = box
    right, bottom = x + width, y + height
    r = min(radius, width / 2, height / 2)
    if r <= 0:
        return (("M", (x, y)), ("L", (right, y)), ("L", (right, bottom)), ("L", (x, bottom)), ("Z", ()))
    k = r - r * QUARTER
    return (
        ("M", (x + r, y)),
        ("L", (right - r, y)),
        ("C", (right - k, y, right, y + k, right, y + r)),
        ("L", (right, bottom - r)),
        ("C", (right, bottom - k, right - k, bottom, right - r, bottom)),
        ("L", (x + r, bottom)),
        ("C", (x + k, bottom, x, bottom - k, x, bottom - r)),
        ("L", (x, y + r)),
        ("C", (x, y + k, x + k, y, x + r, y)),
        ("Z", ()),
    )


def ellipse(box: Rect) -> Path:
    """The ellipse that touches the sides of `box`, clockwise from its rightmost point."""
    x, y, width, height = box
    rx, ry = width / 2, height / 2
    cx, cy, kx, ky = x + rx, y + ry, rx * QUARTER, ry * QUARTER
    right, bottom = x + width, y + height
    return (
        ("M", (right, cy)),
        ("C", (right, cy + ky, cx + kx, bottom, cx, bottom)),
        ("C", (cx - kx, bottom, x, cy + ky, x, cy)),
        ("C", (x, cy - ky, cx - kx, y, cx, y)),
        ("C", (cx + kx, y, right, cy - ky, right, cy)),
        ("Z", ()),
    )


def mapped(path: Path, by: Affine) -> Path:
    """The path with every point moved."""
    if by.is_identity:
        return path
    return tuple((name, tuple(n for i in range(0, len(v), 2) for n in by.apply(v[i], v[i + 1]))) for name, v in path)


def bounds(path: Path) -> Rect | None:
    """A box around all points and handles, or None for an empty path."""
    xs = [n for _, numbers in path for n in numbers[0::2]]
    ys = [n for _, numbers in path for n in numbers[1::2]]
    if not xs:
        return None
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def subpaths(path: Path) -> Iterator[tuple[list[Command], bool]]:
    """Each subpath, starting with its M, and whether it is closed; those that draw nothing are left out."""
    current: list[Command] = []
    for name, numbers in path:
        if name == "M":
            if len(current) > 1:
                yield current, False
            current = [("M", numbers)]
        elif name == "Z":
            if len(current) > 1:
                yield current, True
            current = current[:1]
        else:
            current.append((name, numbers))
    if len(current) > 1:
        yield current, False


def dashed(path: Path, dash: Sequence[float]) -> Path:
    """The path cut into dashes: flattened open pieces, the pattern starting anew on every subpath."""
    pattern = list(dash) * (2 if len(dash) % 2 else 1)
    if not pattern or sum(pattern) <= 0:
        return path
    pieces: list[Command] = []
    for commands, closed in subpaths(path):
        points = flattened(commands)
        if closed and points[0] != points[-1]:
            points.append(points[0])
        pieces.extend(_dashes(points, pattern))
    return tuple(pieces)


def flattened(commands: Sequence[Command]) -> list[Point]:
    """One subpath as a polyline that strays by less than `TOLERANCE`."""
    points: list[Point] = []
    for name, numbers in commands:
        if name in "ML":
            points.append((numbers[0], numbers[1]))
        else:
            points.extend(_curve(points[-1], numbers))
    return points


def _curve(start: Point, v: tuple[float, ...]) -> Iterator[Point]:
    if len(v) == 4:  # a quadratic is raised to the cubic that draws the same
        (x0, y0), (qx, qy, x, y) = start, v
        v = (x0 + (qx - x0) * 2 / 3, y0 + (qy - y0) * 2 / 3, x + (qx - x) * 2 / 3, y + (qy - y) * 2 / 3, x, y)
    x0, y0 = start
    x1, y1, x2, y2, x3, y3 = v
    bend = max(math.hypot(x0 - 2 * x1 + x2, y0 - 2 * y1 + y2), math.hypot(x1 - 2 * x2 + x3, y1 - 2 * y2 + y3))
    steps = max(1, math.ceil(math.sqrt(0.75 * bend / TOLERANCE)))
    for step in range(1, steps + 1):
        t = step / steps
        s = 1 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        yield a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def _dashes(points: Sequence[Point], pattern: Sequence[float]) -> Iterator[Command]:
    index, left, drawing = 0, pattern[0], False
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        length, done = math.hypot(x1 - x0, y1 - y0), 0.0
        while length - done > 1e-9:
            on = index % 2 == 0
            if on and not drawing:
                yield "M", (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            step = min(left, length - done)
            done, left = done + step, left - step
            if on:
                yield "L", (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            drawing = on and left > 1e-9
            while left <= 1e-9:
                index += 1
                left = pattern[index % len(pattern)]
                drawing = False
                if left <= 0:
                    continue
