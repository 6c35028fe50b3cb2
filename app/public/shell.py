"""The customers' pages as one application: what every one of them can say, and what is written down of a request."""

import secrets
import time
from datetime import UTC, datetime, timedelta

import structlog
from flask import Flask, Response, g, request
from flask_babel import Babel, format_date, get_locale

from app.public import beacon, files, landing, verify
from app.public.errors import register_errors
from app.public.languages import LOCALES, here, language
from app.public.mark import MARK
from app.public.parts import EXTENSION, PublicParts
from app.public.walls import put_up_walls

ENTRY = "src/landing.ts"
_QUIET = frozenset({"landing.picture", "landing.photo", "landing.code_picture", "beacon.listen", "files.show"})
_log = structlog.get_logger("access")


def create_public(own: PublicParts) -> Flask:
    """The application that answers customers. It knows nobody who signs in, and sets one cookie: of who agreed."""
    app = Flask("app.public", static_folder=None, template_folder="templates")
    app.extensions[EXTENSION] = own
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_begin)
    put_up_walls(app, own.settings)
    app.after_request(_end)
    Babel(
        app,
        default_locale="en",
        default_translation_directories=str(own.translations),
        locale_selector=lambda: LOCALES[language()],
        default_timezone=own.settings.time_zone,
    )
    app.jinja_env.globals.update(
        html_lang=lambda: "zh-CN" if str(get_locale()).startswith("zh") else "en",
        language=language,
        here=here,
        bank=lambda: getattr(own.brand.name, language()),
        mark=MARK,
        public_line=own.brand.public_line,
        styles=lambda: [f"/p/{name}" for name in own.built(ENTRY).styles],
        script=lambda: f"/p/{own.built(ENTRY).script}",
    )
    app.jinja_env.filters.update(day=format_date, last_day=_last_day)
    app.register_blueprint(landing.blueprint)
    app.register_blueprint(verify.blueprint)
    app.register_blueprint(files.blueprint)
    app.register_blueprint(beacon.blueprint)
    register_errors(app)
    return app


def _last_day(ends_at: datetime) -> str:
    """The last day before `ends_at`; links end as a day of the calendar does, at its midnight in UTC."""
    return str(format_date((ends_at - timedelta(seconds=1)).astimezone(UTC).date()))


def _begin() -> None:
    g.begun, g.request_id = time.perf_counter(), secrets.token_hex(8)


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    endpoint = request.endpoint or "none"
    if endpoint not in _QUIET:
        ms = round((time.perf_counter() - g.begun) * 1000, 1)
        _log.info(
            "request",
            endpoint=endpoint,
            method=request.method,
            status=response.status_code,
            ms=ms,
            request_id=g.request_id,
        )
    return response
