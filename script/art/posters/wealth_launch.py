"""Wealth launch: ridges at dawn, a pale sun behind the farthest, the nearest one dark enough to carry the facts."""

from pathlib import Path

import numpy as np

from art.canvas import Canvas
from art.colour import mix
from art.light import blur, glow, linear
from art.motifs import ridge_line, ridge_mask, ridges
from art.noise import fbm
from art.vector import disc


def draw(folder: Path) -> None:
    """Write the phone ground."""
    canvas = Canvas(1080, 1920)
    sky = [(0.0, "#E4ECEE"), (0.16, "#F3EFE7"), (0.26, "#F9E4D2"), (0.37, "#F4BE9F"), (0.46, "#E79C7F"), (1, "#D98A74")]
    canvas.paint(linear(canvas, sky, 90, 0.02))
    streaks = fbm(canvas.x / 900, canvas.y / 70, 9, 5)
    band = np.exp(-(((canvas.y - 550) / 150) ** 2))
    canvas.paint("#FFF4E6", blur(np.clip(streaks * 1.5 - 0.1, 0, 1), 3) * band, 0.42, "screen")
    canvas.paint("#FFE3C0", glow(canvas, 760, 700, 760, 2.4), 0.75, "screen")
    canvas.paint("#FFF7E8", disc(canvas, 760, 672, 88, 2.5), 0.96)
    canvas.paint("#FFF3DA", glow(canvas, 760, 672, 250, 2.2), 0.55, "screen")
    ridges(canvas, mix("#DFA993", "#A9A3AE", 0.45), "#0F3D5E", "#FBD9BF", 680, 1080, 6, 52, 250, 640, 0.62)
    crest = ridge_line(canvas, 1210, 150, 163, 900, 0.45)
    near = ridge_mask(canvas, crest)
    depth = np.clip((canvas.y - crest[None, :]) / 420, 0, 1)[..., None]
    canvas.paint(mix("#0F3D5E", "#0B2A42", 0.35) * (1 - depth) + mix("#0B2A42", "#0A2236", 0.3) * depth, near)
    canvas.save(folder / "phone.jpg", 700, 0.007)
