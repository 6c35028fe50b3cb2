"""A worker process for the fault tests: the real loop with a small painter, and places at which it can be held.

Its log gets a line per event; at the point where it is to be held (``painting`` or ``stored``) it writes ``held`` and
sleeps until it is killed or continued.
"""

import os
import time
from pathlib import Path

from app.config import Settings
from app.db import open_engine
from app.flow.deps import Deps
from app.posters.core import Painted, RenditionOrder
from app.storage.store import Store, open_store
from app.worker import work
from tests.factories import paint_swatch

HOLD_SECONDS = 60


class Told:
    """Says what happens, and stops where it was told to."""

    def __init__(self, log: Path, point: str | None) -> None:
        self.log = log
        self.point = point

    def __call__(self, event: str) -> None:
        with self.log.open("a") as file:
            file.write(f"{event} {os.getpid()}\n")
        if event == self.point:
            self.point = None
            self("held")
            self.sleep()

    def sleep(self) -> None:
        """Wait to be killed; being stopped and continued ends the wait as well."""
        began = last = time.monotonic()
        while time.monotonic() - began < HOLD_SECONDS:
            time.sleep(0.02)
            if time.monotonic() - last > 1:
                return
            last = time.monotonic()


class ToldStore:
    """The real store, with the place between the object and the row made visible."""

    def __init__(self, store: Store, told: Told) -> None:
        self._store = store
        self._told = told

    def put(self, data: bytes) -> str:
        """As the store's."""
        digest = self._store.put(data)
        self._told("stored")
        return digest


def run(environment: dict[str, str], log: Path, point: str | None) -> None:
    """Work until told to stop."""
    told = Told(log, point)
    settings = Settings.from_env(environment)

    def paint(order: RenditionOrder) -> Painted:
        told("painting")
        return paint_swatch(order)

    store: Store = ToldStore(open_store(settings), told)  # type: ignore[assignment]
    deps = Deps(settings, open_engine(settings), store, paint)
    told("ready")
    work(deps)
