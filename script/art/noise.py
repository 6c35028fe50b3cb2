"""Gradient noise, sums of octaves, and fields bent by other fields. Every seed is explicit."""

import numpy as np

from art.colour import Array


def _fade(t: Array) -> Array:
    return t * t * t * (t * (t * 6 - 15) + 10)


def perlin(x: Array, y: "Array | float" = 0.5, seed: int = 1) -> Array:
    """Perlin noise in about −1..1 at the points (x, y); the arrays broadcast. One cell of the lattice is one unit."""
    rng = np.random.default_rng(seed)
    order = np.concatenate([rng.permutation(256)] * 2)
    angle = rng.random(256) * 2 * np.pi
    gx, gy = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    x, y = np.broadcast_arrays(np.asarray(x, dtype=np.float32), np.asarray(y, dtype=np.float32))
    xi, yi = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    xf, yf = (x - xi).astype(np.float32), (y - yi).astype(np.float32)
    xi &= 255
    yi &= 255

    def corner(dx: int, dy: int) -> Array:
        index = order[order[(xi + dx) & 255] + ((yi + dy) & 255)]
        return gx[index] * (xf - dx) + gy[index] * (yf - dy)

    u, v = _fade(xf), _fade(yf)
    top = corner(0, 0) * (1 - u) + corner(1, 0) * u
    bottom = corner(0, 1) * (1 - u) + corner(1, 1) * u
    return ((top * (1 - v) + bottom * v) * 1.5).astype(np.float32)


def fbm(x: Array, y: "Array | float" = 0.5, seed: int = 1, octaves: int = 5, gain: float = 0.5) -> Array:
    """Octaves of `perlin`, each half as wide and `gain` times as high; about −1..1."""
    total, height, norm = np.float32(0), 1.0, 0.0
    for octave in range(octaves):
        scale = np.float32(2.03**octave)
        total = total + perlin(x * scale + 19.7 * octave, y * scale + 7.3 * octave, seed + octave * 101) * height
        norm += height
        height *= gain
    return np.asarray(total / norm, dtype=np.float32)


def ridged(x: Array, y: "Array | float" = 0.5, seed: int = 1, octaves: int = 5, gain: float = 0.5) -> Array:
    """Octaves with a crease at zero: sharp crests, round valleys; 0..1."""
    total, height, norm = np.float32(0), 1.0, 0.0
    for octave in range(octaves):
        scale = np.float32(2.03**octave)
        wave = perlin(x * scale + 31.1 * octave, y * scale + 3.9 * octave, seed + octave * 101)
        total = total + (1 - np.abs(wave)) ** 2 * height
        norm += height
        height *= gain
    return np.asarray(total / norm, dtype=np.float32)


def warped(x: Array, y: Array, seed: int = 1, strength: float = 0.6, octaves: int = 4) -> Array:
    """`fbm` read at places that two other fields have moved: flowing, geological shapes."""
    dx = fbm(x * 0.7, y * 0.7, seed + 11, 3)
    dy = fbm(x * 0.7 + 5.2, y * 0.7 + 1.3, seed + 23, 3)
    return fbm(x + dx * strength, y + dy * strength, seed, octaves)
