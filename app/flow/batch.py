"""Batch: one poster for each row of a table, by several processes, each checked and proven, resumed where it stopped.

The journal beside the posters is the truth: a link is written down before it is painted, a poster after its file is in
place. Killed at any moment, the next run does only what is missing.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from app.flow.batch_files import MANIFEST_NAME, file_name, manifest, pack, unpack
from app.flow.batch_journal import POSTER_EXISTS, Made, Minted, append, exclusive, mend, replay
from app.flow.batch_rows import (
    Batch,
    BatchOrder,
    Limits,
    Progress,
    TableRow,
    link_of,
    order_of_row,
    outcome_of_row,
    read_rows,
    refused,
)
from app.flow.make_poster import compose, make_poster
from app.flow.orders import Studio
from app.jobs.crew import Crew
from app.kernel.errors import AppError, Invalid, Unavailable
from app.kernel.files import write_atomically
from app.rendering.pictures import read_picture


def run_batch(studio: Studio, order: BatchOrder, report: Callable[[Progress], None], limits: Limits) -> list[Made]:
    """Make what is missing and write ``manifest.csv``; the outcome of every row, in the order of the rows.

    *Raises* Conflict ``batch_running`` when another batch writes to the same place.
    """
    archive = order.out if order.out.suffix.lower() == ".zip" else None
    folder = order.out.with_name(order.out.name + ".parts") if archive else order.out
    with exclusive(folder) as journal:
        mend(journal)
        for part in folder.glob(".*.part"):
            part.unlink()
        if archive:
            unpack(archive, folder)
        batch = Batch(studio, limits, order, folder, journal)
        batch.minted, before = replay(journal)
        done = {number: made for number, made in before.items() if made.outcome in POSTER_EXISTS}
        made = _make_all(batch, done, report)
        listed = [made[number] for number, _ in order.rows]
        write_atomically(folder / MANIFEST_NAME, manifest(listed))
        if archive:
            pack(folder, archive, listed)
    return listed


# --- the rows --------------------------------------------------------------------------------------------------------


def _make_all(batch: Batch, done: Mapping[int, Made], report: Callable[[Progress], None]) -> dict[int, Made]:
    """First every row is validated and judged; then the good ones are painted."""
    made: dict[int, Made] = {}
    resumed = 0

    def tell() -> None:
        lost = sum(one.outcome not in POSTER_EXISTS for one in made.values())
        report(Progress(len(batch.order.rows), resumed, len(made), lost))

    to_judge: list[tuple[TableRow, Minted]] = []
    for row in batch.order.rows:
        link = link_of(batch, row)
        earlier = done.get(row[0])
        if earlier and earlier.key == link.key and _is_whole(batch.folder / earlier.file, earlier.sha256):
            made[row[0]] = earlier
            resumed += 1
            continue
        if earlier:
            (batch.folder / earlier.file).unlink(missing_ok=True)
        to_judge.append((row, link))
    tell()
    read_rows(batch, to_judge)
    for stage in (_judge_row, _paint_row):
        passed = []
        for row, link, outcome in _spread(batch, stage, to_judge):
            if outcome is None:
                passed.append((row, link))
                continue
            made[row[0]] = outcome
            tell()
        to_judge = sorted(passed, key=lambda work: work[0][0])
    return made


def _is_whole(file: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


# --- in the worker processes -----------------------------------------------------------------------------------------

Stage = Callable[[Batch, TableRow, Minted], Made | None]


def _judge_row(batch: Batch, row: TableRow, link: Minted) -> Made | None:
    """Why the row gets no poster; None when it may be painted."""
    try:
        _, judgement = compose(batch.studio, order_of_row(batch, row, link))
    except Invalid as error:
        return refused(batch, link, "invalid", error)
    if judgement.verdict.outcome != "block":
        return None
    return refused(batch, link, "block", Invalid.of(judgement.blocking()))


def _paint_row(batch: Batch, row: TableRow, link: Minted) -> Made | None:
    try:
        order = order_of_row(batch, row, link, read_picture)  # searched for codes when it was judged
        poster = make_poster(batch.studio, order)
        outcome = outcome_of_row(batch, order, poster.judgement)
    except Invalid as error:
        return refused(batch, link, "invalid", error)
    except AppError as error:
        return refused(batch, link, "failed", error)
    file = file_name(link.row, row[1].get("name", ""), batch.order.format)
    try:
        write_atomically(batch.folder / file, poster.data)
    except OSError as error:
        return refused(batch, link, "failed", Unavailable("not_written", f"{file}: {error.strerror or error}"))
    made = Made(link.row, link.key, file, poster.sha256, link.url, outcome, "")
    append(batch.journal, made)
    return made


def _spread(
    batch: Batch, stage: Stage, work: Sequence[tuple[TableRow, Minted]]
) -> Iterator[tuple[TableRow, Minted, Made | None]]:
    """Do `stage` for each piece of work in child processes; the result of each as it comes.

    A child that hangs or dies costs its own row: that one has failed, and the others go on.
    """
    if not work:
        return

    def do(index: int) -> Made | None:
        return stage(batch, *work[index])

    size = min(batch.order.workers, len(work))
    with Crew(do, size, batch.limits.seconds, batch.limits.memory_mib) as crew:
        for index, outcome in crew.do(range(len(work))):
            row, link = work[index]
            if isinstance(outcome, AppError):
                outcome = refused(batch, link, "failed", outcome)
            yield row, link, outcome


__all__ = ["BatchOrder", "Limits", "Progress", "run_batch"]
