"""`imprimatur bench print`: one document of many pages against as many documents, in turn, in time and in bytes."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from app.config import Settings
from app.flow.make_poster import Order, Studio, compose
from app.flow.print_poster import leaf_of
from app.rendering.paint_pdf import paint_document
from app.rendering.pdf_edition import About, Finish, Leaf, Standard
from app.rendering.values import Values

NAMES = ("林若溪", "欧阳嬅", "陈㛃", "Zoë Müller", "买买提·阿卜杜热合曼", "司马相如", "李𠮷", "王伟")
STANDARDS: tuple[Standard, ...] = ("plain", "x-4", "a-3u")


@dataclass(slots=True)
class Pair:
    """The same posters together and one by one: seconds of each run, and bytes."""

    together_s: list[float] = field(default_factory=list)
    alone_s: list[float] = field(default_factory=list)
    together_bytes: int = 0
    alone_bytes: int = 0

    def as_json(self) -> dict[str, float]:
        """Medians, and the ratio of one document to many."""
        together, alone = statistics.median(self.together_s), statistics.median(self.alone_s)
        return {
            "together_ms": round(together * 1000, 1),
            "alone_ms": round(alone * 1000, 1),
            "time_ratio": round(together / alone, 3),
            "together_bytes": self.together_bytes,
            "alone_bytes": self.alone_bytes,
            "bytes_ratio": round(self.together_bytes / self.alone_bytes, 3),
        }


@dataclass(slots=True)
class PrintBench:
    """A pair for each standard."""

    template: str
    pages: int
    pairs: dict[str, Pair]

    def as_json(self) -> dict[str, Any]:
        """Machine-readable."""
        standards = {name: pair.as_json() for name, pair in self.pairs.items()}
        return {"template": self.template, "pages": self.pages, "standards": standards}

    def as_text(self) -> str:
        """A line a standard."""
        lines = [f"{self.template}, {self.pages} pages: one document, and as many documents"]
        for name, pair in self.pairs.items():
            one = pair.as_json()
            lines.append(
                f"{name:6} {one['together_ms']:8.1f} ms to {one['alone_ms']:8.1f} ms ×{one['time_ratio']:.2f}   "
                f"{one['together_bytes']:,} to {one['alone_bytes']:,} bytes ×{one['bytes_ratio']:.2f}"
            )
        return "\n".join(lines)


def bench_print(
    open_studio: Callable[[Settings, str | None], Studio], settings: Settings, template: str, pages: int, runs: int
) -> PrintBench:
    """Paint posters of `pages` people together and one by one, `runs` times in turn after one warm-up."""
    studio = open_studio(settings, template)
    day = datetime.now(UTC).date()
    leaves = [_leaf(studio, template, number, day) for number in range(pages)]
    pairs: dict[str, Pair] = {standard: Pair() for standard in STANDARDS}
    for run in range(-1, runs):
        for standard in STANDARDS:
            pair = pairs[standard]
            _measure(studio, leaves, Finish(standard), day, pair)
            if run < 0:
                pair.together_s.clear()
                pair.alone_s.clear()
    return PrintBench(template, pages, pairs)


def many_pages(studio: Studio, template: str, pages: int) -> float:
    """How long one document of `pages` takes, as a part of as many documents, once, after a warm-up of both."""
    day = datetime.now(UTC).date()
    leaves = [_leaf(studio, template, number, day) for number in range(pages)]
    pair = Pair()
    for some in (leaves[:2], leaves):
        pair.together_s.clear()
        pair.alone_s.clear()
        _measure(studio, some, Finish("plain"), day, pair)
    return pair.together_s[0] / pair.alone_s[0]


def _measure(studio: Studio, leaves: list[Leaf], finish: Finish, day: date, pair: Pair) -> None:
    about, fonts = About("bench", day), studio.kit.fonts
    begun = time.perf_counter()
    pair.together_bytes = len(paint_document(leaves, fonts, finish, about).data)
    between = time.perf_counter()
    pair.alone_bytes = sum(len(paint_document([leaf], fonts, finish, about).data) for leaf in leaves)
    pair.alone_s.append(time.perf_counter() - between)
    pair.together_s.append(between - begun)


def _leaf(studio: Studio, template: str, number: int, day: date) -> Leaf:
    name = f"{NAMES[number % len(NAMES)]}{number // len(NAMES) or ''}"
    values = Values({}, replace(studio.sample_profile, name=name))
    link = f"https://go.lanshan.example/r/Print{number:05d}"
    order = Order(studio.templates[template], values, link, "pdf", day)
    display, _ = compose(studio, order)
    return leaf_of(order, display)
