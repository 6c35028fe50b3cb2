"""Pictures in a PDF: the part that is shown, decoded and encoded anew, at no more pixels than the paper can use."""

import math
import zlib
from dataclasses import dataclass

import pydyf
from PIL import Image

from app.rendering.cache import ByteLru
from app.rendering.display import PictureItem
from app.rendering.pdf_colours import Colours
from app.rendering.pdf_objects import LEVEL, Resources
from app.rendering.pictures import pixels

CACHE_LIMIT_BYTES = 64 * 1024 * 1024
LOSSLESS_PIXELS = 1_000_000  # a see-through picture up to this size (a logo, a seal) is kept without loss


def picture_name(resources: Resources, item: PictureItem, detail: float) -> str:
    """The name of the item's picture as a resource; `detail` is how many of its pixels a pixel of the grid may hold."""
    assert item.picture is not None
    _, _, crop_width, crop_height = item.crop
    scale = min(1.0, detail * item.box[2] / crop_width)
    size = (max(1, math.ceil(crop_width * scale)), max(1, math.ceil(crop_height * scale)))
    key = (resources.colours.name, item.picture.digest, item.crop, size)
    name = resources.name("XObject", key)
    if name is not None:
        return name
    packed = _packed.get(key)
    if packed is None:
        packed = pack(pixels(item.picture, item.crop, size), resources.colours)
        _packed.put(key, packed)
    return resources.keep("XObject", key, embedded(resources, packed))


@dataclass(frozen=True, slots=True)
class Packed:
    """A picture as a PDF holds it; `alpha` is deflated."""

    width: int
    height: int
    filter: str
    colours: bytes
    alpha: bytes | None


_packed: ByteLru[Packed] = ByteLru(CACHE_LIMIT_BYTES, lambda p: len(p.colours) + len(p.alpha or b""))


def pack(image: Image.Image, colours: Colours) -> Packed:
    """The picture as a PDF of these colours holds it."""
    alpha = zlib.compress(image.getchannel("A").tobytes(), LEVEL) if image.mode == "RGBA" else None
    shown = colours.pixels(image)
    if alpha is not None and image.width * image.height <= LOSSLESS_PIXELS:
        return Packed(*image.size, "/FlateDecode", zlib.compress(shown.tobytes(), LEVEL), alpha)
    return Packed(*image.size, "/DCTDecode", colours.jpeg(shown), alpha)


def embedded(resources: Resources, packed: Packed) -> pydyf.Stream:
    """Adds a picture, and what shows through it, to the file."""
    common = {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": packed.width,
        "Height": packed.height,
        "BitsPerComponent": 8,
    }
    extra = {**common, "ColorSpace": resources.colours.space, "Filter": packed.filter}
    if packed.filter == "/DCTDecode" and resources.colours.decode:
        extra["Decode"] = pydyf.Array(resources.colours.decode)
    if packed.alpha is not None:
        mask = pydyf.Stream([packed.alpha], {**common, "ColorSpace": "/DeviceGray", "Filter": "/FlateDecode"})
        resources.pdf.add_object(mask)
        extra["SMask"] = mask.reference
    picture = pydyf.Stream([packed.colours], extra)
    resources.pdf.add_object(picture)
    return picture
