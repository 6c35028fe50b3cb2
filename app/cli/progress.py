"""How far a batch is, on standard error: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.flow.batch import Progress as BatchProgress

LINE_EVERY_SECONDS = 5.0


@contextmanager
def show_progress() -> Iterator[Callable[[BatchProgress], None]]:
    """A function that shows the progress it is given."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("posters")

        def report(progress: BatchProgress) -> None:
            lost = f", {progress.without_poster} without" if progress.without_poster else ""
            bar.update(task, total=progress.total, completed=progress.finished, description=f"posters{lost}")

        yield report


class _Lines:
    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, progress: BatchProgress) -> None:
        now = time.monotonic()
        if now < self._next and progress.finished < progress.total:
            return
        self._next = now + LINE_EVERY_SECONDS
        print(
            f"{progress.finished}/{progress.total} rows ({progress.resumed} from an earlier run, "
            f"{progress.without_poster} without a poster)",
            file=sys.stderr,
            flush=True,
        )
