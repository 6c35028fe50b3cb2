"""One case: the work with its findings drawn on it, what it says, what differs, what was said before; the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import Response, make_response, render_template, request

from app.db import database_now, reading
from app.flow.clear_claims import Cleared, Near
from app.flow.day import day_here
from app.flow.decide import hindrance
from app.flow.exhibit import (
    Figure,
    Hit,
    Today,
    nearly_proven,
    poster_figure,
    proven,
    template_figures,
    today,
)
from app.flow.published import load_version
from app.flow.show_template import WIDTHS_PX, Showing, key_of, show_template
from app.kernel.errors import NotFound
from app.reads.precedents import Precedent, precedents
from app.reads.review_case import CaseView, Past, case_view
from app.reads.review_queue import Change, Waiting, changes, changes_since
from app.rendering.template import Template
from app.rendering.values import words_in
from app.review.core import Piece, copy_diff
from app.review.records import Comment
from app.web.languages import chosen
from app.web.parts import parts
from app.web.policy import permitted
from app.web.reviewer.queue import Row, rows, waiting
from app.web.reviewer.routes import blueprint
from app.web.reviewer.words import part_name, place_name
from app.web.visitor import current_actor, visitor

BESIDE = 12  # characters of unchanged copy that are shown beside a change


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody had written when their decision was not taken."""

    reason: str = ""
    pins: tuple[Comment, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding, and whether it stood in the earlier submission already; of a template, in which size and language.

    `near` is the sentence of the claims library that would clear it, were it written so.
    """

    hit: Hit
    is_known: bool
    figure: str
    near: Near | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """What is said otherwise, place by place; `is_since` is the earlier decision, without one the approved copy."""

    changes: tuple[tuple[str, tuple[Piece, ...]], ...]
    since: Past | None
    version: str


@blueprint.get("/<subject_id>")
@permitted("review.read")
def show(subject_id: str) -> str:
    """The case as it stands."""
    return page(subject_id)


def page(subject_id: str, typed: Typed | None = None, problem: str | None = None) -> str:
    """The page of a case, with what was typed before and what stood against it."""
    deps, studio, actor = parts().deps, parts().studio, current_actor()
    with reading(deps) as session:
        moment_of_page = database_now(session)
        view = case_view(session, actor.organisation_path, subject_id, moment_of_page)
    template = load_version(deps, view.version).template
    now = _today(view) if view.snapshot and view.case.state == "in_review" else Today((), ())
    figures = _figures(view)
    queue = waiting()
    lines = rows(queue)
    return render_template(
        "reviewer/case.html",
        view=view,
        case=view.case,
        template=template,
        title=words_in(template.title, chosen()),
        figures=figures,
        shown=_with_near(view, template, _findings(view, figures)),
        proven=_proven(view),
        delta=_delta(view, template, figures),
        said=_precedents(view, template),
        now=now,
        changed=[part_name(one) for one in now.changed],
        earlier_pins=_earlier_pins(view),
        hindrance=hindrance(deps, actor, subject_id),
        mine=view.claim is not None and view.claim.person_id == actor.person_id,
        may_claim=visitor().may("review.claim") and view.case.state == "in_review",
        rows=lines,
        twins=_twins(lines, subject_id),
        neighbours=_neighbours(queue, subject_id),
        typed=typed or Typed(),
        overdue=view.case.due_at is not None and view.case.due_at < moment_of_page,
        problem=problem,
        places=_places(template, figures, is_template=view.snapshot is None),
        fingerprint=view.snapshot.content.rules_fingerprint if view.snapshot else studio.rules.fingerprint,
    )


def _figures(view: CaseView) -> list[Figure]:
    deps, studio = parts().deps, parts().studio
    if view.snapshot is None:
        return template_figures(deps, studio, view.version, view.case.findings)
    return [poster_figure(deps, studio, view.version, view.snapshot, view.case.findings)]


def _today(view: CaseView) -> Today:
    assert view.snapshot is not None
    with reading(parts().deps) as session:
        day = database_now(session).date()
    return today(parts().deps, parts().studio, view.version, view.snapshot, day)


def _proven(view: CaseView) -> tuple[Cleared, ...]:
    """What the claims library clears of it today."""
    if view.snapshot is None:
        return ()
    return proven(parts().deps, parts().studio, view.version, view.snapshot, _day())


def _with_near(view: CaseView, template: Template, shown: Sequence[Shown]) -> list[Shown]:
    if view.snapshot is None:
        return list(shown)
    content, studio, day = view.snapshot.content, parts().studio, _day()
    return [replace(one, near=nearly_proven(studio, template, content, one.hit.finding, day)) for one in shown]


def _day() -> date:
    with reading(parts().deps) as session:
        return day_here(parts().deps, session)


def _findings(view: CaseView, figures: Sequence[Figure]) -> list[Shown]:
    before = view.earlier.snapshot.findings if view.earlier and view.earlier.snapshot else ()
    known = {_told_apart(one) for one in before}
    found = [
        Shown(hit, _told_apart(hit.finding) in known, "" if view.snapshot else f"sizes.{figure.size}.{figure.language}")
        for figure in figures
        for hit in figure.hits
    ]
    return sorted(found, key=lambda one: (one.hit.is_settled, one.is_known))


def _told_apart(finding: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(finding[name]) for name in ("rule", "severity", "text", "place"))


def _delta(view: CaseView, template: Template, figures: Sequence[Figure]) -> Delta:
    earlier = view.earlier
    since = earlier.decision if earlier else None
    if view.snapshot is None:
        version = earlier.version.version if earlier and earlier.version else ""
        return Delta(_template_changes(view, figures), since, version)
    content = view.snapshot.content
    found = (
        changes_since(template, earlier.snapshot.content, content)
        if earlier and earlier.snapshot
        else changes(template, content)
    )
    return Delta(tuple(_slot_change(one) for one in found), since, "")


def _slot_change(change: Change) -> tuple[str, tuple[Piece, ...]]:
    return f"slots.{change.slot}", change.pieces


def _template_changes(view: CaseView, figures: Sequence[Figure]) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    """The copy of each size and language against the version before, where it had that one."""
    if view.earlier is None or view.earlier.version is None:
        return ()
    before = template_figures(parts().deps, parts().studio, view.earlier.version, ())
    texts = {(one.size, one.language): one.text for one in before}
    return tuple(
        (f"sizes.{one.size}.{one.language}", _shortened(copy_diff(texts.get((one.size, one.language), ""), one.text)))
        for one in figures
        if texts.get((one.size, one.language)) != one.text
    )


def _shortened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces with what stayed the same cut to what stands beside a change."""
    found = []
    for index, piece in enumerate(pieces):
        text = piece.text
        if piece.kind == "same" and len(text) > 2 * BESIDE:
            before = text[:BESIDE] + "…" if index else "…"
            after = text[-BESIDE:] if index < len(pieces) - 1 else ""
            text = before + after
        found.append(Piece(piece.kind, text))
    return tuple(found)


def _precedents(view: CaseView, template: Template) -> list[Precedent]:
    if view.snapshot is None:
        return []
    given = view.snapshot.content.values["slots"]
    texts = [one if isinstance(one, str) else str(one.get("text", "")) for one in given.values()]
    with reading(parts().deps) as session:
        path = current_actor().organisation_path
        return precedents(session, texts, except_subject=view.case.subject_id, path=path)


def _earlier_pins(view: CaseView) -> tuple[Comment, ...]:
    """The comments of the last decision that had any: were they heard?"""
    return next((one.comments for one in reversed(view.past) if one.comments), ())


def _places(template: Template, figures: Sequence[Figure], is_template: bool) -> dict[str, str]:
    """Every place that a comment can be pinned to, in the words that people know it by."""
    found = {"$": place_name("$", template)}
    for figure in figures:
        prefix = f"sizes.{figure.size}.{figure.language}." if is_template else ""
        found |= {f"{prefix}{place}": place_name(f"{prefix}{place}", template) for place, _box in figure.areas}
        found[f"{prefix}$"] = place_name(f"{prefix}$", template)
    return found


def _twins(lines: Sequence[Row], subject_id: str) -> tuple[Waiting, ...]:
    """All works that are the same as this one but for name and code, this one first."""
    for row in lines:
        every = (row.first, *row.others)
        if row.others and any(one.subject_id == subject_id for one in every):
            return tuple(sorted(every, key=lambda one: one.subject_id != subject_id))
    return ()


def _neighbours(queue: Sequence[Waiting], subject_id: str) -> dict[str, Any]:
    """The works before and after this one in the queue, and where it stands."""
    ids = [one.subject_id for one in queue]
    if subject_id not in ids:
        return {"previous": None, "next": ids[0] if ids else None, "place": 0, "total": len(ids)}
    at = ids.index(subject_id)
    previous = ids[at - 1] if at else None
    following = ids[at + 1] if at + 1 < len(ids) else None
    return {"previous": previous, "next": following, "place": at + 1, "total": len(ids)}


@blueprint.get("/<subject_id>/picture")
@permitted("review.read")
def picture(subject_id: str) -> Response:
    """A template version under review in one size and language; 304 where the browser has it already."""
    width = request.args.get("width", WIDTHS_PX[0], type=int)
    deps, studio, actor = parts().deps, parts().studio, current_actor()
    with reading(deps) as session:
        view = case_view(session, actor.organisation_path, subject_id, database_now(session))
    template = load_version(deps, view.version)
    size = request.args.get("size", next(iter(template.template.sizes)))
    if view.snapshot is not None or width not in WIDTHS_PX or size not in template.template.sizes:
        raise NotFound("no_such_picture", "there is no such picture")
    language = request.args.get("language")
    spoken = next((one for one in template.template.languages if one == language), template.template.language)
    showing = Showing(template, studio.sample_profile, spoken, width, size)
    response = make_response()
    key = key_of(studio, showing)
    response.set_etag(key)
    response.content_type = "image/webp"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    if key not in request.if_none_match:
        response.set_data(show_template(studio, parts().settings.cache_dir / "previews", showing))
    response.make_conditional(request)
    return response
