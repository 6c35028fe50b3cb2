"""What the flows that touch the world are given: settings, database, store, and the way to paint."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from app.accounts.limiter import LocalLimiter
from app.config import Settings
from app.posters.core import Painted, RenditionOrder
from app.storage.store import Store


@dataclass(frozen=True, slots=True)
class Deps:
    """Put together once per process, by whoever starts it. `paint` raises an AppError when it cannot."""

    settings: Settings
    engine: Engine
    store: Store
    paint: Callable[[RenditionOrder], Painted]
    limiter: LocalLimiter = field(default_factory=LocalLimiter)
