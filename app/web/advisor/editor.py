"""The editor: its page on a draft, previews while somebody types, what is saved, and pictures for its slots."""

import gzip
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from app.flow.edit_draft import Work, preview_of
from app.flow.keep_picture import MAX_BYTES
from app.flow.make_poster import Studio
from app.flow.save_draft import Saved
from app.kernel.errors import AppError, Conflict, Invalid, NotFound, Problem
from app.posters.drafts import Draft
from app.rendering.calendar_slots import calendar_texts
from app.rendering.display import Rect
from app.rendering.paint_svg import cut
from app.rendering.pictures import Picture, read_picture
from app.rendering.scene import Language
from app.rendering.template import Template
from app.web.advisor.editor_json import preview_json, state_json, values_json
from app.web.advisor.editor_words import words_for
from app.web.assets import entry
from app.web.json_bodies import json_object
from app.web.observe import request_id
from app.web.policy import permitted

_GZIP_FROM = 8 * 1024


@dataclass(frozen=True, slots=True)
class Desk:
    """What the editor works with; each is asked anew for every request. `work` and `save` name a poster by its id.

    `turn` is held while something costly is done for the person.
    """

    studio: Callable[[], Studio]
    language: Callable[[], Language]
    owner: Callable[[], str]
    work: Callable[[str], Work]
    save: Callable[[str, int, Draft], Saved]
    bring: Callable[[str, bytes], Picture]
    done_url: Callable[[str], str]
    back_url: Callable[[str], str]
    turn: Callable[[], AbstractContextManager[None]] = nullcontext


def editor_blueprint(desk: Desk) -> Blueprint:
    """What the page asks of the server, below /posters/<id>/."""
    pages = Blueprint("editor", __name__, url_prefix="/posters/<poster_id>")

    @pages.get("/state")
    @permitted("poster.fill")
    def state(poster_id: str) -> Response:
        return jsonify(_state(desk, desk.work(poster_id)))

    @pages.post("/preview")
    @permitted("poster.fill")
    def preview(poster_id: str) -> Response:
        with desk.turn():
            work = desk.work(poster_id)
            draft = _draft(work, _body({"size", "language", "values"}))
            found = preview_of(desk.studio(), work, draft, _hrefs(poster_id))
        return _compressed(jsonify(preview_json(found)))

    @pages.post("/save")
    @permitted("poster.fill")
    def save(poster_id: str) -> tuple[Response, int]:
        with desk.turn():
            return _save(desk, poster_id)

    @pages.get("/calendar")
    @permitted("poster.fill")
    def calendar(poster_id: str) -> Response:
        return jsonify(_calendar(desk.work(poster_id)))

    @pages.get("/pictures/<digest>")
    @permitted("poster.fill")
    def picture(poster_id: str, digest: str) -> Response:
        return _picture(desk, desk.work(poster_id), digest)

    @pages.post("/pictures")
    @permitted("poster.fill")
    def bring(poster_id: str) -> tuple[Response, int]:
        with desk.turn():
            return _bring(desk, poster_id)

    return pages


def editor_page(desk: Desk, work: Work) -> str:
    """The page with all that the editor has to know."""
    language = desk.language()
    return render_template(
        "advisor/editor.html",
        title=work.template.template.title.text(language),
        lang=language,
        entry=entry("src/editor.ts"),
        settings=_settings(desk, work, language),
    )


def _settings(desk: Desk, work: Work, language: Language) -> dict[str, Any]:
    poster_id = work.poster.id
    return {
        "language": language,
        "words": words_for(language),
        "state": _state(desk, work),
        "preview_url": url_for("editor.preview", poster_id=poster_id),
        "pictures_url": url_for("editor.bring", poster_id=poster_id),
        "picture_url": url_for("editor.picture", poster_id=poster_id, digest="DIGEST"),
        "calendar_url": url_for("editor.calendar", poster_id=poster_id),
        "today": work.today.isoformat(),
        "save_url": url_for("editor.save", poster_id=poster_id),
        "done_url": desk.done_url(poster_id),
        "back_url": desk.back_url(poster_id),
        "draft_key": f"{desk.owner()}/{poster_id}",
    }


def _state(desk: Desk, work: Work) -> dict[str, Any]:
    poster_id, revision = work.poster.id, work.poster.revision
    picture_url = _picture_url(poster_id)
    described = state_json(work.template, work.profile, lambda found: picture_url(found.digest))
    return described | _said(desk, work, revision.number, revision.draft)


def _said(desk: Desk, work: Work, number: int, draft: Draft) -> dict[str, Any]:
    """A revision as the editor takes it up."""

    def size_px(digest: str) -> tuple[int, int]:
        picture = _brought(work, digest)
        return picture.width_px, picture.height_px

    values = values_json(draft.slots, size_px)
    return {"base": number, "size": draft.size, "language": draft.language, "values": values}


def _calendar(work: Work) -> dict[str, Any]:
    """What ``day`` says in the slots that the calendar fills. *Raises* Invalid."""
    template = work.template.template
    language = next((one for one in template.languages if one == request.args.get("language")), template.language)
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError as error:
        raise Invalid.of([Problem("day", "bad_day", "must be a day such as 2026-12-01")]) from error
    return {"day": day.isoformat(), "texts": calendar_texts(template, day, language)}


def _body(known: set[str]) -> dict[str, Any]:
    return json_object(known, "this is more than a poster can say")


def _draft(work: Work, body: Mapping[str, Any]) -> Draft:
    """The draft that a request speaks of. *Raises* Invalid with every field that is not of its form."""
    template, before = work.template.template, work.poster.revision.draft
    problems = list(_head_problems(template, body))
    values = body.get("values", {})
    if not isinstance(values, dict):
        problems.append(Problem("values", "wrong_type", "must be an object"))
    if problems:
        raise Invalid.of(problems)
    return Draft(values, body.get("size") or before.size, body.get("language") or before.language, before.channel)


def _head_problems(template: Template, body: Mapping[str, Any]) -> list[Problem]:
    size, language = body.get("size"), body.get("language")
    problems = []
    if size is not None and not (isinstance(size, str) and size in template.sizes):
        problems.append(Problem("size", "unknown_size", "this template has no such size"))
    if language is not None and not (isinstance(language, str) and language in template.languages):
        problems.append(Problem("language", "unknown_language", "this template does not speak it"))
    return problems


def _save(desk: Desk, poster_id: str) -> tuple[Response, int]:
    work = desk.work(poster_id)
    body = _body({"size", "language", "values", "base"})
    base = body.get("base")
    if not isinstance(base, int) or isinstance(base, bool) or base < 0:
        raise Invalid.of([Problem("base", "wrong_type", "must be the number of a revision")])
    try:
        saved = desk.save(poster_id, base, _draft(work, body))
    except Conflict as error:
        if error.code != "edited_meanwhile":
            raise
        return jsonify(_both(desk, poster_id, error)), 409
    return jsonify({"base": saved.revision}), 200


def _both(desk: Desk, poster_id: str, error: Conflict) -> dict[str, Any]:
    """What stands there now, beside what was sent: the person decides which is to stay."""
    newest = desk.work(poster_id)
    revision = newest.poster.revision
    told = {"code": error.code, "message": error.message, "request_id": request_id()}
    yours, theirs = error.fields["yours"], error.fields["theirs"]
    return {
        "error": told | {"yours": yours, "theirs": theirs},
        "newest": _said(desk, newest, revision.number, revision.draft),
    }


def _hrefs(poster_id: str) -> Callable[[Picture, Rect, tuple[int, int]], str]:
    picture_url = _picture_url(poster_id)

    def href(picture: Picture, crop: Rect, size: tuple[int, int]) -> str:
        part = ",".join(f"{number:.2f}".rstrip("0").rstrip(".") for number in (*crop, *size))
        return picture_url(picture.digest, part)

    return href


def _picture_url(poster_id: str) -> Callable[..., str]:
    def url(digest: str, part: str | None = None) -> str:
        return url_for("editor.picture", poster_id=poster_id, digest=digest, part=part)

    return url


def _picture(desk: Desk, work: Work, digest: str) -> Response:
    picture = _known(desk, work).get(digest) or _brought(work, digest)
    crop, size = _part(request.args.get("part"), picture)
    response = Response()
    tag = f"{digest}-{crop}-{size}"
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if not request.if_none_match.contains_weak(tag):
        response.data, response.mimetype = _cut(picture, crop, size)
    response.make_conditional(request)
    return response


@lru_cache(maxsize=24)
def _cut(picture: Picture, crop: Rect, size: tuple[int, int]) -> tuple[bytes, str]:
    return cut(picture, crop, size)


def _known(desk: Desk, work: Work) -> dict[str, Picture]:
    """The pictures that the template, the brand and the profile bring, by digest."""
    photo = work.profile.photo
    listed = [*work.template.pictures.values(), *desk.studio().kit.assets.values(), *([photo] if photo else [])]
    return {picture.digest: picture for picture in listed}


@lru_cache(maxsize=8)
def _read(data: bytes) -> Picture:
    return read_picture(data)


def _brought(work: Work, digest: str) -> Picture:
    """A picture that was brought for the poster. *Raises* Invalid ``missing_picture``."""
    try:
        return _read(work.read(digest))
    except AppError as error:
        raise Invalid("missing_picture", "this picture is not there (any more); choose it again") from error


def _part(given: str | None, picture: Picture) -> tuple[Rect, tuple[int, int]]:
    """The part asked for and its size; without one, the whole picture at most 1600 px wide or high."""
    if given is None:
        scale = min(1.0, 1600 / max(picture.width_px, picture.height_px))
        whole = (0.0, 0.0, float(picture.width_px), float(picture.height_px))
        return whole, (max(1, round(whole[2] * scale)), max(1, round(whole[3] * scale)))
    try:
        left, top, width, height, across, down = (float(number) for number in given.split(","))
    except ValueError as error:
        raise NotFound("unknown_part", "there is no such part") from error
    fits = left >= 0 and top >= 0 and left + width <= picture.width_px + 1 and top + height <= picture.height_px + 1
    if not (fits and 1 <= across <= width + 1 and 1 <= down <= height + 1):
        raise NotFound("unknown_part", "there is no such part")
    return (left, top, width, height), (int(across), int(down))


def _bring(desk: Desk, poster_id: str) -> tuple[Response, int]:
    if (request.content_length or 0) > MAX_BYTES + 64 * 1024:
        raise Invalid("too_large", f"at most {MAX_BYTES // 1024 // 1024} MB are accepted")
    sent = request.files.get("picture")
    if sent is None:
        raise Invalid.of([Problem("picture", "missing", "no picture was sent")])
    picture = desk.bring(poster_id, sent.stream.read(MAX_BYTES + 1))
    kept = {"picture": picture.digest, "width_px": picture.width_px, "height_px": picture.height_px}
    return jsonify(kept), 201


def _compressed(response: Response) -> Response:
    """The answer gzipped where the browser takes it: a poster's outlines shrink to a fifth."""
    data = response.get_data()
    if len(data) >= _GZIP_FROM and request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(data, 1))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "no-store"
    return response
