"""The editor: its page, what it has to know, previews while somebody types, and pictures for its slots.

Nothing is kept between two requests but pictures, in the store, by their digest.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from app.flow.edit_preview import Preview, preview
from app.flow.fill import read_values
from app.flow.keep_picture import MAX_BYTES, keep_picture
from app.flow.make_poster import Order, Studio
from app.kernel.errors import AppError, Invalid, NotFound, Problem
from app.rendering.display import Rect
from app.rendering.paint_svg import cut
from app.rendering.pictures import Picture, read_picture
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate
from app.rendering.values import Profile
from app.storage.store import Store
from app.web.advisor.editor_json import preview_json, state_json
from app.web.advisor.editor_words import words_for
from app.web.assets import entry
from app.web.policy import permitted

MAX_JSON_BYTES = 256 * 1024
_GZIP_FROM = 8 * 1024


@dataclass(frozen=True, slots=True)
class Desk:
    """What the editor works with; each is asked anew for every request."""

    studio: Callable[[], Studio]
    store: Callable[[], Store]
    profile: Callable[[], Profile]
    language: Callable[[], Language]
    owner: Callable[[], str]
    today: Callable[[], date]
    save_url: Callable[[str], str | None] = lambda _slug: None
    done_url: Callable[[str], str | None] = lambda _slug: None
    back_url: Callable[[], str] = lambda: "/"


def editor_blueprint(desk: Desk) -> Blueprint:
    """The routes below /editor."""
    pages = Blueprint("editor", __name__, url_prefix="/editor")

    @pages.get("/<slug>")
    @permitted("poster.fill")
    def page(slug: str) -> str:
        loaded, language = _loaded(desk, slug), desk.language()
        return render_template(
            "advisor/editor.html",
            title=loaded.template.title.text(language),
            lang=language,
            entry=entry("src/editor.ts"),
            settings=_settings(desk, loaded, language),
        )

    @pages.get("/<slug>/state")
    @permitted("poster.fill")
    def state(slug: str) -> Response:
        return jsonify(_state(desk, _loaded(desk, slug)))

    @pages.post("/<slug>/preview")
    @permitted("poster.fill")
    def preview_of(slug: str) -> Response:
        found = _preview(desk, _loaded(desk, slug), _body())
        return _compressed(jsonify(preview_json(found)))

    @pages.get("/<slug>/pictures/<digest>")
    @permitted("poster.fill")
    def picture(slug: str, digest: str) -> Response:
        return _picture(desk, _loaded(desk, slug), digest)

    @pages.post("/pictures")
    @permitted("poster.fill")
    def keep() -> tuple[Response, int]:
        return _keep(desk)

    return pages


def _settings(desk: Desk, loaded: LoadedTemplate, language: Language) -> dict[str, Any]:
    slug = loaded.template.slug
    return {
        "language": language,
        "words": words_for(language),
        "state": _state(desk, loaded),
        "preview_url": url_for("editor.preview_of", slug=slug),
        "pictures_url": url_for("editor.keep"),
        "picture_url": url_for("editor.picture", slug=slug, digest="DIGEST"),
        "save_url": desk.save_url(slug),
        "done_url": desk.done_url(slug),
        "back_url": desk.back_url(),
        "draft_key": f"{desk.owner()}/{slug}",
    }


def _state(desk: Desk, loaded: LoadedTemplate) -> dict[str, Any]:
    return state_json(
        loaded, desk.profile(), lambda found: url_for("editor.picture", slug=loaded.template.slug, digest=found.digest)
    )


def _loaded(desk: Desk, slug: str) -> LoadedTemplate:
    loaded = desk.studio().templates.get(slug)
    if loaded is None:
        raise NotFound("unknown_template", "there is no such template")
    return loaded


def _body() -> dict[str, Any]:
    if (request.content_length or 0) > MAX_JSON_BYTES:
        raise Invalid("too_large", "this is more than a poster can say")
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise Invalid.of([Problem("$", "bad_json", "must be an object")])
    return given


def _preview(desk: Desk, loaded: LoadedTemplate, body: dict[str, Any]) -> Preview:
    studio, store = desk.studio(), desk.store()
    template = loaded.template
    size, language = body.get("size"), body.get("language")
    problems = [
        Problem(key, "unknown_field", "is not known here") for key in body.keys() - {"size", "language", "values"}
    ]
    if size is not None and not (isinstance(size, str) and size in template.sizes):
        problems.append(Problem("size", "unknown_size", "this template has no such size"))
    if language is not None and not (isinstance(language, str) and language in template.languages):
        problems.append(Problem("language", "unknown_language", "this template does not speak it"))
    if problems:
        raise Invalid.of(problems)

    def read(digest: str) -> bytes:
        return _stored(store, digest).data

    name, dimensions = template.size(size)
    try:
        values = read_values(template, {"slots": body.get("values", {})}, read, desk.profile())
    except Invalid as error:
        return Preview(None, dimensions.width_px, dimensions.height_px, {}, {}, (), error.problems)
    order = Order(loaded, values, studio.sample_link, "svg", desk.today(), name, language)
    return preview(studio, order, lambda *part: _href(template.slug, *part))


def _href(slug: str, picture: Picture, crop: Rect, size: tuple[int, int]) -> str:
    part = ",".join(f"{number:.2f}".rstrip("0").rstrip(".") for number in (*crop, *size))
    return url_for("editor.picture", slug=slug, digest=picture.digest, part=part)


def _picture(desk: Desk, loaded: LoadedTemplate, digest: str) -> Response:
    picture = _known(desk, loaded).get(digest) or _stored(desk.store(), digest)
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


def _known(desk: Desk, loaded: LoadedTemplate) -> dict[str, Picture]:
    """The pictures that the template, the brand and the profile bring, by digest."""
    photo = desk.profile().photo
    listed = [*loaded.pictures.values(), *desk.studio().kit.assets.values(), *([photo] if photo else [])]
    return {picture.digest: picture for picture in listed}


@lru_cache(maxsize=8)
def _read(data: bytes) -> Picture:
    return read_picture(data)


def _stored(store: Store, digest: str) -> Picture:
    """A picture of the store. *Raises* Invalid ``missing_picture``: whether it never was or is lost is not told."""
    try:
        return _read(store.get(digest))
    except (AppError, ValueError) as error:
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


def _keep(desk: Desk) -> tuple[Response, int]:
    if (request.content_length or 0) > MAX_BYTES + 64 * 1024:
        raise Invalid("too_large", f"at most {MAX_BYTES // 1024 // 1024} MB are accepted")
    sent = request.files.get("picture")
    if sent is None:
        raise Invalid.of([Problem("picture", "missing", "no picture was sent")])
    picture = keep_picture(desk.store(), sent.stream.read(MAX_BYTES + 1))
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
