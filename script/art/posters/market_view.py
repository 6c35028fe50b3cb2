"""market-view: forty traces of random swings stacked into a mountain range, one of them lit."""

from pathlib import Path

import numpy as np

from art.canvas import Canvas
from art.colour import Array, ramp
from art.light import blur, linear, radial
from art.noise import fbm

TRACES = 38
TOP, BOTTOM = 606.0, 1040.0
LIT = 25
SHADES: "list[tuple[float, str | Array]]" = [
    (0.0, "#3F6E8C"),
    (0.35, "#8FB4C6"),
    (0.62, "#E9DCCB"),
    (0.85, "#F2B79F"),
    (1.0, "#E08A6C"),
]


def draw(folder: Path) -> None:
    """Write ground.jpg."""
    canvas = Canvas(1080, 1920, "#0F1B26")
    ground = linear(
        canvas, [(0, "#0A1722"), (0.26, "#10293B"), (0.5, "#17384D"), (0.62, "#101F2C"), (1, "#0D1822")], 90
    )
    canvas.paint(ground)
    canvas.paint("#F2B79F", 1 - np.clip(np.hypot((canvas.x - 620) / 760, (canvas.y - 560) / 430), 0, 1) ** 0.7, 0.2)
    for index in range(TRACES):
        _trace(canvas, index)
    foot = np.clip((canvas.y - BOTTOM - 6) / 60, 0, 1)
    canvas.paint(radial(canvas, [(0, "#132434"), (1, "#0E1A25")], 540, 1100, 1000), foot * np.ones(canvas.shape))
    canvas.save(folder / "ground.jpg", 560, grain=0.007, seed=19)


def _crest(canvas: Canvas, index: int) -> Array:
    """The y of one trace: a few bumps under a wide bell, with a tremor that grows with them."""
    rng = np.random.default_rng(400 + index)
    share = index / (TRACES - 1)
    x = canvas.x[0]
    centre = 610 + 70 * np.sin(index * 0.55)
    bell = np.exp(-(((x - centre) / 250) ** 2)) + 0.03
    swing = np.zeros_like(x)
    for _ in range(9):
        at, wide, high = rng.uniform(180, 960), rng.uniform(16, 64), rng.uniform(0.15, 1.0)
        swing += high * np.exp(-(((x - at) / wide) ** 2))
    tremor = fbm(x / 34, 0.5 + index * 3.7, 60 + index, 5)
    height = 118 * np.sin(np.pi * (0.16 + 0.78 * share)) ** 1.2
    base = TOP + (BOTTOM - TOP) * share
    return np.asarray(base - bell * (height * swing * 0.8 + tremor * 26 + 4), dtype=np.float32)


def _trace(canvas: Canvas, index: int) -> None:
    share = index / (TRACES - 1)
    crest = _crest(canvas, index)
    below = canvas.y - crest[None, :]
    slope = np.gradient(blur(crest[None, :].repeat(3, 0), 0.6)[1])
    colour = ramp(SHADES, np.asarray(share, dtype=np.float32))
    body = np.clip(below + 0.5, 0, 1) * np.clip(1 - (below - 150) / 90, 0, 1)
    canvas.paint("#0E1C28", body, 0.93)
    lit = index == LIT
    glow = np.exp(-np.maximum(below, 0) / (34 if lit else 22)) * np.clip(below + 0.5, 0, 1)
    canvas.paint("#C83C23" if lit else colour, glow, 0.5 if lit else 0.2)
    away = np.abs(below) / np.sqrt(1 + slope[None, :] ** 2)
    edge = np.clip(canvas.x / 190, 0, 1) * np.clip((1080 - canvas.x) / 190, 0, 1)
    pen = 2.6 if lit else 0.85 + 0.35 * share
    line = np.clip(pen - away + 0.5, 0, 1) * (0.14 + 0.86 * edge)
    canvas.paint("#FF5A3A" if lit else colour, line, 1.0 if lit else 0.9)
    if lit:
        peak = int(np.argmin(crest))
        spot = np.hypot(canvas.x - peak, canvas.y - crest[peak])
        canvas.paint("#FF7A5A", np.exp(-((spot / 30) ** 2)), 0.55)
        canvas.paint("#FFF4EC", np.clip(8.5 - spot, 0, 1))
