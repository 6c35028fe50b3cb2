"""What the command line is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.compliance.rules import Rules
from app.config import Settings
from app.flow.make_poster import Studio

if TYPE_CHECKING:
    from app.flow.deps import Deps


@dataclass(frozen=True, slots=True)
class Parts:
    """Put together by the factory. Each is opened when a command needs it; a studio with all templates, or with one."""

    settings: Callable[[], Settings]
    studio: Callable[[Settings, str | None], Studio]
    rules: Callable[[Settings], Rules]
    work: Callable[[Settings, bool], None]
    migrate: Callable[[Settings], None]
    deps: Callable[[Settings], "Deps"]
    serve: Callable[[Settings, str, int, bool], None]
