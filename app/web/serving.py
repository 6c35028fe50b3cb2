"""Serving the pages with granian, and a worker beside them, until somebody stops both."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from multiprocessing.context import ForkProcess
from types import FrameType

import structlog
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from app.config import PROJECT, Settings
from app.web.bodies import PLACES

TARGET = "app.factory:create_served_app"
RESTART_SECONDS = 2.0
GRACE_SECONDS = 5.0  # what is answered or done until then is finished; a job that is not begins again elsewhere
ORPHANED_SECONDS = 1.0  # how often a process looks whether the server that it belongs to is still there

_log = structlog.get_logger(__name__)


def serve(
    settings: Settings, host: str, port: int, prepare: Callable[[], None], work: Callable[[], None] | None
) -> None:
    """Answer on `host` and `port` until SIGINT or SIGTERM; the worker, which does `work`, ends with it.

    `prepare` opens what the processes share, before they are forked.
    """
    # Until the server has its own handlers: nobody who is told to end may leave a worker behind.
    signal.signal(signal.SIGTERM, _leave)
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
    with _kept_working(work) if work else nullcontext():
        server.serve()


class _Server(Granian):  # type: ignore[misc, valid-type]
    """Granian, told to end in a way that cannot block it."""

    def signal_handler_interrupt(self, *_args: object) -> None:
        """End. A handler runs in the thread that waits for the event, at times while that holds the event's lock."""
        self.interrupt_signal = True
        threading.Thread(target=self.main_loop_interrupt.set, daemon=True).start()


def end_with_the_server() -> None:
    """In a new web process: be told to end when the server is gone, killed perhaps; else it would keep the port."""
    threading.Thread(target=_end_when_alone, args=(os.getppid(),), name="orphan", daemon=True).start()


def _end_when_alone(server: int) -> None:
    while os.getppid() == server:
        time.sleep(ORPHANED_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def end_at_once_while_starting() -> None:
    """In a new web process: let signals end it, which it has from its parent deaf, until the server sets its own."""
    _set_handlers(signal.SIG_DFL)


def _set_handlers(handler: "signal.Handlers | Callable[[int, FrameType | None], None]") -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


@contextmanager
def _kept_working(work: Callable[[], None]) -> Iterator[None]:
    """A worker in a process of its own; one that ends by itself is started again.

    It is forked, here and again later, from a keeper: a process that is no more than what was prepared, while the
    server has threads, a socket and handlers that a worker must not inherit.
    """
    keeper = _forked(_keep, os.getpid(), work)
    try:
        yield
    finally:
        _end(keeper, 2 * GRACE_SECONDS)


def _keep(server: int, work: Callable[[], None]) -> None:
    """Until told to end, or `server` is gone."""
    while os.getppid() == server:
        worker = _forked(work)
        try:
            while worker.is_alive() and os.getppid() == server:
                worker.join(ORPHANED_SECONDS)
            if not worker.is_alive():
                _log.warning("worker_ended", status=worker.exitcode)
                time.sleep(RESTART_SECONDS)
        finally:
            _set_handlers(signal.SIG_IGN)  # Ctrl-C reaches everybody, and then the server tells the keeper once more
            _end(worker, GRACE_SECONDS)
            _set_handlers(_leave)


def _forked(do: Callable[..., None], *given: object) -> ForkProcess:
    def run() -> None:
        _set_handlers(_leave)
        do(*given)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    return process


def _end(process: ForkProcess, seconds: float) -> None:
    """Tell it to end, and end it where it has not within `seconds`."""
    process.terminate()
    process.join(seconds)
    process.kill()
    process.join()
