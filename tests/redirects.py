"""Calls a redirect the way a server does, and reads what it wrote."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from sqlalchemy import select

from app.config import Settings
from app.db import open_engine, reading, transaction
from app.links import records as links
from app.tracking import records, spool
from app.tracking.core import Visit
from app.tracking.tables import VisitDayRow

PERSON = {
    "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14; 23127PN0CC; wv) Chrome/116.0 Mobile MicroMessenger/8.0.49",
    "HTTP_ACCEPT": "text/html,application/xhtml+xml",
    "HTTP_ACCEPT_LANGUAGE": "zh-CN",
}


class Answered:
    """Status, headers and body of an answer."""

    def __init__(self, app: Any, path: str, method: str = "GET", address: str = "192.0.2.1", **more: str) -> None:
        def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
            self.status = int(status.split()[0])
            self.headers = dict(headers)

        bare, _, query = path.partition("?")
        environ = {"PATH_INFO": bare, "QUERY_STRING": query, "REQUEST_METHOD": method, "REMOTE_ADDR": address}
        self.body = b"".join(app(environ | PERSON | more, start_response))
        self.location = self.headers.get("Location")


def inner(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The application behind the redirect."""
    start_response("200 OK", [])
    return (b"inner",)


def deps_for(settings: Settings) -> Any:
    """What a drain needs."""
    return SimpleNamespace(settings=settings, engine=open_engine(settings))


def a_link(deps: Any, target: str = "poster-1", kind: Any = "poster", **more: Any) -> str:
    """The code of an active link."""
    with transaction(deps) as session:
        code = links.mint(session, kind, target, "wechat", created_by_person_id="person-1", **more)
        links.activate(session, code)
    return code


def spooled(folder: Path) -> list[Visit]:
    """All visits that lie in the spools."""
    return [visit for path in spool.spool_files(folder) for visit in spool.read(path, 0, 10_000, True).visits]


def kept(deps: Any) -> list[Visit]:
    """All visits that have become rows, in their order."""
    with reading(deps) as session:
        return [visit for _, visit in records.visits_after(session, 0, 1_000_000)]


def counts(deps: Any) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Views, humans and visitors by subject, over all days."""
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    with reading(deps) as session:
        for row in session.scalars(select(VisitDayRow)):
            before = found.get((row.subject_kind, row.subject), (0, 0, 0))
            now = (row.views, row.humans, row.visitors)
            found[row.subject_kind, row.subject] = (before[0] + now[0], before[1] + now[1], before[2] + now[2])
    return found
