"""The files that pixels become: what they hold, and what they do not."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from app.kernel.errors import Invalid
from app.rendering.encode import encode
from app.rendering.paint_png import paint
from tests.posters import brand, poster, template, text_layer
from tests.render.ink import gray_of, ink_box


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    rng = np.random.default_rng(7)
    return Image.fromarray(rng.integers(0, 255, (64, 48, 3), dtype=np.uint8))


def test_a_png_holds_the_pixels_the_colour_space_and_the_resolution(photo: Image.Image) -> None:
    data = encode(photo, "png", dpi=300)
    with Image.open(io.BytesIO(data), formats=("PNG",)) as read:
        assert read.tobytes() == photo.tobytes()
        assert read.info["srgb"] == 0
        assert read.info["dpi"] == pytest.approx((300, 300), abs=0.02)
    kinds = [data[at + 4 : at + 8] for at in chunk_places(data)]
    assert kinds == [b"IHDR", b"sRGB", b"pHYs", b"IDAT", b"IEND"]


def chunk_places(data: bytes) -> list[int]:
    places, at = [], 8
    while at < len(data):
        places.append(at)
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return places


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_a_jpeg_and_a_webp_are_near_the_pixels_and_carry_only_their_profile(photo: Image.Image, kind: Any) -> None:
    smooth = photo.resize((480, 640), Image.Resampling.BICUBIC)
    data = encode(smooth, kind, dpi=300)
    with Image.open(io.BytesIO(data), formats=("JPEG", "WEBP")) as read:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(read.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)
        assert not read.getexif()
        assert "xmp" not in read.info
        apart = np.abs(np.asarray(read.convert("RGB")).astype(int) - np.asarray(smooth))
        if kind == "jpeg":
            assert read.info["dpi"] == (300, 300)
    assert apart.mean() < 3


def test_a_webp_that_the_format_cannot_hold_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        encode(Image.new("RGB", (1, 16_384)), "webp")
    assert refused.value.code == "too_large"


def test_red_text_keeps_its_colour_in_a_jpeg() -> None:
    made = poster(template(text_layer(text="保险一二三四五六", set={"colour": "#C83C23", "size": 26})))
    image = paint(made, brand().kit.fonts)
    with Image.open(io.BytesIO(encode(image, "jpeg")), formats=("JPEG",)) as read:
        apart = np.abs(np.asarray(read).astype(int) - np.asarray(image)).max(axis=2)
    box = ink_box(gray_of(image), (0, 0, 1080, 1080))
    assert box is not None
    assert apart[box[1] : box[3], box[0] : box[2]].mean() < 6
