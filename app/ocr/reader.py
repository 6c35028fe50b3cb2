"""The reader: one child process that reads pictures under limits; started when needed, let go when idle."""

import threading
from collections.abc import Callable

from app.jobs.crew import Crew
from app.kernel.errors import AppError, Unavailable
from app.ocr.core import Line

IDLE_SECONDS = 60.0

_CODES = {"render_timeout": "reading_timeout", "render_crashed": "reading_crashed"}


class Reader:
    """Reads one picture at a time, for whichever thread asks.

    `read` is called in the child, with the bytes of a picture; it takes at most `seconds` and `memory_mib` more memory
    than this process has. After `idle_seconds` without a picture the child is let go, and its memory with it.
    """

    def __init__(
        self,
        read: Callable[[bytes], tuple[Line, ...]],
        seconds: float,
        memory_mib: int,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._crew: Crew[bytes, tuple[Line, ...]] = Crew(read, 1, seconds, memory_mib)
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def __call__(self, data: bytes) -> tuple[Line, ...]:
        """The lines of text in the picture.

        *Raises* Unavailable ``reading_timeout``, or ``reading_crashed`` when the child died over it twice; whatever
        AppError reading raises.
        """
        with self._lock:
            self._stop_timer()
            try:
                ((_, answer),) = self._crew.do([data])
            finally:
                self._start_timer()
        if isinstance(answer, AppError):
            if answer.code in _CODES:
                raise Unavailable(_CODES[answer.code], f"the picture could not be read: {answer.message}")
            raise answer
        return answer

    def close(self) -> None:
        """Let the child go."""
        with self._lock:
            self._stop_timer()
            self._crew.close()

    def _start_timer(self) -> None:
        self._timer = threading.Timer(self._idle_seconds, self.close)
        self._timer.daemon = True
        self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
