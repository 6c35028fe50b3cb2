"""The garbage collector, kept from going again and again through what is there to stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def settled() -> Iterator[None]:
    """Until the end of the block no collection goes through what is alive now, as rules, fonts and templates are.

    For work that makes many objects and soon lets them go: each full collection would walk over all the others.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
