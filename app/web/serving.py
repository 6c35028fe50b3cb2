"""Serving the pages with granian, and a worker beside them, until somebody stops both."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
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

_log = structlog.get_logger(__name__)


def serve(settings: Settings, host: str, port: int, with_worker: bool, prepare: Callable[[], None]) -> None:
    """Answer on `host` and `port` until SIGINT or SIGTERM; the worker ends with it.

    `prepare` opens, before the web processes are forked, what they share.
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
    with _worker() if with_worker else nullcontext():
        prepare()
        server.serve()


class _Server(Granian):  # type: ignore[misc, valid-type]
    """Granian, told to end in a way that cannot block it."""

    def signal_handler_interrupt(self, *_args: object) -> None:
        """End. A handler runs in the thread that waits for the event, at times while that holds the event's lock."""
        self.interrupt_signal = True
        threading.Thread(target=self.main_loop_interrupt.set, daemon=True).start()


def end_at_once_while_starting() -> None:
    """In a new web process: let signals end it, which it has from its parent deaf, until the server sets its own."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


@contextmanager
def _worker() -> Iterator[None]:
    """A worker in a process of its own; one that ends by itself is started again."""
    stop = threading.Event()
    running: list[subprocess.Popen[bytes]] = []
    keeper = threading.Thread(target=_keep_working, args=(stop, running), name="keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        for process in running:
            process.terminate()
        keeper.join(GRACE_SECONDS)
        for process in running:
            process.kill()
        keeper.join(GRACE_SECONDS)


def _keep_working(stop: threading.Event, running: list[subprocess.Popen[bytes]]) -> None:
    while not stop.is_set():
        with subprocess.Popen([sys.executable, "-m", "app.factory", "worker"], cwd=PROJECT) as process:
            running[:] = [process]
            if stop.is_set():
                process.terminate()
            status = process.wait()
        if not stop.is_set():
            _log.warning("worker_ended", status=status)
            stop.wait(RESTART_SECONDS)
