"""The cookie that says who somebody is: a token, of which the database knows the digest only."""

from flask import Flask, Request, Response, request
from flask_login import LoginManager

from app.flow.sign_in import actor_of
from app.web.parts import parts
from app.web.security import is_https
from app.web.visitor import Visitor


def register_login(app: Flask) -> None:
    """Let every request of `app` be somebody's, or nobody's."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.request_loader(_visitor_of)


def cookie_name() -> str:
    """``__Host-`` binds the cookie to this host and to https, where there is https."""
    return "__Host-session" if is_https(parts().settings) else "session"


def token() -> str | None:
    """The token that this request carries."""
    return request.cookies.get(cookie_name())


def hand_out(response: Response, value: str) -> Response:
    """Give the browser its token; it forgets it when it is closed, the database earlier if need be."""
    https = is_https(parts().settings)
    response.set_cookie(cookie_name(), value, secure=https, httponly=True, samesite="Lax", path="/")
    return response


def take_back(response: Response) -> Response:
    """Let the browser forget its token."""
    https = is_https(parts().settings)
    response.delete_cookie(cookie_name(), secure=https, httponly=True, samesite="Lax", path="/")
    return response


def _visitor_of(asked: Request) -> Visitor | None:
    value = asked.cookies.get(cookie_name())
    if not value:
        return None
    actor = actor_of(parts().deps, value)
    return Visitor(actor, value) if actor else None
