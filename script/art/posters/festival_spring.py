"""festival-spring: a crab-apple window cut through sheets of paper into a red dawn, a lantern, a branch of plum."""

from pathlib import Path

import numpy as np

from art.canvas import Canvas
from art.colour import Array, mix, ramp
from art.foliage import Blossom, branch, paint_blossoms
from art.lantern import paint_lantern
from art.light import blur, glow, linear, moved, paper, soft_shadow
from art.relief import rim
from art.scrolls import cloud, paint_cloud, paint_hill, swell
from art.vector import bezier, disc, polygons, ring

X, Y = 540.0, 600.0
SHEETS = ["#F6E6CE", "#F0C7A2", "#E49B74", "#D56848", "#C83C23"]


def draw(folder: Path) -> None:
    """Write the picture."""
    sheet = Canvas(1080, 1920)
    sheet.paint(linear(sheet, [(0.0, "#F7EFE2"), (0.5, "#FBF6EC"), (1.0, "#FAF4E9")], 90, bend=0.04, seed=6))
    scene = Canvas(1080, 1920)
    _dawn(scene)
    window = _window(sheet, 1)
    sheet.pixels = sheet.pixels * (1 - window[..., None]) + scene.pixels * window[..., None]
    for depth in range(len(SHEETS) - 1, -1, -1):
        _frame(sheet, depth)
    paint_cloud(sheet, cloud(886, 930, 300, True), "#FCF3E2", "#C9A05A")
    paint_cloud(sheet, cloud(214, 968, 230), "#F8E3C8", "#C9A05A")
    paint_lantern(sheet, 262, 452, 112, -10, "#C83C23")
    paint_lantern(sheet, 116, 262, 66, -10, "#B5331D", 0.75)
    _plum(sheet)
    paper(sheet, 0.9, seed=31, scale=1.2)
    sheet.save(folder / "phone.jpg", 640)


def _window(canvas: Canvas, depth: int) -> Array:
    """The opening of sheet `depth`: the four lobes of a crab-apple flower, drawn in by the same width all around."""
    reach, radius, inset = 178.0, 262.0, 27.0 * (depth - 1)
    cusp = (reach + np.sqrt(2 * radius**2 - reach**2)) / 2
    corners = [(X + dx * cusp, Y + dy * cusp) for dx, dy in ((1, -1), (1, 1), (-1, 1), (-1, -1))]
    hearts = [(X + dx * reach, Y + dy * reach) for dx, dy in ((0, -1), (1, 0), (0, 1), (-1, 0))]
    lobes = [disc(canvas, x, y, radius - inset) for x, y in hearts]
    near, far = (radius - inset) / radius, inset / radius
    joints = [
        (hx * far + cx * near, hy * far + cy * near)
        for k, (cx, cy) in enumerate(corners)
        for hx, hy in (hearts[k], hearts[(k + 1) % 4])
    ]
    whole = np.maximum.reduce([*lobes, polygons(canvas, [joints])])
    for x, y in corners if inset else []:
        whole = whole * (1 - disc(canvas, x, y, inset))
    return whole


def _frame(canvas: Canvas, depth: int) -> None:
    """Sheet `depth` between its own opening and the next larger one, shading what lies below it, with a gilt edge."""
    opening = _window(canvas, depth + 1)
    outer = _window(canvas, depth) if depth else np.ones(canvas.shape, np.float32)
    around = 1 - opening
    reach = outer if depth else 1.0
    shade = blur(moved(around, 5, 16), 15) * opening
    canvas.paint("#3B0B05", shade, 0.50, "multiply")
    canvas.paint("#3B0B05", blur(moved(around, 1, 4), 4) * opening, 0.35, "multiply")
    if depth:
        canvas.paint(SHEETS[depth], around * reach)
    lit = rim(around, 0, 2) * reach
    canvas.paint("#FFF4DF", lit, 0.6)
    band = np.clip(blur(opening, 1.2) * 4, 0, 1) * np.clip(around * 4, 0, 1)
    canvas.paint("#B98F4B", band, 0.55)


def _dawn(scene: Canvas) -> None:
    """What is seen through the window: a red sky, the first sun, hills in four sheets."""
    t = (scene.y - 230) / 760 + 0 * scene.x
    scene.paint(ramp([(0.0, "#7E1A12"), (0.35, "#B8331D"), (0.62, "#E0714A"), (0.8, "#F4B98A"), (1.0, "#F9DDB4")], t))
    sun = (640.0, 560.0, 118.0)
    scene.paint("#FFD79A", glow(scene, sun[0], sun[1], 460, 2.2), 0.55, "screen")
    for out, strength in ((1.75, 0.08), (1.38, 0.12)):
        scene.paint("#FFE2AE", disc(scene, sun[0], sun[1], sun[2] * out), strength, "screen")
        scene.paint("#FFE9C2", ring(scene, sun[0], sun[1], sun[2] * out, 1.3), 0.4)
    face = disc(scene, *sun)
    scene.paint("#5A0F08", blur(moved(face, 2, 8), 14), 0.25, "multiply")
    scene.paint(ramp([(0.0, "#FFF6DC"), (1.0, "#F6CE84")], np.hypot(scene.x - 600, scene.y - 510) / 220), face)
    hills = [
        ([(100, 700), (330, 655), (520, 720), (700, 690), (980, 640)], ("#E78C62", "#F3BE93"), 10.0),
        ([(100, 690), (260, 700), (470, 770), (640, 790), (820, 720), (980, 730)], ("#CF5836", "#E38C62"), 14.0),
        ([(100, 840), (330, 820), (520, 770), (660, 800), (980, 880)], ("#A92C1A", "#C24A2C"), 18.0),
        ([(100, 830), (300, 850), (520, 900), (760, 880), (980, 820)], ("#7D1B12", "#922417"), 22.0),
    ]
    for points, tones, lift in hills:
        paint_hill(scene, swell(scene, points, 110), tones, "#F3CF92", lift, 150, 3)


def _plum(sheet: Canvas) -> None:
    """The branch that grows in from the right, across the frame."""
    limbs = [
        ([(1120, 400), (1000, 420), (960, 540), (850, 560), (780, 574), (730, 640), (640, 650)], 26.0, 7.0),
        ([(965, 508), (930, 420), (900, 380), (840, 330)], 13.0, 5.0),
        ([(856, 558), (820, 640), (830, 700), (770, 760)], 12.0, 4.0),
        ([(1110, 560), (1040, 600), (1010, 700), (930, 740)], 15.0, 5.0),
    ]
    wood = polygons(sheet, [branch(points, start, end) for points, start, end in limbs])
    soft_shadow(sheet, wood, 16, 34, 20, "#4A160C", 0.40)
    soft_shadow(sheet, wood, 4, 8, 5, "#4A160C", 0.35)
    sheet.paint(mix("#3A1F1A", "#2A1614", 0.5), wood)
    sheet.paint("#9A6A4C", rim(wood, 1, 3), 0.55)
    rng = np.random.default_rng(206)
    blossoms: list[Blossom] = []
    buds: list[Array] = []
    for points, _, _ in limbs:
        line = bezier(points, 40)
        for place in np.linspace(0.18, 1.0, max(3, len(line) // 15)):
            x, y = line[min(len(line) - 1, int(place * len(line)))]
            x, y = x + rng.normal(0, 9), y + rng.normal(0, 9)
            if rng.random() < 0.68:
                blossoms.append(Blossom(float(x), float(y), rng.uniform(30, 46), rng.uniform(0, 72)))
            else:
                a = np.linspace(0, 2 * np.pi, 30)
                r = rng.uniform(11, 16)
                buds.append(np.stack([x + r * np.cos(a), y + r * 1.1 * np.sin(a)], -1))
    bud = polygons(sheet, buds)
    soft_shadow(sheet, bud, 3, 8, 7, "#4A160C", 0.4)
    sheet.paint("#E58A73", bud)
    sheet.paint("#FFFFFF", rim(bud, 2, 4), 0.35)
    paint_blossoms(sheet, blossoms, 5, "#FDEDE4", "#E0795F", "#C9963F", 1.0, 0.66)
