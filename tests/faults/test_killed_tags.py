"""kill -9 of a worker that makes customers of visits, again and again: each visit is one event, with points once."""

import multiprocessing
import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.config import Settings
from app.customers import records as customers
from app.customers.rules import load_rules
from app.customers.tables import CustomerEventRow, CustomerPointsRow, CustomerRow, CustomerTagRow, CustomerTaskRow
from app.db import reading
from app.flow import tag as tag_flow
from app.tracking.tables import VisitRow
from tests.conftest import House
from tests.redirects import deps_for
from tests.visitors import a_link, a_poster, a_visit, a_visitor, come

ROUNDS, VISITORS = 8, 6
FORK = multiprocessing.get_context("fork")
RULES = load_rules(Settings().tag_rules_file)


def tag_forever(environment: dict[str, str]) -> None:
    """A worker in small batches, so that a kill finds it in the middle of one."""
    tag_flow.BATCH = 5
    tag_flow.tag_until(deps_for(Settings.from_env(environment)), RULES, threading.Event(), 0.001)


def counted(deps: Any) -> dict[str, int]:
    """How many rows there are of each kind."""
    tables = (VisitRow, CustomerRow, CustomerEventRow, CustomerTagRow, CustomerPointsRow, CustomerTaskRow)
    with reading(deps) as session:
        return {
            one.__tablename__: session.scalar(select(func.count()).select_from(one)) or 0  # type: ignore[attr-defined]
            for one in tables
        }


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_worker_that_is_killed_leaves_each_visit_gone_through_once(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    house = House({}).using(
        database_url=request.getfixturevalue(f"{database}_url"), spool_dir=tmp_path / "visits", database_wait_seconds=20
    )
    deps = deps_for(house.settings)
    poster = a_poster(deps)
    code = a_link(deps, poster)
    visitors = [a_visitor(deps) for _ in range(VISITORS)]
    deps.engine.dispose()
    killed = 0
    for n in range(ROUNDS):
        worker = FORK.Process(target=tag_forever, args=(house.environment,))
        worker.start()
        for kind in ("consent", "seen", "share", "contact"):
            come(deps, *(a_visit(code, poster, kind, one, n) for one in visitors))  # type: ignore[arg-type]
        time.sleep(random.uniform(0.0, 0.4))  # noqa: S311
        killed += worker.is_alive()
        worker.kill()
        worker.join()
        deps.engine.dispose()
    assert killed == ROUNDS
    tag_flow.tag(deps, RULES)
    found = counted(deps)
    assert found["visits"] == found["customer_events"] == ROUNDS * VISITORS * 4
    assert found["customers"] == VISITORS
    # A read, a share and a contact each day; the first consent, for the pause of the others is thirty days.
    assert found["customer_points"] == VISITORS * (3 * ROUNDS + 1)
    assert found["customer_tasks"] == 4 * VISITORS
    with reading(deps) as session:
        assert customers.cursor(session) == session.scalar(select(func.max(VisitRow.id)))
    deps.engine.dispose()
