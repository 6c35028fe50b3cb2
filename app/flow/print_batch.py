"""Print batch: one PDF of the posters of all rows, a page or a cell of a sheet each, checked and proved.

It holds fonts, pictures and static layers once. A row that gets no poster is left out and listed. The links are written
down before anything is painted, so that the same rows give the same file again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.flow.batch_files import MANIFEST_NAME, manifest
from app.flow.batch_journal import Made, Minted, append, exclusive, mend, replay
from app.flow.batch_rows import (
    Batch,
    BatchOrder,
    Limits,
    TableRow,
    links_of,
    order_of_row,
    outcome_of_row,
    read_rows,
    refused,
)
from app.flow.evidence import evidence
from app.flow.make_poster import compose
from app.flow.orders import Studio
from app.flow.print_poster import leaf_of
from app.jobs.crew import Crew
from app.kernel.digest import canonical_json
from app.kernel.errors import AppError, Invalid
from app.kernel.files import write_atomically
from app.rendering.paint_pdf import paint_document
from app.rendering.pdf_edition import About, Leaf
from app.rendering.proof_pages import prove_pages
from app.rendering.values import words_in

DOCUMENT_NAME = "posters.pdf"
RECORDS_FORMAT = "imprimatur.evidence-of-many/1"


@dataclass(frozen=True, slots=True)
class _Fair:
    """A row whose poster may be printed."""

    link: Minted
    leaf: Leaf
    outcome: str
    record: Mapping[str, object]


def print_batch(studio: Studio, order: BatchOrder, limits: Limits) -> list[Made]:
    """Write ``posters.pdf`` and ``manifest.csv`` into the batch's folder; the outcome of every row.

    The whole is painted in a child process, under the limits of one poster for each row.
    *Raises* Conflict ``batch_running``; Invalid for a finish that the size does not allow; Blocked when a page is not
    proved, or the limits do not do.
    """
    with exclusive(order.out) as journal:
        mend(journal)
        batch = Batch(studio, limits, order, order.out, journal)
        batch.minted, _ = replay(journal)
        work = list(zip(order.rows, links_of(batch, order.rows), strict=True))
        read_rows(batch, work)

        def do(_: int) -> list[Made]:
            return _printed(batch, work)

        seconds = limits.seconds * max(1, len(work))
        with Crew(do, 1, seconds, limits.memory_mib) as crew:
            ((_, made),) = crew.do([0])
        if isinstance(made, AppError):
            raise made
        write_atomically(order.out / MANIFEST_NAME, manifest(made))
    return made


def _printed(batch: Batch, work: Sequence[tuple[TableRow, Minted]]) -> list[Made]:
    judged = [_judged(batch, row, link) for row, link in work]
    fair = [one for one in judged if isinstance(one, _Fair)]
    digest = _write(batch, fair) if fair else ""
    made = []
    for one in judged:
        if isinstance(one, _Fair):
            link = one.link
            one = Made(link.row, link.key, DOCUMENT_NAME, digest, link.url, one.outcome, "")
            append(batch.journal, one)
        made.append(one)
    return made


def _judged(batch: Batch, row: TableRow, link: Minted) -> _Fair | Made:
    try:
        order = order_of_row(batch, row, link)
        display, judgement = compose(batch.studio, order)
    except Invalid as error:
        return refused(batch, link, "invalid", error)
    if judgement.verdict.outcome == "block":
        return refused(batch, link, "block", Invalid.of(judgement.blocking()))
    record = evidence(batch.studio, order, display, judgement) if order.finish.standard == "a-3u" else {}
    return _Fair(link, leaf_of(order, display), outcome_of_row(batch, order, judgement), record)


def _write(batch: Batch, fair: Sequence[_Fair]) -> str:
    """Paints and proves the document, writes it, and returns its digest."""
    order = batch.order
    title = words_in(order.template.template.title, fair[0].leaf.display.language)
    records = None
    if order.finish.standard == "a-3u":
        records = canonical_json({"format": RECORDS_FORMAT, "posters": [dict(one.record) for one in fair]})
    finish = replace(order.finish, fills=False)
    about = About(title, order.as_of, records)
    printed = paint_document([one.leaf for one in fair], batch.studio.kit.fonts, finish, about)
    prove_pages(printed.data, printed.places)
    write_atomically(batch.folder / DOCUMENT_NAME, printed.data)
    return hashlib.sha256(printed.data).hexdigest()
