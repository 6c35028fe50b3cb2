"""The painters of the render bench, each in a process of its own, so that one's memory and caches are not another's."""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, Protocol

from app.config import PROJECT, Settings
from app.flow.make_poster import Order, Studio, compose, make_poster
from app.rendering.encode import encode
from app.rendering.paint_png import paint
from app.rendering.values import Values

RasterFormat = Literal["png", "jpeg"]
CHROMIUM_PEER = PROJECT / "tests" / "bench" / "chromium_peer.py"
ANSWER_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Shot:
    """One poster by one painter. *Unit*: milliseconds; mebibytes resident after it."""

    ms: float
    rss_mib: float
    bytes: int


class Painter(Protocol):
    """A warm painter; `name` and `link` differ from poster to poster, as they do in a batch."""

    def shoot(self, format_: RasterFormat, name: str, link: str) -> Shot: ...

    def close(self) -> None: ...


def order_for(studio: Studio, template: str, format_: RasterFormat, name: str, link: str) -> Order:
    """The bench poster: the template's example, another advisor's name and link."""
    profile = replace(studio.sample_profile, name=name)
    today = datetime.now(UTC).date()
    return Order(studio.templates[template], Values(profile=profile), link, format_, today)


# --- our own, in a spawned process -----------------------------------------------------------------------------------

Kind = Literal["imprimatur", "pillow_uncached", "floor"]


class OwnPainter:
    """`imprimatur` works as in production (layout, check, cached ground, encoding, proof); `pillow_uncached` paints
    every layer anew and neither checks nor proves; `floor` only encodes pixels that lie ready.
    """

    def __init__(
        self, kind: Kind, open_studio: Callable[[Settings, str | None], Studio], settings: Settings, template: str
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, kind, open_studio, settings, template), daemon=True
        )
        self._process.start()
        theirs.close()

    def shoot(self, format_: RasterFormat, name: str, link: str) -> Shot:
        self._connection.send((format_, name, link))
        if not self._connection.poll(ANSWER_SECONDS):
            raise TimeoutError(f"no poster within {ANSWER_SECONDS} s")
        return Shot(*self._connection.recv())

    def close(self) -> None:
        self._connection.close()
        self._process.join(10)


def _serve(
    connection: Connection,
    kind: Kind,
    open_studio: Callable[[Settings, str | None], Studio],
    settings: Settings,
    template: str,
) -> None:
    studio = open_studio(settings, template)
    ready = None
    while True:
        try:
            format_, name, link = connection.recv()
        except EOFError:
            return
        order = order_for(studio, template, format_, name, link)
        if kind == "floor" and ready is None:
            ready = paint(compose(studio, order)[0], studio.kit.fonts, studio.cache)
        started = time.perf_counter()
        if kind == "imprimatur":
            data = make_poster(studio, order).data
        elif ready is not None:
            data = encode(ready, format_)
        else:
            data = encode(paint(compose(studio, order)[0], studio.kit.fonts), format_)
        elapsed = (time.perf_counter() - started) * 1000
        connection.send((elapsed, _own_rss_mib(), len(data)))


def _own_rss_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


# --- Chromium --------------------------------------------------------------------------------------------------------


class ChromiumPainter:
    """A warm page with the same poster as HTML: new texts are set, then a screenshot is taken."""

    def __init__(self, page: Path, size: tuple[int, int], speed: bool) -> None:
        self._speed = speed
        self._process = subprocess.Popen(
            [sys.executable, str(CHROMIUM_PEER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._ask({"op": "load", "url": page.as_uri(), "width": size[0], "height": size[1]})

    def shoot(self, format_: RasterFormat, name: str, link: str) -> Shot:
        texts = {"name": name}
        answer = self._ask({"op": "shot", "format": format_, "speed": self._speed, "texts": texts})
        return Shot(answer["ms"], answer["rss_mib"], answer["bytes"])

    def close(self) -> None:
        self._process.communicate(timeout=20)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the peer was started with pipes")
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer
