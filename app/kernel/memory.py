"""The garbage collector, kept from going again and again through what is there to stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def settled() -> Iterator[None]:
    """Until the end of the block no collection goes through what is alive now, as rules, fonts and templates are.

    For work that makes many objects and soon lets them go: each full collection would walk over all the others. A
    process that has put away for good what it opened is left as it is; at the end of the block all would be taken out
    again, and whatever comes later would pay for it.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
