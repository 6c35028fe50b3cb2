"""What the forms of administration say when something is wrong with them."""

from app.kernel.errors import Invalid
from app.web.words import _

_FIELDS = {"password": "login"}


def said(error: Invalid) -> dict[str, str]:
    """The first thing that is wrong with each field, in words for people."""
    found: dict[str, str] = {}
    for problem in error.problems:
        found.setdefault(_FIELDS.get(problem.path, problem.path), _words(problem.code))
    return found


def state_label(state: str) -> str:
    """What a list of people is narrowed to."""
    return {
        "open": _("May sign in"),
        "closed": _("Closed accounts"),
        "never": _("Never signed in"),
        "ending": _("Licence ends soon"),
    }[state]


def kind_name(kind: str) -> str:
    """What people call a kind of organisation."""
    return {
        "headquarters": _("Headquarters"),
        "branch": _("Branch office"),
        "outlet": _("Outlet"),
    }[kind]


def _words(code: str) -> str:
    return {
        "missing": _("This is needed."),
        "too_long": _("This is too long."),
        "forbidden_character": _("One line, without control characters."),
        "bad_login": _("2 to 120 small letters, digits and . _ @ + -"),
        "password_too_easy": _("Choose an account name that is no part of common words."),
        "unknown_role": _("Choose a role."),
        "unknown_class": _("Choose a class."),
        "bad_kind": _("This cannot stand there: outlets stand below branches, and nothing below outlets."),
        "not_stored": _("This picture is not there any more: choose it again."),
    }.get(code, _("Please check this."))
