"""The walls around the customers' pages: hosts, where a form came from, headers. No cookie is needed for any."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import SecurityError

from app.config import Settings
from app.kernel.errors import Invalid

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_BODY_BYTES = 4096
HSTS = "max-age=31536000; includeSubDomains"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": then browsers send forms with "Origin: null", and nobody knows where they came from.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


def is_https(settings: Settings) -> bool:
    """Whether the pages are reached by https."""
    return settings.site_url.startswith("https://")


def hosts_of(settings: Settings) -> list[str]:
    """The names under which the pages answer, with or without their port: of the site and of the short links."""
    sites = (urlsplit(settings.site_url), urlsplit(settings.base_url))
    more = [host.strip() for host in settings.trusted_hosts.split(",") if host.strip()]
    here = ["localhost"] if any(site.hostname == "127.0.0.1" for site in sites) else []
    return [name for name in (*(part for site in sites for part in (site.hostname, site.netloc)), *here, *more) if name]


def put_up_walls(app: Flask, settings: Settings) -> None:
    """Set the limits of `app`, and the checks before and after each request."""
    hosts, https = hosts_of(settings), is_https(settings)
    app.config.update(TRUSTED_HOSTS=hosts, MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_PARTS=8)
    app.before_request(lambda: _check_forwarded_host(hosts))
    app.after_request(lambda response: _with_headers(response, https))


def require_own_form(settings: Settings) -> None:
    """*Raises* Invalid ``csrf`` when this request did not come from one of our own pages."""
    if not _is_own(_origins(settings)):
        raise Invalid("csrf", "this request did not come from one of our own pages")


def _is_own(origins: Iterable[str]) -> bool:
    here = {*origins, request.host_url.rstrip("/")}
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if site not in (None, "same-origin"):
        return False
    if origin is not None:
        return origin in here
    if site is not None:
        return True
    referrer = urlsplit(request.headers.get("Referer", ""))
    return f"{referrer.scheme}://{referrer.netloc}" in here


def _origins(settings: Settings) -> set[str]:
    return {f"{site.scheme}://{site.netloc}" for site in (urlsplit(settings.site_url), urlsplit(settings.base_url))}


def _check_forwarded_host(hosts: list[str]) -> None:
    forwarded = request.headers.get("X-Forwarded-Host")
    if forwarded is not None and forwarded.lower() not in hosts:
        raise SecurityError("a forwarded host that is not one of ours")


def _with_headers(response: Response, https: bool) -> Response:
    response.headers.update(_HEADERS)
    if https:
        response.headers["Strict-Transport-Security"] = HSTS
    response.headers.setdefault("Cache-Control", "no-store")
    return response
