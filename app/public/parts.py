"""What the customers' pages are made of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

from flask import current_app

from app.brand.core import BrandKit
from app.config import Settings
from app.flow.deps import Deps
from app.public.callers import Allowance
from app.public.pictures import Pictures
from app.public.redirect import Intake
from app.public.tokens import Once, Tokens

EXTENSION = "imprimatur_public"


class Built(Protocol):
    """A built script with its style sheets, as paths below ``static/``."""

    @property
    def script(self) -> str: ...

    @property
    def styles(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class PublicParts:
    """Put together by the factory, once per process. `built` finds a built entry by its source."""

    settings: Settings
    deps: Deps
    brand: BrandKit
    intake: Intake
    pictures: Pictures
    tokens: Tokens
    built: Callable[[str], Built]
    static: Path
    translations: Path
    once: Once = field(default_factory=Once)
    shares: Allowance = field(default_factory=lambda: Allowance(6, 20))
    shares_of_link: Allowance = field(default_factory=lambda: Allowance(60, 1))
    consents: Allowance = field(default_factory=lambda: Allowance(10, 6))


def parts() -> PublicParts:
    """The parts of the application that answers this request."""
    return cast(PublicParts, current_app.extensions[EXTENSION])
