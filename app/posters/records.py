"""The rows of renditions."""

from typing import Any, cast

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import database_now
from app.jobs.queue import status
from app.kernel.digest import digest_of
from app.kernel.errors import Conflict, NotFound
from app.posters.core import Outcome, Rendition, RenditionOrder
from app.posters.tables import RenditionRow

_OUTCOMES: dict[str, Outcome] = {"queued": "waiting", "leased": "waiting", "done": "done", "failed": "failed"}


def add(session: Session, rendition_id: str, job_id: int, order: RenditionOrder) -> None:
    """Write down `order`, which job `job_id` is going to carry out."""
    row = RenditionRow(
        id=rendition_id,
        job_id=job_id,
        template=order.template,
        template_version=order.template_version,
        size=order.size,
        language=order.language,
        format=order.format,
        values=dict(order.values),
        values_digest=digest_of(dict(order.values)),
        link=order.link,
        ordered_at=database_now(session),
    )
    session.add(row)
    session.flush()


def find(session: Session, rendition_id: str) -> Rendition:
    """The rendition and where it stands. *Raises* NotFound ``no_such_rendition``."""
    row = session.get(RenditionRow, rendition_id)
    if row is None:
        raise NotFound("no_such_rendition", "there is no such rendition")
    job = status(session, row.job_id)
    order = RenditionOrder(
        template=row.template,
        template_version=row.template_version,
        size=row.size,
        language=cast(Any, row.language),
        format=cast(Any, row.format),
        values=row.values,
        link=row.link,
    )
    outcome = _OUTCOMES[job.state]
    error_code = job.error_code if outcome == "failed" else None
    return Rendition(row.id, order, outcome, row.object_digest, row.media_type, row.bytes, error_code)


def finish(session: Session, rendition_id: str, object_digest: str, media_type: str, size_bytes: int) -> None:
    """Write down the finished file, once. *Raises* Conflict ``already_finished``."""
    unfinished = (RenditionRow.id == rendition_id) & RenditionRow.object_digest.is_(None)
    result = {"object_digest": object_digest, "media_type": media_type, "bytes": size_bytes}
    if (
        session.execute(update(RenditionRow).where(unfinished).values(**result).returning(RenditionRow.id)).first()
        is None
    ):
        raise Conflict("already_finished", f"rendition {rendition_id} is finished already")
