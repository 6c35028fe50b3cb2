"""The relay: tells a broker of the jobs that are due. The rows stay the truth; a message holds only a row's id."""

from collections.abc import Callable, Collection

from app.db import HasEngine, retried
from app.jobs.queue import take_unannounced, unannounce
from app.kernel.errors import Unavailable

BATCH = 100


def relay(deps: HasEngine, names: Collection[str], announce: Callable[[int], None], again_after_seconds: float) -> int:
    """How many due jobs were announced. What a broker did not take, or has forgotten, is announced again later.

    The announcement is noted before it is sent: a worker may act on the message at once, and finds the row free.
    *Raises* Unavailable ``broker_down``.
    """
    ids = retried(deps, lambda session: take_unannounced(session, names, again_after_seconds, BATCH))
    for sent, job_id in enumerate(ids):
        try:
            announce(job_id)
        except Unavailable:
            unsent = ids[sent:]
            retried(deps, lambda session, unsent=unsent: unannounce(session, unsent))  # type: ignore[misc]
            raise
    return len(ids)
