"""Small photos with words or a code on them, or without."""

import io
from functools import cache
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ELSEWHERE = "https://elsewhere.example/r/7kX2"
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


@cache
def photo_with_code(
    module_px: float = 6, turn: float = 0, contrast: int = 255, is_inverted: bool = False, text: str = ELSEWHERE
) -> bytes:
    """A JPEG: the landscape of `photo` with somebody else's QR code on it.

    A module is `module_px` wide, dark and light lie `contrast` apart (of 255), and it is turned by so many degrees.
    """
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    bits = np.pad(np.asarray(made.to_image(scale=1, add_quiet_zones=False)), 4, constant_values=255)
    code = Image.fromarray(255 - bits if is_inverted else bits).convert("L")
    code = code.resize((code.width * 8, code.height * 8), Image.Resampling.NEAREST)
    code = code.point([round(128 + (value - 128) * contrast / 255) for value in range(256)])
    mask = Image.new("L", code.size, 255).rotate(turn, expand=True)
    code = code.rotate(turn, expand=True, resample=Image.Resampling.BICUBIC)
    size = (round(code.width * module_px / 8), round(code.height * module_px / 8))
    side = max(480, size[0] + 80)
    with Image.open(io.BytesIO(photo(size=(side, side)))) as ground:
        image = ground.convert("RGB")
    image.paste(code.resize(size, Image.Resampling.LANCZOS).convert("RGB"), (33, 41), mask.resize(size))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()
