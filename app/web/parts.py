"""What the pages are made of."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from app.config import Settings
from app.flow.deps import Deps
from app.flow.make_poster import Studio

EXTENSION = "imprimatur"


@dataclass(frozen=True, slots=True)
class WebParts:
    """Put together by the factory, once per process."""

    settings: Settings
    deps: Deps
    studio: Studio


def parts() -> WebParts:
    """The parts of the application that answers this request."""
    return cast(WebParts, current_app.extensions[EXTENSION])
