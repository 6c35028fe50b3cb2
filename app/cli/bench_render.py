"""`imprimatur bench render`: the product and its peers paint the same poster in turn, in one run."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from app.cli.bench_goals import Goal
from app.cli.bench_page import write_list, write_page
from app.cli.bench_painters import Kind, OwnPainter, Painter, RasterFormat, Shot, order_for
from app.cli.bench_peers import Absent, LinePainter, chromium, satori
from app.cli.bench_print import NAMES, many_pages
from app.cli.bench_render_goals import Figures, goals
from app.flow.make_poster import compose
from app.flow.orders import Studio

FORMATS: tuple[RasterFormat, ...] = ("png", "jpeg")
STAGES = ("layout", "check", "paint_encode", "proof")

P = TypeVar("P", bound=Painter)


@dataclass(slots=True)
class Measured:
    """What one painter took, by format. *Unit*: milliseconds, mebibytes."""

    ms: dict[RasterFormat, list[float]] = field(default_factory=lambda: {"png": [], "jpeg": []})
    rss_mib: float = 0.0

    def take(self, format_: RasterFormat, shot: Shot) -> None:
        """Note a poster."""
        self.ms[format_].append(shot.ms)
        self.rss_mib = max(self.rss_mib, shot.rss_mib)

    def medians(self) -> dict[RasterFormat, float]:
        """The median of each format."""
        return {format_: statistics.median(taken) for format_, taken in self.ms.items()}

    def as_json(self) -> dict[str, float]:
        """Machine-readable."""
        named = {f"{format_}_ms": round(median, 2) for format_, median in self.medians().items()}
        return {**named, "rss_mib": round(self.rss_mib, 1)}


@dataclass(frozen=True, slots=True)
class RenderBench:
    """All painters' figures; `whole` is ours with check and proof, `absent` says why a peer could not be asked.

    *Shape*: `stages` is {format: {stage: milliseconds of each run}}.
    """

    template: str
    runs: int
    painters: dict[str, Measured]
    whole: Measured
    floor: Measured
    stages: dict[RasterFormat, dict[str, list[float]]]
    figures: Figures
    absent: dict[str, str]

    @property
    def goals(self) -> list[Goal]:
        """What was to be reached, and what was."""
        return list(goals(self.figures))

    def as_json(self) -> dict[str, Any]:
        """Machine-readable: medians in milliseconds, peak memory in MiB."""
        floor, found = self.floor.medians(), self.figures
        return {
            "template": self.template,
            "runs": self.runs,
            "painters": {name: one.as_json() for name, one in self.painters.items()},
            "whole": self.whole.as_json(),
            "floor": {"fpng_ms": round(floor["png"], 2), "jpeg_ms": round(floor["jpeg"], 2)},
            "stages": {
                format_: {f"{name}_ms": round(statistics.median(taken), 2) for name, taken in stages.items()}
                for format_, stages in self.stages.items()
            },
            "per_second": {name: round(rate, 1) for name, rate in found.per_second.items()},
            "pdf_ms": {name: round(taken, 1) for name, taken in found.pdf_ms.items()},
            "editor_p95_ms": round(found.editor_p95_ms, 2),
            "goals": [goal.as_json() for goal in self.goals],
            "absent": self.absent,
        }

    def as_text(self) -> str:
        """A table: median and quartiles, and how many times as long as ours; then the goals."""
        ours = self.painters["imprimatur"].medians()
        lines = [
            f"{self.template}, {self.runs} posters a painter and format, interleaved; milliseconds: median [quartiles]",
            "from words and a link to the file; only “with check and proof” checks and proves",
        ]
        others = {"with check and proof": self.whole, "floor (encoding alone)": self.floor}
        for name, one in {**self.painters, **others}.items():
            cells = []
            for format_ in FORMATS:
                low, middle, high = statistics.quantiles(one.ms[format_], n=4)
                cells.append(f"{format_.upper()} {middle:7.1f} [{low:.1f}–{high:.1f}] ×{middle / ours[format_]:.2f}")
            lines.append(f"{name:24} {'   '.join(cells)}   {one.rss_mib:6.0f} MiB")
        lines += [f"{name:24} absent: {why}" for name, why in self.absent.items()]
        for format_, stages in self.stages.items():
            parts = ", ".join(f"{name} {statistics.median(taken):.2f}" for name, taken in stages.items())
            lines.append(f"{format_.upper()}, stage by stage: {parts}")
        lines.append(", ".join(f"{name} {rate:.1f} JPEG/s" for name, rate in self.figures.per_second.items()))
        lines.append(", ".join(f"{name} PDF {taken:.1f} ms" for name, taken in self.figures.pdf_ms.items()))
        return "\n".join([*lines, "", *(goal.as_text() for goal in self.goals)])


def bench_render(studio: Studio, template: str, runs: int, *, peers: bool = True, pages: int = 0) -> RenderBench:
    """Paint `runs` posters of `template` with each painter in each format, in turn, after one warm-up.

    Without `peers`, no other program is asked. With `pages`, one PDF of so many is made beside as many PDFs.
    """
    with ExitStack() as stack:
        bench = _Bench(studio, template, stack)
        if peers:
            bench.ask(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        measured, whole, stages = bench.interleaved(runs)
        pdf_ms = bench.printed(runs)
        editor = sorted(bench.own.do("canvas", "png", *poster).ms for poster in bench.posters(max(20, 4 * runs)))
        rates = bench.throughput(runs)
    floor = measured.pop("floor")
    figures = Figures(
        ms={name: one.medians() for name, one in measured.items()},
        whole_ms=whole.medians(),
        floor_ms=floor.medians(),
        paint_encode_ms=statistics.median(stages["jpeg"]["paint_encode"]),
        proof_ms=statistics.median(stages["jpeg"]["proof"]),
        rss_mib={name: one.rss_mib for name, one in measured.items()},
        per_second=rates,
        pdf_ms=pdf_ms,
        pages_ratio=many_pages(studio, template, pages) if pages else None,
        editor_p95_ms=editor[int(0.95 * len(editor))],
    )
    return RenderBench(template, runs, measured, whole, floor, stages, figures, bench.absent)


class _Bench:
    def __init__(self, studio: Studio, template: str, stack: ExitStack) -> None:
        self.absent: dict[str, str] = {}
        self._studio, self._template, self._stack = studio, template, stack
        self._number = count()
        self._asked: dict[str, Callable[[], LinePainter]] = {}
        self.own, self._second = self._own("imprimatur"), self._own("imprimatur")
        self.painters: dict[str, Painter] = {
            "imprimatur": self.own,
            "imprimatur_fpng": self._own("imprimatur_fpng"),
            "pillow_uncached": self._own("pillow_uncached"),
            "floor": self._own("floor"),
        }

    def ask(self, folder: Path) -> None:
        """Start the other programs that can be had."""
        studio = self._studio
        display, _ = compose(studio, order_for(studio, self._template, "png", NAMES[0], studio.sample_link))
        page, listed = write_page(display, studio.kit.fonts, folder), write_list(display, studio.kit.fonts, folder)
        size = (display.width_px, display.height_px)
        self._asked = {
            "chromium": lambda: chromium(page, size, speed=False),
            "chromium_speed": lambda: chromium(page, size, speed=True),
            "satori": lambda: satori(listed),
        }
        for name, make in self._asked.items():
            try:
                self.painters[name] = self._started(make)
            except Absent as why:
                self.absent[name] = str(why)

    def _own(self, kind: Kind) -> OwnPainter:
        return self._started(lambda: OwnPainter(kind, self._studio, self._template))

    def _started(self, make: Callable[[], P]) -> P:
        painter = make()
        self._stack.callback(painter.close)
        return painter

    def posters(self, number: int) -> Iterator[tuple[str, str]]:
        """Names and links, no link twice."""
        for _ in range(number):
            run = next(self._number)
            yield NAMES[run % len(NAMES)], f"https://go.lanshan.example/r/B{run:07d}"

    def interleaved(
        self, runs: int
    ) -> tuple[dict[str, Measured], Measured, dict[RasterFormat, dict[str, list[float]]]]:
        """Every painter, and ours with check and proof and stage by stage, poster by poster."""
        measured, whole = {name: Measured() for name in self.painters}, Measured()
        stages: dict[RasterFormat, dict[str, list[float]]] = {
            format_: {name: [] for name in STAGES} for format_ in FORMATS
        }
        for run in range(-1, runs):
            for format_ in FORMATS:
                shots = {
                    name: painter.shoot(format_, *poster)
                    for (name, painter), poster in zip(
                        self.painters.items(), self.posters(len(self.painters)), strict=True
                    )
                }
                (first, second) = self.posters(2)
                all_of_it, staged = self.own.do("whole", format_, *first), self.own.do("stages_of", format_, *second)
                if run < 0:
                    continue
                for name, shot in shots.items():
                    measured[name].take(format_, shot)
                whole.take(format_, all_of_it)
                for stage in STAGES:
                    stages[format_][stage].append(staged.stages[stage])
        return measured, whole, stages

    def printed(self, runs: int) -> dict[str, float]:
        """The median of a PDF by each painter that makes one."""
        taken: dict[str, list[float]] = {"imprimatur": []}
        browser = self.painters.get("chromium")
        for run, poster in enumerate(self.posters(runs + 1)):
            ours = self.own.do("printed", "png", *poster).ms
            theirs = browser.print(poster[0]).ms if isinstance(browser, LinePainter) else None
            if run:
                taken["imprimatur"].append(ours)
                if theirs is not None:
                    taken.setdefault("chromium", []).append(theirs)
        return {name: statistics.median(each) for name, each in taken.items()}

    def throughput(self, runs: int) -> dict[str, float]:
        """JPEGs a second of two processes of ours, with and without check and proof, and of Chromium."""
        ours = [self.own, self._second]
        rates = {
            "imprimatur": self._rate([painter.shoot for painter in ours], 4 * runs),
            "whole": self._rate([_whole(painter) for painter in ours], 4 * runs),
        }
        if "chromium" in self.painters:
            theirs = [self.painters["chromium"], self._started(self._asked["chromium"])]
            rates["chromium"] = self._rate([painter.shoot for painter in theirs], runs)
        return rates

    def _rate(self, shoot: list[Callable[[RasterFormat, str, str], Shot]], number: int) -> float:
        """Each of these at once makes `number` JPEGs, after one warm-up."""

        def make(work: Callable[[RasterFormat, str, str], Shot], posters: list[tuple[str, str]]) -> None:
            for poster in posters:
                work("jpeg", *poster)

        for work in shoot:
            make(work, list(self.posters(1)))
        threads = [Thread(target=make, args=(work, list(self.posters(number)))) for work in shoot]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(shoot) * number / (time.perf_counter() - started)


def _whole(painter: OwnPainter) -> Callable[[RasterFormat, str, str], Shot]:
    return lambda format_, name, link: painter.do("whole", format_, name, link)
