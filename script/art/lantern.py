"""A silk lantern whose ribs are half ellipses, lit from within, with cap, foot and tassel."""

import numpy as np

from art.canvas import Canvas
from art.colour import Array, mix
from art.light import blur, glow, soft_shadow
from art.relief import rim
from art.vector import polygon, polygons, strokes


def paint_lantern(canvas: Canvas, x: float, y: float, radius: float, top: float, hue: str, unit: float = 1.0) -> None:
    """Paint a lantern around (x, y) that hangs on a cord from y = `top`; `radius` is half its width."""
    squat = 0.84
    panels = 9
    bodies = [_gore(x, y, radius, squat, k, panels) for k in range(panels)]
    body = polygons(canvas, bodies)
    hardware = _hardware(canvas, x, y, radius, squat, unit)
    cord = strokes(canvas, [[(x, top), (x, y - radius * squat)]], 3 * unit)
    whole = np.maximum(np.maximum(body, hardware), cord)
    soft_shadow(canvas, whole, round(16 * unit), round(30 * unit), 24 * unit, "#3A0F08", 0.36)
    canvas.paint("#8E6A33", cord)
    for k, outline in enumerate(bodies):
        gore = polygon(canvas, outline)
        lean = (k + 0.5) / panels * 2 - 1
        tone = mix(hue, "#5E130C", 0.16 + 0.50 * abs(lean + 0.25) ** 1.3)
        canvas.paint(tone, gore)
        canvas.paint("#FFB77A", rim(gore, -round(2 * unit), 0), 0.30)
    canvas.paint("#FFCF8A", glow(canvas, x - radius * 0.12, y + radius * 0.10, radius * 1.0, 1.5) * body, 0.80)
    canvas.paint("#FFF0CC", glow(canvas, x - radius * 0.12, y + radius * 0.14, radius * 0.55, 1.7) * body, 0.70)
    shade = np.clip(blur(1 - body, radius * 0.16) * 1.5, 0, 1) * body
    canvas.paint("#4A0C08", shade, 0.42)
    ribs = [outline[: len(outline) // 2] for outline in bodies[1:]]
    canvas.paint("#E2B566", strokes(canvas, ribs, 2.0 * unit) * body, 0.85)
    canvas.paint("#B98F4B", hardware)
    canvas.paint("#FFE9BC", rim(hardware, round(unit), round(2 * unit)), 0.55)
    _tassel(canvas, x, y + radius * squat + 24 * unit, radius, unit)


def _gore(x: float, y: float, radius: float, squat: float, k: int, panels: int) -> Array:
    """Panel `k`: between two meridians, cut off at cap and foot."""
    a = np.linspace(-1.20, 1.20, 50)
    left, right = (np.sin(np.pi * (edge / panels - 0.5)) for edge in (k, k + 1))
    bulge, rise = np.cos(a) ** 0.8, y + radius * squat * np.sin(a) / np.sin(1.20)
    return np.concatenate(
        [np.stack([x + radius * left * bulge, rise], -1), np.stack([x + radius * right * bulge, rise], -1)[::-1]]
    )


def _hardware(canvas: Canvas, x: float, y: float, radius: float, squat: float, unit: float) -> Array:
    wide, high = radius * 0.46, radius * 0.13
    parts = []
    for side in (-1, 1):
        edge = y + side * radius * squat
        for reach, far in ((1.0, 0.0), (0.72, 1.0)):
            y0, y1 = edge + side * high * far, edge + side * high * (far + 1)
            parts.append(
                [(x - wide * reach, y0), (x + wide * reach, y0), (x + wide * reach, y1), (x - wide * reach, y1)]
            )
    return polygons(canvas, parts)


def _tassel(canvas: Canvas, x: float, y: float, radius: float, unit: float) -> None:
    long = radius * 1.25
    knot = polygons(
        canvas, [[(x - 9 * unit, y + 16 * unit), (x, y + 2 * unit), (x + 9 * unit, y + 16 * unit), (x, y + 34 * unit)]]
    )
    threads = []
    for k in np.linspace(-1, 1, 15):
        sway = 3 * unit * np.sin(k * 5)
        threads.append([(x + k * 6 * unit, y + 34 * unit), (x + k * 13 * unit, y + 34 * unit + long * 0.5),
                        (x + k * 15 * unit + sway, y + 34 * unit + long * (1 - 0.05 * abs(k)))])  # fmt: skip
    mask = strokes(canvas, threads, 2.2 * unit)
    soft_shadow(canvas, np.maximum(mask, knot), round(14 * unit), round(26 * unit), 16 * unit, "#3A0F08", 0.30)
    canvas.paint("#B7351F", mask)
    canvas.paint("#E8734F", rim(mask, round(unit), 0), 0.4)
    canvas.paint("#B98F4B", knot)
