"""Pictures: looked at once, refused when hostile, shown as they are meant to be seen."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms

from app.kernel.errors import Invalid
from app.rendering.pictures import pixels, read_picture

RED, BLUE = (200, 30, 40), (30, 40, 200)


def two_halves(width_px: int = 80, height_px: int = 40) -> Image.Image:
    image = Image.new("RGB", (width_px, height_px), RED)
    image.paste(BLUE, (width_px // 2, 0, width_px, height_px))
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_claiming(width_px: int, height_px: int) -> bytes:
    """A PNG of a few bytes whose header promises a huge picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


def code_of(data: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        read_picture(data, "slots.photo")
    (problem,) = refused.value.problems
    assert problem.path == "slots.photo"
    return problem.code


@pytest.mark.parametrize("size", [(12_000, 12_000), (8_000, 5_001), (10_000, 10_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_from_the_header(size: tuple[int, int]) -> None:
    assert code_of(png_claiming(*size)) == "too_many_pixels"


def test_what_is_broken_or_of_another_kind_is_refused() -> None:
    whole = encoded(two_halves(), "JPEG")
    assert code_of(whole[: len(whole) // 2]) == "bad_picture"
    assert code_of(png_claiming(300, 300)) == "bad_picture"
    assert code_of(encoded(two_halves(), "GIF")) == "bad_picture"
    assert code_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>") == "bad_picture"
    assert code_of(b"") == "bad_picture"
    assert code_of(b"") == "bad_picture"


def test_what_was_found_whole_is_not_decoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []

    def counted(*args: Any, **options: Any) -> Image.Image:
        opened.append(args)
        return open_picture(*args, **options)

    open_picture = Image.open
    monkeypatch.setattr(Image, "open", counted)
    turned = Image.Exif()
    turned[0x0112] = 6
    data = encoded(two_halves(82, 38), "JPEG", exif=turned)
    first, second = read_picture(data), read_picture(data)
    assert len(opened) == 1
    assert first == second
    assert (second.width_px, second.height_px, second.data) == (38, 82, data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_kinds_are_read(kind: str) -> None:
    picture = read_picture(encoded(two_halves(), kind))
    assert (picture.width_px, picture.height_px) == (80, 40)
    assert len(picture.digest) == 64


def near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 12 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(("orientation", "first_is_red"), [(1, True), (3, False), (6, True), (8, False)])
def test_a_turned_photo_is_seen_upright(orientation: int, first_is_red: bool) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = read_picture(encoded(two_halves(), "JPEG", exif=exif, quality=95))
    assert (picture.width_px, picture.height_px) == ((40, 80) if orientation >= 5 else (80, 40))
    image = pixels(picture)
    assert image.size == (picture.width_px, picture.height_px)
    assert near(image.getpixel((5, 5)), RED if first_is_red else BLUE)


def test_the_part_is_cut_in_the_picture_s_own_pixels() -> None:
    picture = read_picture(encoded(two_halves(1600, 800), "JPEG", quality=95))
    right = pixels(picture, (800, 0, 800, 800), (50, 50))
    assert right.size == (50, 50)
    assert near(right.getpixel((2, 25)), BLUE)
    both = pixels(picture, (400, 0, 800, 800), (50, 50))
    assert near(both.getpixel((5, 25)), RED)
    assert near(both.getpixel((45, 25)), BLUE)


def test_transparency_is_kept_and_other_modes_become_colour() -> None:
    see_through = pixels(read_picture(encoded(Image.new("RGBA", (4, 4), (*RED, 128)))))
    assert see_through.getpixel((0, 0)) == (*RED, 128)
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, *RED])
    assert pixels(read_picture(encoded(palette))).getpixel((1, 1)) == RED
    assert pixels(read_picture(encoded(Image.new("I;16", (4, 4), 0x80FF)))).getpixel((1, 1)) == (128, 128, 128)
    assert pixels(read_picture(encoded(Image.new("CMYK", (4, 4), (0, 0, 0, 255)), "JPEG"))).mode == "RGB"


def test_another_colour_space_is_converted_and_a_broken_profile_ignored() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be"))
    green = read_picture(encoded(Image.new("RGB", (4, 4), (0, 255, 0)), icc_profile=swapped))
    assert near(pixels(green).getpixel((0, 0)), (255, 0, 0))
    same = read_picture(encoded(Image.new("RGB", (4, 4), RED), icc_profile=srgb))
    assert pixels(same).getpixel((0, 0)) == RED
    broken = encoded(Image.new("RGB", (4, 4), RED), icc_profile=b"not a profile")
    assert pixels(read_picture(broken)).getpixel((0, 0)) == RED


def gray_profile(gamma: float) -> bytes:
    """An ICC profile of one grey channel with a plain gamma. *Source*: ICC.1:2010, 7 and 8.3."""
    curve = b"curv" + bytes(4) + struct.pack(">I", 1) + struct.pack(">H", round(gamma * 256)) + bytes(2)
    white = b"XYZ " + bytes(4) + struct.pack(">iii", 0xF6D6, 0x10000, 0xD32D)
    name = b"desc" + bytes(4) + struct.pack(">I", 5) + b"Gray\0" + bytes(78)
    tags = [(b"desc", name + bytes(-len(name) % 4)), (b"wtpt", white), (b"kTRC", curve)]
    at, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for tag, data in tags:
        table += tag + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"lcms", 0x02400000, b"mntr", b"GRAY", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 0xF6D6, 0x10000, 0xD32D)
    return head.ljust(128, b"\0") + table + body


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_greys_are_converted_with_and_without_transparency(mode: str) -> None:
    value: object = {"L": 128, "LA": (128, 200), "I;16": 128 * 257}[mode]
    image = Image.new(mode, (4, 4), value)  # type: ignore[arg-type]
    shown = pixels(read_picture(encoded(image, icc_profile=gray_profile(1.0)))).getpixel((1, 1))
    assert near(shown[:3], (188, 188, 188))  # half of the light is 188 of 255 in sRGB
    assert shown[3:] == ((200,) if mode == "LA" else ())


def png_of_16_bits(channels: int, *levels: int) -> bytes:
    """A PNG of one pixel with 16 bits a channel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 16, {2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    row = b"\0" + struct.pack(f">{channels}H", *levels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("levels", "seen"),
    [
        ((0xFFFF, 0x80FF, 0x00FF), (255, 128, 0)),
        ((0xFFFF, 0x8000, 0x0000, 0x4000), (255, 128, 0, 64)),
        ((0x8000, 0x4000), (128, 128, 128, 64)),
    ],
)
def test_sixteen_bits_a_channel_become_eight(levels: tuple[int, ...], seen: tuple[int, ...]) -> None:
    assert near(pixels(read_picture(png_of_16_bits(len(levels), *levels))).getpixel((0, 0)), seen)


def test_inks_become_the_colours_that_they_print() -> None:
    shown = {
        inks: pixels(read_picture(encoded(Image.new("CMYK", (16, 16), inks), "JPEG", quality=95))).getpixel((8, 8))
        for inks in ((0, 0, 0, 0), (0, 0, 0, 255), (255, 0, 0, 0), (0, 255, 255, 0))
    }
    assert near(shown[0, 0, 0, 0], (255, 255, 255))
    assert near(shown[0, 0, 0, 255], (0, 0, 0))
    assert near(shown[255, 0, 0, 0], (0, 255, 255))
    assert near(shown[0, 255, 255, 0], (255, 0, 0))


def test_a_palette_may_be_see_through_and_its_edge_keeps_its_colour_when_it_is_made_smaller() -> None:
    image = Image.new("P", (40, 40), 0)
    image.putpalette([0, 255, 0, *RED])
    image.paste(1, (0, 0, 21, 40))
    small = pixels(read_picture(encoded(image, transparency=0)), size=(10, 10))
    assert small.mode == "RGBA"
    edge = small.getpixel((5, 5))
    assert 0 < edge[3] < 255
    assert near(edge[:3], RED)
