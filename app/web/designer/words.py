"""The words of the designer's pages for what code knows by a key."""

from datetime import date, datetime

from flask_babel import format_date, format_datetime
from jinja2 import Environment

from app.library.core import Availability
from app.web.languages import chosen
from app.web.words import _


def design_state(state: str) -> tuple[str, str, str]:
    """(word, kind of chip, icon) of a version's state."""
    return {
        "draft": (_("Draft"), "", "pencil"),
        "in_review": (_("In review"), "review", "stamp"),
        "changes_requested": (_("Change requested"), "review", "review"),
        "rejected": (_("Rejected"), "block", "block"),
        "approved": (_("Approved"), "pass", "pass"),
        "retired": (_("Retired"), "", "lock"),
        "recalled": (_("Recalled"), "block", "block"),
    }[state]


def step_words(action: str) -> tuple[str, str]:
    """(what happened, its icon) for a step of a version's history."""
    return {
        "edit": (_("Uploaded"), "design"),
        "submit": (_("Submitted"), "stamp"),
        "withdraw": (_("Taken back"), "back"),
        "approve": (_("Approved"), "pass"),
        "approve_by_policy": (_("Approved by policy"), "pass"),
        "reject": (_("Rejected"), "block"),
        "request_change": (_("Change requested"), "review"),
        "retire": (_("Retired"), "lock"),
        "recall": (_("Recalled"), "block"),
    }[action]


def policy_words(policy: str) -> str:
    """What people call a policy of review."""
    return {"built-in": _("Comes with the product")}.get(policy, policy)


def profile_word(field: str) -> str:
    """What people call a field of the profile."""
    return {
        "name": _("Advisor's name"),
        "title": _("Job title"),
        "phone": _("Phone"),
        "organisation": _("Organisation"),
        "licence": _("Licence number"),
        "photo": _("Photo"),
    }.get(field, field)


def layer_word(kind: str) -> str:
    """What people call a kind of layer."""
    return {
        "picture": _("picture"),
        "shape": _("shape"),
        "text": _("text"),
        "profile": _("advisor's field"),
        "disclosure": _("disclosure"),
        "qr": _("QR code"),
        "group": _("group"),
    }[kind]


def change_word(change: str) -> str:
    """What became of a part from one version to the next."""
    return {"added": _("new"), "removed": _("gone"), "changed": _("changed")}[change]


def field_word(field: str) -> str:
    """What people call a field of a template or of a slot."""
    known = {
        "title": _("title"),
        "summary": _("summary"),
        "content_type": _("occasion"),
        "product": _("product"),
        "jurisdiction": _("jurisdiction"),
        "languages": _("languages"),
        "channels": _("channels"),
        "validity": _("validity"),
        "tags": _("tags"),
        "max_chars": _("longest text"),
        "multiline": _("lines"),
        "styles": _("text styles"),
        "required": _("must be filled in"),
        "must_change": _("example must go"),
        "move": _("where it may be moved"),
        "review": _("who looks at it"),
        "label": _("label"),
        "hint": _("hint"),
        "example": _("example"),
        "min_px": _("smallest picture"),
        "crop": _("cropping"),
        "focus": _("point in view"),
        "kind": _("kind"),
    }
    return known.get(field, field)


def language_word(language: str) -> str:
    """A language in its own words."""
    return {"zh": "中文", "en": "English"}[language]


def day(when: date) -> str:
    """A day as lists show it."""
    return str(format_date(when, "medium"))


def px(length: float) -> str:
    """A length without decimals that say nothing."""
    return f"{length:.1f}".removesuffix(".0")


def moment(when: datetime) -> str:
    """A moment as histories show it."""
    return str(format_datetime(when, "y年M月d日 HH:mm" if chosen() == "zh" else "d MMM y, HH:mm"))


def grant_words(grant: Availability, names: dict[str, str]) -> tuple[str, str]:
    """(where, when) of one grant of availability."""
    where = _("The whole house") if grant.organisation_path == "/" else names.get(grant.organisation_path, "–")
    if grant.ends_on is None:
        return where, _("from %(day)s", day=day(grant.starts_on))
    return where, f"{day(grant.starts_on)} – {day(grant.ends_on)}"


def register_words(environment: Environment) -> None:
    """Offer the words to the designer's pages."""
    for word in (
        design_state,
        step_words,
        policy_words,
        profile_word,
        layer_word,
        change_word,
        field_word,
        language_word,
        moment,
        px,
    ):
        environment.globals[word.__name__] = word
