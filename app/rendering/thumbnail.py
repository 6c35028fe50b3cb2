"""A small picture of a poster, for lists."""

import io

from PIL import Image

from app.rendering.display import DisplayList
from app.rendering.fonts import FontBook
from app.rendering.paint_png import StaticCache, paint
from app.rendering.pictures import Picture, pixels, read_picture

QUALITY = 84
EFFORT = 4


def thumbnail(display: DisplayList, fonts: FontBook, width_px: int, cache: StaticCache | None = None) -> bytes:
    """The poster as a WebP of `width_px`, in its own proportions; never larger than it is."""
    image = paint(display, fonts, cache)
    if width_px < image.width:
        height_px = max(1, round(image.height * width_px / image.width))
        image = image.resize((width_px, height_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=EFFORT, exif=b"", xmp=b"")
    return file.getvalue()


def scaled(data: bytes, width_px: int) -> bytes:
    """A finished file, in pixels, as a WebP of `width_px`; never larger than it is."""
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
        image.draft("RGB", (width_px, round(image.height * width_px / image.width)))
        small = image.convert("RGB")
    if width_px < small.width:
        height_px = max(1, round(small.height * width_px / small.width))
        small = small.resize((width_px, height_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
    file = io.BytesIO()
    small.save(file, "WEBP", quality=QUALITY, method=EFFORT, exif=b"", xmp=b"")
    return file.getvalue()


def square(picture: Picture, box: tuple[float, float, float], max_px: int) -> Picture:
    """The square `box` of `picture` as a picture of its own: left and top as fractions of width and height, side as a
    fraction of the width; drawn in where it would reach beyond the picture.
    """
    left, top, side = box[0] * picture.width_px, box[1] * picture.height_px, box[2] * picture.width_px
    side = max(1.0, min(side, picture.width_px, picture.height_px))
    left, top = min(left, picture.width_px - side), min(top, picture.height_px - side)
    edge = max(1, min(max_px, round(side)))
    file = io.BytesIO()
    image = pixels(picture, (left, top, side, side), (edge, edge))
    image.info.clear()
    image.convert("RGB").save(file, "JPEG", quality=92, subsampling=0)
    return read_picture(file.getvalue())


def portrait(picture: Picture, side_px: int, focus: tuple[float, float] = (0.5, 0.4)) -> bytes:
    """The square of `picture` around `focus` (fractions) as a WebP of `side_px`."""
    side = min(picture.width_px, picture.height_px)
    left = min(max(focus[0] * picture.width_px - side / 2, 0), picture.width_px - side)
    top = min(max(focus[1] * picture.height_px - side / 2, 0), picture.height_px - side)
    image = pixels(picture, (left, top, side, side), (side_px, side_px))
    file = io.BytesIO()
    image.convert("RGB").save(file, "WEBP", quality=QUALITY, method=EFFORT, exif=b"", xmp=b"")
    return file.getvalue()
