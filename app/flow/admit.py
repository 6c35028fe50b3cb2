"""Admit: files that people bring are opened in a sandbox, and only what comes out of it goes on.

A file whose opening kills the child, or takes more than a file may take, is refused like one that is broken.
"""

from functools import lru_cache

import structlog

from app.jobs.sandbox import Killed, Sandbox
from app.kernel.digest import sha256_hex
from app.kernel.errors import Invalid, Problem
from app.rendering.file_kinds import PICTURES, is_font, kind_of
from app.rendering.pictures import Picture, refuse_other_kinds

OPENER, FONT_OPENER = "app.rendering.opened", "app.rendering.opened_fonts"

_log = structlog.get_logger(__name__)


@lru_cache(maxsize=1)
def sandbox() -> Sandbox:
    """The sandbox of this process for pictures."""
    return Sandbox(OPENER)


def look(data: bytes, path: str) -> Picture:
    """The picture as it is brought, which was opened whole and has no code.

    *Raises* Invalid: ``bad_picture`` for another kind of file and for one that is broken or cannot be opened within
    the limits, ``too_many_pixels``, ``foreign_qr``; Unavailable ``sandbox_busy``.
    """
    told, _ = _do("look", data, path)
    return Picture(sha256_hex(data), *told, data)


def photo(data: bytes, path: str = "picture") -> Picture:
    """A photo, made anew from its pixels, as posters show it. *Raises* as `look`."""
    return _made("keep", data, path)


def template_picture(data: bytes, path: str) -> Picture:
    """A template's picture, made anew from its pixels and as good as it was. *Raises* as `look`; ``too_large``."""
    return _made("rebuild", data, path)


def font(data: bytes, path: str) -> None:
    """Let a font pass that draws what it says. *Raises* Invalid ``bad_font`` or ``font_spoof``; Unavailable."""
    checking = Sandbox(FONT_OPENER, size=1)  # fonts are seldom new: nobody waits for the next one
    try:
        _asked(checking, "font", data, path, "bad_font")
    finally:
        checking.close()


def stray_font(name: str, data: bytes) -> Problem | None:
    """What is to be said of a font among a template's files; None where it is none. Nobody opens it."""
    if not is_font(data):
        return None
    return Problem(name, "font_spoof", "a font that nobody approved: fonts come with the brand kit, by their hash")


def _made(work: str, data: bytes, path: str) -> Picture:
    told, made = _do(work, data, path)
    kept = made or data
    return Picture(sha256_hex(kept), *told, kept)


def _do(work: str, data: bytes, path: str) -> tuple[tuple[int, int], bytes]:
    refuse_other_kinds(data, path)
    answer, made = _asked(sandbox(), work, data, path, "bad_picture")
    if made and kind_of(made) not in PICTURES:
        raise _killed(path, "bad_picture", "crash")
    return (int(answer["width_px"]), int(answer["height_px"])), made


def _asked(opener: Sandbox, work: str, data: bytes, path: str, code: str) -> tuple[dict[str, int], bytes]:
    try:
        return opener.do(work, {"path": path}, data)
    except Killed as error:
        raise _killed(path, code, str(error)) from error


def _killed(path: str, code: str, why: str) -> Invalid:
    _log.warning("file_not_opened", code=code, why=why)
    message = "opening it takes too long" if why == "overtime" else "it cannot be opened"
    return Invalid.of([Problem(path, code, message)])
