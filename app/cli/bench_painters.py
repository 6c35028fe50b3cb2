"""The product's own painters of the render bench, each in a process of its own, so that one's memory is not another's.

What the others do is what counts as painting: from words and a link, through layout and pixels, to the encoded file.
That is ``shot``. What the product alone does beside is in ``whole``: the check before, the proof after.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal, Protocol

from app.flow.check_copy import check_poster
from app.flow.make_poster import compose, facts_of, make_poster
from app.flow.orders import Order, Studio
from app.flow.print_poster import leaf_of
from app.rendering.banded_jpeg import encode_jpeg
from app.rendering.banded_png import encode_png
from app.rendering.bands import MOST_OWN_ROWS, Rows
from app.rendering.display import DisplayList
from app.rendering.encode import encode
from app.rendering.layout import lay_out
from app.rendering.paint_pdf import paint_document
from app.rendering.paint_png import Painting, paint
from app.rendering.paint_svg import paint_svg
from app.rendering.pdf_edition import PLAIN, About
from app.rendering.proof_bands import prove_bands
from app.rendering.values import Values

RasterFormat = Literal["png", "jpeg"]
Kind = Literal["imprimatur", "imprimatur_fpng", "pillow_uncached", "floor"]
Request = tuple[str, RasterFormat, str, str]  # what to do, in which format, with whose name and which link
ANSWER_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Shot:
    """One poster by one painter. *Unit*: milliseconds; mebibytes resident after it. `stages` are parts of the time."""

    ms: float
    rss_mib: float
    bytes: int
    stages: Mapping[str, float] = field(default_factory=dict)


class Painter(Protocol):
    """A warm painter; `name` and `link` differ from poster to poster, as they do in a batch."""

    def shoot(self, format_: RasterFormat, name: str, link: str) -> Shot: ...

    def close(self) -> None: ...


def order_for(studio: Studio, template: str, format_: RasterFormat, name: str, link: str) -> Order:
    """The bench poster: the template's example, another advisor's name and link."""
    profile = replace(studio.sample_profile, name=name)
    today = datetime.now(UTC).date()
    return Order(studio.templates[template], Values(profile=profile), link, format_, today)


class OwnPainter:
    """`imprimatur` keeps the bands that posters share; `imprimatur_fpng` keeps the painted ground, encodes all rows;
    `pillow_uncached` paints every layer anew; `floor` only encodes pixels that lie ready.

    Forked from a process that has opened the studio and painted nothing.
    """

    def __init__(self, kind: Kind, studio: Studio, template: str) -> None:
        context = multiprocessing.get_context("fork")
        self._connection, theirs = context.Pipe()
        given = (self._connection, theirs, kind, studio, template)
        self._process = context.Process(target=_serve, args=given, daemon=True)
        self._process.start()
        theirs.close()

    def shoot(self, format_: RasterFormat, name: str, link: str) -> Shot:
        """What the other painters do, too."""
        return self.do("shot", format_, name, link)

    def do(self, work: str, format_: RasterFormat, name: str, link: str) -> Shot:
        """One of `shot`, `whole`, `stages_of`, `printed` and `canvas`."""
        self._connection.send((work, format_, name, link))
        if not self._connection.poll(ANSWER_SECONDS):
            raise TimeoutError(f"no poster within {ANSWER_SECONDS} s")
        answer: Shot = self._connection.recv()
        return answer

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.join(10)


# --- in the painter's process ----------------------------------------------------------------------------------------


def _serve(parents: Connection, connection: Connection, kind: Kind, studio: Studio, template: str) -> None:
    parents.close()
    bench = _Bench(kind, studio)
    while True:
        try:
            work, format_, name, link = connection.recv()
        except EOFError:
            return
        order = order_for(bench.studio, template, format_, name, link)
        bench.stages.clear()
        started = time.perf_counter()
        data = getattr(bench, work)(order)
        elapsed = (time.perf_counter() - started) * 1000
        connection.send(Shot(elapsed, _own_rss_mib(), len(data), dict(bench.stages)))


class _Bench:
    """What a painter can be asked to do with an order; each gives the file."""

    def __init__(self, kind: Kind, studio: Studio) -> None:
        self.studio = studio
        self.stages: dict[str, float] = {}
        self._kind = kind
        self._encoded: Callable[[RasterFormat], bytes] | None = None

    def shot(self, order: Order) -> bytes:
        fonts, cache = self.studio.kit.fonts, self.studio.cache
        if self._kind == "floor":
            self._encoded = self._encoded or partial(encode, paint(self._laid_out(order), fonts))
            return self._encoded(_raster(order))
        display = self._laid_out(order)
        if self._kind == "imprimatur":
            return self._banded(Painting(display, fonts, cache), order)
        if self._kind == "imprimatur_fpng":
            return self._banded(_AllOwn(display, fonts, cache), order)
        return encode(paint(display, fonts), _raster(order), display.dpi)

    def whole(self, order: Order) -> bytes:
        return make_poster(self.studio, order).data

    def stages_of(self, order: Order) -> bytes:
        studio, taken = self.studio, self.stages
        times = [time.perf_counter()]
        display = self._laid_out(order)
        times.append(time.perf_counter())
        check_poster(studio.rules, display, facts_of(order, display.language), order.as_of, studio.evidence)
        times.append(time.perf_counter())
        painting = Painting(display, studio.kit.fonts, studio.cache)
        data = self._banded(painting, order)
        times.append(time.perf_counter())
        prove_bands(data, _raster(order), display, painting.bands, studio.cache)
        times.append(time.perf_counter())
        for name, begun, ended in zip(("layout", "check", "paint_encode", "proof"), times, times[1:], strict=False):
            taken[name] = (ended - begun) * 1000
        return data

    def printed(self, order: Order) -> bytes:
        leaf = leaf_of(order, self._laid_out(order))
        return paint_document([leaf], self.studio.kit.fonts, PLAIN, About("bench", order.as_of)).data

    def canvas(self, order: Order) -> bytes:
        display, _ = compose(self.studio, order)
        return paint_svg(display, self.studio.kit.fonts).encode()

    def _laid_out(self, order: Order) -> DisplayList:
        chosen = order.template
        kit = self.studio.kit
        return lay_out(chosen.template, order.size, order.values, kit, chosen.pictures, order.link, order.language)

    def _banded(self, painting: Painting, order: Order) -> bytes:
        return (encode_jpeg if order.format == "jpeg" else encode_png)(painting, self.studio.cache)


class _AllOwn(Painting):
    """A poster none of whose rows are like another's: only its ground is kept."""

    @cached_property
    def bands(self) -> list[Rows]:
        """Bands as high as own ones are, none with a key."""
        height_px = self.display.height_px
        return [Rows(top, min(top + MOST_OWN_ROWS, height_px), None) for top in range(0, height_px, MOST_OWN_ROWS)]


def _raster(order: Order) -> RasterFormat:
    return "jpeg" if order.format == "jpeg" else "png"


def _own_rss_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
