"""The applications that `imprimatur bench visit` measures, as factories that granian calls in a process of its own."""

import threading
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sqlalchemy import text

from app.config import Settings
from app.db import transaction
from app.public.redirect import redirect_app


def bare() -> WSGIApplication:
    """Answers 302 and does nothing else."""
    return _nothing


def ours() -> WSGIApplication:
    """The redirect as it is served, under the settings of the environment."""
    return redirect_app(Settings.from_env(), _nothing)


def sqlite_insert() -> WSGIApplication:
    """What the redirect would be with a row for each visit, committed before the answer."""
    from app.db import open_engine

    settings = Settings.from_env()
    deps = SimpleNamespace(engine=open_engine(settings))
    insert = text("INSERT INTO visit_spools (name, taken_bytes) VALUES (hex(randomblob(16)), 0)")
    # One writer at a time: the lock of the database would be waited for in steps of milliseconds.
    writing = threading.Lock()
    return _after(lambda: _insert(deps, insert, writing))


def _insert(deps: SimpleNamespace, statement: object, writing: threading.Lock) -> None:
    with writing, transaction(deps) as session:
        session.execute(statement)  # type: ignore[call-overload]


def _after(work: Callable[[], None]) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        work()
        return _nothing(environ, start_response)

    return app


def _nothing(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("302 Found", [("Location", "/l/Demo7Kx2"), ("Content-Length", "0")])
    return (b"",)
