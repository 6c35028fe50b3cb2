"""Deposit: tree rings as gold foil on pine, lit from the upper left."""

from pathlib import Path

import numpy as np

from art.canvas import Canvas
from art.colour import Array, mix, ramp
from art.light import blur, glow, linear, paper, vignette
from art.motifs import tree_rings
from art.vector import smoothstep

GROUND: "list[tuple[float, str | Array]]" = [(0, "#2A6150"), (0.45, "#1F4D3F"), (1, "#123229")]
FOIL: "list[tuple[float, str | Array]]" = [
    (0, "#8A6630"), (0.28, "#C79C55"), (0.5, "#FFF0C8"), (0.72, "#D0A55C"), (1, "#8F6B34")
]  # fmt: skip


def trunk(canvas: Canvas, cx: float, cy: float, reach: float, spacing: float, scale: float, quiet: float) -> None:
    """Rings around (cx, cy) that thin out towards `reach`, and on the way down to `quiet`, where words stand."""
    lines, age = tree_rings(canvas, cx, cy, spacing, 8, 0.2, 1.35 * scale)
    radius = np.hypot(canvas.x - cx, canvas.y - cy)
    angle = np.arctan2(canvas.y - cy, canvas.x - cx)
    fade = np.clip(1 - radius / reach, 0, 1) ** 0.55
    fade = fade * (0.10 + 0.90 * smoothstep(quiet, quiet * 0.52, canvas.y))
    fade = fade * (0.16 + 0.84 * smoothstep(quiet * 0.15, quiet * 0.30, canvas.y))
    wood = np.sin(age * 2 * np.pi).astype(np.float32)
    gy, gx = np.gradient(wood + 0.6 * np.sin(age * 0.7))
    relief = np.clip(-(gx + gy) * 2.2 * scale, -1, 1)
    canvas.paint("#8FC2A6", np.clip(relief, 0, 1) * fade, 0.16, "screen")
    canvas.paint("#04140F", np.clip(-relief, 0, 1) * fade, 0.30, "multiply")
    canvas.paint("#F3DDA8", glow(canvas, cx, cy, reach * 0.75, 2.6), 0.16, "screen")
    shine = 0.5 + 0.5 * np.sin(angle * 2 + radius / (reach * 0.35) + 0.8)
    canvas.paint("#03110C", blur(lines, 2.2 * scale) * fade, 0.4, "multiply")
    canvas.paint(ramp(FOIL, shine), lines * fade)


def _ground(canvas: Canvas) -> None:
    canvas.paint(linear(canvas, GROUND, 70, 0.03))
    canvas.paint("#3F7D68", glow(canvas, 0, 0, canvas.height * 0.8, 2), 0.35, "screen")


def draw(folder: Path) -> None:
    """Write the phone and the A4 ground; the paper's lower part is left for the print's own layout."""
    phone = Canvas(1080, 1920)
    _ground(phone)
    trunk(phone, 790, 430, 960, 27, 1.0, 1010)
    vignette(phone, 0.3)
    paper(phone, 0.8)
    phone.save(folder / "phone.jpg", 700, 0.004)
    sheet = Canvas(2480, 1720, bleed=0)
    wide = Canvas(sheet.width + 70, sheet.height + 35, mix("#1F4D3F", "#12332A", 0.5))
    _ground(wide)
    trunk(wide, 1790, 820, 1750, 56, 2.1, 1720)
    vignette(wide, 0.25)
    paper(wide, 0.8, scale=2.2)
    wide.save(folder / "a4.jpg", 2200, 0.004)
