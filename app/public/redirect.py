"""The short link: answers ``/r/<code>`` before any framework, and only after the visit has been written down."""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from sqlalchemy import Engine

from app.config import Settings
from app.db import open_engine
from app.kernel.errors import Unavailable
from app.links.core import is_code
from app.public import bare_pages
from app.public.bare_pages import BarePage
from app.public.callers import Callers, client_address
from app.public.link_cache import Answer, LinkCache, database_look_up
from app.tracking.bots import load_agents
from app.tracking.core import Agents, Kind, Place, Request, Visit, crop
from app.tracking.spool import Spool

PREFIX = "/r/"
RETRY_SECONDS = 2
LOG_SECONDS = 10.0
_MALFORMED = Answer("unknown", None, Place(""))
_UNRESOLVED: Kind = "unresolved"
_PAGES: dict[Kind, BarePage] = {
    "unknown": bare_pages.UNKNOWN,
    "gone": bare_pages.GONE,
    "unresolved": bare_pages.BUSY,
}
_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
]
_PAGE_HEADERS = [
    *_HEADERS,
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", bare_pages.POLICY),
]
_log = structlog.get_logger(__name__)


class Keeper:
    """Writes visits down. A full disk is no reason to send a customer away: then the answer goes out without."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._silent_until = -math.inf

    def keep(self, visit: Visit) -> None:
        """Keep `visit`, or say at times that nothing can be kept."""
        try:
            self._spool.append(visit)
        except Unavailable as error:
            if time.monotonic() >= self._silent_until:
                self._silent_until = time.monotonic() + LOG_SECONDS
                _log.error("visits_not_kept", code=error.code)


@dataclass(frozen=True, slots=True)
class Intake:
    """What short links and landing pages of one process share: links, the spool, and what is known of callers."""

    links: LinkCache
    keeper: Keeper
    agents: Agents
    callers: Callers
    proxies: int = 0

    @classmethod
    def opened(cls, settings: Settings, engine: Engine) -> "Intake":
        """Made once per process; nothing is opened before the first request."""
        return cls(
            links=LinkCache(database_look_up(SimpleNamespace(engine=engine))),
            keeper=Keeper(Spool(settings.spool_dir, settings.visit_durability)),
            agents=load_agents(),
            callers=Callers(),
            proxies=settings.proxies,
        )

    def address(self, remote: str | None, forwarded_for: str | None) -> str:
        """Who asks: the peer, or whom our own proxies saw."""
        return client_address(remote or "", forwarded_for or "", self.proxies)


def redirect_app(settings: Settings, inner: WSGIApplication, engine: Engine | None = None) -> WSGIApplication:
    """A WSGI application that answers short links itself and hands everything else to `inner`.

    `engine` is the process's own, if it has one.
    """
    intake = Intake.opened(settings, engine if engine is not None else open_engine(settings))
    return with_redirect(intake, inner)


def with_redirect(intake: Intake, inner: WSGIApplication) -> WSGIApplication:
    """As `redirect_app`, with what the process has already."""
    redirect = Redirect(intake)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PREFIX):
            return redirect(environ, start_response)
        return inner(environ, start_response)

    return app


class Redirect:
    """The short link: how its parts answer together."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request whose path begins with `PREFIX`."""
        request, intake = _request(environ), self._intake
        if request.method not in ("GET", "HEAD"):
            return _send_page(start_response, bare_pages.NOT_ALLOWED, request, ("Allow", "GET, HEAD"))
        address = intake.address(environ.get("REMOTE_ADDR"), environ.get("HTTP_X_FORWARDED_FOR"))
        wait = intake.callers.wait_seconds(address)
        if wait:
            return _send_page(start_response, bare_pages.TOO_MANY, request, ("Retry-After", str(math.ceil(wait))))
        code = environ["PATH_INFO"][len(PREFIX) :]
        answer = intake.links.find(code) if is_code(code) else _MALFORMED
        if answer is None:
            answer = Answer(_UNRESOLVED, None, Place(code))
        elif answer.kind == "unknown":
            intake.callers.missed(address)
        is_burst = intake.callers.is_burst(address, request.user_agent, answer.place.code)
        intake.keeper.keep(crop(intake.agents, request, answer.place, answer.kind, datetime.now(UTC), is_burst))
        return _send(start_response, answer, request)


def _request(environ: WSGIEnvironment) -> Request:
    get = environ.get
    purpose = get("HTTP_SEC_PURPOSE") or get("HTTP_PURPOSE") or get("HTTP_X_PURPOSE") or get("HTTP_X_MOZ") or ""
    return Request(
        method=environ["REQUEST_METHOD"],
        user_agent=get("HTTP_USER_AGENT", ""),
        accept=get("HTTP_ACCEPT", ""),
        accept_language=get("HTTP_ACCEPT_LANGUAGE", ""),
        purpose=purpose,
        fetch_mode=get("HTTP_SEC_FETCH_MODE", ""),
        query=get("QUERY_STRING", ""),
        cookie=get("HTTP_COOKIE", ""),
    )


def _send(start_response: StartResponse, answer: Answer, request: Request) -> Iterable[bytes]:
    if answer.location is not None:
        start_response("302 Found", [("Location", answer.location), ("Content-Length", "0"), *_HEADERS])
        return (b"",)
    more = ("Retry-After", str(RETRY_SECONDS)) if answer.kind == _UNRESOLVED else None
    return _send_page(start_response, _PAGES[answer.kind], request, more)


def _send_page(
    start_response: StartResponse, page: BarePage, request: Request, more: tuple[str, str] | None = None
) -> Iterable[bytes]:
    headers = [*_PAGE_HEADERS, ("Content-Length", str(len(page.body)))]
    start_response(page.status, [*headers, more] if more else headers)
    return (b"" if request.method == "HEAD" else page.body,)
