"""Proves a large poster strip by strip: a code lies whole in two neighbouring strips, or is found in the small picture.

What is asked of a code is what `proof.prove` asks.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from PIL import Image

from app.rendering.code_search import REDUCED, Search
from app.rendering.qr import Gray


def prove_strips(strips: Iterable[Gray], link: str | None) -> None:
    """Returns when the poster, given as grey strips from top to bottom, shows one code, which reads `link`.

    *Raises* Blocked ``foreign_qr`` or ``qr_unproved``.
    """
    search = Search(link)
    small: list[Gray] = []
    for top, stretch, edges in _stretches(_kept_small(strips, small)):
        search.look(stretch, top, cut=edges)
    search.look(np.concatenate(small), 0, REDUCED)
    search.settle()


def _kept_small(strips: Iterable[Gray], small: list[Gray]) -> Iterator[Gray]:
    for strip in strips:
        small.append(np.asarray(Image.fromarray(strip).reduce(REDUCED)))
        yield strip


def _stretches(strips: Iterator[Gray]) -> Iterator[tuple[int, Gray, tuple[bool, bool]]]:
    """Each two neighbours as one, with the row at which they begin, and whether it is cut above and below."""
    above = next(strips)
    below = next(strips, None)
    if below is None:
        yield 0, above, (False, False)
        return
    top = 0
    for after in chain(strips, (None,)):
        yield top, np.concatenate((above, below)), (top > 0, after is not None)
        if after is None:
            return
        top += above.shape[0]
        above, below = below, after
