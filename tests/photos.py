"""Small photos with words on them, or without."""

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = Path(__file__).resolve().parent.parent / "var" / "fonts" / "NotoSansSC_700Bold.ttf"


@cache
def photo(text: str = "", size: tuple[int, int] = (480, 480), turn: int = 0) -> bytes:
    """A JPEG: a soft landscape, with `text` across its middle, turned by so many degrees."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    image = Image.blend(image, Image.new("RGB", size, (160, 196, 214)), 0.7)
    draw = ImageDraw.Draw(image)
    draw.ellipse((size[0] * 0.6, size[1] * 0.1, size[0] * 0.85, size[1] * 0.35), fill=(246, 214, 150))
    image = image.filter(ImageFilter.GaussianBlur(2))
    font = ImageFont.truetype(FONT, size[0] // 10)
    ImageDraw.Draw(image).text((size[0] / 2, size[1] / 2), text, font=font, fill=(30, 42, 60), anchor="mm")
    file = io.BytesIO()
    image.rotate(turn, expand=True).save(file, "JPEG", quality=90)
    return file.getvalue()


@cache
def lettering(text: str) -> bytes:
    """A PNG of white letters on nothing."""
    image = Image.new("RGBA", (480, 160), (255, 255, 255, 0))
    font = ImageFont.truetype(FONT, 44)
    ImageDraw.Draw(image).text((240, 80), text, font=font, fill=(255, 255, 255, 255), anchor="mm")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
