"""A river at sunrise: ridges in mist, a stone bridge and its reflection, a boat, reeds on the near bank."""

from pathlib import Path

import numpy as np

from art.canvas import Canvas
from art.colour import Array, mix, ramp
from art.cut import brush, outline
from art.foliage import leaf
from art.light import blur, glow, linear
from art.motifs import ridge_line, ridge_mask
from art.noise import fbm
from art.vector import disc, polygons, smoothstep, strokes

WIDTH, HEIGHT, SHORE = 1200, 1400, 812
SUN = (764.0, 560.0)


def paint_river(file: Path) -> None:
    """Write the picture."""
    land = Canvas(WIDTH, HEIGHT)
    _sky(land)
    _mountains(land)
    _bridge(land)
    _mist(land, SHORE - 6, 34, 0.55, 70)
    canvas = _water(land)
    _mist(canvas, SHORE + 4, 20, 0.5, 71)
    _boat(canvas, 742, 1010, 1.0)
    _birds(canvas)
    _bank(canvas)
    canvas.paint("#FFD9A8", glow(canvas, *SUN, 900, 2.0), 0.16, "screen")
    canvas.save(file, 640, grain=0.011, seed=61)


def _sky(canvas: Canvas) -> None:
    stops: list[tuple[float, str | Array]] = [
        (0.0, "#5F8CA8"), (0.13, "#97B6C4"), (0.25, "#DAD9CF"), (0.34, "#F9DDB4"), (0.43, "#F7B983"), (0.56, "#ED9C6E"),
        (1.0, "#E29A75"),
    ]  # fmt: skip
    canvas.paint(linear(canvas, stops, 90, 0.025, seed=9))
    streaks = fbm(canvas.x / 820 + fbm(canvas.x / 600, canvas.y / 90, 3, 3) * 0.4, canvas.y / 62, 17, 6)
    band = np.exp(-(((canvas.y - 250) / 190) ** 2))
    canvas.paint("#FFE9CF", blur(np.clip(streaks * 1.9 - 0.05, 0, 1), 2) * band, 0.75)
    canvas.paint("#7E8FA3", blur(np.clip(-streaks * 1.9 - 0.15, 0, 1), 3) * band, 0.30)
    canvas.paint("#FFD9A0", glow(canvas, *SUN, 760, 2.2), 0.85, "screen")
    canvas.paint("#FFF4DC", glow(canvas, *SUN, 270, 2.4), 0.85, "screen")
    canvas.paint("#FFFBEF", disc(canvas, *SUN, 47, 4), 0.98)


def _mountains(canvas: Canvas) -> None:
    """Six ridges from the palest to the nearest, each drowning in the mist at its foot and lit where the sun is."""
    warm = glow(canvas, SUN[0], SUN[1] + 30, 760, 1.3)[..., None]
    cloud = fbm(canvas.x / 430, canvas.y / 105, 77, 5)
    shades = ("#C9B3AB", "#A9A0A6", "#83899A", "#5F7183", "#3D5767", "#27414D")
    for index, shade in enumerate(shades):
        t = index / (len(shades) - 1)
        base = 640 + 168 * t**1.1
        crest = ridge_line(canvas, base, 250 - 130 * t, 301 + index * 13, 560 - 150 * t, 0.5 - 0.2 * t)
        crest = crest + (1 - t) * 60 * np.exp(-(((canvas.x[0] - SUN[0]) / 260) ** 2))
        if index > 2:
            crest = crest + 46 * smoothstep(520, 1000, canvas.x[0]) * t
        depth = np.maximum(canvas.y - crest[None, :], 0)
        if index > 2:
            crest = crest - _trees(canvas, 400 + index, 5 + 7 * t)
        below = np.maximum(canvas.y - crest[None, :], 0)
        body = mix(shade, "#F3B183", 0.0)[None, None] * (1 - warm * 0.5 * (1 - t)) + mix("#FBC796", shade, 0.1) * (
            warm * 0.5 * (1 - t)
        )
        fog = smoothstep(14, 150 - 40 * t, depth + cloud * 74)[..., None] * np.float32(0.95 - 0.3 * t)
        haze = mix("#F7DEC6", "#DDDAD6", 0.35 + 0.3 * t) * (1 - warm * 0.5) + mix("#FFE2B8", "#FFD6A6", t) * warm * 0.5
        canvas.paint(body * (1 - fog) + haze * fog, ridge_mask(canvas, crest))
        canvas.paint("#FFE6C4", ridge_mask(canvas, crest) * np.exp(-below / 2.4) * warm[..., 0], 0.55 * (1 - 0.5 * t))


def _trees(canvas: Canvas, seed: int, height: float) -> Array:
    """How far the crowns of a forest stand above its ridge, at every column."""
    x = canvas.x[0]
    tall = np.clip(fbm(x / 60, 0.3, seed, 3) + 0.55, 0, 1.3)
    return np.asarray(height * tall * (1.1 + fbm(x / 6, 0.7, seed + 5, 3)), dtype=np.float32)


def _bridge(canvas: Canvas) -> None:
    """A humpbacked bridge of one great and two small arches, half in the mist; a pagoda on the far bank."""
    t = np.linspace(0, 1, 160)
    x0, x1, rise = 92.0, 662.0, 122.0
    deck = np.stack([x0 + (x1 - x0) * t, SHORE - 14 - rise * np.sin(np.pi * t) ** 1.25], 1)
    body = polygons(canvas, [np.vstack([deck, [(x1 + 60, SHORE + 6), (x0 - 60, SHORE + 6)]])])
    angle = np.linspace(np.pi, 2 * np.pi, 60)
    holes = []
    for cx, radius, high in ((377, 80, 1.12), (244, 40, 1.0), (510, 40, 1.0)):
        arch = np.stack([cx + radius * np.cos(angle), SHORE + 4 + radius * high * np.sin(angle)], 1)
        holes.append(np.vstack([arch, [(cx + radius, SHORE + 12), (cx - radius, SHORE + 12)]]))
    body = np.clip(body - polygons(canvas, holes), 0, 1)
    rail = strokes(canvas, [deck - (0, 17)], 4)
    posts = strokes(canvas, [np.array([p, p - (0, 22)]) for p in deck[6:-6:7]], 5)
    mask = np.clip(np.maximum(body, np.maximum(rail, posts)), 0, 1)
    shade = ramp([(0, "#4A4D52"), (1, "#7C7572")], np.broadcast_to((canvas.y - SHORE + 140) / 150, canvas.shape))
    canvas.paint(shade, mask)
    rings = [np.stack([377 + r * np.cos(angle), SHORE + 4 + r * 1.12 * np.sin(angle)], 1) for r in (82, 93)]
    canvas.paint("#FFDDB4", strokes(canvas, rings, 2) * body, 0.30)
    canvas.paint(
        "#FFE3BE", np.clip(mask - np.roll(mask, -3, 1), 0, 1) + np.clip(mask - np.roll(mask, 2, 0), 0, 1), 0.35
    )


def _mist(canvas: Canvas, y: float, spread: float, strength: float, seed: int) -> None:
    drift = fbm(canvas.x / 300, canvas.y / 40, seed, 5)
    veil = np.exp(-(((canvas.y - y + drift * 34) / (spread * (1.1 + 0.6 * drift))) ** 2))
    canvas.paint("#FBE3C9", blur(veil.astype(np.float32), 5), strength)


def _water(land: Canvas) -> Canvas:
    """The land above the shore, and below it its mirror image: pulled by ripples, darker and cooler towards us."""
    canvas = Canvas(WIDTH, HEIGHT)
    depth = np.clip((canvas.y - SHORE) / (HEIGHT - SHORE), 0, 1)
    far = 9 + 150 * depth
    swell = fbm(canvas.x / (far * 7), (canvas.y - SHORE) / (2.0 + far * 0.20), 91, 4)
    shake = fbm(canvas.x / (far * 1.6), (canvas.y - SHORE) / (1.2 + far * 0.06), 97, 3)
    rows = SHORE - (canvas.y - SHORE) * 0.98 - 2 + (swell * 46 + shake * 20) * depth**0.8
    columns = canvas.x + swell * 26 * depth + shake * 9 * depth
    row = np.clip(rows, 0, SHORE - 1).astype(int)
    column = np.clip(columns + 0 * canvas.y, 0, WIDTH - 1).astype(int)
    soft = np.stack([blur(land.pixels[..., c], 2.2) for c in range(3)], -1)
    mirror = soft[row, column]
    cool = ramp([(0, "#F6E3CE"), (0.3, "#AEBBC0"), (1, "#27475C")], depth * np.ones_like(canvas.x))
    under = smoothstep(SHORE - 1, SHORE + 1, canvas.y) * np.ones_like(canvas.x)
    canvas.pixels = np.where(under[..., None] > 0.5, mirror, land.pixels).astype(np.float32)
    canvas.paint(cool, under * (0.16 + 0.46 * depth), 1.0, "normal")
    crest = np.clip(shake * 1.7 + swell * 0.9 - 0.25, 0, 1)
    reach = 26 + 190 * depth
    path = np.exp(-(((canvas.x - SUN[0] - swell * 30) / reach) ** 2))
    canvas.paint("#FFEBC6", crest * path * under * (1 - 0.85 * depth), 0.95)
    canvas.paint("#FFF8E6", np.clip(crest * 1.8 - 0.75, 0, 1) * path * under * (1 - depth) ** 2, 0.9)
    canvas.paint("#20394A", np.clip(-shake * 1.5 - swell - 0.2, 0, 1) * under * depth, 0.30)
    ripple = fbm(canvas.x / (14 + far * 0.75), (canvas.y - SHORE) / (1.0 + far * 0.028), 103, 3)
    canvas.paint("#F3E3CB", np.clip(ripple * 2.2 - 0.75, 0, 1) * under * depth, 0.34)
    canvas.paint("#1D3647", np.clip(-ripple * 2.2 - 0.75, 0, 1) * under * depth, 0.30)
    return canvas


def _boat(canvas: Canvas, x: float, y: float, size: float) -> None:
    """A boat with a woven awning and a man with a pole, dark against the bright water, and their reflection."""

    def at(points: list[tuple[float, float]], flip: float = 1.0) -> Array:
        return np.array([(x + px * size, y + py * size * flip) for px, py in points])

    hull = [
        (-150, -14),
        (-118, 0),
        (-60, 9),
        (40, 10),
        (104, 2),
        (146, -22),
        (112, -12),
        (40, -6),
        (-60, -6),
        (-116, -10),
    ]
    awning = [(-52, -6), (-46, -34), (-26, -47), (8, -50), (38, -44), (54, -30), (58, -6)]
    body = [(-108, -8), (-106, -40), (-104, -64), (-92, -78), (-80, -64), (-78, -38), (-75, -8)]
    hat = [(-116, -80), (-94, -100), (-70, -82), (-92, -78)]
    arms = [(-98, -60), (-76, -56), (-66, -66)]
    pole = [(-30, -150), (-66, -62), (-100, 22)]
    for flip in (-0.8, 1.0):
        shapes = [outline(at(hull, flip), sharp=(0, 5)), outline(at(awning, flip), sharp=(0, 6)), at(hat, flip)]
        shapes += [outline(at(body, flip), sharp=(0, 6)), brush(at(arms, flip), [9 * size, 6 * size])]
        mask = np.maximum(polygons(canvas, shapes), strokes(canvas, [at(pole, flip)], 3.4 * size))
        if flip < 0:
            wave = fbm(canvas.x / 90, canvas.y / 7, 131, 3) * 12
            column = np.clip(canvas.x + wave, 0, WIDTH - 1).astype(int)
            mask = blur(np.take_along_axis(mask, column, 1), 1.6) * smoothstep(y + 130 * size, y, canvas.y)
            canvas.paint("#1B2C37", mask, 0.62)
            continue
        canvas.paint("#17222B", mask, 0.97)
        ribs = [at([(-52 + 16 * k, -7), (-46 + 14 * k, -46)]) for k in range(1, 7)]
        canvas.paint("#6E5A48", strokes(canvas, ribs, 1.6) * polygons(canvas, [outline(at(awning), sharp=(0, 6))]), 0.5)
        canvas.paint("#FFD7A2", np.clip(mask - np.roll(np.roll(mask, 2, 0), -1, 1), 0, 1), 0.7)
    wake = [[(x - 190 * size, y + 13), (x + 165 * size, y + 11)], [(x - 60, y + 20), (x + 230 * size, y + 19)]]
    canvas.paint("#FFF0D2", blur(strokes(canvas, [np.array(line) for line in wake], 2), 0.8), 0.6)


def _birds(canvas: Canvas) -> None:
    birds = []
    for x, y, s, lean in ((300, 418, 0.62, 5), (338, 398, 0.5, -1), (366, 410, 0.4, 3)):
        wings = [(-32, -9 + lean), (-14, -11), (0, 0), (13, -12 - lean), (34, -4 - lean)]
        birds.append(brush([(x + px * s, y + py * s) for px, py in wings], [0.6, 3.2 * s, 5.2 * s, 3.2 * s, 0.6]))
    canvas.paint("#4A5660", polygons(canvas, birds), 0.8)


def _bank(canvas: Canvas) -> None:
    """Reeds in the near corner, some of them out of focus, their plumes catching the light."""
    rng = np.random.default_rng(7)
    for soft, tone, count, spread in ((5.0, "#2C4650", 30, 470), (0.0, "#12222B", 46, 380)):
        blades, stems, plumes = [], [], []
        for _ in range(count):
            x = -30 + spread * rng.random() ** 1.5
            height = rng.uniform(150, 420) * (1 - 0.55 * x / spread)
            bend = rng.uniform(0.04, 0.20)
            blades.append(leaf(x, HEIGHT + 12, -90 + rng.uniform(-6, 16), height, rng.uniform(7, 13), bend, 0.3))
            if rng.random() < 0.42:
                top = (x + height * 0.34, HEIGHT - height * 1.12)
                stems.append(np.array([(x, HEIGHT + 10), (x + height * 0.1, HEIGHT - height * 0.6), top]))
                for turn in (-16, 0, 15, 30):
                    long = rng.uniform(52, 84) - abs(turn)
                    plumes.append(leaf(*top, -44 + turn + rng.uniform(-6, 6), long, long * 0.13, 0.30, 0.4))
        mask = np.maximum(polygons(canvas, blades), strokes(canvas, stems, 2.4))
        tufts = polygons(canvas, plumes)
        canvas.paint(tone, blur(mask, soft) if soft else mask, 0.97)
        canvas.paint(mix(tone, "#E9BE8C", 0.55), blur(tufts, max(soft, 1.0)), 0.9)
