"""As app.rendering.opened_fonts; a font that says so kills its process."""

import os
import signal
from collections.abc import Mapping
from typing import Any

from app.rendering import opened_fonts
from app.rendering.opened_fonts import prepare


def _font(arguments: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    if data == b"crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    return opened_fonts.WORKS["font"](arguments, data)


WORKS = {"font": _font}
__all__ = ["WORKS", "prepare"]
