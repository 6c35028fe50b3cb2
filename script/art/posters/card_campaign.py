"""Card campaign: two cards of guilloche and foil hovering in isometric perspective over a strong diagonal."""

from pathlib import Path

import numpy as np
from PIL import Image

from art.brand import light_mark
from art.canvas import Canvas
from art.colour import DEEP_BLUE, Array, mix, ramp, rgb
from art.light import blur, glow, linear, soft_shadow
from art.motifs import guilloche_band, rosette
from art.vector import polygon, rounded_box, strokes

CARD = (1284, 810)
Corner = tuple[float, float]


def _face(base: "list[tuple[float, str | Array]]", foil: "str | Array", seed_shift: float) -> Canvas:
    """A card's face without a word on it: gradient, guilloche, chip, mark."""
    card = Canvas(*CARD)
    card.paint(linear(card, base, 32))
    sheen = np.sin((card.x * 0.8 + card.y) / 210 + seed_shift) * 0.5 + 0.5
    for lines, opacity in (
        (rosette(1010, 300, 90, 470, 9, 30, seed_shift, 1400), 0.55),
        (rosette(1010, 300, 20, 210, 14, 18, seed_shift, 1100), 0.7),
        (guilloche_band(-20, 1310, 700, 150, 5, 16), 0.5),
    ):
        card.paint(foil, strokes(card, lines, 1.3, oversample=3) * (0.45 + 0.55 * sheen), opacity)
    chip = rounded_box(card, (104, 300, 178, 136), 26)
    metal = [(0, "#8C6A35"), (0.35, "#E9CF95"), (0.6, "#C49B57"), (1, "#F4E2B4")]
    soft_shadow(card, chip, 2, 5, 5, opacity=0.4)
    card.paint(ramp(metal, np.broadcast_to((card.x - 104 + card.y - 300) / 330, card.shape)), chip)
    pads = [[(104, 345), (160, 345)], [(104, 391), (160, 391)], [(226, 345), (282, 345)], [(226, 391), (282, 391)],
            [(160, 300), (160, 436)], [(226, 300), (226, 436)]]  # fmt: skip
    card.paint("#5E4520", strokes(card, pads, 3), 0.8)
    mark = np.asarray(light_mark().resize((132, 132), Image.Resampling.LANCZOS), dtype=np.float32) / 255
    place = card.pixels[72:204, 104:236]
    card.pixels[72:204, 104:236] = place + (mark[..., :3] - place) * mark[..., 3:]
    rim = rounded_box(card, (0, 0, *CARD), 64) - rounded_box(card, (4, 4, CARD[0] - 8, CARD[1] - 8), 60)
    card.paint("#FFFFFF", np.clip(rim, 0, 1) * (0.25 + 0.5 * sheen), 0.6)
    return card


def _place(canvas: Canvas, card: Canvas, origin: Corner, along: Corner, down: Corner, thick: float) -> None:
    """Lay the card as the parallelogram origin, origin + along, origin + down, with its edge and its shadow."""
    o, a, d = (np.array(v, dtype=np.float64) for v in (origin, along, down))
    matrix = np.linalg.inv(np.stack([a, d], axis=1))
    scale = 2
    shape = rounded_box(card, (0, 0, *CARD), 64)
    rgba = np.concatenate([card.pixels, shape[..., None]], axis=-1)
    image = Image.fromarray((rgba * 255 + 0.5).astype(np.uint8), "RGBA")
    big = (canvas.shape[1] * scale, canvas.shape[0] * scale)
    sx, sy = CARD[0] * matrix[0], CARD[1] * matrix[1]
    shift = -matrix @ o
    data = (sx[0] / scale, sx[1] / scale, CARD[0] * shift[0], sy[0] / scale, sy[1] / scale, CARD[1] * shift[1])
    image = image.transform(big, Image.Transform.AFFINE, data, Image.Resampling.BICUBIC)
    laid = np.asarray(image.reduce(scale), dtype=np.float32) / 255
    mask = laid[..., 3]
    soft_shadow(canvas, mask, round(thick * 6), round(thick * 14), thick * 9, "#02060A", 0.62)
    soft_shadow(canvas, mask, round(thick * 1.5), round(thick * 3.5), thick * 2, "#02060A", 0.5)
    side = card.pixels[CARD[1] // 2, CARD[0] // 2]
    for step in range(round(thick), 0, -1):
        moved = np.zeros_like(mask)
        moved[step:] = mask[:-step]
        canvas.paint(mix(side, "#FFE9C0", 0.35 if step > thick * 0.55 else 0.12) * 0.72, moved)
    canvas.paint(laid[..., :3], mask)


def _ground(canvas: Canvas, apex: float) -> None:
    """Night above, a lit vermilion plane below a rising diagonal."""
    canvas.paint(linear(canvas, [(0, "#0A1A29"), (0.6, "#12324B"), (1, "#1B4A6B")], 60, 0.02))
    slope = -0.42
    edge = apex + slope * (canvas.x - canvas.width / 2)
    plane = np.clip(canvas.y - edge + 0.5, 0, 1)
    soft_shadow(canvas, plane, 0, -14, 26, opacity=0.45)
    t = np.clip((canvas.y - edge) / (canvas.height * 0.55), 0, 1)
    canvas.paint(ramp([(0, "#D24A2F"), (0.3, "#BE3820"), (1, "#86210F")], t), plane)
    canvas.paint("#FFD9B8", np.exp(-np.abs(canvas.y - edge) / 2.2) * plane, 0.5)


def _scene(path: Path, size: tuple[int, int], apex: float, centre: Corner, unit: float, max_kb: int) -> None:
    canvas = Canvas(*size)
    _ground(canvas, apex)
    cx, cy = centre
    lines = rosette(cx, cy, unit * 0.2, unit * 1.35, 18, 26, 0.4, 2000)
    canvas.paint("#FFE3C2", strokes(canvas, lines, 1.0, oversample=3), 0.08)
    canvas.paint("#FFC9A3", glow(canvas, cx, cy, unit * 1.3, 2), 0.28, "screen")
    along, down = (unit * 0.92, -unit * 0.42), (unit * 0.42, unit * 0.40)
    gold = mix("#F0D49A", "#FFFFFF", 0.1)
    back = _face([(0, "#F6E9D6"), (0.5, "#E9D2B0"), (1, "#C9A468")], mix("#9A7434", "#7D5D27", 0.3), 1.4)
    front = _face([(0, "#0A2438"), (0.55, DEEP_BLUE), (1, "#1E628C")], gold, 0.2)
    ox, oy = cx - (along[0] + down[0]) / 2, cy - (along[1] + down[1]) / 2
    _place(canvas, back, (ox + unit * 0.10, oy + unit * 0.24), along, down, unit / 90)
    _place(canvas, front, (ox - unit * 0.06, oy - unit * 0.10), along, down, unit / 90)
    canvas.paint(rgb("#FFFFFF"), blur(polygon(canvas, [(cx - unit, cy - unit * 0.9), (cx, cy - unit), (cx - unit * 0.4,
        cy + unit * 0.2)]), unit * 0.12), 0.05, "screen")  # fmt: skip
    canvas.save(path, max_kb, 0.006)


def draw(folder: Path) -> None:
    """Write the three grounds."""
    _scene(folder / "phone.jpg", (1080, 1920), 892, (585, 846), 590, 700)
    _scene(folder / "square.jpg", (1080, 1080), 368, (792, 424), 436, 500)
    _scene(folder / "cover.jpg", (900, 383), 356, (506, 182), 196, 300)
