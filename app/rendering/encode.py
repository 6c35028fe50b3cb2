"""Pixels become a file: PNG, JPEG or WebP in sRGB, with the paper's resolution where there is one, and nothing else."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Literal

import fpng
from PIL import Image, ImageCms

from app.kernel.errors import Invalid, Problem

Bytes = bytes | bytearray | memoryview
RasterFormat = Literal["png", "jpeg", "webp"]

MEDIA_TYPES: dict[RasterFormat, str] = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
JPEG_QUALITY = 90
WEBP_QUALITY = 90
WEBP_EFFORT = 2
WEBP_LIMIT_PX = 16_383
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode(image: Image.Image, format: RasterFormat, dpi: float | None = None) -> bytes:
    """The file of an RGB image; the same pixels give the same bytes.

    *Unit*: `dpi` is pixels per inch of a print size; JPEG and PNG carry it. *Raises* Invalid ``too_large`` for a WebP
    of more than 16,383 px.
    """
    if format == "png":
        return _png(image, dpi)
    if format == "jpeg":
        return write_jpeg(image, dpi)
    file = io.BytesIO()
    if max(image.size) > WEBP_LIMIT_PX:
        raise Invalid.of([Problem("format", "too_large", f"a WebP has at most {WEBP_LIMIT_PX:,} px a side")])
    image.save(file, "WEBP", quality=WEBP_QUALITY, method=WEBP_EFFORT, icc_profile=_SRGB, exif=b"", xmp=b"")
    return file.getvalue()


def write_jpeg(image: Image.Image, dpi: float | None, restarts: bool = False) -> bytes:
    """The JPEG of an RGB image; with `restarts`, every row of blocks can be read without the one before."""
    file = io.BytesIO()
    density = (round(dpi), round(dpi)) if dpi else (72, 72)
    image.save(
        file,
        "JPEG",
        quality=JPEG_QUALITY,
        subsampling="4:4:4",
        icc_profile=_SRGB,
        dpi=density,
        restart_marker_rows=1 if restarts else 0,
    )
    return file.getvalue()


def _png(image: Image.Image, dpi: float | None) -> bytes:
    """fpng's file, its private chunk replaced by the colour space and the resolution."""
    made = memoryview(fpng.from_bytes(image.tobytes(), image.width, image.height, 3))
    at, kept = len(SIGNATURE), []
    while at < len(made):
        length, kind = struct.unpack_from(">I4s", made, at)
        if kind in (b"IDAT", b"IEND"):
            kept.append(made[at : at + 12 + length])
        at += 12 + length
    return b"".join([*head(image.size, dpi), *kept])


def head(size: tuple[int, int], dpi: float | None) -> list[bytes]:
    """What a PNG of 8-bit RGB begins with. *Unit*: `size` in pixels, `dpi` in pixels per inch."""
    begun = [SIGNATURE, chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))]
    begun.append(chunk(b"sRGB", b"\x00"))  # rendering intent: perceptual
    if dpi:
        per_metre = round(dpi / 0.0254)
        begun.append(chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)))
    return begun


def chunks(png: Bytes) -> Iterator[tuple[Bytes, Bytes]]:
    """Kind and body of each chunk."""
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def chunk(kind: bytes, *body: Bytes) -> bytes:
    """A chunk, its body in pieces, with its check sum."""
    checked = zlib.crc32(kind)
    for piece in body:
        checked = zlib.crc32(piece, checked)
    return b"".join([struct.pack(">I", sum(map(len, body))), kind, *body, struct.pack(">I", checked)])


def jpeg_pixels(image: Image.Image) -> bytes:
    """A JPEG of an RGB image with nothing around its pixels, to be put inside another file."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=JPEG_QUALITY, subsampling="4:4:4")
    return file.getvalue()


def srgb_profile() -> bytes:
    """The colour profile of sRGB."""
    return _SRGB


def _profile() -> bytes:
    """An sRGB profile with its date of making fixed: the library writes the day on which it runs."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    data[84:100] = bytes(16)  # the profile's identifier, a hash that is optional
    return bytes(data)


_SRGB = _profile()
