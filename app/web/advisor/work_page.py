"""The page of one poster: its picture with what was found and said pinned to it, its state, and what can be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, url_for

from app.accounts.core import permits
from app.db import database_now, reading
from app.flow.edit_draft import Work, check_work, open_work
from app.flow.edit_preview import Mark, Preview
from app.kernel.errors import AppError
from app.reads.gallery import frame_of, title_of
from app.reads.my_posters import Told, one_poster
from app.reads.rescanned import blocked_of
from app.rendering.values import words_in
from app.review.records import Comment
from app.web.advisor.editor_words import words_for
from app.web.articles import cited
from app.web.languages import chosen
from app.web.names import licence_name
from app.web.parts import parts
from app.web.visitor import current_actor
from app.web.words import _

_ORDER = ("block", "review", "advise")


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding or a problem as the page tells it, with its number on the picture."""

    number: int
    severity: str
    text: str
    where: str
    reason: str
    suggestion: str
    law: str
    article: str
    lang: str | None
    boxes: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Pin:
    """A reviewer's comment with its number; `x` and `y` are pixels of the poster, None where it is about the whole."""

    number: int
    text: str
    where: str
    x: float | None
    y: float | None


def work_page(poster_id: str, refused: AppError | None = None, recall_error: str = "") -> str:
    """The page, with what a step that was `refused` has to say."""
    actor = current_actor()
    with reading(parts().deps) as session:
        told = one_poster(session, actor, poster_id, database_now(session))
        blocked = blocked_of(session, told.owner_person_id).get(poster_id)
    poster, is_own = told.poster, told.owner_person_id == actor.person_id and actor.role == "advisor"
    work = open_work(parts().deps, parts().studio, actor, poster_id) if is_own else None
    found = check_work(parts().studio, work) if work is not None and work.is_open else None
    width_px, height_px = frame_of(poster.head, poster.size)
    listed = _listed(work, found) if work and found else _written(told)
    return render_template(
        "advisor/work.html",
        poster=poster,
        told=told,
        title=title_of(poster.head, chosen()),
        width_px=width_px,
        height_px=height_px,
        findings=listed,
        is_open=found is not None,
        is_blocked=any(one.severity == "block" for one in listed) and found is not None,
        is_changed=told.submitted_revision != poster.revision,
        pins=_pins(told.comments, poster.head, (width_px, height_px), work) if poster.state != "issued" else [],
        refused=_refusal(refused) if refused else "",
        is_outdated=refused is not None and refused.code == "recheck_required",
        recall_error=recall_error,
        may_recall=permits(actor.role, "poster.recall", poster.state),
        may_delete=is_own and poster.state == "draft" and told.digest is None,
        tree_url=_tree_url(poster_id),
        is_own=is_own,
        does_not_pass=None if blocked is None else [one["message"][chosen()] for one in blocked],
    )


def _tree_url(poster_id: str) -> str | None:
    return url_for("works.tree", poster_id=poster_id) if "works.tree" in current_app.view_functions else None


def _listed(work: Work, found: Preview) -> list[Shown]:
    """What is wrong with the draft, and what the rules say of it; each rule once for the same words."""
    language, words = chosen(), words_for(chosen())
    shown: list[Shown] = []
    for problem in found.problems:
        known = words.get(f"problem_{problem.code}", words["problem_other"])
        reason = known.replace("{message}", problem.message).replace("{count}", _digits(problem.message))
        where = _slot_label(work, problem.path)
        shown.append(Shown(len(shown) + 1, "block", "", where, reason, "", "", "", None, ()))
    marks: dict[tuple[str, str, str | None], Mark] = {}
    for mark in sorted(found.marks, key=lambda one: _ORDER.index(one.severity)):
        marks.setdefault((mark.rule, mark.text, mark.slot), mark)
    for mark in marks.values():
        source = cited({"law": {"zh": mark.source.law.zh, "en": mark.source.law.en}, "article": mark.source.article})
        reason, suggestion = (said.zh if language == "zh" else said.en for said in (mark.message, mark.suggestion))
        where = _where(work, mark)
        number = len(shown) + 1
        said = (number, mark.severity, mark.text, where, reason, suggestion)
        shown.append(Shown(*said, source.law, source.article, source.lang, tuple(mark.boxes)))
    return shown


def _where(work: Work, mark: Mark) -> str:
    if mark.slot:
        return _slot_label(work, f"slots.{mark.slot}")
    return _("Photo of the profile") if mark.in_picture else _("Fixed words of the template")


def _digits(message: str) -> str:
    return next((word for word in message.split() if word.isdigit()), "")


def _written(told: Told) -> list[Shown]:
    """What was found when it was submitted."""
    language = chosen()
    shown: list[Shown] = []
    for one in sorted(told.findings, key=lambda one: _ORDER.index(one["severity"])):
        source = cited(one)
        said = (one["severity"], one["text"], "", one["message"][language], one["suggestion"][language])
        shown.append(Shown(len(shown) + 1, *said, source.law, source.article, source.lang, ()))
    return shown


def _slot_label(work: Work, path: str) -> str:
    slot = work.template.template.slots.get(path.split(".")[1]) if path.startswith("slots.") else None
    return words_in(slot.label, chosen()) if slot else _("The whole poster")


def _pins(
    comments: tuple[Comment, ...], _head: Mapping[str, Any], frame: tuple[int, int], work: Work | None
) -> list[Pin]:
    """Comments with their numbers; a point is given in parts of the poster."""
    return [
        Pin(
            number,
            one.text,
            _slot_label(work, one.place) if work and one.place.startswith("slots.") else "",
            one.x * frame[0] if one.x is not None else None,
            one.y * frame[1] if one.y is not None else None,
        )
        for number, one in enumerate(comments, 1)
    ]


def _refusal(error: AppError) -> str:
    """What a refused step means for the person."""
    if error.code == "no_licence":
        return _(
            "You need a valid %(licence)s for this. Your administrator can enter it.",
            licence=licence_name(error.fields["licence_class"]),
        )
    known = {
        "blocked": _("It was not submitted: something in it may not go out. It is listed here."),
        "not_approved": _("The template is not in use any more. Choose another one."),
        "not_available": _("The template is not released for your organisation today."),
        "not_valid": _("The days of this template are over, or have not begun."),
        "recheck_required": _("Rules or brand have changed since it was approved. Submit it once more."),
        "no_profile": _("Your profile is empty: posters need at least your name. Ask your administrator."),
        "moved_on": _("It has changed since you looked. Here is how it stands now."),
        "wrong_state": _("It has changed since you looked. Here is how it stands now."),
        "withdrawn": _("It was withdrawn meanwhile."),
        "qr_unproved": _("The code on the finished poster could not be read. Nothing went out; please try again."),
        "foreign_qr": _("Another code was found in a picture of the poster. Remove that picture."),
    }
    return known.get(error.code, _("It was not done: something in it needs correcting. It is listed here."))
