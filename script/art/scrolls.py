"""Cloud scrolls (祥云) and paper hills: smooth bands of cut paper that lie over each other."""

import numpy as np

from art.canvas import Canvas
from art.colour import Array, mix, rgb
from art.light import blur, moved, soft_shadow
from art.motifs import ridge_mask
from art.relief import rim
from art.vector import polygons, strokes


def spiral(x: float, y: float, radius: float, turns: float, degrees: float, flip: bool = False) -> Array:
    """The line of a scroll that winds from its rim into its heart."""
    t = np.linspace(0, 1, 120)
    a = np.deg2rad(degrees) + t * turns * 2 * np.pi * (-1 if flip else 1)
    r = radius * (1 - t) ** 0.85
    return np.stack([x + r * np.cos(a), y + r * np.sin(a)], -1)


def cloud(x: float, y: float, width: float, flip: bool = False) -> tuple[list[Array], list[Array], list[Array]]:
    """A scroll cloud on a flat foot whose middle is (x, y): its body, the body drawn in by a hem, the scroll lines."""
    a = np.linspace(0, 2 * np.pi, 90)
    s = -1 if flip else 1
    heads = [(-0.24, 0.115), (0.0, 0.17), (0.22, 0.10), (-0.40, 0.0525), (0.37, 0.0475)]

    def body(hem: float) -> list[Array]:
        discs = [
            np.stack(
                [x + s * dx * width + (r - hem) * width * np.cos(a), y - r * width + (r - hem) * width * np.sin(a)], -1
            )
            for dx, r in heads
        ]
        left, right, top, foot = -0.40, 0.37, y - (0.075 - hem) * width, y - hem * width
        ends = [x + s * left * width, x + s * right * width]
        return [*discs, np.array([[ends[0], top], [ends[1], top], [ends[1], foot], [ends[0], foot]])]

    lines = [
        spiral(x + s * dx * width, y - r * width, r * width * 0.62, 1.5, 90 if dx < 0.1 else 60, flip != (dx > 0.1))
        for dx, r in heads[:3]
    ]
    return body(0.0), body(0.022), lines


def paint_cloud(
    canvas: Canvas, parts: tuple[list[Array], list[Array], list[Array]], colour: str, line: str, unit: float = 1.0
) -> None:
    """A scroll cloud as cut paper, a second sheet upon it, its scrolls and its hem in thread."""
    mask, upper = polygons(canvas, parts[0]), polygons(canvas, parts[1])
    soft_shadow(canvas, mask, round(4 * unit), round(14 * unit), 14 * unit, "#2A0B06", 0.34)
    canvas.paint(mix(line, colour, 0.72), mask)
    canvas.paint("#FFFFFF", rim(mask, 0, round(2 * unit)), 0.5)
    canvas.paint("#6A3A1A", blur(moved(upper, 0, round(3 * unit)), 4 * unit) * mask, 0.28, "multiply")
    canvas.paint(colour, upper)
    canvas.paint("#FFFFFF", rim(upper, 0, round(2 * unit)), 0.7)
    canvas.paint(line, strokes(canvas, parts[2], 2.2 * unit) * upper, 0.9)


def swell(canvas: Canvas, points: list[tuple[float, float]], soft: float = 150) -> Array:
    """A crest through hand-set `points`, rounded over `soft` px, as the y of every column."""
    places, heights = zip(*points, strict=True)
    reach = int(soft)
    x = np.arange(-reach, canvas.shape[1] + reach, dtype=np.float32) - canvas.bleed
    kernel = np.hanning(2 * reach + 1)
    return np.convolve(np.interp(x, places, heights), kernel / kernel.sum(), "valid").astype(np.float32)


def paint_hill(
    canvas: Canvas, crest: Array, tones: tuple[str, str], gilt: str, lift: float, fall: float = 300, threads: int = 4
) -> None:
    """A hill as a sheet that stands `lift` px before what is behind: from the first tone at its crest to the second
    `fall` px below, with a gilt edge and threads of gold that follow it."""
    mask = ridge_mask(canvas, crest)
    canvas.paint("#020A12", blur(moved(mask, 0, -round(lift * 0.45)), lift), 0.36, "multiply")
    canvas.paint("#020A12", blur(moved(mask, 0, -3), 4), 0.30, "multiply")
    below = np.maximum(canvas.y - crest[None, :], 0)
    depth = np.clip(below / fall, 0, 1)[..., None] ** 0.8
    canvas.paint(rgb(tones[0]) * (1 - depth) + rgb(tones[1]) * depth, mask)
    slope = np.sqrt(1 + np.gradient(crest) ** 2)[None, :]
    canvas.paint(gilt, mask * np.clip(1.4 - np.abs(below / slope - 1.2), 0, 1), 0.85)
    for k in range(1, threads + 1):
        place = (10 + 15 * k + 2.2 * k * k) * (1 + 0.35 * np.sin(canvas.x / 170 + k * 0.9))
        canvas.paint(gilt, mask * np.clip(1.2 - np.abs((below - place) / slope), 0, 1), 0.30 / k**0.7)
