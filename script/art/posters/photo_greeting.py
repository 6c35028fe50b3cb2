"""photo-greeting: a lit wall with an empty passe-partout, and the view that hangs in it until there is another."""

from pathlib import Path

import numpy as np

from art.canvas import Canvas
from art.colour import Array
from art.light import blur, linear, moved, paper, soft_shadow
from art.noise import fbm
from art.river import paint_river
from art.vector import polygon, rounded_box, smoothstep

Box = tuple[float, float, float, float]


def draw(folder: Path) -> None:
    """Write the view and the wall of each size."""
    paint_river(folder / "view.jpg")
    _wall((1080, 1920), (84, 176, 912, 1044), (140, 232, 800, 900), (668, 1292, 328, 216), 1580).save(
        folder / "phone.jpg", 420, grain=0.004
    )
    _wall((1080, 1080), (64, 56, 590, 738), (104, 96, 510, 642), (694, 578, 322, 216), 850).save(
        folder / "square.jpg", 300, grain=0.004
    )


def _wall(size: tuple[int, int], mat: Box, opening: Box, label: Box, foot: float) -> Canvas:
    """The wall with a mat around its opening and a label card beside it; it is darkest just above `foot`."""
    wall = Canvas(*size)
    stops: list[tuple[float, str | Array]] = [(0, "#F5EEE2"), (0.5, "#EFE6D8"), (1, "#E7DBC9")]
    wall.paint(linear(wall, stops, 66, bend=0.05, seed=5))
    beam = smoothstep(620, 0, np.abs(wall.x * 0.86 + wall.y * 0.5 - 470))
    wall.paint("#FFF8EA", blur(beam, 60), 0.5)
    trowel = fbm(wall.x / 300 + fbm(wall.x / 480, wall.y / 620, 8, 3) * 0.6, wall.y / 190, 23, 5)
    wall.pixels = np.clip(wall.pixels + (trowel * 0.010)[..., None], 0, 1)
    wall.paint("#8F7C62", smoothstep(foot - 150, foot, wall.y) * np.ones_like(wall.x), 0.05, "multiply")
    paper(wall, 0.9, seed=31, scale=1.4)
    _hang(wall, mat, opening)
    _card(wall, label)
    return wall


def _hang(wall: Canvas, mat: Box, opening: Box) -> None:
    """The mat: shadows that grow softer with their distance, the sheet, and the bevel that was cut into it."""
    sheet = rounded_box(wall, mat, 2)
    for dx, dy, sigma, strength in ((16, 46, 44, 0.28), (7, 18, 15, 0.26), (2, 4, 3, 0.30)):
        soft_shadow(wall, sheet, dx, dy, sigma, "#4A3A28", strength)
    before = wall.pixels.copy()
    stops: list[tuple[float, str | Array]] = [(0, "#FFFEFB"), (0.6, "#FBF8F2"), (1, "#F4EFE6")]
    wall.paint(linear(wall, stops, 66))
    paper(wall, 0.7, seed=44)
    wall.pixels = before + (wall.pixels - before) * sheet[..., None]
    wall.paint("#FFFFFF", np.clip(sheet - moved(sheet, 2, 2), 0, 1), 0.8)
    wall.paint("#A8977E", np.clip(sheet - moved(sheet, -2, -2), 0, 1), 0.35)
    _bevel(wall, opening, 9)


def _bevel(wall: Canvas, opening: Box, width: float) -> None:
    """Four slopes down to the opening: the light comes from the upper left, so the upper and the left lie in shade."""
    x, y, w, h = opening
    left, top, right, low = x - width, y - width, x + w + width, y + h + width
    slopes = (
        ("#CFC5B4", [(left, top), (right, top), (x + w, y), (x, y)]),
        ("#DAD1C2", [(left, top), (x, y), (x, y + h), (left, low)]),
        ("#FFFFFF", [(left, low), (x, y + h), (x + w, y + h), (right, low)]),
        ("#F8F4EC", [(right, top), (right, low), (x + w, y + h), (x + w, y)]),
    )
    for colour, corners in slopes:
        wall.paint(colour, polygon(wall, corners))
    edge = rounded_box(wall, (left - 1, top - 1, w + 2 * width + 2, h + 2 * width + 2), 0)
    wall.paint("#B9AC97", edge - rounded_box(wall, (left, top, w + 2 * width, h + 2 * width), 0), 0.55)
    wall.paint("#2B2620", rounded_box(wall, opening, 0))


def _card(wall: Canvas, label: Box) -> None:
    card = rounded_box(wall, label, 3)
    for dx, dy, sigma, strength in ((8, 20, 18, 0.24), (2, 5, 4, 0.26)):
        soft_shadow(wall, card, dx, dy, sigma, "#4A3A28", strength)
    wall.paint("#FFFDF9", card)
    wall.paint("#FFFFFF", np.clip(card - moved(card, 2, 2), 0, 1), 0.9)
    wall.paint("#A8977E", np.clip(card - moved(card, -2, -2), 0, 1), 0.3)
