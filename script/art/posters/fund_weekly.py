"""Fund weekly: a lake cut through sheets of paper along its contour lines, down to deep blue."""

from pathlib import Path

import numpy as np

from art.canvas import Canvas
from art.colour import GOLD, PAPER, Array, mix, ramp
from art.light import glow, paper
from art.motifs import contours, cut_layer
from art.noise import warped

SHEETS = 8
DEEP = [(0.0, "#0B2F4A"), (0.3, "#1A5476"), (0.58, "#6C9DB4"), (0.82, "#C4D7DE"), (1.0, PAPER)]


def basin(canvas: Canvas, cx: float, cy: float, radius: float, seed: int, squash: float = 1.0) -> Array:
    """Depth of the lake at every pixel: about 1 at its deepest, 0 on the shore, below 0 on dry paper."""
    unit = np.float32(radius * 1.05)
    noise = warped((canvas.x - cx) / unit + 3.1, (canvas.y - cy) / unit + 8.4, seed, 0.55, 2)
    away = np.hypot(canvas.x - cx, (canvas.y - cy) / squash) / radius
    return np.asarray(1.0 - away**1.25 + noise * 0.62, dtype=np.float32)


def lake(canvas: Canvas, depth: Array, scale: float) -> None:
    """Paint the sheets from the water up; each throws its shadow on the ones below."""
    canvas.paint(ramp(DEEP, np.zeros(1))[0])
    canvas.paint("#2E7392", np.clip(depth - 0.75, 0, 1) * 1.4, 0.35, "screen")
    gy, gx = np.gradient(depth)
    slope = np.maximum(np.hypot(gx, gy), 1e-6)
    for index in range(1, SHEETS + 1):
        level = 0.86 * (1 - index / SHEETS)
        mask = np.clip((level - depth) / slope + 0.5, 0, 1).astype(np.float32)
        colour = ramp(DEEP, np.array([index / SHEETS]), smooth=False)[0]
        cut_layer(canvas, mask, colour, 15 * scale, 0.42, 0.3)
        if index in (2, 5):
            line = np.clip(1.5 * scale - np.abs(depth - level + 0.012) / slope, 0, 1)
            canvas.paint(mix(GOLD, "#FFE7B8", 0.25), line, 0.85)
    dry = np.clip(-depth * 5, 0, 1)
    lines = contours(depth, 0.105, 1.15 * scale, 4, 1.7 * scale)
    fade = np.clip(1 - np.abs(depth + 0.08) / 0.95, 0, 1)
    canvas.paint(mix(GOLD, PAPER, 0.15), lines * dry * fade, 0.62)


def _picture(
    path: Path, size: tuple[int, int], centre: tuple[float, float], radius: float, seed: int, squash: float, max_kb: int
) -> None:
    canvas = Canvas(*size, PAPER)
    depth = basin(canvas, *centre, radius, seed, squash)
    lake(canvas, depth, 1.0 if min(size) > 500 else 0.7)
    canvas.paint("#FFF3DC", glow(canvas, centre[0] - radius, centre[1] - radius, radius * 2.4, 2), 0.10, "screen")
    paper(canvas, 0.9)
    canvas.save(path, max_kb, 0.004)


def draw(folder: Path) -> None:
    """Write the three grounds."""
    _picture(folder / "phone.jpg", (1080, 1920), (800, 420), 545, 41, 0.9, 700)
    _picture(folder / "square.jpg", (1080, 1080), (836, 272), 470, 41, 0.93, 500)
    _picture(folder / "cover.jpg", (900, 383), (706, 186), 422, 41, 0.76, 300)
