"""Finds QR codes in pictures that people bring: a poster shows its own code, and no other.

zxing-cpp reads a code turned and inverted by itself. One that is faint is read where the contrast is levelled out, one
that is small where the picture is larger, and a large one where it is smaller.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageFilter

from app.kernel.errors import Invalid, Problem
from app.rendering.cache import CLEAN_LIMIT, ByteLru
from app.rendering.pictures import Picture, pixels, read_picture
from app.rendering.qr import Gray, read_codes

ENLARGED_PX = 600_000  # a larger picture is not made larger still: so small a code would be far too small on a poster
LOOKED_AT_PX = 900_000  # as many pixels of a picture as posters show of one; what is finer is searched as it is only
# By how much the picture is scaled, and how far around each pixel contrast is levelled out: a few modules of a code
# where what surrounds it is restless, more than a finder pattern of it where that is calm.
SMALLER = 1 / 3
VIEWS: tuple[tuple[float, tuple[int, ...]], ...] = ((SMALLER, (16,)), (1, (32,)), (2, (64, 12)))
GRID_PX = 4
LEVEL = 60.0  # the mean deviation from its surroundings that a pixel then has
LEAST_DEVIATION = 1.0  # what differs less than this is flat


_clean: ByteLru[bool] = ByteLru(CLEAN_LIMIT, lambda _: 1)


def read_without_code(data: bytes, path: str) -> Picture:
    """The picture in `data`, which is whole and has no code. *Raises* Invalid as `read_picture`, `require_no_code`."""
    picture = read_picture(data, path)
    if not is_known(picture.digest):  # many rows of a batch may show one picture
        require_no_code(picture, path)
        remember(picture.digest)
    return picture


def is_known(digest: str) -> bool:
    """Whether the picture of this digest has been searched, and no code was in it."""
    return _clean.get(digest) is not None


def remember(digest: str) -> None:
    """Remembers that the picture of this digest has been searched, and no code was in it."""
    _clean.put(digest, True)


def require_no_code(picture: Picture, path: str) -> None:
    """Let a picture pass in which no QR code, Micro QR code or rMQR code is found, however it is turned or coloured.

    One with transparent parts is seen on white and on black. *Raises* Invalid ``foreign_qr``, and as `pixels`.
    """
    for gray in _grounds(pixels(picture)):
        if any(read_codes(view) for view in _views(gray)):
            raise Invalid.of([Problem(path, "foreign_qr", "a QR code stands in the picture: a poster has its own")])


def _grounds(image: Image.Image) -> Iterator[Gray]:
    if image.mode != "RGBA":
        yield np.asarray(image.convert("L"))
        return
    for ground in ("white", "black"):
        yield np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, ground), image).convert("L"))


def _views(gray: Gray) -> Iterator[Gray]:
    """The picture in the ways in which it is searched, the quick ones first."""
    yield np.ascontiguousarray(gray)
    image = Image.fromarray(gray)
    scale = min(1.0, (LOOKED_AT_PX / gray.size) ** 0.5)
    looked_at = _scaled(image, scale) if scale < 1 else image
    for by, windows_px in VIEWS:
        if by > 1 and looked_at.width * looked_at.height > ENLARGED_PX:
            continue
        scaled = _scaled(looked_at, by)
        for window_px in windows_px:
            yield _levelled(scaled, window_px)


def _scaled(image: Image.Image, by: float) -> Image.Image:
    if by == 1:
        return image
    if by == SMALLER:
        return image.reduce(round(1 / by))
    size = (max(1, round(image.width * by)), max(1, round(image.height * by)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0 if by < 1 else None)


def _levelled(image: Image.Image, window_px: int) -> Gray:
    """The picture with about the same contrast everywhere: how each pixel differs from its surroundings, in units of
    how much pixels differ there. What its surroundings are is counted on a coarser grid.
    """
    blur, size = ImageFilter.BoxBlur(window_px / GRID_PX), image.size
    mean = image.reduce(GRID_PX).filter(blur).resize(size, Image.Resampling.BILINEAR)
    difference = np.subtract(np.asarray(image), np.asarray(mean), dtype=np.int16)
    finely = np.minimum(np.abs(difference[::GRID_PX, ::GRID_PX]) << 2, 255).astype(np.uint8)  # in quarters
    deviation = np.asarray(Image.fromarray(finely).filter(blur))
    difference *= np.asarray(Image.fromarray(_GAIN[deviation]).resize(size, Image.Resampling.BILINEAR))
    difference += 128
    levelled: Gray = difference.clip(0, 255).astype(np.uint8)
    return levelled


_GAIN = (4 * LEVEL / np.maximum(np.arange(256), 4 * LEAST_DEVIATION)).round().astype(np.uint8)
