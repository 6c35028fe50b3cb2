"""Masks (0..1, one per pixel) of vector shapes: supersampled polygons and strokes, and exact discs, boxes and rings."""

from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageDraw

from art.canvas import Canvas
from art.colour import Array

Points = Sequence[tuple[float, float]] | Array
OVERSAMPLE = 4


def smoothstep(low: float, high: float, value: Array) -> Array:
    """0 below `low`, 1 above `high`, an S between; the edges may be swapped."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def _drawn(canvas: Canvas, everything: "list[Array]", pad: float, paint: "object", oversample: int) -> Array:
    mask = np.zeros(canvas.shape, dtype=np.float32)
    joined = np.concatenate(everything)
    rows, columns = canvas.shape
    x0 = int(np.clip(np.floor(joined[:, 0].min() - pad + canvas.bleed), 0, columns))
    y0 = int(np.clip(np.floor(joined[:, 1].min() - pad + canvas.bleed), 0, rows))
    x1 = int(np.clip(np.ceil(joined[:, 0].max() + pad + canvas.bleed), 0, columns))
    y1 = int(np.clip(np.ceil(joined[:, 1].max() + pad + canvas.bleed), 0, rows))
    if x1 <= x0 or y1 <= y0:
        return mask
    image = Image.new("L", ((x1 - x0) * oversample, (y1 - y0) * oversample), 0)
    draw = ImageDraw.Draw(image)
    for points in everything:
        moved = (points + canvas.bleed - np.array([x0, y0])) * oversample - 0.5
        paint(draw, [(float(px), float(py)) for px, py in moved])  # type: ignore[operator]
    mask[y0:y1, x0:x1] = np.asarray(image.reduce(oversample), dtype=np.float32) / 255
    return mask


def polygon(canvas: Canvas, points: Points, oversample: int = OVERSAMPLE) -> Array:
    """The inside of one outline."""
    return polygons(canvas, [points], oversample)


def polygons(canvas: Canvas, outlines: Iterable[Points], oversample: int = OVERSAMPLE) -> Array:
    """The union of several outlines."""

    def paint(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]]) -> None:
        draw.polygon(points, fill=255)

    return _drawn(canvas, [np.asarray(p, dtype=np.float64) for p in outlines], 2, paint, oversample)


def strokes(
    canvas: Canvas, lines: Iterable[Points], width: float, closed: bool = False, oversample: int = OVERSAMPLE
) -> Array:
    """Lines of `width` px with round joints, as their union."""
    gathered = [np.asarray(line, dtype=np.float64) for line in lines]
    if closed:
        gathered = [np.concatenate([line, line[:2]]) for line in gathered]
    pen = max(1, round(width * oversample))

    def paint(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]]) -> None:
        draw.line(points, fill=255, width=pen, joint="curve")

    mask = _drawn(canvas, gathered, width + 2, paint, oversample)
    return mask * np.float32(min(1.0, width * oversample))


def bezier(points: Sequence[tuple[float, float]], steps: int = 48) -> Array:
    """A chain of cubic curves flattened: start, then (control, control, end) again and again."""
    t = np.linspace(0, 1, steps)[:, None]
    pieces = []
    for start in range(0, len(points) - 1, 3):
        a, b, c, d = (np.array(p, dtype=np.float64) for p in points[start : start + 4])
        pieces.append((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)
    return np.concatenate(pieces)


def smooth_closed(points: Sequence[tuple[float, float]], steps: int = 24) -> Array:
    """A closed Catmull-Rom curve through `points`."""
    p = np.asarray(points, dtype=np.float64)
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    out = []
    for i in range(len(p)):
        a, b, c, d = p[i - 1], p[i], p[(i + 1) % len(p)], p[(i + 2) % len(p)]
        out.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(out)


def rotated(points: Points, degrees: float, centre: tuple[float, float] = (0, 0)) -> Array:
    """`points` turned clockwise around `centre`."""
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return (np.asarray(points, dtype=np.float64) - centre) @ turn + centre


def disc(canvas: Canvas, cx: float, cy: float, radius: float, soft: float = 1.0) -> Array:
    """A disc; its edge is `soft` px wide."""
    return np.clip((radius - np.hypot(canvas.x - cx, canvas.y - cy)) / soft + 0.5, 0, 1).astype(np.float32)


def ring(canvas: Canvas, cx: float, cy: float, radius: float, width: float, soft: float = 1.0) -> Array:
    """A circle's line of `width` px."""
    away = np.abs(np.hypot(canvas.x - cx, canvas.y - cy) - radius)
    return np.clip((width / 2 - away) / soft + 0.5, 0, 1).astype(np.float32)


def rounded_box(
    canvas: Canvas, box: tuple[float, float, float, float], radius: float, soft: float = 1.0, degrees: float = 0
) -> Array:
    """A rectangle (x, y, width, height) with round corners, turned clockwise around its centre."""
    x, y, w, h = box
    dx, dy = canvas.x - (x + w / 2), canvas.y - (y + h / 2)
    if degrees:
        angle = np.deg2rad(degrees)
        dx, dy = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
    qx, qy = np.abs(dx) - (w / 2 - radius), np.abs(dy) - (h / 2 - radius)
    away = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0) - radius
    return np.clip(0.5 - away / soft, 0, 1).astype(np.float32)
