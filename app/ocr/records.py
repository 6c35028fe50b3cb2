"""The rows of readings: each distinct picture once for each engine."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import database_now, insert_or
from app.ocr.core import ENGINE, Line, Outcome, Reading, document_of
from app.ocr.tables import PictureReadingRow


def want(session: Session, digests: Iterable[str]) -> list[str]:
    """Those of `digests` that nobody had wanted to be read before; now they wait."""
    now, new = database_now(session), []
    for digest in sorted(set(digests)):
        row = {"digest": digest, "engine": ENGINE, "outcome": "waiting", "lines": [], "wanted_at": now}
        added = insert_or(session, PictureReadingRow).on_conflict_do_nothing().returning(PictureReadingRow.digest)
        if session.execute(added, row).first() is not None:
            new.append(digest)
    return new


def find(session: Session, digests: Collection[str]) -> Mapping[str, Reading]:
    """The readings of `digests` by today's engine. One that nobody wanted yet waits as well."""
    known = PictureReadingRow.digest.in_(set(digests)) & (PictureReadingRow.engine == ENGINE)
    rows = {row.digest: _reading(row) for row in session.scalars(select(PictureReadingRow).where(known))}
    return {digest: rows.get(digest) or Reading(digest, "waiting") for digest in digests}


def keep(session: Session, digest: str, lines: Sequence[Line]) -> None:
    """Write down what was read."""
    _finish(session, digest, {"outcome": "read", "lines": document_of(lines), "error_code": None})


def fail(session: Session, digest: str, error_code: str) -> None:
    """Write down that the picture could not be read."""
    _finish(session, digest, {"outcome": "failed", "lines": [], "error_code": error_code})


def _finish(session: Session, digest: str, changes: Mapping[str, Any]) -> None:
    one = (PictureReadingRow.digest == digest) & (PictureReadingRow.engine == ENGINE)
    session.execute(update(PictureReadingRow).where(one).values(finished_at=database_now(session), **changes))


def _reading(row: PictureReadingRow) -> Reading:
    lines = tuple(Line.of(line) for line in row.lines)
    return Reading(row.digest, cast(Outcome, row.outcome), lines, row.error_code)
