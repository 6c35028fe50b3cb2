"""Files in bands: pixel for pixel the plain one, whatever is kept; and its proof reads the file, not the memory."""

import io
import struct
import zlib
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.rendering.banded_jpeg import encode_jpeg, jpeg_parts, marker, read_jpeg_part
from app.rendering.banded_png import (
    LAST_BLOCK,
    ZLIB_HEAD,
    combined,
    compressed,
    continued,
    encode_png,
    png_parts,
    read_png_part,
    read_rows,
)
from app.rendering.bands import Part
from app.rendering.cache import StaticCache
from app.rendering.display import DisplayList
from app.rendering.encode import SIGNATURE, chunk, chunks, encode
from app.rendering.paint_png import Painting, paint
from app.rendering.proof_bands import prove_bands
from tests.posters import brand
from tests.render.cases import cases, display_of


def decoded(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        image.load()
        assert image.mode == "RGB"
        return np.asarray(image)


def of_bands(*images: Image.Image) -> bytes:
    """A file of these pictures, one below the other, each a band."""
    bands = [compressed(image) for image in images]
    adler = zlib.adler32(b"")
    for image, band in zip(images, bands, strict=True):
        adler = combined(adler, band.adler, image.height * (1 + 3 * image.width))
    size = struct.pack(">IIBBBBB", images[0].width, sum(image.height for image in images), 8, 2, 0, 0, 0)
    tail = chunk(b"IDAT", LAST_BLOCK + struct.pack(">I", adler))
    data = [chunk(b"IDAT", ZLIB_HEAD), *(band.data for band in bands), tail]
    return b"".join([SIGNATURE, chunk(b"IHDR", size), *data, chunk(b"IEND", b"")])


@pytest.fixture(scope="module", params=cases(), ids=str)
def painted(request: pytest.FixtureRequest) -> tuple[DisplayList, Image.Image]:
    """A poster, and how it looks."""
    display = display_of(request.param)
    return display, paint(display, brand().kit.fonts)


def test_bands_show_the_same_pixels_with_kept_rows_and_without(painted: tuple[DisplayList, Image.Image]) -> None:
    (display, image), fonts, cache = painted, brand().kit.fonts, StaticCache()
    cold = encode_png(Painting(display, fonts, cache), cache)
    assert encode_png(Painting(display, fonts, cache), cache) == cold == encode_png(Painting(display, fonts), None)
    shown = decoded(cold)
    assert np.array_equal(shown, np.asarray(image))
    assert np.array_equal(shown, decoded(encode(image, "png", display.dpi)))
    bands = Painting(display, fonts).bands
    for is_known in (False, True):
        parts = png_parts(cold, display, bands, cache)
        assert parts is not None
        assert all((part.read is not None) == (is_known and part.rows.key is not None) for part in parts)
        read = [part.read.gray if part.read else png_gray(part, display.width_px) for part in parts]
        assert np.array_equal(np.concatenate(read), np.asarray(image.convert("L")))
        prove_bands(cold, "png", display, bands, cache)


def png_gray(part: Part, width: int) -> np.ndarray:
    read = read_png_part(part, width)
    assert read is not None
    return read[0]


def test_bands_cover_the_poster_and_the_kept_ones_are_untouched_by_other_advisors() -> None:
    display, fonts = display_of(cases()[0]), brand().kit.fonts
    bands = Painting(display, fonts).bands
    assert (bands[0].top, bands[-1].bottom) == (0, display.height_px)
    assert all(above.bottom == below.top for above, below in pairwise(bands))
    assert {one.key is None for one in bands} == {True, False}
    bare = replace(display, items=tuple(item for item in display.items if not item.dynamic))
    shown, ground = (np.asarray(paint(one, fonts)) for one in (display, bare))
    static = [one for one in bands if one.key in {other.key for other in Painting(bare, fonts).bands}]
    assert all(np.array_equal(shown[one.top : one.bottom], ground[one.top : one.bottom]) for one in static)


@st.composite
def pictures(draw: st.DrawFn, width: int) -> Image.Image:
    height = draw(st.integers(1, 40))
    seed, kind = draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from(["flat", "noise", "steps", "few"]))
    random = np.random.default_rng(seed)
    if kind == "flat":
        pixels = np.full((height, width, 3), random.integers(0, 256, 3), np.uint8)
    elif kind == "noise":
        pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    elif kind == "few":
        pixels = random.choice(random.integers(0, 256, 4, dtype=np.uint8), (height, width, 3))
    else:
        pixels = (np.arange(height * width * 3).reshape(height, width, 3) * random.integers(1, 5) // 7).astype(np.uint8)
    return Image.fromarray(pixels)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), width=st.integers(1, 90))
def test_any_pictures_below_each_other_are_one_picture(data: st.DataObject, width: int) -> None:
    images = data.draw(st.lists(pictures(width), min_size=1, max_size=4))
    png = of_bands(*images)
    together = np.concatenate([np.asarray(image) for image in images])
    assert np.array_equal(decoded(png), together)
    assert zlib.decompress(b"".join(body for kind, body in chunks(png) if kind == b"IDAT")) is not None


@settings(max_examples=200, deadline=None)
@given(first=st.binary(max_size=3000), second=st.binary(max_size=3000))
def test_check_sums_combine(first: bytes, second: bytes) -> None:
    assert combined(zlib.adler32(first), zlib.adler32(second), len(second)) == zlib.adler32(first + second)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(min_size=1, max_size=4000), level=st.integers(0, 9))
def test_a_stream_goes_on_or_says_that_it_cannot(data: bytes, level: int) -> None:
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    deflate = packer.compress(data) + packer.flush()
    opened = continued(deflate)
    if opened is not None:
        reader = zlib.decompressobj(-15)
        assert reader.decompress(b"".join([*opened, *opened, LAST_BLOCK])) == data + data
        assert reader.eof


def test_what_is_not_written_in_bands_is_left_to_the_library() -> None:
    image = Image.effect_noise((64, 64), 40).convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG")
    display = replace(display_of(cases()[0]), width_px=64, height_px=64, items=())
    assert png_parts(file.getvalue(), display, Painting(display, brand().kit.fonts).bands, None) is None
    assert read_rows(b"", 64) is read_rows(b"not deflate", 64) is read_rows(zlib.compress(b"x")[2:-4], 64) is None


# --- JPEG ------------------------------------------------------------------------------------------------------------


def test_a_jpeg_in_bands_shows_the_same_pixels_with_kept_rows_and_without(
    painted: tuple[DisplayList, Image.Image],
) -> None:
    (display, image), fonts, cache = painted, brand().kit.fonts, StaticCache()
    cold = encode_jpeg(Painting(display, fonts, cache), cache)
    assert encode_jpeg(Painting(display, fonts, cache), cache) == cold == encode_jpeg(Painting(display, fonts), None)
    plain = encode(image, "jpeg", display.dpi)
    with Image.open(io.BytesIO(cold)) as banded, Image.open(io.BytesIO(plain)) as whole:
        assert (banded.size, banded.info.get("dpi")) == (whole.size, whole.info.get("dpi"))
        assert banded.info["icc_profile"] == whole.info["icc_profile"]
        assert np.array_equal(np.asarray(banded), np.asarray(whole))
    with Image.open(io.BytesIO(cold)) as again:
        again.draft("L", again.size)
        gray = np.asarray(again.convert("L"))
    assert np.array_equal(read_again(cold, display, cache), gray)
    prove_bands(cold, "jpeg", display, Painting(display, fonts).bands, cache)
    assert np.array_equal(read_again(cold, display, cache), gray)


def read_again(jpeg: bytes, display: DisplayList, cache: StaticCache) -> np.ndarray:
    """The grey picture of the file, kept bands as they were read before."""
    parts = jpeg_parts(jpeg, display, Painting(display, brand().kit.fonts).bands, cache)
    assert parts is not None
    return np.concatenate(
        [part.read.gray if part.read else read_jpeg_part(part, display.width_px)[0] for part in parts]
    )


def test_another_jpeg_is_left_to_the_library() -> None:
    display, fonts = display_of(cases()[0]), brand().kit.fonts
    painting = Painting(display, fonts)
    plain, banded = encode(painting.rows(0, display.height_px), "jpeg", display.dpi), encode_jpeg(painting, None)
    assert jpeg_parts(plain, display, painting.bands, None) is None
    assert jpeg_parts(banded, display, painting.bands, None) is not None
    for other in (banded + b"x", banded[:-1], banded.replace(marker(8), marker(9), 1)):
        assert jpeg_parts(other, display, painting.bands, None) is None
