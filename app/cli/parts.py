"""What the command line is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.compliance.rules import Rules
from app.config import Settings
from app.flow.make_poster import Studio

if TYPE_CHECKING:
    from app.flow.deps import Deps


def _as_they_come(_settings: Settings, packs: Rules) -> Rules:
    return packs


@dataclass(frozen=True, slots=True)
class Parts:
    """Put together by the factory. Each is opened when a command needs it; a studio with all templates, or with one.

    `house_rules` are the rules of the packs with what the house has laid over them, where it has a database.
    """

    settings: Callable[[], Settings]
    studio: Callable[[Settings, str | None], Studio]
    rules: Callable[[Settings], Rules]
    work: Callable[[Settings, bool], None]
    migrate: Callable[[Settings], None]
    deps: Callable[[Settings], "Deps"]
    serve: Callable[[Settings, str, int, bool], None]
    house_rules: Callable[[Settings, Rules], Rules] = _as_they_come
