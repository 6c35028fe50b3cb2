"""Who may call a route. Every route declares it, and none answers before it has been asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, request

from app.accounts.core import Action, require
from app.kernel.errors import Forbidden
from app.web.visitor import current_actor

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Policy:
    """`action` is one of the permission table; without one, anybody who is signed in, or (`public`) anybody at all."""

    public: bool = False
    action: Action | None = None


def public(view: View) -> View:
    """For anybody, signed in or not."""
    return _declare(view, Policy(public=True))


def signed_in(view: View) -> View:
    """For everybody who is signed in, whatever their role."""
    return _declare(view, Policy())


def permitted(action: Action) -> Callable[[View], View]:
    """For the roles that may do `action`; flow asks again, with the state and the scope of the thing."""
    return lambda view: _declare(view, Policy(action=action))


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """What `view` has declared."""
    found: Policy | None = getattr(view, "policy", None)
    return found


def undeclared(app: Flask) -> list[str]:
    """The endpoints of `app` without a policy."""
    return sorted(name for name, view in app.view_functions.items() if policy_of(view) is None)


def guard() -> None:
    """Before each request: let the caller pass, or raise NotSignedIn or Forbidden."""
    if request.endpoint is None:
        return
    policy = policy_of(current_app.view_functions[request.endpoint])
    if policy is None:
        raise Forbidden("no_policy", "this route has not declared who may call it")
    if policy.public:
        return
    actor = current_actor()
    if policy.action is not None:
        require(actor, policy.action)


def _declare(view: View, policy: Policy) -> View:
    view.policy = policy  # type: ignore[attr-defined]
    return view
