"""Leaves and blossoms as outlines and as cut paper: bamboo, osmanthus, plum."""

from dataclasses import dataclass

import numpy as np

from art.canvas import Canvas
from art.colour import Array, mix
from art.light import blur, moved, soft_shadow
from art.relief import rim
from art.vector import bezier, polygons, strokes


def leaf(
    x: float, y: float, degrees: float, length: float, width: float, bend: float = 0.0, belly: float = 0.4
) -> Array:
    """A leaf that starts at (x, y) and points `degrees` clockwise from rightwards; `bend` curls its tip, in lengths."""
    t = np.linspace(0, 1, 28)
    half = width / 2 * np.sin(np.pi * t ** (np.log(0.5) / np.log(belly))) ** 0.9
    spine = np.stack([t * length, bend * length * t**2], -1)
    slope = np.arctan2(2 * bend * t, 1)
    side = np.stack([-np.sin(slope), np.cos(slope)], -1) * half[:, None]
    outline = np.concatenate([spine + side, (spine - side)[::-1]])
    a = np.deg2rad(degrees)
    return outline @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) + np.array([x, y])


def bamboo(
    x: float, y: float, degrees: float, length: float, rng: np.random.Generator, size: float = 1.0
) -> tuple[list[Array], list[Array]]:
    """A twig from (x, y): its (leaf outlines, stem lines). Leaves hang in threes and fours, as they do."""
    a = np.deg2rad(degrees)
    steps = max(3, int(length / (95 * size)))
    points = [np.array([x, y])]
    leaves: list[Array] = []
    for index in range(steps):
        a += rng.normal(0, 0.06) + 0.035
        points.append(points[-1] + np.array([np.cos(a), np.sin(a)]) * length / steps)
        if index == 0:
            continue
        for _ in range(int(rng.integers(3, 6))):
            turn = np.rad2deg(a) + rng.uniform(-58, 66)
            long = rng.uniform(120, 235) * size
            leaves.append(
                leaf(*points[-1], turn, long, long * rng.uniform(0.115, 0.16), rng.uniform(-0.10, 0.14), 0.32)
            )
    return leaves, [np.array(points)]


def petals(x: float, y: float, radius: float, count: int, degrees: float, plump: float = 0.62) -> list[Array]:
    """The petals of a blossom seen from the front, each with a shallow notch at its tip."""
    t = np.linspace(0, 2 * np.pi, 44)
    out = []
    for index in range(count):
        r = radius * (0.5 + 0.5 * np.cos(t))
        u = r * (1 - 0.07 * np.exp(-((t - np.pi * 0) ** 2) * 18) - 0.07 * np.exp(-((t - 2 * np.pi) ** 2) * 18))
        v = radius * plump * np.sin(t) * (0.55 + 0.45 * (0.5 + 0.5 * np.cos(t)) ** 0.6)
        a = np.deg2rad(degrees + index * 360 / count)
        out.append(np.stack([x + u * np.cos(a) - v * np.sin(a), y + u * np.sin(a) + v * np.cos(a)], -1))
    return out


@dataclass(frozen=True)
class Blossom:
    """Where a blossom sits, how large and how turned it is."""

    x: float
    y: float
    radius: float
    degrees: float


def paint_blossoms(
    canvas: Canvas,
    blossoms: list[Blossom],
    count: int,
    face: str,
    heart: str,
    stamen: str,
    unit: float = 1.0,
    plump: float = 0.62,
) -> None:
    """Blossoms of `count` petals in cut paper: each petal over its neighbour with a shade, a deeper heart, stamens."""
    flowers = [petals(b.x, b.y, b.radius, count, b.degrees, plump) for b in blossoms]
    whole = polygons(canvas, [petal for flower in flowers for petal in flower])
    soft_shadow(canvas, whole, round(4 * unit), round(9 * unit), 9 * unit, "#2A0E0A", 0.42)
    for index in range(count):
        ring = polygons(canvas, [flower[index] for flower in flowers])
        canvas.paint("#5A1A12", blur(moved(ring, 0, 2), 2.4 * unit) * whole, 0.30)
        canvas.paint(face, ring)
        canvas.paint("#FFFFFF", rim(ring, 0, round(2 * unit)), 0.55)
    glow = np.zeros(canvas.shape, np.float32)
    for b in blossoms:
        glow = np.maximum(glow, np.clip(1 - np.hypot(canvas.x - b.x, canvas.y - b.y) / (b.radius * 0.72), 0, 1))
    canvas.paint(heart, glow**1.2 * whole, 0.85)
    rays, tips = [], []
    for b in blossoms:
        for k in range(11):
            a = np.deg2rad(b.degrees + k * 360 / 11)
            reach = b.radius * (0.40 if k % 2 else 0.52)
            end = (b.x + reach * np.cos(a), b.y + reach * np.sin(a))
            rays.append([(b.x, b.y), end])
            ring = np.linspace(0, 2 * np.pi, 12)
            r = b.radius * 0.045
            tips.append(np.stack([end[0] + r * np.cos(ring), end[1] + r * np.sin(ring)], -1))
    canvas.paint(stamen, strokes(canvas, rays, 1.5 * unit), 0.9)
    canvas.paint(stamen, polygons(canvas, tips))


def paint_leaves(canvas: Canvas, leaves: list[Array], dark: str, pale: str, unit: float = 1.0, groups: int = 3) -> None:
    """Leaves of cut paper in `groups` that lie over each other, from `dark` below to `pale` above, with a midrib."""
    for group in range(groups):
        chosen = leaves[group::groups]
        mask = polygons(canvas, chosen)
        soft_shadow(canvas, mask, round(5 * unit), round(10 * unit), 9 * unit, "#02080A", 0.45)
        tone = mix(dark, pale, group / max(1, groups - 1))
        canvas.paint(tone, mask)
        canvas.paint("#FFFFFF", rim(mask, round(unit), round(2 * unit)), 0.28)
        ribs = [np.array([one[0], one[len(one) // 2 - 1]]) for one in chosen]
        canvas.paint(mix(tone, "#F4E7C2", 0.5), strokes(canvas, ribs, 1.3 * unit) * mask, 0.65)


def branch(points: list[tuple[float, float]], start: float, end: float) -> Array:
    """The outline of a branch along a chain of cubics, tapering from `start` to `end` px."""
    line = bezier(points, 40)
    along = np.linspace(0, 1, len(line))
    knots = 1 + 0.16 * np.sin(along * 47) * np.sin(along * 19 + 1)
    half = (start + (end - start) * along) * knots / 2
    tangent = np.gradient(line, axis=0)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], -1) / (np.hypot(tangent[:, 0], tangent[:, 1])[:, None] + 1e-6)
    return np.concatenate([line + normal * half[:, None], (line - normal * half[:, None])[::-1]])
