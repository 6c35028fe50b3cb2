"""The canvas: float pixels on the size's own grid (origin at the trim corner, bleed around it), blending and saving."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from art.colour import Array, rgb


class Canvas:
    """`pixels` is (height + 2·bleed, width + 2·bleed, 3) float32 in 0..1; `x`, `y` are pixel centres, broadcastable."""

    def __init__(self, width: int, height: int, colour: "str | Array" = "#FFFFFF", bleed: int = 0) -> None:
        self.width, self.height, self.bleed = width, height, bleed
        self.shape = (height + 2 * bleed, width + 2 * bleed)
        self.pixels: Array = np.broadcast_to(rgb(colour), (*self.shape, 3)).astype(np.float32).copy()

    @property
    def x(self) -> Array:
        """The x of every column, shape (1, W)."""
        return (np.arange(self.shape[1], dtype=np.float32) + 0.5 - self.bleed)[None, :]

    @property
    def y(self) -> Array:
        """The y of every row, shape (H, 1)."""
        return (np.arange(self.shape[0], dtype=np.float32) + 0.5 - self.bleed)[:, None]

    def paint(
        self, colour: "str | Array", mask: "Array | float" = 1.0, opacity: float = 1.0, mode: str = "normal"
    ) -> None:
        """Lay `colour` (one, or one per pixel) over the canvas where `mask` is 1.

        `mode`: normal, multiply, screen, add, overlay or soft (soft light).
        """
        top = rgb(colour)
        alpha = np.asarray(mask, dtype=np.float32) * np.float32(opacity)
        if alpha.ndim == 2:
            alpha = alpha[..., None]
        base = self.pixels
        self.pixels = np.clip(base + (_blend(base, top, mode) - base) * alpha, 0, 1).astype(np.float32)

    def image(self, grain: float = 0.006, seed: int = 7) -> Image.Image:
        """The 8-bit picture, with a fine monochrome `grain` (standard deviation) and a dither that hides every step."""
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal(self.shape, dtype=np.float32)[..., None] * np.float32(grain)
        dither = (rng.random((*self.shape, 3), dtype=np.float32) - 0.5) / 255
        return Image.fromarray((np.clip(self.pixels + noise + dither, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")

    def save(self, path: Path, max_kb: int = 700, grain: float = 0.006, seed: int = 7) -> None:
        """Write JPEG, WebP or PNG by the name's ending: the best quality that stays under `max_kb`."""
        write(self.image(grain, seed), path, max_kb)


def _blend(base: Array, top: Array, mode: str) -> Array:
    if mode == "multiply":
        return base * top
    if mode == "screen":
        return 1 - (1 - base) * (1 - top)
    if mode == "add":
        return base + top
    if mode == "overlay":
        return np.where(base < 0.5, 2 * base * top, 1 - 2 * (1 - base) * (1 - top))
    if mode == "soft":
        return (1 - 2 * top) * base**2 + 2 * top * base
    return top


def write(image: Image.Image, path: Path, max_kb: int = 700) -> None:
    """Encode `image` by the ending of `path`, lossy formats at the best quality that stays under `max_kb`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ending = path.suffix.lower()
    if ending == ".png":
        image.save(path, optimize=True)
        return
    data = b""
    for quality in (95, 93, 91, 89, 87, 85, 82, 79, 76, 72, 68):
        buffer = BytesIO()
        if ending == ".webp":
            image.save(buffer, "WEBP", quality=quality, method=5)
        else:
            image.save(buffer, "JPEG", quality=quality, subsampling=0 if quality >= 79 else 2, optimize=True)
        data = buffer.getvalue()
        if len(data) <= max_kb * 1000:
            break
    path.write_bytes(data)
