"""The way around: the entries of the bar that exist and that the visitor may use."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, url_for

from app.accounts.core import Action, Role
from app.db import reading
from app.reads.me import Me, me
from app.web.parts import parts
from app.web.policy import policy_of
from app.web.visitor import visitor
from app.web.words import _


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the bar."""

    label: str
    icon: str
    href: str
    current: bool


# What each role's bar holds, in order: at most five, so that they fit beside each other on a phone.
BARS: Mapping[Role, tuple[str, ...]] = {
    "advisor": ("home.index", "gallery.index", "works.index", "customers.index", "session.me"),
    "designer": ("design.index", "gallery.index", "brand.index", "session.me"),
    "reviewer": ("review.index", "rules.index", "gallery.index", "session.me"),
    "operator": ("results.index", "circulation.index", "customers.index", "gallery.index", "session.me"),
    "auditor": ("audit.index", "results.index", "review.index", "gallery.index", "session.me"),
    "admin": ("people.index", "organisations.index", "gallery.index", "session.me"),
}


def _named() -> dict[str, tuple[str, str]]:
    return {
        "home.index": (_("Home"), "home"),
        "gallery.index": (_("Templates"), "templates"),
        "works.index": (_("Posters"), "works"),
        "customers.index": (_("Customers"), "customers"),
        "design.index": (_("Design"), "design"),
        "brand.index": (_("Brand"), "brand"),
        "review.index": (_("Review"), "stamp"),
        "rules.index": (_("Rules"), "rules"),
        "results.index": (_("Results"), "results"),
        "circulation.index": (_("In circulation"), "circulation"),
        "audit.index": (_("Record"), "record"),
        "people.index": (_("People"), "customers"),
        "organisations.index": (_("Organisation"), "tree"),
        "session.me": (_("Me"), "me"),
    }


def may(action: Action) -> bool:
    """Whether pages offer `action` to the visitor."""
    return visitor().may(action)


def first_page() -> str:
    """Where the visitor's day begins."""
    return url_for(next(name for name in BARS[visitor().actor.role] if name in current_app.view_functions))


def navigation() -> list[Entry]:
    """The entries for this visitor, in order."""
    asks = visitor()
    here = (request.endpoint or "").split(".")[0]
    here = {"tasks": "customers"}.get(here, here)
    named = _named()
    entries = []
    for endpoint in BARS[asks.actor.role]:
        view = current_app.view_functions.get(endpoint)
        policy = policy_of(view) if view else None
        if policy is not None and (policy.action is None or asks.may(policy.action)):
            label, icon = named[endpoint]
            entries.append(Entry(label, icon, url_for(endpoint), endpoint.split(".")[0] == here))
    return entries


def person() -> Me:
    """Who is signed in, as pages show them."""
    if "person" not in g:
        with reading(parts().deps) as session:
            g.person = me(session, visitor().actor)
    found: Me = g.person
    return found


def here() -> str:
    """This page, to come back to."""
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("home.door")


def local_path(given: str | None) -> str:
    """`given`, where it is a path of our own pages; else the start page."""
    if given is None or not given.startswith("/") or given.startswith(("//", "/\\")):
        return "/"
    if any(ord(character) < 33 or character == "\\" for character in given):
        return "/"
    split = urlsplit(given)
    return "/" if split.scheme or split.netloc else given


def register_navigation(app: Flask) -> None:
    """Offer the way around to the pages of `app`."""
    app.jinja_env.globals.update(may=may, navigation=navigation, person=person, here=here)
