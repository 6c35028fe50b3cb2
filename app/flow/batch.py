"""Batch: one poster for each row of a table, by several processes, each checked and proven, resumed where it stopped.

The journal beside the posters is the truth: a link is written down before it is painted, a poster after its file is in
place. Killed at any moment, the next run does only what is missing.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from app.flow.batch_files import MANIFEST_NAME, file_name, manifest, pack, unpack
from app.flow.batch_journal import POSTER_EXISTS, Made, Minted, append, exclusive, mend, replay
from app.flow.fill import Reader, files_in, row_values
from app.flow.make_poster import Format, Order, Studio, compose, make_poster
from app.jobs.crew import Crew
from app.kernel.digest import digest_of
from app.kernel.errors import AppError, Invalid, Unavailable
from app.kernel.files import write_atomically
from app.kernel.ids import new_code
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate

TableRow = tuple[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What a batch is of. `base` is the folder that picture paths in the rows are relative to."""

    template: LoadedTemplate
    rows: Sequence[TableRow]
    base: Path
    out: Path
    format: Format
    as_of: date
    base_url: str
    size: str | None = None
    language: Language | None = None
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is: rows in all, rows that were finished by an earlier run, rows that have an outcome by now."""

    total: int
    resumed: int
    finished: int
    without_poster: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What painting one poster may take."""

    seconds: float = 60
    memory_mib: int = 2048


@dataclass(slots=True)
class _Batch:
    studio: Studio
    limits: Limits
    order: BatchOrder
    folder: Path
    journal: Path
    minted: dict[int, Minted] = field(default_factory=dict)
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.order.template.template, files_in(self.order.base))


def run_batch(
    studio: Studio, order: BatchOrder, report: Callable[[Progress], None], limits: Limits = Limits()
) -> list[Made]:
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
        batch = _Batch(studio, limits, order, folder, journal)
        batch.minted, before = replay(journal)
        done = {number: made for number, made in before.items() if made.outcome in POSTER_EXISTS}
        made = _make_all(batch, done, report)
        listed = [made[number] for number, _ in order.rows]
        write_atomically(folder / MANIFEST_NAME, manifest(listed))
        if archive:
            pack(folder, archive, listed)
    return listed


# --- the rows --------------------------------------------------------------------------------------------------------


def _make_all(batch: _Batch, done: Mapping[int, Made], report: Callable[[Progress], None]) -> dict[int, Made]:
    """First every row is validated and judged; then the good ones are painted."""
    made: dict[int, Made] = {}
    resumed = 0

    def tell() -> None:
        lost = sum(one.outcome not in POSTER_EXISTS for one in made.values())
        report(Progress(len(batch.order.rows), resumed, len(made), lost))

    to_judge: list[tuple[TableRow, Minted]] = []
    for row in batch.order.rows:
        link = _link(batch, row)
        earlier = done.get(row[0])
        if earlier and earlier.key == link.key and _is_whole(batch.folder / earlier.file, earlier.sha256):
            made[row[0]] = earlier
            resumed += 1
            continue
        if earlier:
            (batch.folder / earlier.file).unlink(missing_ok=True)
        to_judge.append((row, link))
    tell()
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


def _link(batch: _Batch, row: TableRow) -> Minted:
    """The row's link: the one it names, the one an earlier run gave it, or a new one, written down at once."""
    number, cells = row
    key = _key(batch, row)
    if cells.get("url"):
        return Minted(number, key, cells["url"])
    earlier = batch.minted.get(number)
    if earlier is not None and earlier.key == key:
        return earlier
    minted = Minted(number, key, f"{batch.order.base_url.rstrip('/')}/{new_code()}")
    append(batch.journal, minted)
    return minted


def _key(batch: _Batch, row: TableRow) -> str:
    """A digest of everything that decides what the row's poster looks like, but for its minted link."""
    order = batch.order
    return digest_of(
        {
            "template": order.template.digest,
            "size": order.size,
            "language": order.language,
            "format": order.format,
            "rules": batch.studio.rules.fingerprint,
            "fonts": batch.studio.kit.fonts.digest,
            "base_url": None if row[1].get("url") else order.base_url,
            "cells": dict(row[1]),
            "pictures": _picture_states(batch, row[1]),
        }
    )


def _picture_states(batch: _Batch, cells: Mapping[str, str]) -> dict[str, str]:
    """Size and modification time of each picture file that the row names: a changed photo is a changed poster."""
    slots = batch.order.template.template.slots
    states = {}
    for column, cell in cells.items():
        if column == "photo" or (column in slots and slots[column].kind == "picture"):
            try:
                stat = (batch.order.base / cell).stat()
            except (OSError, ValueError):
                continue
            states[column] = f"{stat.st_size} {stat.st_mtime_ns}"
    return states


def _is_whole(file: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


# --- in the worker processes -----------------------------------------------------------------------------------------

Stage = Callable[[_Batch, TableRow, Minted], Made | None]


def _judge_row(batch: _Batch, row: TableRow, link: Minted) -> Made | None:
    """Why the row gets no poster; None when it may be painted."""
    try:
        _, judgement = compose(batch.studio, _order(batch, row, link))
    except Invalid as error:
        return _refused(batch, link, "invalid", error)
    if judgement.verdict.outcome != "block":
        return None
    return _refused(batch, link, "block", Invalid.of(judgement.blocking()))


def _paint_row(batch: _Batch, row: TableRow, link: Minted) -> Made | None:
    try:
        poster = make_poster(batch.studio, _order(batch, row, link))
    except Invalid as error:
        return _refused(batch, link, "invalid", error)
    except AppError as error:
        return _refused(batch, link, "failed", error)
    file = file_name(link.row, row[1].get("name", ""), batch.order.format)
    try:
        write_atomically(batch.folder / file, poster.data)
    except OSError as error:
        return _refused(batch, link, "failed", Unavailable("not_written", f"{file}: {error.strerror or error}"))
    made = Made(link.row, link.key, file, poster.sha256, link.url, poster.judgement.verdict.outcome, "")
    append(batch.journal, made)
    return made


def _order(batch: _Batch, row: TableRow, link: Minted) -> Order:
    """The order for one row. *Raises* Invalid with the problems of its cells."""
    order = batch.order
    values = row_values(batch.reader, row[1], batch.studio.no_photo)
    problems = batch.reader.take_problems()
    if problems:
        raise Invalid.of(problems)
    return Order(order.template, values, link.url, order.format, order.as_of, order.size, order.language)


def _refused(batch: _Batch, link: Minted, outcome: str, error: AppError) -> Made:
    reason = error.message if isinstance(error, Invalid) else f"{error.message} [{error.code}]"
    made = Made(link.row, link.key, "", "", link.url, outcome, reason)
    append(batch.journal, made)
    return made


def _spread(
    batch: _Batch, stage: Stage, work: Sequence[tuple[TableRow, Minted]]
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
                outcome = _refused(batch, link, "failed", outcome)
            yield row, link, outcome
