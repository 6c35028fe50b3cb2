"""A QR code in a picture that somebody brings is found: turned, inverted, faint, small, large. Others pass."""

import io
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from app.kernel.errors import Invalid
from app.rendering.foreign_codes import read_without_code
from tests.photos import lettering, photo, photo_with_code
from tests.posters import PROJECT

PICTURES = sorted([*PROJECT.glob("poster_templates/*/*.jpg"), *PROJECT.glob("brand_assets/*/*.[jp][pn]g")])


def refusal(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        read_without_code(data, "slots.photo.picture")
    return [(problem.path, problem.code) for problem in refused.value.problems]


FOUND = [("slots.photo.picture", "foreign_qr")]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    turn=st.integers(0, 359),
    is_inverted=st.booleans(),
    size_and_contrast=st.one_of(
        st.tuples(st.floats(1.8, 3), st.integers(80, 255)),
        st.tuples(st.floats(3, 14), st.integers(24, 255)),
    ),
)
def test_a_code_is_found_however_it_is_turned_coloured_and_sized(
    turn: int, is_inverted: bool, size_and_contrast: tuple[float, int]
) -> None:
    module_px, contrast = size_and_contrast
    assert refusal(photo_with_code(module_px, turn, contrast, is_inverted)) == FOUND


@pytest.mark.parametrize("angle", [0, 30, 90])
def test_a_faint_code_that_no_reader_finds_by_itself_is_found(angle: int) -> None:
    data = photo_with_code(6, angle, contrast=14)
    with Image.open(io.BytesIO(data)) as image:
        assert not zxingcpp.read_barcodes(image.convert("L"))
    assert refusal(data) == FOUND


@pytest.mark.parametrize("kind", ["QRCode", "MicroQRCode", "RMQRCode"])
def test_every_kind_of_qr_code_is_found(kind: str) -> None:
    code = zxingcpp.create_barcode("12345", getattr(zxingcpp.BarcodeFormat, kind))
    image = Image.fromarray(np.asarray(code.to_image(scale=5))).convert("RGB")
    assert refusal(encoded(image, "PNG")) == FOUND


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def test_a_code_in_a_large_photo_is_found() -> None:
    with Image.open(io.BytesIO(photo_with_code(5, 20))) as small:
        large = Image.new("RGB", (4000, 3000), (150, 170, 180))
        large.paste(small, (2900, 2200))
    assert refusal(encoded(large, "JPEG")) == FOUND


@pytest.mark.parametrize("ink", ["white", "black"])
def test_a_code_that_only_the_ground_of_the_poster_brings_out_is_found(ink: str) -> None:
    code = zxingcpp.create_barcode("https://elsewhere.example/", zxingcpp.BarcodeFormat.QRCode)
    dark = np.asarray(code.to_image(scale=5)) == 0
    image = Image.new("RGBA", dark.shape[::-1], ink)
    image.putalpha(Image.fromarray((dark * 255).astype(np.uint8)))
    assert refusal(encoded(image, "PNG")) == FOUND


def test_a_code_that_only_the_colour_profile_brings_out_is_found() -> None:
    """All pixels of the file are nearly alike; its profile tears them apart."""
    code = zxingcpp.create_barcode("https://elsewhere.example/", zxingcpp.BarcodeFormat.QRCode)
    bits = np.asarray(code.to_image(scale=5))
    image = Image.fromarray(np.where(bits == 0, 120, 123).astype(np.uint8)).convert("RGB")
    profile = steep_profile()
    assert refusal(encoded(image, "PNG", icc_profile=profile)) == FOUND
    assert ImageCms.ImageCmsProfile(io.BytesIO(profile)) is not None


def steep_profile() -> bytes:
    """sRGB, with a curve that leads from nothing to full between 120 and 124 of 255."""
    curve = np.clip((np.arange(256) - 120) / 4, 0, 1) * 65535
    body = b"curv" + bytes(4) + (256).to_bytes(4) + curve.astype(">u2").tobytes()
    whole = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    at = len(whole)
    for number in range(int.from_bytes(whole[128:132])):
        entry = 132 + 12 * number
        if bytes(whole[entry : entry + 4]) in (b"rTRC", b"gTRC", b"bTRC"):
            whole[entry + 4 : entry + 12] = at.to_bytes(4) + len(body).to_bytes(4)
    whole += body
    whole[0:4] = len(whole).to_bytes(4)
    return bytes(whole)


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_pictures_of_the_product_pass(file: Path) -> None:
    with Image.open(file) as image:
        small = image.convert("RGBA" if file.suffix == ".png" else "RGB")
        small.thumbnail((700, 700))
    assert read_without_code(encoded(small, "PNG"), "picture").width_px == small.width


def test_photos_without_a_code_pass() -> None:
    for data in (photo(), photo("稳健理财"), photo(turn=30), lettering("稳健 3.85%")):
        assert read_without_code(data, "picture").data == data


def test_textures_pass() -> None:
    chance = np.random.default_rng(7)
    for side in (3, 5, 8, 13):
        tiles = chance.integers(0, 2, (400 // side, 500 // side), dtype=np.uint8) * 255
        grey = chance.integers(0, 256, tiles.shape, dtype=np.uint8)
        for pattern in (tiles, grey):
            image = Image.fromarray(pattern).resize((500, 400), Image.Resampling.NEAREST)
            read_without_code(encoded(image, "PNG"), "picture")
