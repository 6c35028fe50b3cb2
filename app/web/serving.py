"""Serving the pages with granian, and a worker beside them, until somebody stops both."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from app.config import PROJECT, Settings

TARGET = "app.factory:create_served_app"
RESTART_SECONDS = 2.0
GRACE_SECONDS = 15.0

_log = structlog.get_logger(__name__)


def serve(settings: Settings, host: str, port: int, with_worker: bool) -> None:
    """Answer on `host` and `port` until SIGINT or SIGTERM; the worker ends with it."""
    server = Granian(
        TARGET,
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=settings.web_processes,
        blocking_threads=settings.web_threads,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=round(GRACE_SECONDS),
        working_dir=PROJECT,
    )
    if with_worker:
        with _worker():
            server.serve()
    else:
        server.serve()


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
