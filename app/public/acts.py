"""What is done on a landing page, taken in as visits; and who asks, as far as they agreed to be known."""

from datetime import UTC, datetime

from flask import request

from app.flow.consent import remembered
from app.kernel.errors import NotFound, Unavailable
from app.links.core import Link, is_code
from app.public.callers import Allowance, network_of
from app.public.parts import parts
from app.tracking.core import Kind, Place, Request, app_of, crop_act, visitor_in


def caller() -> str:
    """The network that asks, for limits alone; it is not kept."""
    return network_of(parts().intake.address(request.remote_addr, request.headers.get("X-Forwarded-For")))


def require_calm() -> None:
    """*Raises* Unavailable ``too_many_attempts`` for whoever guesses codes."""
    wait = parts().intake.callers.wait_seconds(caller())
    if wait:
        raise Unavailable("too_many_attempts", "too many codes were tried", retry_after_seconds=wait)


def require_allowed(allowance: Allowance, key: str) -> None:
    """Count one use of `allowance`. *Raises* Unavailable ``too_many_attempts``."""
    wait = allowance.take(key)
    if wait:
        raise Unavailable("too_many_attempts", "this was done too often", retry_after_seconds=wait)


def missed(code: str) -> NotFound:
    """The error for a code that is not there, noted against the caller; the same for what cannot be a code."""
    if is_code(code):
        parts().intake.callers.missed(caller())
    return NotFound("no_such_link", "there is no such link")


def known_visitor() -> str | None:
    """The id of whoever asks, if they agreed and have not taken it back."""
    return remembered(parts().deps, visitor_in(request.headers.get("Cookie", "")))


def app_around() -> str:
    """The app in which the page is open."""
    return app_of(request.headers.get("User-Agent", ""))


def keep_act(place: Place, kind: Kind, *, visitor: str | None, nonce: str | None = None) -> None:
    """Keep what was done just now."""
    intake = parts().intake
    visit = crop_act(intake.agents, _seen(), place, kind, datetime.now(UTC), visitor=visitor, nonce=nonce)
    intake.keeper.keep(visit)


def _seen() -> Request:
    header = request.headers.get
    return Request(
        method=request.method,
        user_agent=header("User-Agent", ""),
        accept=header("Accept", ""),
        accept_language=header("Accept-Language", ""),
        purpose=header("Sec-Purpose", ""),
        fetch_mode=header("Sec-Fetch-Mode", ""),
        query=request.query_string.decode("latin-1"),
        cookie=header("Cookie", ""),
    )


def place_of(link: Link) -> Place:
    """The link as visits name it."""
    return Place(link.code, link.target, link.parent_code)
