"""What the pages are made of."""

from dataclasses import dataclass, replace
from typing import cast

from flask import current_app, g, has_request_context, request

from app.config import Settings
from app.flow.deps import Deps
from app.flow.house_book import FRESH_SECONDS, HouseBook
from app.flow.make_poster import Studio
from app.web.security import SAFE_METHODS

EXTENSION = "imprimatur"


@dataclass(frozen=True, slots=True)
class WebParts:
    """Put together by the factory, once per process. `studio` has the rules of the packs, `book` lays the house's over.

    In a request, `parts` gives them with the rules that are in force.
    """

    settings: Settings
    deps: Deps
    studio: Studio
    book: HouseBook


def parts() -> WebParts:
    """The parts of the application that answers this request, with one and the same book of rules all through it.

    A request that changes something asks which rules are in force; one that only shows may be a second late.
    """
    given = cast(WebParts, current_app.extensions[EXTENSION])
    if not has_request_context():
        return given
    if "parts" not in g:
        at_most = FRESH_SECONDS if request.method in SAFE_METHODS else 0.0
        g.parts = replace(given, studio=given.book.in_force(given.studio, at_most))
    return cast(WebParts, g.parts)
