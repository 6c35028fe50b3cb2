"""Colours as float arrays in 0..1, the brand's palette, and ramps mixed in OKLab so that they never turn grey."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

INK, DEEP_BLUE, MIST, PAPER = "#14202B", "#0F3D5E", "#DCE6EA", "#FAF7F2"
VERMILION, GOLD, PINE, DAWN = "#C83C23", "#B98F4B", "#1F4D3F", "#F2B79F"

_TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip
_FROM_LMS, _FROM_LAB = np.linalg.inv(_TO_LMS), np.linalg.inv(_TO_LAB)


def rgb(colour: "str | Sequence[float] | Array") -> Array:
    """`#RRGGBB`, three floats, or an array of colours, as float32."""
    if isinstance(colour, str):
        return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)], dtype=np.float32)
    return np.asarray(colour, dtype=np.float32)


def to_oklab(colour: Array) -> Array:
    """sRGB 0..1 to OKLab."""
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return (np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T).astype(np.float32)


def from_oklab(lab: Array) -> Array:
    """OKLab to sRGB, clipped to 0..1."""
    linear = np.clip((lab @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)


def mix(a: "str | Array", b: "str | Array", t: float) -> Array:
    """`a` at t=0, `b` at t=1, in OKLab."""
    return from_oklab(to_oklab(rgb(a)) * np.float32(1 - t) + to_oklab(rgb(b)) * np.float32(t))


def shift(colour: "str | Array", lightness: float = 0.0, chroma: float = 1.0) -> Array:
    """`colour` with its OKLab lightness moved by `lightness` (−1..1) and its chroma multiplied."""
    lab = to_oklab(rgb(colour))
    return from_oklab(np.stack([lab[..., 0] + lightness, lab[..., 1] * chroma, lab[..., 2] * chroma], axis=-1))


def ramp(stops: "Sequence[tuple[float, str | Array]]", t: Array, smooth: bool = True) -> Array:
    """The colour at every `t` along `stops` [(place, colour), …]; `smooth` rounds the corners between segments."""
    table_t = np.linspace(0, 1, 2049)
    labs = np.array([to_oklab(rgb(colour)) for _, colour in stops])
    places = [place for place, _ in stops]
    table = np.stack([np.interp(table_t, places, labs[:, channel]) for channel in range(3)], axis=-1)
    if smooth:
        kernel = np.hanning(203) / np.hanning(203).sum()
        padded = np.pad(table, ((101, 101), (0, 0)), mode="edge")
        table = np.stack([np.convolve(padded[:, channel], kernel, mode="valid") for channel in range(3)], axis=-1)
    colours = from_oklab(table.astype(np.float32))
    flat = np.clip(np.asarray(t, dtype=np.float32), 0, 1)
    return np.stack([np.interp(flat, table_t, colours[:, channel]) for channel in range(3)], axis=-1).astype(np.float32)


def luminance(colour: "str | Array") -> Array:
    """Relative luminance as WCAG defines it."""
    srgb = rgb(colour)
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]), dtype=np.float32)


def contrast(a: "str | Array", b: "str | Array") -> float:
    """The WCAG contrast ratio of two colours."""
    high, low = sorted((float(luminance(a)), float(luminance(b))), reverse=True)
    return (high + 0.05) / (low + 0.05)
