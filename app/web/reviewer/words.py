"""The words of review for what code knows by a key."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_datetime, format_time, format_timedelta

from app.rendering.template import Template
from app.rendering.values import words_in
from app.web.articles import cited
from app.web.languages import chosen
from app.web.names import size_name
from app.web.visitor import current_actor
from app.web.words import _


def severity_name(severity: str) -> str:
    """How bad a finding is."""
    return {"block": _("Blocked"), "review": _("Needs review"), "advise": _("Advice")}[severity]


def kind_name(kind: str) -> str:
    """What is reviewed."""
    return {"poster": _("Poster"), "template": _("Template")}[kind]


def action_name(action: str) -> str:
    """A step of a case, as something that was done."""
    return {
        "edit": _("Saved"),
        "submit": _("Submitted"),
        "withdraw": _("Taken back"),
        "approve": _("Approved"),
        "approve_by_policy": _("Approved by policy"),
        "reject": _("Rejected"),
        "request_change": _("Change requested"),
        "issue": _("Issued"),
        "retire": _("Retired"),
        "recall": _("Recalled"),
    }[action]


def state_name(state: str) -> str:
    """Where a work stands."""
    return {
        "draft": _("Draft"),
        "in_review": _("In review"),
        "changes_requested": _("Change requested"),
        "rejected": _("Rejected"),
        "approved": _("Approved"),
        "issued": _("Issued"),
        "retired": _("Retired"),
        "recalled": _("Recalled"),
    }[state]


def kind_of_chip(action: str) -> str:
    """The look of a step or a state."""
    return {
        "approve": "pass",
        "approve_by_policy": "pass",
        "approved": "pass",
        "issued": "pass",
        "reject": "block",
        "rejected": "block",
        "recall": "block",
        "recalled": "block",
        "request_change": "review",
        "changes_requested": "review",
        "in_review": "advise",
    }.get(action, "")


def policy_name(policy: str) -> str:
    """A policy by its rule: why no human had to look."""
    known = {
        "open-slots-no-finding": _("Only open slots were changed, and nothing was found"),
        "built-in": _("Comes with the product"),
    }
    return known.get(policy, policy)


def how_name(how: str) -> str:
    """How a text was read before a rule fired on it."""
    return {
        "characters": _("Look-alike or special characters were read as the plain ones."),
        "separators": _("What stands between the characters was left out, and lines were joined."),
        "sound": _("It was read by its sound: homophones, pinyin or digits for letters."),
    }[how]


def role_of_text(role: str) -> str:
    """Who a text on a poster comes from."""
    return {
        "slot": _("Open slot"),
        "fixed": _("Fixed text"),
        "profile": _("Profile"),
        "disclosure": _("Required notice"),
    }[role]


def part_name(part: str) -> str:
    """What has changed around a snapshot."""
    return {
        "template_digest": _("the template"),
        "brand_digest": _("the brand kit"),
        "fonts_digest": _("the fonts"),
        "rules_fingerprint": _("the rules"),
        "renderer_version": _("the renderer"),
    }.get(part, part)


def trouble(code: str) -> tuple[str, str]:
    """Why a decision was not taken: title and sentence."""
    known = {
        "stale_digest": (
            _("It was changed while you were looking"),
            _("This is the new version. What you wrote is still here; look again, then decide."),
        ),
        "not_in_review": (
            _("It is not waiting any more"),
            _("Somebody has decided, or it was taken back. Your decision was not recorded; what you wrote is below."),
        ),
        "moved_on": (
            _("Somebody was faster"),
            _("It changed in the same moment. Your decision was not recorded; this is how it stands now."),
        ),
        "four_eyes": (
            _("Somebody else has to decide on this"),
            _("You had a hand in it. Nobody decides on their own work, with whatever account."),
        ),
        "recheck_required": (
            _("The rules have changed since it was submitted"),
            _("It cannot be approved as it was checked. Ask for a change: submitting again checks it anew."),
        ),
        "not_valid": (
            _("The template may not be used today"),
            _("Its period has ended or not begun, so this cannot be approved."),
        ),
        "invalid": (_("Something is missing"), _("Nothing was recorded yet. What you wrote is still here.")),
    }
    fallback = (_("This could not be recorded"), _("Nothing was changed. What you wrote is still here; try again."))
    return known.get(code, fallback)


def outcome_name(code: str) -> str:
    """What stood against one of several decisions, in short."""
    return {
        "stale_digest": _("Changed since you looked"),
        "not_in_review": _("Not waiting any more"),
        "moved_on": _("Changed in the same moment"),
        "four_eyes": _("You had a hand in it"),
        "recheck_required": _("Rules have changed: submit again"),
    }.get(code, _("Could not be recorded"))


def title_of(words: Any) -> str:
    """A title of a published template in the language of this request."""
    if isinstance(words, str):
        return words
    return str(words.get(chosen()) or words.get("zh") or words.get("en") or "")


def place_name(place: str, template: Template) -> str:
    """A place of a work by the words that people know it by."""
    parts = place.split(".")
    where = ""
    if parts[0] == "sizes" and len(parts) > 2:
        where = f"{size_name(parts[1])} · {'English' if parts[2] == 'en' else '中文'}"
        parts = parts[3:]
    if len(parts) == 2 and parts[0] == "slots" and parts[1] in template.slots:
        what = words_in(template.slots[parts[1]].label, chosen())
    elif place == "profile.photo":
        what = _("Photo of the profile")
    elif parts[:1] == ["layers"]:
        what = _("Fixed part")
    else:
        what = "" if where else _("The whole work")
    return " · ".join(part for part in (where, what) if part)


def ago(age: timedelta) -> str:
    """How long something has waited."""
    return str(format_timedelta(max(age, timedelta(minutes=1)), granularity="minute", threshold=1.2))


def moment(at: datetime) -> str:
    """A time of day on a day, where the bank is."""
    return str(format_datetime(at, "y年M月d日 HH:mm" if chosen() == "zh" else "d MMM y, HH:mm"))


def clock(at: datetime) -> str:
    """The time of day, where the bank is."""
    return str(format_time(at, "HH:mm"))


def my_person_id() -> str:
    """Whose page this is."""
    return current_actor().person_id


def words() -> dict[str, Callable[..., Any]]:
    """The words of review, as its pages call them."""
    listed: tuple[Callable[..., Any], ...] = (
        severity_name,
        kind_name,
        action_name,
        state_name,
        kind_of_chip,
        policy_name,
        how_name,
        role_of_text,
        part_name,
        trouble,
        outcome_name,
        title_of,
        place_name,
        ago,
        moment,
        clock,
        my_person_id,
        cited,
    )
    return {word.__name__: word for word in listed}
