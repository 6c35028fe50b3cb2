"""Who asks: the person behind a request, as pages know them."""

from dataclasses import dataclass
from typing import cast

from flask_login import current_user

from app.accounts.core import Action, Actor, permits
from app.kernel.errors import AppError


class NotSignedIn(AppError):
    """The request comes from nobody that is known."""

    kind = "not_signed_in"

    def __init__(self) -> None:
        super().__init__("not_signed_in", "sign in first")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in."""

    actor: Actor
    token: str
    is_authenticated: bool = True

    def may(self, action: Action) -> bool:
        """Whether pages offer `action`."""
        return permits(self.actor.role, action)


def visitor() -> Visitor:
    """Who asks. *Raises* NotSignedIn where nobody is signed in."""
    if not current_user.is_authenticated:
        raise NotSignedIn
    return cast(Visitor, current_user)


def current_actor() -> Actor:
    """The actor that flow is told. *Raises* NotSignedIn."""
    return visitor().actor
