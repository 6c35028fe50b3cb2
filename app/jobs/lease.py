"""Keeping a lease while the work goes on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from app.db import HasEngine, transaction
from app.jobs.queue import Job, renew
from app.kernel.errors import Conflict, Unavailable

_log = structlog.get_logger(__name__)


@contextmanager
def kept(deps: HasEngine, job: Job, lease_seconds: float) -> Iterator[None]:
    """Renews the lease of `job` three times per lease until the block ends; a process that dies renews no more."""
    ended = threading.Event()
    thread = threading.Thread(target=_renew_until, args=(deps, job, lease_seconds, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _renew_until(deps: HasEngine, job: Job, lease_seconds: float, ended: threading.Event) -> None:
    while not ended.wait(lease_seconds / 3):
        try:
            with transaction(deps) as session:
                renew(session, job, lease_seconds)
        except Conflict:
            return
        except Unavailable as error:
            _log.warning("lease_not_renewed", job=job.id, code=error.code)
