"""The pages' own pictures: ridges at first light for the door, the mark, and the stamp as the browser's icon."""

from pathlib import Path

import numpy as np
from PIL import Image

from art.canvas import Canvas
from art.colour import mix
from art.light import blur, glow, linear
from art.motifs import ridge_line, ridge_mask, ridges
from art.noise import fbm
from art.vector import disc


def draw(folder: Path, brand: Path) -> None:
    """Write the pictures into `folder`; `brand` is where the mark and the stamp are."""
    folder.mkdir(parents=True, exist_ok=True)
    _door(folder / "door.jpg")
    for name, side_px in (("mark", 160), ("mark-light", 160), ("seal", 192)):
        with Image.open(brand / f"{name}.png") as picture:
            small = picture.convert("RGBA").resize((side_px, side_px), Image.Resampling.LANCZOS)
        small.save(folder / f"{name}.png", optimize=True)


def _door(file: Path) -> None:
    canvas = Canvas(1400, 1500)
    sky = [(0.0, "#D9E5EA"), (0.18, "#EFEDE8"), (0.34, "#FAE6D4"), (0.46, "#F4C2A4"), (0.58, "#E79C7F"), (1, "#D98A74")]
    canvas.paint(linear(canvas, sky, 90, 0.02))
    streaks = fbm(canvas.x / 1100, canvas.y / 70, 21, 5)
    band = np.exp(-(((canvas.y - 470) / 150) ** 2))
    canvas.paint("#FFF4E6", blur(np.clip(streaks * 1.5 - 0.1, 0, 1), 3) * band, 0.42, "screen")
    canvas.paint("#FFE3C0", glow(canvas, 930, 640, 820, 2.4), 0.75, "screen")
    canvas.paint("#FFF7E8", disc(canvas, 930, 610, 78, 2.5), 0.96)
    canvas.paint("#FFF3DA", glow(canvas, 930, 610, 240, 2.2), 0.55, "screen")
    ridges(canvas, mix("#DFA993", "#A9A3AE", 0.45), "#0F3D5E", "#FBD9BF", 620, 1080, 7, 31, 250, 720, 0.62)
    crest = ridge_line(canvas, 1190, 150, 88, 1000, 0.45)
    near = ridge_mask(canvas, crest)
    depth = np.clip((canvas.y - crest[None, :]) / 300, 0, 1)[..., None]
    canvas.paint(mix("#0F3D5E", "#0B2A42", 0.35) * (1 - depth) + mix("#0B2A42", "#0A2236", 0.3) * depth, near)
    canvas.save(file, 260, 0.007)
