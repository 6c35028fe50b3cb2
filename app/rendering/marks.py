"""Marks at the ends of a line, and gaps between scripts: what does not count where a line starts or ends."""

import re

from app.rendering.shaping import Cluster

# Full-width marks whose ink stands in the first half of their square.
ENDING = frozenset("。，、；：）》」』】〕〉”’！？")
STARTING = frozenset("“‘「『《（【〔〈〖")  # and those whose ink stands in the second half
_STOPS = ENDING - frozenset("！？") | frozenset(".,;:\"'")
_OPENINGS = STARTING | frozenset("\"'")

MARGIN = 0.5  # em on either side in which marks stand
KEPT = 0.08  # em of blank that stay with a mark
AUTOSPACE = 0.25  # em between Chinese and Latin

_HAN = re.compile(r"[\u2e80-\u2fff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[0-9A-Za-z\u00c0-\u024f\u0370-\u052f\u1e00-\u1eff]")
_MEASURES = frozenset("%‰°℃")  # what may end a figure


def tail(character: str, cluster: Cluster, hanging: str | None, margin: float = MARGIN) -> float:
    """How much of a mark does not count at the end of a line, in em; `margin` is what there is beside the measure."""
    if hanging == "margin" and character in _STOPS and len(cluster.glyphs) == 1:
        return min(cluster.advance, cluster.advance - cluster.reach()[1] + margin)
    if character not in ENDING or (cluster.vertical and hanging is None):
        return 0.0
    return _blank(cluster.advance - cluster.reach()[1]) if _is_square(cluster) else 0.0


def lead(character: str, cluster: Cluster, hanging: str | None, margin: float = MARGIN) -> float:
    """How much of a mark does not count at the start of a line, in em; `margin` is what there is beside the measure."""
    if hanging == "margin" and character in _OPENINGS and len(cluster.glyphs) == 1:
        return min(cluster.advance, cluster.reach()[0] + margin)
    if hanging is None or character not in STARTING:
        return 0.0
    return _blank(cluster.reach()[0]) if _is_square(cluster) else 0.0


def _is_square(cluster: Cluster) -> bool:
    return cluster.advance >= 0.99 and len(cluster.glyphs) == 1


def _blank(room: float) -> float:
    return min(0.5, max(0.0, room - KEPT))


def is_gap(before: str, after: str) -> bool:
    """Whether a gap belongs between two characters: one Chinese, the other a Latin letter or a figure."""
    if _HAN.match(before):
        return bool(_LATIN.match(after))
    return bool(_HAN.match(after)) and (before in _MEASURES or bool(_LATIN.match(before)))


def may_stretch(before: str, after: str) -> bool:
    """Whether a justified line may grow between two characters: beside Chinese and after spaces, not in a word."""
    return before == " " or _is_wide(before) or _is_wide(after)


def _is_wide(character: str) -> bool:
    return character >= "\u2e80" or character in "“”‘’—…"
