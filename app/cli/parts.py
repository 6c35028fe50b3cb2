"""What the command line is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.compliance.rules import Rules
from app.config import Settings
from app.flow.make_poster import Studio
from app.kernel.errors import Unavailable

if TYPE_CHECKING:
    from app.flow.deps import Deps
    from app.flow.read_rows import ReadPicture


def _as_they_come(_settings: Settings, packs: Rules) -> Rules:
    return packs


def _no_reader(_settings: Settings) -> "ReadPicture":
    raise Unavailable("no_reader", "this command line reads no pictures")


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
    read_picture: "Callable[[Settings], ReadPicture]" = _no_reader
    house_rules: Callable[[Settings, Rules], Rules] = _as_they_come
