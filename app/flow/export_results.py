"""Export results: a table leaves the house as CSV, capped, with no cell that a spreadsheet would run, and on record."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from app.accounts.core import Actor, require
from app.archive.core import JSON
from app.archive.records import append
from app.db import retried
from app.flow.deps import Deps

MAX_ROWS = 50_000
Cell = str | int | float
_BOM = "\ufeff"
_STARTS_FORMULA = tuple("=+-@＝＋－＠\t\r\n")


def export_results(
    deps: Deps, actor: Actor, table: str, lines: Sequence[Sequence[Cell]], facts: Mapping[str, JSON], capped: str
) -> Iterator[bytes]:
    """The table as CSV in UTF-8 with a byte order mark, in pieces; `lines` begin with the heads of the columns.

    After `MAX_ROWS` rows it ends with `capped`, which says so. That it left the house stands in the archive before the
    first piece is handed out: `facts` say what was asked for. *Raises* Forbidden ``not_permitted``.
    """
    require(actor, "dashboard.export")
    kept = lines[: MAX_ROWS + 1]
    body = {"table": table, "rows": max(0, len(kept) - 1), "capped": len(kept) < len(lines), **facts}
    subject = f"results:{actor.organisation_id}"
    retried(deps, lambda session: append(session, "results.export", subject, actor.person_id, body))
    return _written(kept, capped if len(kept) < len(lines) else "")


def neutral(cell: Cell) -> Cell:
    """A text that a spreadsheet shows as it stands, also where it would begin a formula; a number is what it is.

    *Source*: OWASP, CSV injection.
    """
    if isinstance(cell, str) and (cell.startswith(_STARTS_FORMULA) or cell.lstrip().startswith(_STARTS_FORMULA)):
        return f"'{cell}"
    return cell


def _written(lines: Sequence[Sequence[Cell]], last: str) -> Iterator[bytes]:
    yield _BOM.encode()
    for at in range(0, len(lines), 1000):
        piece = io.StringIO()
        csv.writer(piece).writerows([neutral(cell) for cell in line] for line in lines[at : at + 1000])
        yield piece.getvalue().encode()
    if last:
        piece = io.StringIO()
        csv.writer(piece).writerow([neutral(last)])
        yield piece.getvalue().encode()
