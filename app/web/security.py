"""The walls around every page: hosts, origins, forms, headers, and the policy of content."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import SecurityError

from app.config import Settings
from app.flow.application_secret import secret_key
from app.kernel.errors import Invalid

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "application/json"})
MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_FORM_BYTES = 512 * 1024
MAX_FORM_PARTS = 200
HSTS = "max-age=31536000; includeSubDomains"
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"

csrf = CSRFProtect()


def is_https(settings: Settings) -> bool:
    """Whether the pages are reached by https."""
    return settings.site_url.startswith("https://")


def trusted_hosts(settings: Settings) -> list[str]:
    """The names under which the pages answer, with or without their port."""
    site = urlsplit(settings.site_url)
    more = [host.strip() for host in settings.trusted_hosts.split(",") if host.strip()]
    here = ("localhost",) if site.hostname == "127.0.0.1" else ()
    return [name for name in (site.hostname, site.netloc, *here, *more) if name]


def register_security(app: Flask, settings: Settings) -> None:
    """Set the limits, and put the walls before and after each request."""
    https = is_https(settings)
    app.config.update(
        SECRET_KEY=secret_key(settings),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        TRUSTED_HOSTS=trusted_hosts(settings),
        SESSION_COOKIE_NAME="__Host-form" if https else "form",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # the origin is checked below, on every scheme
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    origins = _origins(settings)
    app.before_request(lambda: _check_hosts(app.config["TRUSTED_HOSTS"]))
    app.before_request(lambda: _check_form(origins))
    csrf.init_app(app)
    app.after_request(lambda response: _with_headers(response, https))
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """The number that marks this answer's own scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _origins(settings: Settings) -> frozenset[str]:
    scheme = urlsplit(settings.site_url).scheme
    return frozenset({settings.site_url, *(f"{scheme}://{host}" for host in trusted_hosts(settings))})


def _check_hosts(trusted: list[str]) -> None:
    forwarded = request.headers.get("X-Forwarded-Host")
    if forwarded is not None and forwarded.lower() not in trusted:
        raise SecurityError("a forwarded host that is not one of ours")


def _check_form(origins: frozenset[str]) -> None:
    """A request that changes something comes from our own pages, in a form that other pages cannot send unseen."""
    if request.method in SAFE_METHODS or request.endpoint is None:
        return
    if request.mimetype != "multipart/form-data":
        request.max_content_length = MAX_FORM_BYTES  # other bodies are read in one piece
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    foreign = origin is not None and origin not in origins and origin != request.host_url.rstrip("/")
    odd_type = bool(request.mimetype) and request.mimetype not in FORM_TYPES
    if foreign or site not in ("same-origin", "none") or odd_type:
        raise Invalid("csrf", "this request did not come from one of our own pages")
    csrf.protect()


def _with_headers(response: Response, https: bool) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = _content_policy()
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["Permissions-Policy"] = PERMISSIONS
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if https:
        headers["Strict-Transport-Security"] = HSTS
    headers.setdefault("Cache-Control", "no-store")
    return response


def _content_policy() -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{csp_nonce()}'",
            f"style-src 'self' 'nonce-{csp_nonce()}'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
