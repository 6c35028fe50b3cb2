"""The lit edge of a sheet of paper."""

import numpy as np

from art.colour import Array
from art.light import moved


def rim(mask: Array, dx: int, dy: int) -> Array:
    """The edge of `mask` that looks away from (dx, dy), as wide as that; none where the picture itself ends."""
    edge = np.clip(mask - moved(mask, dx, dy), 0, 1)
    for axis, step in ((0, dy), (1, dx)):
        if step > 0:
            edge[(slice(None),) * axis + (slice(0, step),)] = 0
        elif step < 0:
            edge[(slice(None),) * axis + (slice(step, None),)] = 0
    return edge
