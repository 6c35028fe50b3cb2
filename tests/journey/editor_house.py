"""A small house for the editor alone: its blueprint on a bare application, behind the product's content policy."""

import io
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, request
from PIL import Image, ImageDraw
from werkzeug.serving import WSGIRequestHandler, make_server

import app.web as web
from app.config import Settings
from app.factory import open_studio
from app.flow.make_poster import Studio
from app.kernel.errors import Invalid
from app.rendering.pictures import read_picture
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate
from app.storage.local import LocalStore
from app.web.advisor.editor import Desk, editor_blueprint
from tests.posters import document, template, text_layer, text_slot

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DAY = date(2026, 11, 22)


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


class _Silent(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Nothing."""


def application(folder: Path, house: Callable[[], House]) -> Flask:
    """The bare application."""
    flask = Flask(web.__name__)
    flask.secret_key = secrets.token_hex(16)
    store = LocalStore(folder)
    desk = Desk(
        studio=studio,
        store=lambda: store,
        profile=lambda: studio().sample_profile,
        language=lambda: house().language,
        owner=lambda: "lin",
        today=lambda: DAY,
        save_url=lambda slug: f"/saved/{slug}",
    )
    flask.register_blueprint(editor_blueprint(desk))

    @flask.errorhandler(Invalid)
    def invalid(error: Invalid) -> tuple[dict[str, str], int]:
        return {"code": error.code}, 422

    @flask.after_request
    def guarded(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @flask.post("/saved/<slug>")
    def save(slug: str) -> Response:
        house().saved.append({"slug": slug} | cast(dict[str, Any], request.get_json()))
        return Response(status=204)

    return flask


@contextmanager
def serving(folder: Path) -> Iterator[House]:
    """The application on a free port of this machine."""
    house = House("", "zh", [])
    server = make_server("127.0.0.1", 0, application(folder, lambda: house), threaded=True, request_handler=_Silent)
    house.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        thread.join()


__all__ = ["DAY", "House", "application", "document", "photograph", "serving", "studio"]
