"""festival-mid-autumn: a full moon over paper hills and water, seen past a spray of osmanthus."""

from pathlib import Path

import numpy as np

from art.canvas import Canvas
from art.colour import Array, ramp
from art.foliage import Blossom, branch, leaf, paint_blossoms, paint_leaves
from art.light import blur, glow, linear, paper, soft_shadow
from art.noise import fbm
from art.relief import rim
from art.scrolls import paint_hill, swell
from art.vector import bezier, disc, polygon, polygons, ring, smoothstep

MOON = (540.0, 676.0, 340.0)
Sheets = list[tuple[list[tuple[float, float]], tuple[str, str], float]]
FAR: Sheets = [
    (
        [(-100, 1000), (120, 930), (330, 985), (560, 1010), (800, 950), (960, 880), (1200, 960)],
        ("#8FB3A4", "#D5D3AC"),
        12,
    ),
    (
        [(-100, 930), (60, 905), (260, 990), (430, 1030), (700, 1040), (900, 1000), (1200, 955)],
        ("#5D918F", "#A9BFA3"),
        16,
    ),
]
NEAR: Sheets = [
    ([(-100, 985), (90, 1000), (300, 1105), (520, 1178), (760, 1190), (1200, 1200)], ("#2C6B74", "#1A5060"), 22),
    ([(-100, 1270), (240, 1246), (520, 1196), (760, 1120), (940, 1050), (1200, 1010)], ("#1B5360", "#0F3A49"), 30),
    ([(-100, 1110), (120, 1140), (360, 1232), (640, 1276), (900, 1240), (1200, 1222)], ("#0F3C4B", "#082533"), 34),
]


def draw(folder: Path) -> None:
    """Write the picture."""
    night = Canvas(1080, 1920)
    sky = [
        (0.0, "#07202F"),
        (0.28, "#0E3A50"),
        (0.47, "#2B6675"),
        (0.58, "#7FA59C"),
        (0.64, "#D9C79B"),
        (1.0, "#D9C79B"),
    ]
    night.paint(linear(night, sky, 90, bend=0.03, seed=9))
    _moon(night)
    haze = fbm(night.x / 520, night.y / 90, 61, 5)
    band = smoothstep(760, 980, night.y) * smoothstep(1180, 1020, night.y)
    night.paint("#F4E3BC", np.clip(haze + 0.2, 0, 1) * band, 0.45, "screen")
    for points, tones, lift in FAR:
        paint_hill(night, swell(night, points, 120), tones, "#FBE9BC", lift, 170, 2)
    _water(night)
    for index, (points, tones, lift) in enumerate(NEAR):
        paint_hill(night, swell(night, points, 170), tones, "#E3C384", lift, 330, (4, 4, 1)[index])
    night.paint("#071C28", smoothstep(1380, 1640, night.y) * np.ones_like(night.x), 0.85)
    _osmanthus(night)
    paper(night, 0.6, seed=21)
    night.save(folder / "phone.jpg", 640)


def _water(night: Canvas) -> None:
    """A lake under the far hills: the moon's path in lenses of light that widen as they come near."""
    top = 1052.0
    lake = np.clip(night.y - top, 0, 1) * np.ones_like(night.x)
    t = (night.y - top) / 240 * np.ones_like(night.x)
    night.paint(ramp([(0.0, "#E9DDB0"), (0.25, "#9DBBA6"), (0.7, "#3B7A80"), (1.0, "#245F6A")], t), lake)
    night.paint("#3F6F6C", np.exp(-np.abs(night.y - top) / 2.0) * np.ones_like(night.x), 0.5)
    rng = np.random.default_rng(5)
    lenses, angle = [], np.linspace(0, 2 * np.pi, 60)
    for _ in range(120):
        depth = rng.uniform(0.02, 1) ** 1.1
        y = top + depth * 235
        x = MOON[0] + rng.normal(0, 60 + 120 * depth)
        wide, high = rng.uniform(24, 92) * (0.45 + 0.8 * depth), 1.1 + 3.2 * depth
        lenses.append(np.stack([x + wide * np.cos(angle), y + high * np.sin(angle) * np.abs(np.sin(angle))], -1))
    night.paint("#FFF3CF", polygons(night, lenses) * lake, 0.75)


def _moon(night: Canvas) -> None:
    """The moon in three sheets of paper, its seas cut a little darker, and rings of light around it."""
    x, y, r = MOON
    for reach, power, strength in ((1180, 3.0, 0.55), (640, 2.2, 0.50)):
        night.paint("#F6DFA6", glow(night, x, y, reach, power), strength, "screen")
    for index, out in enumerate((1.52, 1.32, 1.15)):
        sheet = disc(night, x, y, r * out, 1.5)
        night.paint("#03121C", blur(sheet, 26) * (1 - sheet), 0.16, "multiply")
        night.paint("#F9E9BF", sheet, 0.07 + 0.035 * index, "screen")
        night.paint("#FBEFCB", ring(night, x, y, r * out, 1.4), 0.30)
    face = disc(night, x, y, r, 1.5)
    night.paint("#03121C", blur(face, 30) * (1 - face), 0.30, "multiply")
    night.paint("#FFF1C9", blur(face, 46), 0.40, "screen")
    t = np.hypot(night.x - x + 90, night.y - y + 120) / (r * 1.7)
    night.paint(ramp([(0.0, "#FFFBEA"), (0.5, "#FBEBC0"), (1.0, "#EFCE8D")], t), face)
    seas = fbm(night.x / 300 + 3.1, night.y / 300 + 1.7, 12, 5, 0.5)
    for level, strength in ((0.10, 0.10), (0.24, 0.10)):
        sea = np.clip((seas - level) * 90, 0, 1) * face
        edge = rim(sea, 3, 4)
        night.paint("#C99A54", blur(sea, 1.0), strength)
        night.paint("#A97A3C", blur(edge, 1.5) * face, 0.16)
    inner = face * np.clip(blur(1 - face, 16) * 1.8, 0, 1)
    night.paint("#C58A3E", inner, 0.30)


def _osmanthus(night: Canvas) -> None:
    """A spray from the upper right, and its second twig that reaches down in front of the moon."""
    rng = np.random.default_rng(815)
    twigs: list[tuple[list[tuple[float, float]], float]] = [
        ([(1130, 40), (960, 60), (860, 150), (690, 170)], 15),
        ([(1130, 150), (1010, 190), (930, 300), (880, 440)], 13),
        ([(900, 110), (800, 60), (700, 40), (600, 50)], 9),
    ]
    leaves: list[Array] = []
    knots: list[tuple[float, float]] = []
    for points, _ in twigs:
        line = bezier(points, 60)
        for index in range(8, 60, 7):
            x, y = line[index]
            heading = np.rad2deg(np.arctan2(*(line[index] - line[index - 3])[::-1]))
            for side in (-1, 1):
                long = rng.uniform(110, 170) * (1 - 0.25 * index / 60)
                turn = heading + side * rng.uniform(28, 64)
                leaves.append(leaf(x, y, turn, long, long * rng.uniform(0.30, 0.38), rng.uniform(-0.08, 0.08), 0.45))
            knots.append((float(x), float(y)))
        leaves.append(leaf(*line[-1], heading, 130, 44, 0.05, 0.45))
    wood = np.clip(sum(polygon(night, branch(points, width, 5)) for points, width in twigs), 0, 1)
    soft_shadow(night, wood, 6, 14, 10, "#02080A", 0.5)
    order = rng.permutation(len(leaves))
    paint_leaves(night, [leaves[i] for i in order], "#0C2C2B", "#2F6B5A")
    night.paint("#3A2A1C", wood)
    night.paint("#B98F4B", rim(wood, 1, 2), 0.6)
    blossoms = []
    for x, y in knots:
        for _ in range(int(rng.integers(6, 12))):
            away = rng.normal(0, 21, 2)
            blossoms.append(Blossom(x + away[0], y + away[1] + 8, rng.uniform(8.5, 14), rng.uniform(0, 90)))
    for group in range(3):
        paint_blossoms(
            night,
            blossoms[group::3],
            4,
            str(("#D9982F", "#EDB84A", "#FAD57A")[group]),
            "#B9691B",
            "#FFF3C9",
            0.55,
            0.95,
        )
    loose = [(424, 336), (236, 792), (842, 770)]
    paint_blossoms(night, [Blossom(x, y, 9, x % 90) for x, y in loose], 4, "#F2C45C", "#B9691B", "#FFF3C9", 0.5, 0.95)
