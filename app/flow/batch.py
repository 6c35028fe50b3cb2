"""Batch: one poster for each row of a table, by several processes, each checked and proven, resumed where it stopped.

The journal beside the posters is the truth: a link is written down before it is painted, a poster after its file is in
place. Killed at any moment, the next run does only what is missing. Posters are on disk for good when the manifest is:
what the machine loses before then is not what the journal says, and is made again, with the same link.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.flow.batch_files import MANIFEST_NAME, file_name, manifest, pack, unpack
from app.flow.batch_journal import POSTER_EXISTS, Made, Minted, exclusive, mend, note, replay
from app.flow.batch_rows import (
    Batch,
    BatchOrder,
    Limits,
    Progress,
    TableRow,
    links_of,
    order_of_row,
    outcome_of_row,
    read_rows,
    refused,
)
from app.flow.check_copy import Passed
from app.flow.make_poster import compose, make_poster
from app.flow.orders import Studio
from app.jobs.crew import Crew
from app.kernel.errors import AppError, Invalid, Unavailable
from app.kernel.files import settle, write_atomically, write_whole
from app.rendering import foreign_codes
from app.rendering.pictures import Picture


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
        settle()
        write_atomically(folder / MANIFEST_NAME, manifest(listed))
        if archive:
            pack(folder, archive, listed)
    return listed


# --- the rows --------------------------------------------------------------------------------------------------------


def _make_all(batch: Batch, done: Mapping[int, Made], report: Callable[[Progress], None]) -> dict[int, Made]:
    """The outcome of every row: of those that an earlier run has finished, and of the others."""
    made: dict[int, Made] = {}
    resumed = 0

    def tell() -> None:
        lost = sum(one.outcome not in POSTER_EXISTS for one in made.values())
        report(Progress(len(batch.order.rows), resumed, len(made), lost))

    work: list[Work] = []
    for row, link in zip(batch.order.rows, links_of(batch, batch.order.rows), strict=True):
        earlier = done.get(row[0])
        if earlier and earlier.key == link.key and _is_whole(batch.folder / earlier.file, earlier.sha256):
            made[row[0]] = earlier
            resumed += 1
            continue
        if earlier:
            (batch.folder / earlier.file).unlink(missing_ok=True)
        work.append((row, link))
    tell()
    read_rows(batch, work)
    for link, outcome in _worked(batch, work):
        made[link.row] = outcome
        tell()
    return made


def _is_whole(file: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


# --- in the worker processes -----------------------------------------------------------------------------------------

Work = tuple[TableRow, Minted]


@dataclass(frozen=True, slots=True)
class _Fair:
    """A row that may be painted: the judgement on it, and its pictures (without their bytes), which are whole.

    In those that `searched` names by their digest, no code was found.
    """

    passed: Passed
    pictures: tuple[Picture, ...]
    searched: tuple[str, ...]


def _judge_row(batch: Batch, row: TableRow, link: Minted) -> Made | _Fair:
    """Why the row gets no poster; or what is known of it when it may be painted."""
    try:
        order = order_of_row(batch, row, link)
        _, judgement = compose(batch.studio, order)
    except Invalid as error:
        return refused(batch, link, "invalid", error)
    if judgement.verdict.outcome == "block":
        return refused(batch, link, "block", Invalid.of(judgement.blocking()))
    pictures = tuple(replace(picture, data=b"") for picture in order.values.pictures)
    searched = tuple(picture.digest for picture in pictures if foreign_codes.is_known(picture.digest))
    return _Fair(Passed.of(judgement), pictures, searched)


def _paint_row(batch: Batch, row: TableRow, link: Minted, fair: _Fair) -> Made:
    try:
        order = order_of_row(batch, row, link, fair.pictures)
        poster = make_poster(batch.studio, order, fair.passed)
        outcome = outcome_of_row(batch, order, poster.judgement)
    except Invalid as error:
        return refused(batch, link, "invalid", error)
    except AppError as error:
        return refused(batch, link, "failed", error)
    file = file_name(link.row, row[1].get("name", ""), batch.order.format)
    try:
        write_whole(batch.folder / file, poster.data)
    except OSError as error:
        return refused(batch, link, "failed", Unavailable("not_written", f"{file}: {error.strerror or error}"))
    made = Made(link.row, link.key, file, poster.sha256, link.url, outcome, "")
    note(batch.journal, made)
    return made


def _worked(batch: Batch, work: Sequence[Work]) -> Iterator[tuple[Minted, Made]]:
    """First every row is validated and judged, then the good ones are painted, in the same child processes.

    The outcome of each as it comes. A child that hangs or dies costs its own row: that one has failed, and the others
    go on.
    """
    if not work:
        return

    def do(piece: tuple[int, _Fair | None]) -> Made | _Fair:
        index, fair = piece
        return _judge_row(batch, *work[index]) if fair is None else _paint_row(batch, *work[index], fair)

    batch.studio.prepare(batch.order.template.template.jurisdiction)
    size = min(batch.order.workers, len(work))
    with Crew(do, size, batch.limits.seconds, batch.limits.memory_mib) as crew:
        pieces: list[tuple[int, _Fair | None]] = [(index, None) for index in range(len(work))]
        while pieces:
            fair: list[tuple[int, _Fair | None]] = []
            for (index, _), outcome in crew.do(pieces):
                if isinstance(outcome, _Fair):
                    fair.append((index, outcome))
                    for digest in outcome.searched:  # for the next batch: children begin with what their parent knows
                        foreign_codes.remember(digest)
                    continue
                link = work[index][1]
                yield link, refused(batch, link, "failed", outcome) if isinstance(outcome, AppError) else outcome
            pieces = sorted(fair, key=lambda piece: piece[0])


__all__ = ["BatchOrder", "Limits", "Progress", "run_batch"]
