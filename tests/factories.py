"""Plain makers of the things that tests need, with a small painter that really paints."""

import hashlib
import io
from typing import Any

from PIL import Image

from app.posters.core import Painted, RenditionOrder


def an_order(**changes: Any) -> RenditionOrder:
    """An order as an advisor called Lin would place it."""
    fields: dict[str, Any] = {
        "template": "daily-greeting",
        "template_version": "1.0.0",
        "size": "phone",
        "language": "zh",
        "format": "png",
        "values": {"slots": {"line": "早安，愿今天的山色澜光都好。"}, "profile": {"name": "林若溪"}},
        "link": "https://go.lanshan.example/r/Demo7Kx2",
    }
    return RenditionOrder(**fields | changes)


def paint_swatch(order: RenditionOrder) -> Painted:
    """A small picture whose colour follows from the order: the same order, the same bytes."""
    red, green, blue = hashlib.sha256(repr(order).encode()).digest()[:3]
    file = io.BytesIO()
    Image.new("RGB", (64, 64), (red, green, blue)).save(file, "PNG")
    return Painted(file.getvalue(), "image/png")
