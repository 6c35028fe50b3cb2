"""A template's picture made anew: its pixels as they are, and nothing else that its file held.

A PNG stays one, as does a WebP without loss. A JPEG or WebP that holds nothing but its pixels stays as it is, so that
what was made anew once is not made worse a second time.
"""

import io
from collections.abc import Iterator

from app.kernel.digest import sha256_hex
from app.kernel.errors import Invalid, Problem
from app.rendering.file_kinds import kind_of
from app.rendering.pictures import Picture, pixels

QUALITY = 95
_STANDALONE = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
_START_OF_SCAN, _END, _COMMENT, _JFIF, _ADOBE = 0xDA, 0xD9, 0xFE, 0xE0, 0xEE
_WEBP_PIXELS = frozenset({b"VP8 ", b"VP8L"})


def rebuilt(picture: Picture, path: str) -> Picture:
    """The picture with nothing but pixels, upright and in sRGB. *Raises* Invalid ``bad_picture``, ``too_large``."""
    kind = kind_of(picture.data)
    if (kind == "JPEG" and _is_bare_jpeg(picture.data)) or (kind == "WebP" and _is_bare_webp(picture.data)):
        return picture
    image = pixels(picture)
    file = io.BytesIO()
    if kind == "JPEG":
        image.convert("RGB").save(file, "JPEG", quality=QUALITY, subsampling=0)
    elif kind == "WebP":
        lossless = b"VP8L" in picture.data[:64]
        image.save(file, "WEBP", lossless=lossless, quality=100 if lossless else QUALITY, exif=b"", xmp=b"")
    else:
        image.save(file, "PNG", compress_level=6)
    data = file.getvalue()
    if len(data) > 2 * len(picture.data) + MOST_ADDED:
        raise Invalid.of([Problem(path, "too_large", "made anew, it is far larger than the file that was brought")])
    return Picture(sha256_hex(data), image.width, image.height, data)


MOST_ADDED = 24 * 1024 * 1024


def _is_bare_jpeg(data: bytes) -> bool:
    """Whether a JPEG has only the segments that its pixels need, and ends with them."""
    try:
        return all(_is_needed(marker, body) for marker, body in _segments(data))
    except (IndexError, ValueError):
        return False


def _is_needed(marker: int, body: bytes) -> bool:
    if marker == _JFIF:
        return body.startswith(b"JFIF\x00") and len(body) == 14  # with no thumbnail
    if marker == _ADOBE:
        return body.startswith(b"Adobe") and len(body) == 12
    return not (0xE0 <= marker <= 0xEF or marker == _COMMENT)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment's marker and body. *Raises* ValueError, IndexError when they do not end with the file.

    *Source*: ITU-T T.81, annex B.
    """
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        at += 2
        if marker == _END:
            if at != len(data):
                raise ValueError("there is more behind the end")
            return
        if marker in _STANDALONE:
            continue
        length = int.from_bytes(data[at : at + 2])
        if length < 2 or at + length > len(data):
            raise ValueError("a segment that reaches beyond the end")
        yield marker, data[at + 2 : at + length]
        at += length
        if marker == _START_OF_SCAN:
            at = _after_scan(data, at)


def _after_scan(data: bytes, at: int) -> int:
    """Where the next marker stands behind coded pixels: not a stuffed byte, not a restart."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        else:
            return at


def _is_bare_webp(data: bytes) -> bool:
    """Whether a WebP is one chunk of pixels, and ends with it. *Source*: RFC 9649, section 2.5."""
    length = int.from_bytes(data[16:20], "little")
    return (
        data[12:16] in _WEBP_PIXELS and len(data) == 20 + length + length % 2 == int.from_bytes(data[4:8], "little") + 8
    )
