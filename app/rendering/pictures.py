"""Pictures as values: encoded bytes that were looked at once, refused when hostile, and named by their digest."""

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps

from app.kernel.errors import Invalid, Problem
from app.rendering.file_kinds import PICTURES, kind_of

MAX_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
# What Pillow raises for files that are not what they should be.
BROKEN = (OSError, SyntaxError, ValueError, IndexError, KeyError, EOFError, OverflowError, struct.error, zlib.error)
_ORIENTATION = 0x0112
_MAX_KNOWN = 10_000
_known_sizes: dict[str, tuple[int, int]] = {}  # of pictures that were found whole, by digest


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture (PNG, JPEG or WebP). `width_px` and `height_px` are what is seen, after EXIF orientation.

    `is_made` says that layout made it, so that it can be had nowhere else.
    """

    digest: str
    width_px: int
    height_px: int
    data: bytes = field(repr=False, compare=False)
    is_made: bool = field(default=False, repr=False, compare=False)


def read_picture(data: bytes, path: str = "picture") -> Picture:
    """The picture in `data`, decoded once to see that it is whole; one that this process has seen is not again.

    *Raises* Invalid ``too_many_pixels`` from the header alone, above 40 million; ``bad_picture`` when it is broken or
    not a PNG, JPEG or WebP: then no decoder is given it.
    """
    digest = hashlib.sha256(data).hexdigest()
    size = _known_sizes.get(digest)
    if size is None:
        size = _size_of_whole(data, path)
        if len(_known_sizes) >= _MAX_KNOWN:
            _known_sizes.clear()
        _known_sizes[digest] = size
    return Picture(digest, *size, data)


def _size_of_whole(data: bytes, path: str) -> tuple[int, int]:
    refuse_other_kinds(data, path)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width_px, height_px = image.size
            if width_px * height_px > MAX_PIXELS:
                raise _too_many(path, f"{width_px}×{height_px} pixels")
            if image.format == "JPEG":
                image.draft(image.mode, (1, 1))  # all of the file is read, an eighth of its pixels made
            image.load()
            is_turned = image.getexif().get(_ORIENTATION, 1) >= 5
            return (height_px, width_px) if is_turned else (width_px, height_px)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many(path, "far too large") from error
    except BROKEN as error:
        problem = Problem(path, "bad_picture", f"not a whole PNG, JPEG or WebP picture ({type(error).__name__})")
        raise Invalid.of([problem]) from error


def refuse_other_kinds(data: bytes, path: str) -> None:
    """Let pass what begins as a PNG, JPEG or WebP does; nothing is decoded. *Raises* Invalid ``bad_picture``."""
    kind = kind_of(data)
    if kind not in PICTURES:
        what = f"this is a file of the kind {kind}" if kind else "this is a file of no known kind"
        raise Invalid.of([Problem(path, "bad_picture", f"{what}, not a PNG, JPEG or WebP picture")])


def _too_many(path: str, what: str) -> Invalid:
    return Invalid.of([Problem(path, "too_many_pixels", f"{what}; at most 40 million pixels are accepted")])


def pixels(
    picture: Picture, crop: tuple[float, float, float, float] | None = None, size: tuple[int, int] | None = None
) -> Image.Image:
    """The part `crop` (left, top, width, height in the picture's own pixels) at `size`, as RGB or RGBA in sRGB.

    *Raises* Invalid ``bad_picture``.
    """
    left, top, width, height = crop or (0.0, 0.0, float(picture.width_px), float(picture.height_px))
    wanted = size or (max(1, round(width)), max(1, round(height)))
    try:
        opened = Image.open(io.BytesIO(picture.data), formats=FORMATS)
        _draft(opened, max(wanted[0] / width, wanted[1] / height))
        profile = opened.info.get("icc_profile")
        image = _eight_bit(ImageOps.exif_transpose(opened))
    except BROKEN as error:
        raise Invalid.of([Problem("picture", "bad_picture", f"cannot be decoded ({error})")]) from error
    across, down = image.width / picture.width_px, image.height / picture.height_px
    box = (
        max(0.0, left * across),
        max(0.0, top * down),
        min(float(image.width), (left + width) * across),
        min(float(image.height), (top + height) * down),
    )
    if image.size != wanted or box != (0.0, 0.0, image.width, image.height):
        image = image.resize(wanted, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    image = _to_srgb(image, profile)
    image.info = {}  # Pillow writes a comment on into the next file
    return image


def reencoded(picture: Picture, max_edge_px: int = 4096) -> Picture:
    """The same picture made anew from its pixels: upright, in sRGB, no wider or higher than `max_edge_px`.

    Nothing but pixels is kept: no EXIF, no embedded thumbnail, nothing that was hidden behind the picture.
    *Raises* Invalid ``bad_picture``.
    """
    scale = min(1.0, max_edge_px / max(picture.width_px, picture.height_px))
    size = (max(1, round(picture.width_px * scale)), max(1, round(picture.height_px * scale)))
    image = pixels(picture, size=size)
    buffer = io.BytesIO()
    if image.mode == "RGBA":
        image.save(buffer, "PNG", compress_level=6)
    else:
        image.save(buffer, "JPEG", quality=92, subsampling=0)
    data = buffer.getvalue()
    return Picture(hashlib.sha256(data).hexdigest(), *size, data)


def views(data: bytes, max_edge_px: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """The picture in `data` as RGB pixels, no wider or higher than `max_edge_px`, as an eye may see it.

    One with transparent parts is seen on white and on black: what is white on nothing shows on a dark poster.
    *Raises* as `read_picture`.
    """
    picture = read_picture(data)
    scale = min(1.0, max_edge_px / max(picture.width_px, picture.height_px))
    size = (max(1, round(picture.width_px * scale)), max(1, round(picture.height_px * scale)))
    image = pixels(picture, size=size)
    if image.mode == "RGB":
        return [np.asarray(image)]
    grounds = (Image.new("RGBA", image.size, ground) for ground in ("white", "black"))
    return [np.asarray(Image.alpha_composite(ground, image).convert("RGB")) for ground in grounds]


def _draft(image: ImageFile.ImageFile, scale: float) -> None:
    """Let a JPEG be decoded at the smallest of its own scales that is still large enough."""
    if image.format == "JPEG" and scale < 1:
        image.draft(None, (ceil(image.width * scale), ceil(image.height * scale)))


def _eight_bit(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        sixteen = np.asarray(image).astype(np.uint32)
        return Image.fromarray((sixteen >> 8).clip(0, 255).astype(np.uint8), "L")
    if image.mode in ("P", "PA", "LA", "1", "La"):
        see_through = image.mode in ("PA", "LA", "La") or "transparency" in image.info
        return image.convert("RGBA" if see_through else "RGB")
    if image.mode == "RGB" and "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        transform = _transform(profile, image.mode, target)
        if transform is not None:
            return ImageCms.applyTransform(image, transform) or image
        if target == "RGBA" and (gray := _transform(profile, "L", "RGB")) is not None:
            return _gray_to_srgb(image, gray)
    return image if image.mode == target else image.convert(target)


def _gray_to_srgb(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    """A see-through picture of greys (RGBA), whose profile knows but one channel."""
    converted = ImageCms.applyTransform(image.getchannel("R"), transform)
    if converted is None:
        return image
    converted.putalpha(image.getchannel("A"))
    return converted


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str, target: str) -> ImageCms.ImageCmsTransform | None:
    """From an embedded profile to sRGB; None when the profile is broken, does not fit the mode, or is sRGB already."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in (ImageCms.getProfileDescription(source) or ""):
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, target)
    except (ImageCms.PyCMSError, OSError):
        return None
