"""insurance-knowledge: rain on a grey-blue morning, and the dry, warm paper under an umbrella of arcs."""

from pathlib import Path

import numpy as np

from art.canvas import Canvas
from art.colour import DEEP_BLUE
from art.light import blur, glow, linear, paper, soft_shadow
from art.umbrella import Umbrella, paint_umbrella, rain
from art.vector import disc, smoothstep, strokes


def _sheet(canvas: Canvas, shape: Umbrella, foot: float, unit: float) -> None:
    sky = [(0.0, "#B9CDD8"), (0.24, "#CFDDE3"), (0.52, "#EEF0EC"), (0.75, "#FAF7F2"), (1.0, "#FAF7F2")]
    canvas.paint(linear(canvas, sky, 90, bend=0.035, seed=5))
    canvas.paint("#FFFFFF", glow(canvas, canvas.width * 0.86, 0, canvas.width * 0.9, 2.0), 0.55)
    rain(canvas, shape, "#5E8198", unit, seed=11)
    under = glow(canvas, shape.cx + shape.radius * 0.22, shape.cy + 420 * unit, 900 * unit, 1.6, 1.15)
    below = smoothstep(shape.cy - 60 * unit, shape.cy + 200 * unit, canvas.y)
    canvas.paint("#FFF6EA", under * below, 0.85)
    x = shape.cx
    hook = np.linspace(0, np.pi, 60)
    r = 44 * unit
    shaft = [(x, shape.cy - 60 * unit), (x, foot)]
    crook = [(x - r + r * np.cos(a), foot + r * np.sin(a)) for a in hook]
    tip = (x - 2 * r, foot - 14 * unit)
    mask = np.maximum(strokes(canvas, [[*shaft, *crook, tip]], 10 * unit), disc(canvas, *tip, 5 * unit))
    soft_shadow(canvas, mask, round(10 * unit), round(12 * unit), 9 * unit, "#6A7C88", 0.35)
    canvas.paint("#17344A", mask)
    canvas.paint("#FFFFFF", blur(strokes(canvas, [[(p[0] - 2 * unit, p[1]) for p in shaft]], 2 * unit), unit), 0.35)
    paint_umbrella(canvas, shape, DEEP_BLUE, "#8FB6C9", "#C9482E", 4, unit)


def draw(folder: Path) -> None:
    """Write the pictures of both sizes."""
    phone = Canvas(1080, 1920)
    _sheet(phone, Umbrella(164, 456, 880, 374, 92), 1412, 1.0)
    paper(phone, 0.7, seed=3)
    phone.save(folder / "phone.jpg", 620)
    a4 = Canvas(2480, 3508, bleed=35)
    _sheet(a4, Umbrella(400, 900, 1990, 640, 180), 2690, 2.1)
    paper(a4, 0.7, seed=3, scale=2.2)
    a4.save(folder / "a4.jpg", 2400)
