"""Light and softness: float blurs that never band, gradients, glows, vignettes, soft shadows and paper."""

import numpy as np

from art.canvas import Canvas
from art.colour import Array, ramp
from art.noise import fbm


def _box(array: Array, radius: int, axis: int) -> Array:
    if radius < 1:
        return array
    pad = [(0, 0)] * array.ndim
    pad[axis] = (radius + 1, radius)
    total = np.cumsum(np.pad(array.astype(np.float64), pad, mode="edge"), axis=axis)
    high = np.take(total, range(2 * radius + 1, total.shape[axis]), axis=axis)
    low = np.take(total, range(total.shape[axis] - 2 * radius - 1), axis=axis)
    return ((high - low) / (2 * radius + 1)).astype(np.float32)


def blur(array: Array, sigma: float) -> Array:
    """A Gaussian blur (three box passes) in float."""
    radius = max(1, round(sigma * 1.0)) if sigma >= 0.5 else 0
    for _ in range(3):
        array = _box(_box(array, radius, 0), radius, 1)
    return array


def moved(mask: Array, dx: int, dy: int) -> Array:
    """`mask` shifted by whole pixels, with zeros coming in."""
    out = np.zeros_like(mask)
    rows, columns = mask.shape
    out[max(0, dy) : rows + min(0, dy), max(0, dx) : columns + min(0, dx)] = mask[
        max(0, -dy) : rows + min(0, -dy), max(0, -dx) : columns + min(0, -dx)
    ]
    return out


def soft_shadow(
    canvas: Canvas,
    mask: Array,
    dx: int,
    dy: int,
    sigma: float,
    colour: "str | Array" = "#0A1218",
    opacity: float = 0.35,
) -> None:
    """What `mask` throws onto the canvas; paint it before the shape itself."""
    canvas.paint(colour, blur(moved(mask, dx, dy), sigma), opacity, "multiply")


def linear(
    canvas: Canvas, stops: "list[tuple[float, str | Array]]", angle: float = 90, bend: float = 0.0, seed: int = 3
) -> Array:
    """A colour per pixel along `angle` degrees (90: from top to bottom); `bend` lets slow noise move the stops."""
    turn = np.deg2rad(angle)
    along = (canvas.x - canvas.width / 2) * np.cos(turn) + (canvas.y - canvas.height / 2) * np.sin(turn)
    reach = abs(canvas.width * np.cos(turn)) + abs(canvas.height * np.sin(turn))
    t = along / reach + 0.5
    if bend:
        unit = np.float32(max(canvas.width, canvas.height))
        t = t + fbm(canvas.x / unit * 2.2, canvas.y / unit * 2.2, seed, 3) * bend
    return ramp(stops, np.broadcast_to(t, canvas.shape))


def radial(
    canvas: Canvas, stops: "list[tuple[float, str | Array]]", cx: float, cy: float, radius: float, squash: float = 1.0
) -> Array:
    """A colour per pixel by its distance from a centre; `squash` < 1 flattens the circle."""
    return ramp(stops, np.hypot(canvas.x - cx, (canvas.y - cy) / squash) / radius)


def glow(canvas: Canvas, cx: float, cy: float, radius: float, power: float = 2.0, squash: float = 1.0) -> Array:
    """A mask that is 1 at the centre and falls off smoothly to 0 at `radius`."""
    away = np.hypot(canvas.x - cx, (canvas.y - cy) / squash) / radius
    return (np.clip(1 - away, 0, 1) ** power).astype(np.float32)


def vignette(canvas: Canvas, strength: float = 0.25, colour: "str | Array" = "#0A1218") -> None:
    """Darken towards the corners."""
    u = (canvas.x / canvas.width - 0.5) * 2
    v = (canvas.y / canvas.height - 0.5) * 2
    canvas.paint(colour, np.clip((u**2 + v**2) / 2 - 0.1, 0, 1) ** 1.5, strength, "multiply")


def paper(canvas: Canvas, strength: float = 1.0, seed: int = 5, scale: float = 1.0) -> None:
    """The tooth and the fibres of laid paper, lit from the upper left: a relief, so that any colour keeps its hue.

    `scale` is the size of the tooth: 1 on a screen of 1080 px, about 2.3 at 300 dpi A4.
    """
    rng = np.random.default_rng(seed)
    tooth = blur(rng.standard_normal(canvas.shape, dtype=np.float32), 0.8 * scale)
    coarse = blur(rng.standard_normal(canvas.shape, dtype=np.float32), 3 * scale)
    height = tooth / tooth.std() + coarse / coarse.std() * 0.8
    lit = np.zeros_like(height)
    lit[1:, 1:] = height[1:, 1:] - height[:-1, :-1]
    cloud = fbm(canvas.x / (420 * scale), canvas.y / (420 * scale), seed, 3)
    canvas.pixels = np.clip(canvas.pixels + (lit * 0.0045 + cloud * 0.008)[..., None] * strength, 0, 1).astype(
        np.float32
    )
