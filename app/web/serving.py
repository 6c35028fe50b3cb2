"""Serving the pages with granian, and a worker beside them, until somebody stops both."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Any, NoReturn

import structlog
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from app.config import PROJECT, Settings
from app.web.bodies import PLACES

TARGET = "app.factory:create_served_app"
RESTART_SECONDS = 2.0
GRACE_SECONDS = 5.0  # what is answered or done until then is finished; a job that is not begins again elsewhere
ENDING = (signal.SIGTERM, signal.SIGINT)
ORPHANED_SECONDS = 1.0  # how often a process looks whether the server that it belongs to is still there

_log = structlog.get_logger(__name__)


def serve(
    settings: Settings, host: str, port: int, prepare: Callable[[], None], work: Callable[[], None] | None
) -> NoReturn:
    """Answer on `host` and `port` until SIGINT or SIGTERM, and end; the worker, which does `work`, ends with it.

    `prepare` opens what the processes share, before they are forked. Until then a signal ends the process as it is.
    No handler here raises: an exception that meets a weak reference's callback, or a hook of a fork, is swallowed.
    """
    _set_handlers(signal.SIG_DFL)
    server = _Server(
        TARGET,
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=settings.web_processes,
        blocking_threads=settings.web_threads + PLACES,  # those who bring a body hold none that others need
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=round(GRACE_SECONDS),
        working_dir=PROJECT,
    )
    prepare()
    with _deaf():
        keeper = _forked(_keep, os.getpid(), work) if work else None
        _set_handlers(server.signal_handler_interrupt)
    try:
        server.serve()
    finally:
        if keeper:
            _end(keeper, 2 * GRACE_SECONDS)
    # To take apart all that was put away would take longer than all else, and some bindings call it a leak.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class _Server(Granian):  # type: ignore[misc, valid-type]
    """Granian, told to end in a way that cannot block it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._owner = os.getpid()

    def signal_handler_interrupt(self, *_args: object) -> None:
        """End. A handler runs in the thread that waits for the event, at times while that holds the event's lock.

        A new web process has the handler from its parent until the server sets its own, and ends at once.
        """
        if os.getpid() != self._owner:
            os._exit(0)
        self.interrupt_signal = True
        threading.Thread(target=self.main_loop_interrupt.set, daemon=True).start()


def end_with_the_server() -> None:
    """In a new web process: end once, when told to or when the server is gone; it would keep the port.

    Ctrl-C comes twice, to everybody and then from the server. The handler that the server sets holds a lock, and would
    wait for itself if a second signal met it; so signals wait, and a thread of their own calls it for the first.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    threading.Thread(target=_end_once, args=(os.getppid(),), name="ending", daemon=True).start()


def _end_once(server: int) -> None:
    told = None
    while told is None and os.getppid() == server:
        told = signal.sigtimedwait(ENDING, ORPHANED_SECONDS)
    handler = signal.getsignal(signal.SIGTERM)
    if callable(handler):
        handler(signal.SIGTERM, None)


def _set_handlers(handler: "signal.Handlers | Callable[[int, FrameType | None], None]") -> None:
    for number in ENDING:
        signal.signal(number, handler)


@contextmanager
def _deaf() -> Iterator[None]:
    """What tells this process to end waits until it can listen; what is forked meanwhile is deaf."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def _keep(server: int, work: Callable[[], None]) -> None:
    """A worker, until told to end or `server` is gone; one that ends by itself is followed by another.

    The keeper is a process that is no more than what was prepared, while the server has threads, a socket and handlers
    that a worker must not inherit. It stays deaf, and asks whether it was told.
    """
    told = None
    while told is None and os.getppid() == server:
        worker = _forked(_listening, work)
        while told is None and worker.is_alive() and os.getppid() == server:
            told = signal.sigtimedwait(ENDING, ORPHANED_SECONDS)
        if not worker.is_alive() and told is None:
            _log.warning("worker_ended", status=worker.exitcode)
            told = signal.sigtimedwait(ENDING, RESTART_SECONDS)
        _end(worker, GRACE_SECONDS)


def _listening(work: Callable[[], None]) -> None:
    """Do `work`; until it sets handlers of its own, a signal ends the process as it is."""
    _set_handlers(signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    work()


def _forked(do: Callable[..., None], *given: object) -> ForkProcess:
    process = multiprocessing.get_context("fork").Process(target=do, args=given)
    process.start()
    return process


def _end(process: ForkProcess, seconds: float) -> None:
    """Tell it to end, and end it where it has not within `seconds`."""
    process.terminate()
    process.join(seconds)
    process.kill()
    process.join()
