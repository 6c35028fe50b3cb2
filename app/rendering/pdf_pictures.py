"""Pictures in a PDF: the part that is shown, decoded and encoded anew, at no more pixels than the paper can use."""

import math

import pydyf
from PIL import Image

from app.rendering.display import PictureItem
from app.rendering.encode import jpeg_pixels
from app.rendering.pdf_objects import Resources, stream
from app.rendering.pictures import pixels

LOSSLESS_PIXELS = 1_000_000  # a see-through picture up to this size (a logo, a seal) is kept without loss


def picture_name(resources: Resources, item: PictureItem, detail: float) -> str:
    """The name of the item's picture as a resource; `detail` is how many of its pixels a pixel of the grid may hold."""
    assert item.picture is not None
    _, _, crop_width, crop_height = item.crop
    scale = min(1.0, detail * item.box[2] / crop_width)
    size = (max(1, math.ceil(crop_width * scale)), max(1, math.ceil(crop_height * scale)))
    key = (item.picture.digest, item.crop, size)
    return resources.name("XObject", key) or resources.keep(
        "XObject", key, _embedded(resources.pdf, pixels(item.picture, item.crop, size))
    )


def _embedded(pdf: pydyf.PDF, image: Image.Image) -> pydyf.Stream:
    extra = {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": image.width,
        "Height": image.height,
        "ColorSpace": "/DeviceRGB",
        "BitsPerComponent": 8,
    }
    if image.mode == "RGBA":
        alpha = {**extra, "ColorSpace": "/DeviceGray"}
        extra["SMask"] = stream(pdf, image.getchannel("A").tobytes(), alpha).reference
        colours = image.convert("RGB")
        if image.width * image.height <= LOSSLESS_PIXELS:
            return stream(pdf, colours.tobytes(), extra)
        image = colours
    picture = pydyf.Stream([jpeg_pixels(image)], {**extra, "Filter": "/DCTDecode"})
    pdf.add_object(picture)
    return picture
