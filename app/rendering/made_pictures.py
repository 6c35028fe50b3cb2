"""Pictures that layout makes itself: conic gradients, and frames that are cut in nine and stretched.

No painter knows of either: each is a picture like any other, the same in pixels, on paper and in the browser.
"""

import io
from dataclasses import replace
from functools import lru_cache

from PIL import Image

from app.rendering.display import Conic, Rect
from app.rendering.gradients import conic_pixels
from app.rendering.pictures import Picture, pixels, read_picture
from app.rendering.scene import Slices

LONGEST_PX = 2048  # of a side; what is larger is drawn larger


def conic_picture(paint: Conic, box: Rect) -> Picture:
    """The part of a conic gradient that lies in `box`."""
    size = _size(box)
    across, down = size[0] / box[2], size[1] / box[3]
    centre = ((paint.centre[0] - box[0]) * across, (paint.centre[1] - box[1]) * down)
    return _conic(replace(paint, centre=centre), size, down / across)


@lru_cache(maxsize=64)
def _conic(paint: Conic, size: tuple[int, int], squeeze: float) -> Picture:
    return _encoded(conic_pixels(paint, size, squeeze))


def nine_patch(picture: Picture, slices: Slices, box: Rect) -> Picture:
    """`picture` cut in nine and stretched to fill a box of this size."""
    return _nine_patch(picture, slices, _size(box), box[2])


@lru_cache(maxsize=64)
def _nine_patch(picture: Picture, slices: Slices, size: tuple[int, int], width: float) -> Picture:
    scale = slices.scale * size[0] / width
    across = _cuts(slices.left, slices.right, picture.width_px, size[0], scale)
    down = _cuts(slices.top, slices.bottom, picture.height_px, size[1], scale)
    source = pixels(picture).convert("RGBA")
    whole = Image.new("RGBA", size, (0, 0, 0, 0))
    for (top, bottom), (y0, y1) in down:
        for (left, right), (x0, x1) in across:
            if right > left and bottom > top and x1 > x0 and y1 > y0:
                # Cut first: what is enlarged would else take in some of its neighbours.
                piece = source.crop((left, top, right, bottom))
                whole.paste(piece.resize((x1 - x0, y1 - y0), Image.Resampling.BICUBIC), (x0, y0))
    return _encoded(whole)


Cut = tuple[tuple[int, int], tuple[int, int]]


def _cuts(first: float, last: float, length: int, wanted: int, scale: float) -> list[Cut]:
    """Three stretches of the picture's side, each with the pixels that it becomes; too large corners shrink alike."""
    if first + last > length:
        first, last = first * length / (first + last), last * length / (first + last)
    fitting = min(scale, wanted / (first + last)) if first + last else scale
    near, far = round(first), length - round(last)
    begin, end = round(first * fitting), wanted - round(last * fitting)
    return [((0, near), (0, begin)), ((near, far), (begin, end)), ((far, length), (end, wanted))]


def _size(box: Rect) -> tuple[int, int]:
    scale = min(1.0, LONGEST_PX / max(box[2], box[3]))
    return max(1, round(box[2] * scale)), max(1, round(box[3] * scale))


def _encoded(image: Image.Image) -> Picture:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return replace(read_picture(file.getvalue()), is_made=True)
