"""What paints: the renderer's own version and that of every library that decides a pixel."""

import freetype
import PIL
import uharfbuzz

RENDERER = 5  # raised whenever the same display list would give other pixels


def renderer_version() -> str:
    """Names the renderer in a snapshot: the same version gives the same bytes for the same input."""
    engine = ".".join(str(part) for part in freetype.version())
    return f"{RENDERER}/pillow-{PIL.__version__}/harfbuzz-{uharfbuzz.version_string()}/freetype-{engine}"
