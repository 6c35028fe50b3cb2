"""What people call the states of a poster, what is to be done next, and where a poster goes."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint
from flask_babel import format_date, format_datetime, to_user_timezone

from app.reads.my_posters import MyPoster
from app.web.languages import chosen
from app.web.words import _


def work_state(state: str) -> tuple[str, str, str]:
    """The word for a state, the kind of chip, and its icon."""
    return {
        "draft": (_("Draft"), "", "pencil"),
        "in_review": (_("In review"), "advise", "clock"),
        "changes_requested": (_("Change requested"), "review", "review"),
        "approved": (_("Approved"), "pass", "pass"),
        "issued": (_("In circulation"), "pass", "circulation"),
        "rejected": (_("Rejected"), "block", "block"),
        "recalled": (_("Withdrawn"), "block", "block"),
        "expired": (_("Expired"), "", "calendar"),
    }[state]


def next_step(poster: MyPoster) -> str:
    """The one thing to do next, as a button says it."""
    return {
        "fill": _("Go on"),
        "wait": _("See how it stands"),
        "correct": _("Correct it"),
        "issue": _("Issue it"),
        "share": _("Share it"),
        "start_again": _("Start again"),
    }[poster.next]


def via_name(via: str) -> str:
    """What people call a way to share."""
    return {
        "wechat": _("WeChat chat"),
        "moments": _("Moments"),
        "wecom": _("WeCom"),
        "weibo": _("Weibo"),
        "sms": _("Text message"),
    }[via]


def step_name(action: str) -> str:
    """What happened, as the story of a poster tells it."""
    return {
        "edit": _("Begun"),
        "submit": _("Submitted"),
        "approve_by_policy": _("Approved by policy"),
        "approve": _("Approved by a reviewer"),
        "reject": _("Rejected by a reviewer"),
        "request_change": _("A change was requested"),
        "withdraw": _("Taken back"),
        "issue": _("Issued"),
        "recall": _("Withdrawn"),
    }.get(action, action)


def policy_name(policy: str) -> str:
    """What people call the policy by which a poster was approved without a human."""
    return {"open-slots-no-finding": _("only open parts changed, nothing found")}.get(policy, policy)


def file_kind(format_: str) -> str:
    """What people call a file that a poster is handed out as."""
    return {
        "png": _("Picture (PNG)"),
        "jpeg": _("Small picture (JPEG)"),
        "pdf": _("For printing (PDF)"),
        "pdfx": _("For the print shop (PDF/X-4)"),
    }[format_]


def moment(at: datetime) -> str:
    """Day and minute, where the house is."""
    this_year = at.year == datetime.now(UTC).year
    if chosen() == "zh":
        return str(format_datetime(at, "M月d日 HH:mm" if this_year else "yyyy年M月d日 HH:mm"))
    return str(format_datetime(at, "d MMM, HH:mm" if this_year else "d MMM yyyy, HH:mm"))


def last_day(ends_at: datetime) -> str:
    """The day that is the last one before `ends_at`."""
    return str(format_date(to_user_timezone(ends_at) - timedelta(seconds=1), "long"))


def register_work_words(pages: Blueprint) -> None:
    """Offer these words to all pages."""
    for word in (work_state, next_step, via_name, step_name, policy_name, file_kind):
        pages.add_app_template_global(word)
    pages.add_app_template_filter(moment, "moment")
    pages.add_app_template_filter(last_day, "last_day")
