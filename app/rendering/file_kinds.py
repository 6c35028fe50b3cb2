"""Tells by its first bytes what kind of file somebody brings. What is no PNG, JPEG or WebP is never given to a decoder.

*Source*: the signatures in the specifications of each format; of text formats, the first tag.
"""

import re
import zlib

_HEAD = 4096

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"8BPS", "PSD"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
    (b"%PDF-", "PDF"),
    (b"%!PS", "PostScript"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"\x00\x00\x01\x00", "icon"),
)
_FONTS = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"typ1", b"ttcf", b"wOFF", b"wOF2", b"%!PS-AdobeFont", b"%!FontType1")
_TAG = re.compile(r"<\s*(?:[\w.-]+:)?(svg|html|script|body|iframe)\b", re.IGNORECASE)
_NAMES = {"svg": "SVG"}
_WIDE = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_MARKUP = re.compile(r"\s*<[!?a-z]", re.IGNORECASE)

PICTURES = frozenset({"PNG", "JPEG", "WebP"})


def kind_of(data: bytes) -> str | None:
    """What the file is: ``PNG``, ``JPEG``, ``WebP``, or another kind that people mistake for a picture; else None."""
    head = data[:_HEAD]
    if head.startswith(b"\x1f\x8b"):
        return f"compressed {_markup(_inflated(head)) or 'file'}"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        return "HEIC, AVIF or film"
    if is_font(head):
        return "font"
    return next((name for signature, name in _SIGNATURES if head.startswith(signature)), None) or _markup(head)


def is_font(data: bytes) -> bool:
    """Whether the file begins as fonts do: TrueType, OpenType, a collection, WOFF, WOFF2, Type 1."""
    return data.startswith(_FONTS)


def _markup(head: bytes) -> str | None:
    """SVG, HTML or XML, in whichever encoding they are written."""
    encoding = next((name for mark, name in _WIDE if head.startswith(mark)), "utf-8")
    text = head.decode(encoding, "replace").lstrip("\ufeff")
    found = _TAG.search(text)
    if not _MARKUP.match(text):
        return None
    return _NAMES.get(found[1].lower(), "HTML") if found else "XML"


def _inflated(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _HEAD)
    except zlib.error:
        return b""
