"""What a sandbox's child does with a picture that somebody brings: it opens it, and looks for codes in it.

Each function takes arguments and the bytes of the file, and gives values for JSON and bytes.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image, MpoImagePlugin, TiffImagePlugin

from app.kernel.errors import Invalid
from app.rendering.encode import srgb_profile
from app.rendering.foreign_codes import read_without_code
from app.rendering.pictures import FORMATS, Picture, read_picture, reencoded
from app.rendering.rebuilt import rebuilt

Answer = tuple[dict[str, Any], bytes]
NEEDED = (MpoImagePlugin, TiffImagePlugin)  # Pillow would load them for some JPEGs, when no file can be opened any more


def _look(arguments: Mapping[str, Any], data: bytes) -> Answer:
    """Only looks: the file stays what it is."""
    return _told(read_without_code(data, arguments["path"])), b""


def _keep(arguments: Mapping[str, Any], data: bytes) -> Answer:
    """A photo, made anew from its pixels."""
    made = reencoded(read_without_code(data, arguments["path"]))
    return _told(made), made.data


def _rebuild(arguments: Mapping[str, Any], data: bytes) -> Answer:
    """A template's picture, made anew and as good as it was."""
    made = rebuilt(read_without_code(data, arguments["path"]), arguments["path"])
    return _told(made), made.data


def _told(picture: Picture) -> dict[str, Any]:
    return {"width_px": picture.width_px, "height_px": picture.height_px}


WORKS: Mapping[str, Callable[[Mapping[str, Any], bytes], Answer]] = {
    "look": _look,
    "keep": _keep,
    "rebuild": _rebuild,
}


def prepare() -> None:
    """Go every way once, so that nothing is left to be loaded."""
    noise = np.random.default_rng(0).integers(0, 256, (48, 48, 4), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in FORMATS:
        for mode in ("RGB", "RGBA", "L", "P", "CMYK"):
            file = io.BytesIO()
            try:
                Image.fromarray(noise).convert(mode).save(file, kind, icc_profile=srgb_profile(), exif=exif)
            except OSError:
                continue  # not every format has every mode
            for work in (_look, _keep, _rebuild):
                work({"path": "picture"}, file.getvalue())
    for nothing in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a"):
        try:
            read_picture(nothing)
        except Invalid:
            continue
