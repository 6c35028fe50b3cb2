"""The words of the workbench for what code knows by a key."""

from collections.abc import Callable
from typing import Any

from flask import url_for

from app.kernel.errors import Problem
from app.web.words import _


def jurisdiction_name(jurisdiction: str) -> str:
    """Where a rule holds."""
    return {
        "CN": _("Mainland China"),
        "US": _("United States"),
        "UK": _("United Kingdom"),
        "HK": _("Hong Kong"),
        "SG": _("Singapore"),
        "EU": _("European Union"),
    }[jurisdiction]


def status_name(status: str) -> str:
    """How far a rule holds."""
    return {
        "active": _("Active"),
        "pending": _("Not yet in force"),
        "unverified": _("Source not verified"),
        "draft": _("Off"),
    }[status]


def rule_kind_name(kind: str) -> str:
    """How a rule finds what it is about."""
    return {
        "term": _("Forbidden words"),
        "regex": _("Patterns"),
        "disclosure": _("Required text"),
        "context": _("Claim that needs evidence"),
    }[kind]


def origin_name(origin: str) -> str:
    """Whose rule it is."""
    return {
        "built_in": _("Built in"),
        "changed": _("Changed by the house"),
        "house": _("House rule"),
        "waits": _("Waiting to be switched on"),
    }[origin]


def version_name(number: int, is_built_in: bool) -> str:
    """A version of a rule; 0 is what comes with the product, or nothing."""
    if number:
        return _("Version %(number)s", number=number)
    return _("As built in") if is_built_in else _("Off: no rule")


def place_of_example(place: str) -> str:
    """Where a context has to stand."""
    return {
        "cover": _("over the hit"),
        "before": _("before the hit"),
        "after": _("after the hit"),
        "sentence": _("in the same sentence"),
        "text": _("anywhere in the text"),
    }[place]


def problem_words(problem: Problem) -> str:
    """What is wrong with a rule, for people; what only a parser can say is said as it says it."""
    return {
        "not_hit": _("The rule does not hit this sentence."),
        "hit": _("The rule hits this sentence, and it must not."),
        "nested_repeat": _("A repeat within a repeat, like (a+)+: say it once."),
        "unknown_context": _("There is no list of contexts of this name."),
        "unknown_family": _("There is no family of this name."),
        "unknown_word": _("There is no word of this name."),
        "bad_term": _("Less than two characters are left when it is folded."),
        "bad_id": _("A new rule is called like cn-house-my-rule: jurisdiction, house, and its name."),
        "taken": _("There is a rule of this id already: change that one, or choose another id."),
        "fixed_id": _("The id of a rule stays as it is."),
        "unchanged": _("This is what the newest version says already."),
        "required": _("Say why, in at most 500 characters."),
    }.get(problem.code, problem.message)


def switch_trouble(code: str) -> str:
    """Why a version cannot be switched."""
    return {
        "four_eyes": _("You wrote a version of this rule: somebody else switches it on."),
        "replay_required": _("Replay it against the rules in force first, and look at what it finds."),
        "in_force": _("This version is in force."),
        "moved_on": _("The rules in force have changed in the meantime: replay it again."),
        "not_permitted": _("Reviewers at headquarters switch rules for the whole house."),
    }.get(code, _("This could not be recorded"))


def evidence_state(state: str) -> tuple[str, str, str | None]:
    """Where a sentence of the claims library stands: word, look and icon."""
    known: dict[str, tuple[str, str, str | None]] = {
        "waiting": (_("Waits for approval"), "review", None),
        "holds": (_("Holds today"), "pass", None),
        "not_yet": (_("Not valid yet"), "", "clock"),
        "over": (_("Its days are over"), "", "clock"),
        "ended": (_("Ended"), "", "lock"),
    }
    return known[state]


def entries(current: str) -> list[dict[str, Any]]:
    """The rooms of the workbench."""
    listed = [
        ("browse", _("Rules"), url_for("rules.index")),
        ("try", _("Try a text"), url_for("rules.try_page")),
        ("claims", _("Claims library"), url_for("rules.claims")),
        ("rescan", _("Rescan"), url_for("rules.rescan")),
    ]
    return [{"label": label, "href": href, "current": name == current} for name, label, href in listed]


def words() -> dict[str, Callable[..., Any]]:
    """The words of the workbench, as its pages call them."""
    listed: tuple[Callable[..., Any], ...] = (
        jurisdiction_name,
        status_name,
        rule_kind_name,
        origin_name,
        version_name,
        place_of_example,
        problem_words,
        switch_trouble,
        evidence_state,
        entries,
    )
    return {word.__name__: word for word in listed}
