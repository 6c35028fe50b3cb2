"""What a sandbox's child does with a font that somebody brings: it checks whether anybody may approve it."""

from collections.abc import Callable, Mapping
from typing import Any

from app.rendering.font_check import check_font, get_ready

Answer = tuple[dict[str, Any], bytes]


def _font(arguments: Mapping[str, Any], data: bytes) -> Answer:
    check_font(data, arguments["path"])
    return {}, b""


WORKS: Mapping[str, Callable[[Mapping[str, Any], bytes], Answer]] = {"font": _font}


def prepare() -> None:
    """Load what the first font would need."""
    get_ready()
