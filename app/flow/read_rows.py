"""Read rows: the pictures of posters that are made without a submission, each distinct one read here and now.

Nobody reviews such posters here. So one whose pictures were not read, or hit, says `review` as its outcome.
"""

from collections.abc import Callable, Iterable, Mapping

from app.compliance.document import LEVELS, Outcome
from app.flow.check_pictures import PictureFinding, brought, check_pictures
from app.flow.make_poster import Order, Studio, facts_of
from app.kernel.errors import AppError
from app.ocr.core import Line, Reading

ReadPicture = Callable[[bytes], tuple[Line, ...]]


def read_orders(studio: Studio, orders: Iterable[Order], read: ReadPicture) -> dict[str, Reading]:
    """The readings of all pictures that were brought for `orders`, by digest; what cannot be read is said to be so."""
    readings: dict[str, Reading] = {}
    for order in orders:
        for picture in brought(studio, order).values():
            if picture.digest not in readings:
                readings[picture.digest] = _reading(picture.digest, picture.data, read)
    return readings


def _reading(digest: str, data: bytes, read: ReadPicture) -> Reading:
    try:
        return Reading(digest, "read", read(data))
    except AppError as error:
        return Reading(digest, "failed", error_code=error.code)


def found_in_pictures(studio: Studio, order: Order, readings: Mapping[str, Reading]) -> tuple[PictureFinding, ...]:
    """What is to be said of the pictures of an order; one without a reading was not read."""
    known = {
        place: readings.get(picture.digest) or Reading(picture.digest, "waiting")
        for place, picture in brought(studio, order).items()
    }
    return check_pictures(
        studio, facts_of(order, order.language or order.template.template.language), known, order.as_of
    )


def outcome_of(copy: Outcome, found: Iterable[PictureFinding]) -> Outcome:
    """The gravest of what was found in the copy of a poster and in its pictures."""
    return max((copy, *(one.finding.severity for one in found)), key=LEVELS.index)
