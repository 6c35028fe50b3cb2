"""The goals for posters, each against what one run of the render bench has measured. Only ratios are compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.cli.bench_goals import Goal

Format = Literal["png", "jpeg"]
EDITOR_MS = 25


@dataclass(frozen=True, slots=True)
class Figures:
    """What the goals are about. *Unit*: milliseconds, mebibytes, posters per second; what is missing was not measured.

    *Shape*: `ms` and `whole_ms` are {painter or ``whole``: {format: median}}.
    """

    ms: dict[str, dict[Format, float]]
    whole_ms: dict[Format, float]
    floor_ms: dict[Format, float]
    paint_encode_ms: float
    proof_ms: float
    rss_mib: dict[str, float]
    per_second: dict[str, float]
    pdf_ms: dict[str, float]
    pages_ratio: float | None
    editor_p95_ms: float


_AGAINST: tuple[tuple[str, Format, str, str, float], ...] = (
    ("JPEG", "jpeg", "imprimatur", "chromium", 1 / 6),
    ("JPEG", "jpeg", "imprimatur", "chromium_speed", 1 / 5),
    ("JPEG", "jpeg", "imprimatur", "satori", 1 / 15),
    ("PNG in bands", "png", "imprimatur", "chromium", 1 / 30),
    ("PNG in bands", "png", "imprimatur", "chromium_speed", 1 / 12),
    ("PNG in bands", "png", "imprimatur", "satori", 1 / 25),
    ("PNG by fpng", "png", "imprimatur_fpng", "chromium", 1 / 15),
    ("PNG by fpng", "png", "imprimatur_fpng", "chromium_speed", 1 / 6),
    ("PNG by fpng", "png", "imprimatur_fpng", "satori", 1 / 12),
)


def goals(found: Figures) -> Iterator[Goal]:
    """Every goal, in the order of the table."""
    floor = found.floor_ms["jpeg"]
    yield Goal(
        "JPEG, painting and encoding, against encoding alone",
        found.paint_encode_ms / floor,
        1.8,
        whole=found.whole_ms["jpeg"] / floor,
    )
    for what, format_, ours, peer, limit in _AGAINST:
        theirs = found.ms.get(peer, {}).get(format_)
        whole = found.whole_ms[format_] / theirs if theirs and ours == "imprimatur" else None
        value = found.ms[ours][format_] / theirs if theirs else None
        yield Goal(f"{what} against {peer}", value, limit, whole=whole)
    yield Goal(
        "JPEGs a second of two processes, against two of chromium",
        _ratio(found.per_second.get("imprimatur"), found.per_second.get("chromium")),
        6,
        at_least=True,
        whole=_ratio(found.per_second.get("whole"), found.per_second.get("chromium")),
    )
    yield Goal("proof of the code, as a part of a JPEG's time", found.proof_ms / found.whole_ms["jpeg"], 0.03)
    yield Goal("memory, against satori", _ratio(found.rss_mib["imprimatur"], found.rss_mib.get("satori")), 1 / 2)
    yield Goal("PDF, against chromium", _ratio(found.pdf_ms["imprimatur"], found.pdf_ms.get("chromium")), 0.4)
    yield Goal("PDF of many pages, against as many PDFs", found.pages_ratio, 0.4)
    yield Goal(f"editor: layout, check and SVG, p95 as a part of {EDITOR_MS} ms", found.editor_p95_ms / EDITOR_MS, 1)


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None
