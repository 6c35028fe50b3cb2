"""Render later: an order is written down together with its job; a worker carries it out."""

from sqlalchemy.orm import Session

from app.db import reading, retried
from app.flow.deps import Deps
from app.jobs.queue import Job, complete, enqueue
from app.kernel.ids import new_code
from app.posters import records
from app.posters.core import RenditionOrder, picture_digests

JOB = "render_rendition"


def request_rendition(deps: Deps, order: RenditionOrder) -> str:
    """The id of the new rendition; from then on it will be painted, whatever happens to this process.

    *Raises* Invalid ``not_stored`` when a picture of the order is not named by a digest.
    """
    picture_digests(order.values)
    rendition_id = new_code(16)

    def write_down(session: Session) -> None:
        job_id = enqueue(session, JOB, {"rendition": rendition_id})
        records.add(session, rendition_id, job_id, order)

    retried(deps, write_down)
    return rendition_id


def carry_out(deps: Deps, job: Job) -> None:
    """Paint the rendition of `job` and keep the file; the row and the job say so in one transaction.

    A worker that dies on the way leaves at most an object that nobody names; the next one stores the same bytes.
    """
    rendition_id = str(job.payload["rendition"])
    with reading(deps) as session:
        order = records.find(session, rendition_id).order
    painted = deps.paint(order)
    digest = deps.store.put(painted.data)

    def write_down(session: Session) -> None:
        records.finish(session, rendition_id, digest, painted.media_type, len(painted.data))
        complete(session, job)

    retried(deps, write_down)
