"""kill -9 in the middle of an issue: nothing leads anywhere, and the next call finishes it under the same link."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app.db import database_now, open_engine, reading
from app.flow import issue as flow
from app.links import records as links
from app.links.core import state_of
from app.posters import records as posters
from app.storage.local import LocalStore
from tests.bank import LIN, PLAIN, Bank, open_bank
from tests.conftest import House


def die(*_: object, **__: object) -> Any:
    """End like a machine that loses its power."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Let this process die at `point` of an issue."""
    if point == "before_paint":
        flow.make_poster = die
    elif point == "before_put":
        LocalStore.put = die  # type: ignore[method-assign]
    elif point == "after_put":
        put = LocalStore.put
        LocalStore.put = lambda self, data: (put(self, data), die())[1]  # type: ignore[method-assign]
    elif point == "before_commit":
        flow.note = lambda _session, _case, action, *_: die() if action == "issue" else None


def issued_by_a_child(bank: Bank, database_url: str, poster_id: str, point: str) -> int:
    """How a process ended that issues the poster over connections of its own."""
    child = os.fork()
    if child == 0:
        try:
            engine = open_engine(House({}).using(database_url=database_url).settings)
            arm(point)
            flow.issue(replace(bank.deps, engine=engine), bank.studio, LIN, poster_id, "png")
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("point", ["before_paint", "before_put", "after_put", "before_commit"])
def test_an_issue_killed_at_any_point_is_whole_or_absent(
    point: str, database_url: str, engine: Engine, tmp_path: Path
) -> None:
    bank = open_bank(engine, tmp_path / "objects", tmp_path / "templates")
    poster_id = bank.started(PLAIN)
    bank.submitted(poster_id)
    assert issued_by_a_child(bank, database_url, poster_id, point) == -signal.SIGKILL
    with reading(bank.deps) as session:
        (link,) = links.links_to(session, "poster", poster_id)
        assert state_of(link, database_now(session)) == "pending"
        assert [posters.find_file(session, one.id, "png") for one in posters.issues_of(session, [poster_id])] == [None]
    assert bank.case(poster_id).state == "approved"
    assert flow.issue(bank.deps, bank.studio, LIN, poster_id, "png").link_code == link.code
    assert bank.steps(poster_id).count("issue") == 1
    assert flow.download(bank.deps, LIN, poster_id, "png")[1] == "image/png"
