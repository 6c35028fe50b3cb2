"""The rows of a batch: each with its link, which is written down before anything is made with it, and its order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from app.compliance.document import Outcome
from app.flow import admit
from app.flow.batch_journal import Made, Minted, append, note
from app.flow.check_copy import Judgement
from app.flow.fill import OpenPicture, Reader, files_in, row_values
from app.flow.orders import Format, Order, Studio
from app.flow.read_rows import ReadPicture, found_in_pictures, outcome_of, read_orders
from app.kernel.digest import digest_of
from app.kernel.errors import AppError, Invalid
from app.kernel.ids import new_code
from app.ocr.core import ENGINE, Reading
from app.rendering.calendar_slots import has_calendar, with_calendar
from app.rendering.foreign_codes import read_without_code
from app.rendering.pdf_edition import PLAIN, Finish
from app.rendering.pictures import Picture
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate

TableRow = tuple[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What a batch is of. `base` is the folder that picture paths in the rows are relative to.

    Without `read_picture`, nobody reads the text in pictures.
    """

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
    finish: Finish = PLAIN
    read_picture: ReadPicture | None = None


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
class Batch:
    """A batch at work: its order, its folder, and the links that its rows have been given."""

    studio: Studio
    limits: Limits
    order: BatchOrder
    folder: Path
    journal: Path
    minted: dict[int, Minted] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)

    def reader(self, opened: OpenPicture, known: Sequence[Picture] = ()) -> Reader:
        """A reader of rows by which pictures are opened as `opened` does, but for those that are `known`."""
        return Reader(self.order.template.template, files_in(self.order.base), opened, known)


def links_of(batch: Batch, rows: Sequence[TableRow]) -> list[Minted]:
    """Each row's link: the one it names, the one an earlier run gave it, or a new one. New ones are written down."""
    links, new = [], []
    for row in rows:
        number, cells = row
        key = _key(batch, row)
        earlier = batch.minted.get(number)
        if cells.get("url"):
            links.append(Minted(number, key, cells["url"]))
        elif earlier is not None and earlier.key == key:
            links.append(earlier)
        else:
            new.append(Minted(number, key, f"{batch.order.base_url.rstrip('/')}/{new_code()}"))
            links.append(new[-1])
    if new:
        append(batch.journal, *new)
    return links


def _key(batch: Batch, row: TableRow) -> str:
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
            **({} if order.finish == PLAIN else {"finish": asdict(order.finish)}),
            **({} if order.read_picture is None else {"pictures_read_by": ENGINE}),
            **({"day": order.as_of.isoformat()} if has_calendar(order.template.template) else {}),
        }
    )


def _picture_states(batch: Batch, cells: Mapping[str, str]) -> dict[str, str]:
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


def order_of_row(
    batch: Batch,
    row: TableRow,
    link: Minted,
    known: Sequence[Picture] = (),
    opened: OpenPicture = read_without_code,
) -> Order:
    """The order for one row; `known` pictures need not be looked at again. *Raises* Invalid for bad cells.

    A child under limits opens the row's pictures itself; whoever is none lets a sandbox do it.
    """
    order, reader = batch.order, batch.reader(opened, known)
    values = row_values(reader, row[1], batch.studio.no_photo)
    values = with_calendar(order.template.template, values, order.as_of, order.language)
    problems = reader.take_problems()
    if problems:
        raise Invalid.of(problems)
    return Order(order.template, values, link.url, order.format, order.as_of, order.size, order.language, order.finish)


def read_rows(batch: Batch, rows: Iterable[tuple[TableRow, Minted]]) -> None:
    """Read the pictures of the rows, where somebody does."""
    if batch.order.read_picture is not None:
        batch.readings = read_orders(batch.studio, _orders(batch, rows), batch.order.read_picture)


def _orders(batch: Batch, rows: Iterable[tuple[TableRow, Minted]]) -> Iterator[Order]:
    for row, link in rows:
        with suppress(Invalid):
            yield order_of_row(batch, row, link, opened=admit.look)


def outcome_of_row(batch: Batch, order: Order, judgement: Judgement) -> Outcome:
    """The gravest of what was found in a row's copy and pictures."""
    return outcome_of(judgement.verdict.outcome, found_in_pictures(batch.studio, order, batch.readings))


def refused(batch: Batch, link: Minted, outcome: str, error: AppError) -> Made:
    """What became of a row that gets no poster, written down."""
    reason = error.message if isinstance(error, Invalid) else f"{error.message} [{error.code}]"
    made = Made(link.row, link.key, "", "", link.url, outcome, reason)
    note(batch.journal, made)
    return made
