"""Template bundles to upload: a built-in one under another version, changed, or broken."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from PIL import Image, PngImagePlugin

from app.config import PROJECT

GREETING = "daily-greeting"
BUILT_IN = json.loads((PROJECT / "poster_templates" / GREETING / "template.json").read_bytes())["version"]


def template_files(slug: str = GREETING, **changes: Any) -> dict[str, bytes]:
    """The files of a built-in template with some top-level fields changed; its version is 1.1.0."""
    folder = PROJECT / "poster_templates" / slug
    found = {file.name: file.read_bytes() for file in folder.iterdir()}
    document = json.loads(found["template.json"]) | {"version": "1.1.0"} | changes
    return found | {"template.json": json.dumps(document, indent=2, ensure_ascii=False).encode()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as a ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


def bundle(slug: str = GREETING, **changes: Any) -> bytes:
    """As `template_files`, as a ZIP."""
    return zipped(template_files(slug, **changes))


def slots(slug: str = GREETING, **changes: Mapping[str, Any]) -> dict[str, Any]:
    """The slots of a built-in template, some of them changed."""
    found: dict[str, Any] = json.loads(template_files(slug)["template.json"])["slots"]
    return found | {name: found[name] | dict(change) for name, change in changes.items()}


SECRET = "31.2304N-121.4737E-photographer"


def telltale(data: bytes) -> bytes:
    """The picture as a JPEG that tells where it was taken, by whom, and what it showed before."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = SECRET
    exif[0x0112] = 1
    exif.get_ifd(0x8825)[0x001D] = SECRET
    buffer = io.BytesIO()
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>{SECRET}</a></x:xmpmeta>'.encode()
    image.save(buffer, "JPEG", quality=88, exif=exif, xmp=xmp, comment=SECRET.encode())
    return buffer.getvalue()


def telltale_png(data: bytes) -> bytes:
    """The same as a PNG."""
    image, info = Image.open(io.BytesIO(data)).convert("RGB"), PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET)
    info.add_itxt("XML:com.adobe.xmp", SECRET)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()
