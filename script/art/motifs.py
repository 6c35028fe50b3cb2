"""Shared motifs: layered ridges, contour lines, guilloche, tree rings, paper-cut layers, a moon with its halo."""

from collections.abc import Sequence

import numpy as np

from art.canvas import Canvas
from art.colour import Array, mix
from art.light import blur, glow, soft_shadow
from art.noise import fbm, ridged, warped
from art.vector import disc, strokes


def ridge_line(canvas: Canvas, base: float, height: float, seed: int, wave: float = 700, sharp: float = 0.6) -> Array:
    """The y of a mountain's crest at every column: `height` px of relief above `base`, peaks about `wave` px apart.

    `sharp` from 0 (rolling hills) to 1 (crags).
    """
    span = max(3000, canvas.width)
    x = np.arange(-span, 2 * span, dtype=np.float32) / np.float32(wave)
    rolling = fbm(x, 0.37, seed, 4, 0.42)
    crags = ridged(x * 0.8 + 4.1, 0.71, seed + 9, 6, 0.42)
    relief = (rolling - rolling.min()) / np.ptp(rolling) * (1 - sharp) + (crags - crags.min()) / np.ptp(crags) * sharp
    start = span - canvas.bleed
    return np.asarray(base - height * relief[start : start + canvas.shape[1]], dtype=np.float32)


def ridge_mask(canvas: Canvas, crest: Array) -> Array:
    """What lies under a crest line, with a soft pixel at the edge."""
    return np.clip(canvas.y - crest[None, :] + 0.5, 0, 1).astype(np.float32)


def ridges(
    canvas: Canvas,
    far: "str | Array",
    near: "str | Array",
    haze: "str | Array",
    top: float,
    bottom: float,
    layers: int = 6,
    seed: int = 20,
    relief: float = 260,
    wave: float = 760,
    sharp: float = 0.55,
) -> list[Array]:
    """Paint mountains from `top` (far) to `bottom` (near), each fading into `haze` at its foot; their crests."""
    crests = []
    cloud = fbm(canvas.x / 520, canvas.y / 150, seed + 3, 4)
    for index in range(layers):
        t = index / max(1, layers - 1)
        base = top + (bottom - top) * t**1.15 + relief * 0.55
        crest = ridge_line(canvas, base, relief * (0.8 + 0.5 * t), seed + index * 17, wave * (0.7 + 0.7 * t), sharp)
        below = np.maximum(canvas.y - crest[None, :], 0)
        mask = ridge_mask(canvas, crest)
        body = mix(far, near, t**0.8)
        mist = np.clip((canvas.y - (base - relief * 0.55) + cloud * relief * 0.35) / (relief * 0.95), 0, 1) ** 1.2
        mist = mist[..., None] * np.float32(0.92 - 0.5 * t**1.5)
        canvas.paint(body * (1 - mist) + mix(haze, body, 0.08 + 0.35 * t) * mist, mask)
        canvas.paint(mix(body, haze, 0.9), mask * np.exp(-below / 2.2).astype(np.float32), 0.22 * (1 - 0.6 * t))
        crests.append(crest)
    return crests


def terrain(canvas: Canvas, scale: float = 620, seed: int = 4, strength: float = 0.7, octaves: int = 3) -> Array:
    """A smooth height field for `contours`; `scale` px is one hill."""
    return warped(canvas.x / np.float32(scale), canvas.y / np.float32(scale), seed, strength, octaves)


def contours(field: Array, step: float, width: float = 1.4, every: int = 5, heavy: float = 2.2) -> Array:
    """A mask of contour lines of one width wherever the field is steep or flat; each `every`-th line is `heavy`."""
    dy, dx = np.gradient(field)
    slope = np.maximum(np.hypot(dx, dy), 1e-6)
    level = field / step
    nearest = np.round(level)
    away = np.abs(level - nearest) * step / slope
    pen = np.where(np.mod(nearest, every) == 0, heavy, width)
    fade = np.clip(slope / (step * 0.012), 0, 1)
    return (np.clip(pen / 2 - away + 0.5, 0, 1) * fade).astype(np.float32)


def rosette(
    cx: float,
    cy: float,
    inner: float,
    outer: float,
    petals: int,
    turns: int = 24,
    phase: float = 0.0,
    steps: int = 1600,
) -> list[Array]:
    """The lines of a guilloche rosette between two radii: `turns` interlaced waves of `petals` each."""
    angle = np.linspace(0, 2 * np.pi, steps)
    lines = []
    for index in range(turns):
        shift = 2 * np.pi * index / turns
        swing = np.sin(petals * angle + shift + phase) * (0.72 + 0.28 * np.sin(petals * angle / 2 + shift * 2))
        radius = (inner + outer) / 2 + (outer - inner) / 2 * swing
        lines.append(np.stack([cx + radius * np.cos(angle), cy + radius * np.sin(angle)], axis=-1))
    return lines


def guilloche_band(
    x0: float, x1: float, cy: float, height: float, waves: float, lines: int = 14, steps: int = 900
) -> list[Array]:
    """The lines of a banknote's wave band from `x0` to `x1`, `height` px high."""
    t = np.linspace(0, 1, steps)
    out = []
    for index in range(lines):
        shift = np.pi * index / lines
        swing = np.sin(2 * np.pi * waves * t + shift) * np.cos(np.pi * waves * t * 0.5 + shift * 2)
        out.append(np.stack([x0 + (x1 - x0) * t, cy + height / 2 * swing], axis=-1))
    return out


def paint_lines(
    canvas: Canvas, lines: Sequence[Array], width: float, colour: "str | Array", opacity: float = 1
) -> None:
    """Draw fine lines in one colour."""
    canvas.paint(colour, strokes(canvas, lines, width), opacity)


def tree_rings(
    canvas: Canvas, cx: float, cy: float, spacing: float, seed: int = 8, wobble: float = 0.16, pen: float = 1.0
) -> tuple[Array, Array]:
    """(ring lines as a mask, the ring number at every pixel) of a cut trunk around a heart.

    The years differ in width and the rings bend together, as wood does; `pen` multiplies the lines' width.
    """
    dx, dy = canvas.x - cx, canvas.y - cy
    radius = np.hypot(dx, dy)
    angle = np.arctan2(dy, dx)
    u, v = np.cos(angle), np.sin(angle)
    near = radius / (spacing * 60)
    bend = fbm(u * 0.8 + 3, v * 0.8 + 3, seed, 2) + 0.22 * fbm(u * 1.9 + near, v * 1.9 - near, seed + 5, 2)
    age = radius * (1 + bend * wobble) / spacing
    age = age + fbm(age * 0.31, 0.5, seed + 40, 3) * 1.6
    gy, gx = np.gradient(age)
    slope = np.maximum(np.hypot(gx, gy), 1e-6)
    away = np.abs(age - np.round(age)) / slope
    rng = np.random.default_rng(seed)
    weight = (pen * rng.uniform(0.8, 2.6, 4096)).astype(np.float32)[np.clip(np.round(age), 0, 4095).astype(int)]
    return np.clip(weight / 2 - away + 0.5, 0, 1).astype(np.float32), age.astype(np.float32)


def cut_layer(
    canvas: Canvas, mask: Array, colour: "str | Array", lift: float = 18, shadow: float = 0.4, edge: float = 0.25
) -> None:
    """A sheet of paper lying `lift` px above what is there: a near and a far shadow, the sheet, a lit edge."""
    soft_shadow(canvas, mask, round(lift * 0.25), round(lift * 0.9), lift * 1.1, opacity=shadow)
    soft_shadow(canvas, mask, round(lift * 0.08), round(lift * 0.2), lift * 0.22, opacity=shadow * 0.6)
    canvas.paint(colour, mask)
    rim = np.clip(mask - np.roll(mask, 2, axis=0), 0, 1)
    rim[:2] = 0
    canvas.paint("#FFFFFF", rim, edge, "soft" if edge > 0.5 else "normal")


def moon(
    canvas: Canvas, cx: float, cy: float, radius: float, colour: "str | Array" = "#FFF6E2", seed: int = 12
) -> None:
    """A full moon with faint maria and a wide halo."""
    canvas.paint(colour, glow(canvas, cx, cy, radius * 4.2, 3.2), 0.38, "screen")
    canvas.paint(colour, glow(canvas, cx, cy, radius * 1.9, 2.4), 0.45, "screen")
    shade = fbm(canvas.x / np.float32(radius) * 1.1, canvas.y / np.float32(radius) * 1.1, seed, 4)
    maria = blur(np.clip(shade * 1.6, 0, 1), radius * 0.02)
    face = mix(colour, "#C9B48C", 0.0)[None, None] * (1 - 0.13 * maria[..., None])
    canvas.paint(face, disc(canvas, cx, cy, radius, 1.5))
