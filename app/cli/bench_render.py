"""`imprimatur bench render`: the product and its peers paint the same poster in turn, in one run."""

import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.cli.bench_page import write_page
from app.cli.bench_painters import CHROMIUM_PEER, ChromiumPainter, OwnPainter, Painter, RasterFormat, Shot, order_for
from app.config import Settings
from app.flow.make_poster import Studio, compose

FORMATS: tuple[RasterFormat, ...] = ("png", "jpeg")
NAMES = ("林若溪", "欧阳嬅", "陈㛃", "Zoë Müller", "买买提·阿卜杜热合曼", "司马相如", "李𠮷", "王伟")


@dataclass(slots=True)
class Measured:
    """What one painter took, by format. *Unit*: milliseconds, mebibytes."""

    ms: dict[RasterFormat, list[float]] = field(default_factory=lambda: {"png": [], "jpeg": []})
    rss_mib: float = 0.0

    def take(self, format_: RasterFormat, shot: Shot) -> None:
        self.ms[format_].append(shot.ms)
        self.rss_mib = max(self.rss_mib, shot.rss_mib)

    def median(self, format_: RasterFormat) -> float:
        return statistics.median(self.ms[format_])


@dataclass(frozen=True, slots=True)
class RenderBench:
    """All painters' figures; `absent` says why a peer could not be asked."""

    template: str
    runs: int
    painters: dict[str, Measured]
    floor: Measured
    absent: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Machine-readable: medians in milliseconds, peak memory in MiB."""
        return {
            "template": self.template,
            "runs": self.runs,
            "painters": {
                name: {
                    "png_ms": round(one.median("png"), 2),
                    "jpeg_ms": round(one.median("jpeg"), 2),
                    "rss_mib": round(one.rss_mib, 1),
                }
                for name, one in self.painters.items()
            },
            "floor": {"fpng_ms": round(self.floor.median("png"), 2), "jpeg_ms": round(self.floor.median("jpeg"), 2)},
            "absent": self.absent,
        }

    def as_text(self) -> str:
        """A table: median and quartiles, and how many times as long as ours."""
        ours = self.painters["imprimatur"]
        lines = [
            f"{self.template}, {self.runs} posters a painter and format, interleaved; milliseconds: median [quartiles]"
        ]
        for name, one in {**self.painters, "floor (encoding alone)": self.floor}.items():
            cells = []
            for format_ in FORMATS:
                low, middle, high = statistics.quantiles(one.ms[format_], n=4)
                ratio = middle / ours.median(format_)
                cells.append(f"{format_.upper()} {middle:7.1f} [{low:.1f}–{high:.1f}] ×{ratio:.2f}")
            lines.append(f"{name:24} {'   '.join(cells)}   {one.rss_mib:6.0f} MiB")
        lines += [f"{name:24} absent: {why}" for name, why in self.absent.items()]
        return "\n".join(lines)


def bench_render(
    open_studio: Callable[[Settings, str | None], Studio], settings: Settings, template: str, runs: int
) -> RenderBench:
    """Paint `runs` posters of `template` with each painter in each format, in turn, after one warm-up."""
    studio = open_studio(settings, template)
    absent: dict[str, str] = {}
    with ExitStack() as stack:
        painters: dict[str, Painter] = {
            "imprimatur": OwnPainter("imprimatur", open_studio, settings, template),
            "pillow_uncached": OwnPainter("pillow_uncached", open_studio, settings, template),
            "floor": OwnPainter("floor", open_studio, settings, template),
        }
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        painters |= _chromium(studio, template, folder, absent)
        for painter in painters.values():
            stack.callback(painter.close)
        measured = {name: Measured() for name in painters}
        for run in range(-1, runs):
            for format_ in FORMATS:
                for name, painter in painters.items():
                    shot = painter.shoot(
                        format_, NAMES[run % len(NAMES)], f"https://go.lanshan.example/r/Bench{run:05d}"
                    )
                    if run >= 0:
                        measured[name].take(format_, shot)
    floor = measured.pop("floor")
    return RenderBench(template, runs, measured, floor, absent)


def _chromium(studio: Studio, template: str, folder: Path, absent: dict[str, str]) -> dict[str, Painter]:
    try:
        import playwright  # noqa: F401
    except ImportError:
        why = "the development requirements are not installed"
    else:
        why = "" if CHROMIUM_PEER.exists() else "not in this installation"
    if why:
        absent |= {"chromium": why, "chromium_speed": why}
        return {}
    display, _ = compose(studio, order_for(studio, template, "png", NAMES[0], studio.sample_link))
    page = write_page(display, studio.kit.fonts, folder)
    size = (display.width_px, display.height_px)
    return {
        "chromium": ChromiumPainter(page, size, speed=False),
        "chromium_speed": ChromiumPainter(page, size, speed=True),
    }
