"""A small house for the editor alone: its blueprint on a bare application, behind the product's content policy."""

import io
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response
from PIL import Image, ImageDraw

import app.web as web
from app.config import Settings
from app.factory import open_studio
from app.flow.edit_draft import Work
from app.flow.keep_picture import keep_picture
from app.flow.make_poster import Studio
from app.flow.save_draft import Saved
from app.kernel.errors import Conflict, Invalid
from app.posters.drafts import Draft, Poster, Revision
from app.rendering.pictures import Picture, read_picture
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate
from app.storage.local import LocalStore
from app.web.advisor.editor import Desk, editor_blueprint, editor_page
from tests.journey.serving import in_a_thread
from tests.posters import document, template, text_layer, text_slot

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DAY = date(2026, 11, 22)
DONE = "<!doctype html><title>{slug}</title><link rel=icon href=data:,><p>checked</p>"


def photograph(width: int = 1600, height: int = 1200) -> bytes:
    """A JPEG whose quarters differ in colour, so that every crop shows."""
    image = Image.new("RGB", (width, height), (32, 74, 110))
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height // 2), fill=(224, 132, 66))
    draw.rectangle((0, height // 2, width // 2, height), fill=(240, 228, 204))
    draw.ellipse((width * 0.35, height * 0.3, width * 0.65, height * 0.7), fill=(200, 60, 35))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


@cache
def studio() -> Studio:
    """The demonstration bank's, with one more template, which has all that a slot can have."""
    opened = open_studio(Settings.from_env({}))
    return replace(opened, templates={**opened.templates, "open-day": open_day()})


def open_day() -> LoadedTemplate:
    """A picture to crop, a title that may be moved, words of several lines."""
    layers = [
        {"kind": "shape", "name": "ground", "shape": "rect", "box": [0, 0, 1080, 1080], "fill": "#FAF7F2"},
        {"kind": "picture", "name": "photo", "slot": "view", "box": [90, 90, 900, 500]},
        text_layer("title", slot="headline", box=[90, 640, 600, 100], set={"size": 72, "line_height": 1.3}),
        text_layer("words", slot="words", box=[90, 780, 900, 220], set={"size": 40, "line_height": 1.5}),
    ]
    slots = {
        "view": {"kind": "picture", "label": {"zh": "照片", "en": "Photo"}, "example": "photo.jpg"},
        "headline": text_slot(
            label={"zh": "标题", "en": "Title"}, max_chars=12, example="开放日", move={"square": [90, 600, 900, 300]}
        ),
        "words": text_slot(
            label={"zh": "正文", "en": "Words"}, max_chars=80, multiline=True, example="周六上午，欢迎来坐坐。"
        ),
    }
    made = template(*cast(Any, layers), slug="open-day", slots=slots, title={"zh": "开放日", "en": "Open day"})
    return LoadedTemplate(made, {"photo.jpg": read_picture(photograph())}, "open-day")


@dataclass
class House:
    """Where the editor stands, in which language its pages speak, and what was saved."""

    url: str
    language: Language
    saved: list[Any]
    drafts: dict[str, Revision] = field(default_factory=dict)
    locked: bool = False

    def revision(self, slug: str) -> Revision:
        """The newest revision of the one draft that there is of each template."""
        first = next(iter(studio().templates[slug].template.sizes))
        return self.drafts.setdefault(slug, Revision(1, 0, "lin", Draft({}, first, "zh", "wechat")))

    def save(self, slug: str, base: int, draft: Draft) -> Saved:
        """The next revision, if nobody has saved one since `base`."""
        newest = self.revision(slug)
        if self.locked:
            raise Conflict("locked", "approved")
        if newest.number != base:
            theirs, yours = dict(newest.draft.slots), dict(draft.slots)
            raise Conflict("edited_meanwhile", "saved meanwhile", revision=newest.number, yours=yours, theirs=theirs)
        self.drafts[slug] = Revision(base + 1, base, "lin", draft)
        values = dict(draft.slots)
        self.saved.append({"slug": slug, "size": draft.size, "language": draft.language, "values": values})
        return Saved(slug, base + 1)

    def forget(self) -> None:
        """As it was at first."""
        self.saved.clear()
        self.drafts.clear()
        self.locked = False


def application(folder: Path, house: Callable[[], House]) -> Flask:
    """The bare application."""
    flask = Flask(web.__name__)
    flask.secret_key = secrets.token_hex(16)
    store = LocalStore(folder)

    def work(slug: str) -> Work:
        poster = Poster(slug, slug, "lin", "/hq/", None, house().revision(slug))
        return Work(poster, "draft", studio().templates[slug], studio().sample_profile, store.get, DAY)

    def bring(_slug: str, data: bytes) -> Picture:
        return keep_picture(store, data)

    desk = Desk(
        studio=studio,
        language=lambda: house().language,
        owner=lambda: "lin",
        work=work,
        save=lambda slug, base, draft: house().save(slug, base, draft),
        bring=bring,
        done_url=lambda slug: f"/done/{slug}",
        back_url=lambda slug: f"/done/{slug}",
    )
    flask.register_blueprint(editor_blueprint(desk))
    flask.add_url_rule("/posters/<slug>/edit", "page", lambda slug: editor_page(desk, work(slug)))
    flask.add_url_rule("/done/<slug>", "done", lambda slug: DONE.format(slug=slug))

    @flask.errorhandler(Conflict)
    def conflict(error: Conflict) -> tuple[dict[str, Any], int]:
        return {"error": {"code": error.code}}, 409

    @flask.errorhandler(Invalid)
    def invalid(error: Invalid) -> tuple[dict[str, str], int]:
        return {"code": error.code}, 422

    @flask.after_request
    def guarded(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return flask


@contextmanager
def serving(folder: Path) -> Iterator[House]:
    """The application on a free port of this machine."""
    house = House("", "zh", [])
    with in_a_thread(application(folder, lambda: house)) as house.url:
        yield house


__all__ = ["DAY", "House", "application", "document", "photograph", "serving", "studio"]
