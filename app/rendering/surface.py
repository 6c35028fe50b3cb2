"""A surface to paint on: pixels of a part of the poster, and the two ways of laying something over them."""

from collections.abc import Callable, Iterator

from PIL import Image, ImageChops

from app.rendering.display import Rgba
from app.rendering.paths import PixelBox
from app.rendering.scene import Blend

BAND_PIXELS = 1 << 20  # how much is worked on at once, so that a sheet of paper needs no sheet-sized temporaries


class Surface:
    """Pixels from (`left`, `top`) on: RGB, or RGBA where what lies below shows through.

    Coordinates are the poster's own; what reaches beyond the surface is cut.
    """

    def __init__(self, image: Image.Image, left: int = 0, top: int = 0) -> None:
        self.image = image
        self.left, self.top = left, top
        self.box: PixelBox = (left, top, left + image.width, top + image.height)

    def tint(self, colour: Rgba, box: PixelBox, mask: Image.Image | None = None) -> None:
        """Lays one colour over `box`, as thick as `mask` (mode L, as large as the box) says."""
        if colour[3] < 255:
            full = Image.new("L", (box[2] - box[0], box[3] - box[1]), 255) if mask is None else mask
            mask = scaled(full, colour[3] / 255)
        if self.image.mode == "RGB":
            place = (box[0] - self.left, box[1] - self.top, box[2] - self.left, box[3] - self.top)
            self.image.paste(colour[:3], place, mask)
        else:
            self.lay(Image.new("RGB", (box[2] - box[0], box[3] - box[1]), colour[:3]), box, mask)

    def lay(self, colours: Image.Image, box: PixelBox, mask: Image.Image | None = None) -> None:
        """Lays pixels (mode RGB, as large as `box`) over the surface, as thick as `mask` says."""
        if self.image.mode == "RGB":
            self.image.paste(colours, (box[0] - self.left, box[1] - self.top), mask)
            return
        seen = common(box, self.box)
        if seen is None:
            return
        window = (seen[0] - box[0], seen[1] - box[1], seen[2] - box[0], seen[3] - box[1])
        over = colours.crop(window).convert("RGBA")
        if mask is not None:
            over.putalpha(mask.crop(window))
        self.image.alpha_composite(over, (seen[0] - self.left, seen[1] - self.top))

    def merge(self, above: "Surface", opacity: float = 1.0, blend: Blend = "normal") -> None:
        """Lays another surface (RGBA) over this one; `blend` mixes its colours with what is below, on RGB only.

        *Source*: W3C Compositing and Blending Level 1, “Blending”, for a backdrop that is opaque.
        """
        colours, alpha = above.image.convert("RGB"), above.image.getchannel("A")
        if blend != "normal":
            left, top, right, bottom = above.box
            below = self.image.crop((left - self.left, top - self.top, right - self.left, bottom - self.top))
            colours = _MIXES[blend](below, colours)
        self.lay(colours, above.box, alpha if opacity >= 1 else scaled(alpha, opacity))


_MIXES: dict[Blend, Callable[[Image.Image, Image.Image], Image.Image]] = {
    "multiply": ImageChops.multiply,
    "screen": ImageChops.screen,
    "overlay": ImageChops.overlay,
}


def transparent(box: PixelBox) -> Surface:
    """An empty RGBA surface over `box`."""
    return Surface(Image.new("RGBA", (box[2] - box[0], box[3] - box[1]), (0, 0, 0, 0)), box[0], box[1])


def scaled(mask: Image.Image, by: float) -> Image.Image:
    """The mask, `by` times as thick."""
    return mask.point([round(value * by) for value in range(256)])


def product(*masks: Image.Image | None) -> Image.Image | None:
    """The masks one through the other; None is a mask that lets everything through."""
    result: Image.Image | None = None
    for mask in masks:
        if mask is not None:
            result = mask if result is None else ImageChops.multiply(result, mask)
    return result


def common(one: PixelBox, other: PixelBox) -> PixelBox | None:
    """The pixels that two boxes share, or None."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def around(one: PixelBox, other: PixelBox) -> PixelBox:
    """The smallest box around two."""
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def bands(box: PixelBox, pixels: int = BAND_PIXELS) -> Iterator[PixelBox]:
    """The box in strips of whole rows, each of about so many `pixels`."""
    left, top, right, bottom = box
    rows = max(8, pixels // max(1, right - left))
    for start in range(top, bottom, rows):
        yield left, start, right, min(bottom, start + rows)
