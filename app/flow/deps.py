"""What the flows that touch the world are given: settings, database, store, and the way to paint."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from app.accounts.limiter import LocalLimiter
from app.config import Settings
from app.kernel.errors import Unavailable
from app.ocr.core import Line
from app.posters.core import Painted, RenditionOrder
from app.storage.store import Store

if TYPE_CHECKING:
    from app.flow.make_poster import Studio


def _no_studio() -> "Studio":
    raise Unavailable("no_studio", "this process has no studio to judge with")


def _no_reader(data: bytes) -> tuple[Line, ...]:
    raise Unavailable("no_reader", "this process reads no pictures")


@dataclass(frozen=True, slots=True)
class Deps:
    """Put together once per process, by whoever starts it. `paint` raises an AppError when it cannot.

    `studio` opens, at its first use, what posters are made with, and gives it with the rules in force. `read_picture`
    gives the lines of text in a picture, or raises an AppError.
    """

    settings: Settings
    engine: Engine
    store: Store
    paint: Callable[[RenditionOrder], Painted]
    limiter: LocalLimiter = field(default_factory=LocalLimiter)
    studio: "Callable[[], Studio]" = _no_studio
    read_picture: Callable[[bytes], tuple[Line, ...]] = _no_reader
