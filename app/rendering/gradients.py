"""Gradients in pixels: stops mixed in sRGB as browsers mix them, and a fixed dither that hides the steps of 8 bits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.rendering.display import Conic, Linear, Radial, Rgba
from app.rendering.paths import IDENTITY, Affine, PixelBox

Floats = NDArray[np.float32]

STEPS = 2048  # entries of the colour table; finer than 8 bits can show over any box


def _thresholds() -> Floats:
    """An 8×8 ordered dither: each of 64 thresholds once, neighbours far apart."""
    grid = np.zeros((1, 1), np.int64)
    for _ in range(3):
        grid = np.block([[4 * grid, 4 * grid + 2], [4 * grid + 3, 4 * grid + 1]])
    return ((grid + 0.5) / 64).astype(np.float32)


THRESHOLDS = _thresholds()


def gradient_pixels(
    paint: Linear | Radial, box: PixelBox, turned: Affine = IDENTITY
) -> tuple[Image.Image, Image.Image | None]:
    """The colours of the pixels of `box` (mode RGB), and their opacity (mode L) where it is not full everywhere.

    `turned` is how the shape that carries the gradient was turned.
    """
    position = _positions(paint, box, turned)
    table = _table(paint.stops)
    index = np.clip(np.rint(position * (STEPS - 1)), 0, STEPS - 1).astype(np.int32)
    shape = (box[3] - box[1], box[2] - box[0])
    index = np.broadcast_to(index, shape)
    dither = _dither(box)
    bands = [_dithered(table[:, channel], index, dither) for channel in range(3)]
    colour = Image.merge("RGB", [Image.fromarray(band) for band in bands])
    if all(rgba[3] == 255 for _, rgba in paint.stops):
        return colour, None
    return colour, Image.fromarray(_dithered(table[:, 3], index, dither))


def conic_pixels(paint: Conic, size: tuple[int, int], squeeze: float = 1.0) -> Image.Image:
    """A conic gradient around a centre in pixels of `size`; RGBA where it is not opaque, else RGB.

    `squeeze` is how much less of the sheet a pixel holds downwards than across.
    """
    x = np.arange(size[0], dtype=np.float64)[None, :] + 0.5 - paint.centre[0]
    y = (np.arange(size[1], dtype=np.float64)[:, None] + 0.5 - paint.centre[1]) / squeeze
    position = (np.degrees(np.arctan2(x, -y)) - paint.start) % 360 / 360
    table = _table(paint.stops)
    index = np.rint(position * (STEPS - 1)).astype(np.int32)
    dither = _dither((0, 0, *size))
    channels = 3 if all(rgba[3] == 255 for _, rgba in paint.stops) else 4
    bands = [Image.fromarray(_dithered(table[:, channel], index, dither)) for channel in range(channels)]
    return Image.merge("RGBA"[:channels], bands)


def _positions(paint: Linear | Radial, box: PixelBox, turned: Affine) -> Floats:
    """Where each pixel lies between the gradient's start (0) and end (1); one row or column where that is enough."""
    back = turned.inverse()
    x = np.arange(box[0], box[2], dtype=np.float64)[None, :] + 0.5
    y = np.arange(box[1], box[3], dtype=np.float64)[:, None] + 0.5
    if isinstance(paint, Linear):
        (x0, y0), (x1, y1) = paint.start, paint.end
        dx, dy = x1 - x0, y1 - y0
        squared = dx * dx + dy * dy
        if not squared:
            return np.ones((1, 1), np.float32)
        gx = (back.a * dx + back.b * dy) / squared
        gy = (back.c * dx + back.d * dy) / squared
        constant = ((back.e - x0) * dx + (back.f - y0) * dy) / squared
        if not gx:
            return (gy * y + constant).astype(np.float32)
        if not gy:
            return (gx * x + constant).astype(np.float32)
        return (gx * x + gy * y + constant).astype(np.float32)
    cx, cy = turned.apply(*paint.centre)
    return (np.sqrt((x - cx) ** 2 + (y - cy) ** 2) / paint.radius).astype(np.float32)


def _table(stops: tuple[tuple[float, Rgba], ...]) -> Floats:
    ordered: list[tuple[float, Rgba]] = []
    for at, colour in stops:  # as in SVG, a stop never lies before the one ahead of it
        ordered.append((max(at, ordered[-1][0]) if ordered else at, colour))
    at_stops = np.array([at for at, _ in ordered], np.float64)
    grid = np.linspace(0, 1, STEPS)
    columns: list[Any] = [
        np.interp(grid, at_stops, np.array([colour[channel] for _, colour in ordered], np.float64))
        for channel in range(4)
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _dither(box: PixelBox) -> Floats:
    rows = np.arange(box[1], box[3]) % 8
    columns = np.arange(box[0], box[2]) % 8
    tiled: Floats = THRESHOLDS[rows[:, None], columns[None, :]]
    return tiled


def _dithered(column: Floats, index: NDArray[np.int32], dither: Floats) -> NDArray[np.uint8]:
    if column.min() == column.max():
        return np.full(index.shape, round(float(column[0])), np.uint8)
    levels: NDArray[np.uint8] = np.minimum(column[index] + dither, 255).astype(np.uint8)
    return levels
