"""daily-greeting: morning sun on a plaster wall, through a window and a stand of bamboo."""

from pathlib import Path

import numpy as np

from art.canvas import Canvas
from art.colour import mix, ramp
from art.foliage import bamboo
from art.light import blur, linear, paper
from art.noise import fbm
from art.vector import polygons, smoothstep, strokes


def draw(folder: Path) -> None:
    """Write the picture."""
    wall = Canvas(1080, 1920)
    wall.paint(linear(wall, [(0.0, "#C6C5C5"), (0.45, "#D6D1CA"), (1.0, "#EAE4DA")], 100, bend=0.05, seed=4))
    lit = _panes(wall)
    shade = _bamboo(wall)
    sun = ramp([(0.0, "#FFF3DE"), (0.55, "#FFF8EC"), (1.0, "#FFFCF6")], (wall.y + 0 * wall.x) / 1920)
    wall.paint(sun, np.clip(lit * (1 - shade), 0, 1))
    edge = np.clip(blur(lit, 26) - lit, 0, 1)
    wall.paint("#F6D9B4", edge, 0.22)
    trowel = fbm(wall.x / 330 + fbm(wall.x / 500, wall.y / 700, 8, 3) * 0.6, wall.y / 150, 23, 5)
    wall.pixels = np.clip(wall.pixels + (trowel * 0.014)[..., None], 0, 1)
    wall.paint(mix("#EFEAE2", "#FAF7F2", 0.6), smoothstep(1330, 1600, wall.y) * np.ones_like(wall.x), 0.9)
    paper(wall, 1.1, seed=14, scale=1.3)
    wall.save(folder / "phone.jpg", 640)


def _panes(wall: Canvas) -> np.ndarray:
    """Where the sun falls through the window: two columns of panes, leaning with the hour, softer further down."""
    panes = []
    for column in range(2):
        for row in range(4):
            x, y = 250 + column * 380, -170 + row * 372
            w, h, lean, drop = 340, 330, -0.46, 0.16
            corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
            panes.append([(px + (py + 170) * lean + 270, py + (px - 250) * drop) for px, py in corners])
    mask = polygons(wall, panes)
    t = smoothstep(100, 1500, wall.y)
    soft = blur(mask, 7) * (1 - t) + blur(mask, 20) * t
    return soft * (1 - 0.25 * t)


def _bamboo(wall: Canvas) -> np.ndarray:
    """The shadow of bamboo: a near spray with clear edges, a far one that is only a breath."""
    rng = np.random.default_rng(42)
    near: list[np.ndarray] = []
    stems: list[np.ndarray] = []
    for x, y, degrees, length in (
        (1120, 20, 160, 820),
        (1130, 300, 168, 640),
        (1000, -80, 118, 620),
        (1120, 560, 158, 520),
        (1140, 820, 170, 420),
    ):
        leaves, stem = bamboo(x, y, degrees, length, rng, 0.92)
        near += leaves
        stems += stem
    far: list[np.ndarray] = []
    for x, y, degrees, length in (
        (1150, 160, 170, 1000),
        (700, -80, 100, 860),
        (1150, 620, 172, 900),
        (1150, 1000, 178, 700),
    ):
        leaves, _ = bamboo(x, y, degrees, length, rng, 1.5)
        far += leaves
    close = np.maximum(polygons(wall, near), strokes(wall, stems, 6))
    t = smoothstep(1080, 300, wall.x) * np.ones_like(wall.y)
    close = blur(close, 4) * (1 - t) + blur(close, 11) * t
    return np.clip(close * 0.92 + blur(polygons(wall, far), 20) * 0.72, 0, 1)
