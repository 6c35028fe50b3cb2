"""Charts, drawn by the server: where each line, tick and label of an SVG stands. Macros in components/charts.html."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

STEPS = 4
_TOP_PX, _BOTTOM_PX, _LEFT_PX, _RIGHT_PX = 12, 28, 44, 12
_DOTS_UP_TO = 31


@dataclass(frozen=True, slots=True)
class Screen:
    """For which screens a chart is drawn, and how large, so that its letters are never scaled far."""

    name: str
    width_px: int
    height_px: int
    labels: int


SCREENS = (Screen("narrow", 326, 208, 4), Screen("middle", 680, 248, 6), Screen("wide", 1080, 280, 10))


@dataclass(frozen=True, slots=True)
class Series:
    """Values over time. `labels` name the points below the axis, `titles` say all of one when it is pointed at;
    `before` are the values that it is compared with. An `open_end` is a last value that still grows: a day not over.
    """

    values: Sequence[int]
    before: Sequence[int]
    labels: Sequence[str]
    titles: Sequence[str]
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Trend:
    """A line with the area below it, over a thin one of the time before; `open_end` is the way to a value that still
    grows, which belongs to neither. *Unit*: pixels of its screen.
    """

    screen: Screen
    line: str
    area: str
    before: str
    open_end: str
    ticks: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, str, str], ...]
    columns: tuple[tuple[float, float, str], ...]
    dots: tuple[tuple[float, float], ...]
    left: float
    right: float
    bottom: float


def trends(series: Series, number: Callable[[int], str]) -> tuple[Trend, ...]:
    """The same chart for each of `SCREENS`; `number` writes the figures of the axis."""
    return tuple(_trend(series, screen, number) for screen in SCREENS)


def ticks(highest: int, steps: int = STEPS) -> list[int]:
    """Round whole numbers from 0 to at least `highest`, at most `steps` apart from 0."""
    if highest <= steps:
        return list(range(max(highest, 1) + 1))
    rough = highest / steps
    power: int = 10 ** math.floor(math.log10(rough))
    step = next(int(power * factor) for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [step * n for n in range(math.ceil(highest / step) + 1)]


def spark(values: Sequence[int], width: int = 100, height: int = 24) -> str:
    """The path of a line without axes, from edge to edge of a box."""
    highest = max([*values, 1])
    across = width / max(1, len(values) - 1)
    return _path([(n * across, height - 1 - value / highest * (height - 2)) for n, value in enumerate(values)])


def _trend(series: Series, screen: Screen, number: Callable[[int], str]) -> Trend:
    left, right, bottom = _LEFT_PX, screen.width_px - _RIGHT_PX, screen.height_px - _BOTTOM_PX
    steps = ticks(max([*series.values, *series.before, 0]))
    width = (right - left) / max(1, len(series.values))

    def x(n: int) -> float:
        return left + (n + 0.5) * width

    def y(value: int) -> float:
        return bottom - value / steps[-1] * (bottom - _TOP_PX)

    points = [(x(n), y(value)) for n, value in enumerate(series.values)]
    closed = points[:-1] if series.open_end else points
    line = _path(closed)
    edges = f"L{closed[-1][0]:.1f} {bottom}L{closed[0][0]:.1f} {bottom}Z" if closed else ""
    has_before = any(series.before)
    return Trend(
        screen=screen,
        line=line,
        area=line + edges,
        before=_path([(x(n), y(value)) for n, value in enumerate(series.before)]) if has_before else "",
        open_end=_path(points[-2:]) if series.open_end else "",
        ticks=tuple((round(y(step), 1), number(step)) for step in steps),
        marks=_marks(series.labels, screen, x),
        columns=tuple((round(left + n * width, 1), round(width, 1), title) for n, title in enumerate(series.titles)),
        dots=tuple((round(a, 1), round(b, 1)) for a, b in points) if len(points) <= _DOTS_UP_TO else (),
        left=left,
        right=right,
        bottom=bottom,
    )


def _marks(labels: Sequence[str], screen: Screen, x: Callable[[int], float]) -> tuple[tuple[float, str, str], ...]:
    """Every so many points a label; the last is set from the edge inwards."""
    every = max(1, math.ceil(len(labels) / screen.labels))
    found = [(round(x(n), 1), labels[n], "middle") for n in range(0, len(labels), every)]
    if found and found[-1][0] > screen.width_px - 32:
        found[-1] = (float(screen.width_px), found[-1][1], "end")
    return tuple(found)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(points))
