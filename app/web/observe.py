"""What can be seen from outside: request ids, a log line for each request, metrics, health. No personal data in any."""

import re
import secrets
import time
from ipaddress import ip_address

import structlog
from flask import Blueprint, Flask, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from app.kernel.errors import AppError, NotFound
from app.schema import require_current
from app.web.parts import parts
from app.web.policy import public

_log = structlog.get_logger("access")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
QUIET = frozenset({"static", "observe.health", "observe.ready", "observe.metrics"})

blueprint = Blueprint("observe", __name__)
registry = CollectorRegistry()
_requests = Counter(
    "imprimatur_http_requests_total",
    "Requests by endpoint, method and status.",
    ("endpoint", "method", "status"),
    registry=registry,
)
_seconds = Histogram(
    "imprimatur_http_request_seconds",
    "How long a request took, by endpoint.",
    ("endpoint",),
    registry=registry,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def request_id() -> str:
    """This request's id: the one that a proxy of ours gave it, where it has the right form, or a new one."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    return str(g.request_id)


def register_observation(app: Flask) -> None:
    """Watch every request of `app`, and answer for its health."""
    app.before_request(_begin)
    app.after_request(_end)
    app.register_blueprint(blueprint)
    app.jinja_env.globals["request_id"] = request_id


def configure_logs() -> None:
    """One JSON object a line, on standard output."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        cache_logger_on_first_use=True,
    )


@blueprint.get("/healthz")
@public
def health() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """The process can do its work: the database answers and has this release's schema."""
    try:
        require_current(parts().deps)
    except AppError as error:
        return jsonify(status="unavailable", code=error.code), 503
    return jsonify(status="ok"), 200


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Numbers for Prometheus, to callers in the own network, not through a proxy; to others there is no such page."""
    address = ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104
    if address.is_global or "X-Forwarded-For" in request.headers:
        raise NotFound("no_such_page", "there is no such page")
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _begin() -> None:
    g.begun = time.perf_counter()


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("begun", time.perf_counter())
    endpoint = request.endpoint or "none"
    _requests.labels(endpoint, request.method, str(response.status_code)).inc()
    _seconds.labels(endpoint).observe(seconds)
    response.headers["X-Request-Id"] = request_id()
    if endpoint not in QUIET:
        _log.info(
            "request",
            endpoint=endpoint,
            method=request.method,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            request_id=request_id(),
        )
    return response
