"""The garbage collector, kept from going again and again through what is there to stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_is_put_away = False  # to ask the collector how much is frozen would take it through all of that


@contextmanager
def put_away() -> Iterator[None]:
    """What is alive at the end of the block stays as long as this process and those forked from it.

    No collection goes through it again, and none in the block, which opens what stays and leaves nothing to collect.
    """
    global _is_put_away
    gc.disable()
    try:
        yield
        gc.freeze()
        _is_put_away = True
    finally:
        gc.enable()


def take_out() -> None:
    """At the end of a process: let what was put away be taken apart like all else; some bindings call it a leak."""
    gc.unfreeze()


@contextmanager
def settled() -> Iterator[None]:
    """Until the end of the block no collection goes through what is alive now, as rules, fonts and templates are.

    For work that makes many objects and soon lets them go: each full collection would walk over all the others. A
    process that has put away for good what it opened is left as it is; at the end of the block all would be taken out
    again, and whatever comes later would pay for it.
    """
    if _is_put_away:
        yield
        return
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
