"""Threat 55: a telephone or identity number that somebody writes anywhere stands in no log of pages or worker."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.core import Role
from app.db import reading, transaction
from app.flow import render_later
from app.flow.render_later import request_rendition
from app.jobs.queue import enqueue
from app.kernel.errors import Invalid
from app.posters.core import RenditionOrder
from app.web.observe import configure_logs
from app.web.parts import EXTENSION
from app.web.policy import policy_of
from app.worker import work
from tests.web.conftest import form_token
from tests.web.test_editor_routes import a_photo
from tests.web.test_works import House

AsRole = Callable[[Role], FlaskClient]
PHONE, IDENTITY, NAME = "13800002048", "110101199003078515", "林若溪"
WRITTEN = f"{NAME} {PHONE} {IDENTITY}"


@pytest.fixture
def logs(
    app: Flask, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Iterator[Callable[[], str]]:
    """All that was logged: as the served product logs, and by every library that logs in its own way."""
    configure_logs()
    structlog.configure(cache_logger_on_first_use=False)
    caplog.set_level(logging.DEBUG)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    yield lambda: "".join(capsys.readouterr()) + stream.getvalue() + caplog.text
    logging.getLogger().removeHandler(handler)
    structlog.reset_defaults()


def clean(text: str) -> bool:
    spaced = text.replace(" ", "")
    return not any(one in spaced for one in (PHONE, IDENTITY, NAME))


def test_what_is_written_into_pages_stands_in_no_log(app: Flask, as_role: AsRole, logs: Callable[[], str]) -> None:
    advisor, poster_id = as_role("advisor"), House(app).started()
    known = {"X-CSRFToken": form_token(advisor, "/me"), "Accept": "application/json"}
    values = {"words": {"text": WRITTEN}}
    body = {"size": "phone", "language": "zh", "values": values, "base": 1}
    assert advisor.post(f"/posters/{poster_id}/save", json=body, headers=known).status_code == 200
    advisor.post(f"/posters/{poster_id}/preview", json=body, headers=known)
    advisor.post(f"/posters/{poster_id}/submit", headers=known)
    for path in ("/templates/", "/posters", "/customers", f"/posters/{poster_id}", f"/{PHONE}", "/me"):
        advisor.get(path, query_string={"q": WRITTEN, PHONE: IDENTITY}, headers={"Referer": f"/?{PHONE}"})
    form = {"csrf_token": known["X-CSRFToken"], "title": WRITTEN, "phone": PHONE}
    photo = {"photo": (io.BytesIO(a_photo()), f"{PHONE}.jpg")}
    advisor.post("/me/profile", data=form | photo, content_type="multipart/form-data")
    advisor.post("/me/password", data=form | {"current": PHONE, "new": IDENTITY})
    stranger = app.test_client()
    form = {"login": PHONE, "password": IDENTITY, "csrf_token": form_token(stranger)}
    stranger.post("/sign-in", data=form, headers={"User-Agent": WRITTEN.encode("utf-8").decode("latin-1")})
    told = logs()
    assert told.count('"event": "request"') >= 12
    assert clean(told)


def test_an_exception_that_repeats_them_does_not_bring_them_into_a_log(
    app: Flask, as_role: AsRole, logs: Callable[[], str]
) -> None:
    policy = policy_of(app.view_functions["home.index"])
    for raised in (ValueError(WRITTEN), KeyError(PHONE), Invalid("too_long", WRITTEN), RuntimeError(IDENTITY)):

        def broken(error: Exception = raised) -> str:
            raise error

        broken.policy = policy  # type: ignore[attr-defined]
        app.view_functions["home.index"] = broken
        assert clean(as_role("advisor").get("/home").text.replace(NAME, ""))
    told = logs()
    assert told.count("request_crashed") == 3
    assert clean(told)


def test_a_task_whose_arguments_or_failure_hold_them_is_logged_without(app: Flask, logs: Callable[[], str]) -> None:
    deps = app.extensions[EXTENSION].deps
    values = {"slots": {"words": WRITTEN}, "profile": {"name": NAME, "phone": PHONE}}
    order = RenditionOrder("daily-greeting", "0.0.0", "phone", "zh", "png", values, f"https://go.example/r/{PHONE}")
    request_rendition(deps, order)
    with transaction(deps) as session:
        enqueue(session, render_later.JOB, {"rendition": IDENTITY})
    work(deps, once=True)
    told = logs()
    assert "job_failed" in told
    assert clean(told)
    with reading(deps) as session:
        kept = " ".join(map(str, session.connection().exec_driver_sql("SELECT error FROM jobs").all()))
    assert clean(kept)


def test_the_search_can_fail(logs: Callable[[], str]) -> None:
    structlog.get_logger("x").info("said", words=WRITTEN)
    logging.getLogger("y").warning("called %s", PHONE)
    told = logs()
    assert told.count(PHONE) >= 2
    assert not clean(told)
