"""Read pictures: each distinct picture that people bring is read once, by a job, and what was read is kept."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.db import reading, retried
from app.flow.check_pictures import brought_pictures, check_pictures, familiar, own_pictures
from app.flow.deps import Deps
from app.flow.make_poster import Order, Studio, facts_of
from app.jobs.queue import Job, complete, enqueue
from app.kernel.errors import AppError, Unavailable
from app.ocr import records
from app.ocr.core import Reading
from app.rendering.layout import lay_out
from app.rendering.template import LoadedTemplate
from app.rendering.values import Values

JOB = "read_picture"
_NOT_ITS_FAULT = ("object_corrupt", "no_reader")


def order_readings(deps: Deps, session: Session, digests: Collection[str]) -> None:
    """Have those of the stored pictures read that never were, from when the caller's transaction commits."""
    if deps.settings.ocr == "on":
        for digest in records.want(session, digests):
            enqueue(session, JOB, {"digest": digest})


def picture_findings(deps: Deps, studio: Studio, order: Order) -> list[dict[str, Any]]:
    """What is to be said of the pictures that people brought for a poster, by what has been read so far, as JSON."""
    places = brought_pictures(studio, order)
    size, language = order.template.template.size(order.size)[0], order.language or order.template.template.language
    found = check_pictures(studio, facts_of(order, language), readings_at(deps, places), order.as_of)
    return [one.document(size, language) for one in found]


def template_picture_findings(deps: Deps, studio: Studio, template: LoadedTemplate, day: date) -> list[dict[str, Any]]:
    """What is to be said of a template's own pictures, each once: in the first size and language that shows it."""
    findings, left = [], set(picture_digests(studio, template))
    for size in template.template.sizes:
        for language in template.template.languages:
            values = Values({}, studio.sample_profile)
            order = Order(template, values, studio.sample_link, "png", day, size, language)
            display = lay_out(template.template, size, values, studio.kit, template.pictures, order.link, language)
            places = own_pictures(display, left)
            found = check_pictures(studio, facts_of(order, language), readings_at(deps, places), day)
            findings += [one.document(size, language) for one in found]
            left -= set(places.values())
    return findings + _elsewhere(deps, studio, template, left, day)


def _elsewhere(
    deps: Deps, studio: Studio, template: LoadedTemplate, left: Collection[str], day: date
) -> list[dict[str, Any]]:
    """The same of pictures that are drawn in parts, as nine-patches are: they belong to the whole."""
    size, _ = template.template.size(None)
    order = Order(template, Values({}, studio.sample_profile), studio.sample_link, "png", day, size)
    facts = facts_of(order, template.template.language)
    found = [check_pictures(studio, facts, readings_at(deps, {"$": digest}), day) for digest in sorted(left)]
    return [one.document(size, template.template.language) for each in found for one in each]


def picture_digests(studio: Studio, template: LoadedTemplate) -> list[str]:
    """The template's own pictures by the names that the store has for them; those that everybody knows are left out."""
    known = familiar(studio)
    return [picture.digest for picture in template.pictures.values() if picture.digest not in known]


def readings_at(deps: Deps, places: Mapping[str, str]) -> dict[str, Reading]:
    """The readings of the pictures (digest by place), by place."""
    with reading(deps) as session:
        known = records.find(session, places.values())
    return {place: known[digest] for place, digest in places.items()}


def carry_out(deps: Deps, job: Job) -> None:
    """Read the picture of `job` and keep what was read, or that it cannot be read: then a human must look.

    *Raises* Unavailable when the picture cannot be had, or there is nobody to read it; the job is tried again.
    """
    digest = str(job.payload["digest"])
    read = read_stored(deps, digest, digest)

    def write_down(session: Session) -> None:
        read(session)
        complete(session, job)

    retried(deps, write_down)


def read_stored(deps: Deps, object_digest: str, digest: str) -> Callable[[Session], None]:
    """Reads a stored picture; what it returns writes down, under `digest`, what was read, or that it cannot be.

    *Raises* as `carry_out`.
    """
    data = deps.store.get(object_digest)
    try:
        lines = deps.read_picture(data)
    except AppError as error:
        if isinstance(error, Unavailable) and error.code in _NOT_ITS_FAULT:
            raise
        code = error.code
        return lambda session: records.fail(session, digest, code)
    return lambda session: records.keep(session, digest, lines)
