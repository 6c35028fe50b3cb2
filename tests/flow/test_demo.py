"""The demonstration bank, on both databases: every state is there, every figure agrees, and the archive holds."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from app.accounts.core import ROLES
from app.accounts.tables import AccountRow
from app.archive.core import Head, read
from app.archive.tables import ArchiveEntryRow
from app.customers.tables import CustomerRow, CustomerTagRow
from app.db import database_now, open_engine, reading
from app.flow import keep_archive
from app.flow.deps import Deps
from app.flow.make_demo import SMALL, make_demo
from app.flow.make_demo_calendar import Calendar, Story
from app.kernel.errors import Conflict
from app.links.core import state_of as link_state_of
from app.links.records import links_to
from app.links.tables import LinkRow
from app.posters.tables import IssuedFileRow, PosterRow
from app.review.core import State, state_of
from app.review.tables import CaseRow, CommentRow, StepRow
from app.storage.store import open_store
from app.tracking.spool import spool_files
from app.tracking.tables import VisitDayRow, VisitRow
from tests.bank import studio
from tests.conftest import House

BOTH: tuple[State, ...] = ("draft", "in_review", "changes_requested", "rejected", "approved", "recalled")


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    """On SQLite it is told for the journeys."""
    engine = open_engine(House({}).using(database_url=postgresql_url).settings)
    yield engine
    engine.dispose()


@pytest.fixture
def deps(engine: Engine, tmp_path: Path) -> Iterator[Deps]:
    visits = tmp_path / "visits"
    settings = House({}).using(var_dir=tmp_path, storage_dir=tmp_path / "objects", spool_dir=visits).settings

    def paint(_order: object) -> object:
        raise AssertionError("the demonstration paints by itself")

    yield Deps(settings, engine, open_store(settings), paint)  # type: ignore[arg-type]
    assert spool_files(visits) == []


def test_a_demonstration_shows_everything_and_all_of_it_agrees(deps: Deps) -> None:
    logins = make_demo(deps, studio(), None, SMALL)
    with pytest.raises(Conflict):
        make_demo(deps, studio(), None, SMALL)
    _every_role_twice(deps, [login.demo.role for login in logins])
    _every_state(deps)
    _visits_agree(deps)
    checked = keep_archive.check(deps)
    assert isinstance(checked.found, Head)
    assert checked.sealed_until == checked.found.sequence > 300
    _time_only_went_forward(deps)
    _compliance_has_worked(deps)


def _compliance_has_worked(deps: Deps) -> None:
    """There are claims in every state, a rule that waits, and checks of the record, each of which held."""
    with reading(deps) as session:
        kinds = Counter(session.scalars(select(ArchiveEntryRow.kind)))
    assert kinds["evidence.proposed"] > kinds["evidence.approved"] > kinds["evidence.ended"] > 0
    assert kinds["rule.saved"] == 1
    assert kinds["archive.verified"] >= 4


def _every_role_twice(deps: Deps, roles: list[str]) -> None:
    assert min(Counter(roles)[role] for role in ROLES) >= 2
    with reading(deps) as session:
        assert session.scalar(select(func.count()).select_from(AccountRow)) == len(roles)


def _every_state(deps: Deps) -> None:
    with reading(deps) as session:
        cases = list(session.scalars(select(CaseRow)))
        steps: dict[str, list[StepRow]] = {}
        for step in session.scalars(select(StepRow).order_by(StepRow.id)):
            steps.setdefault(step.subject_id, []).append(step)
        for case in cases:
            assert case.state == state_of(case.kind, [step.action for step in steps[case.subject_id]])  # type: ignore[arg-type, misc]
        assert {case.state for case in cases if case.kind == "poster"} == {*BOTH, "issued"}
        assert {case.state for case in cases if case.kind == "template"} == {*BOTH, "retired"}
        now = database_now(session)
        posters = session.scalars(select(PosterRow.id)).all()
        links = [link for poster in posters for link in links_to(session, "poster", poster)]
        assert {link_state_of(link, now) for link in links} == {"active", "recalled", "expired"}
        assert max(link.depth for link in links) >= 1
        assert any(case.findings for case in cases if case.state == "in_review")
        assert session.scalar(select(func.count()).select_from(CommentRow)) >= 5  # type: ignore[operator]
        for digest in session.scalars(select(IssuedFileRow.object_digest)):
            assert deps.store.get(digest)


def _visits_agree(deps: Deps) -> None:
    """What the days say is what the visits are, and each was made while its link lived as it says."""
    with reading(deps) as session:
        visits = list(session.scalars(select(VisitRow)))
        links = {row.code: row for row in session.scalars(select(LinkRow))}
        humans = sum(visit.kind == "redirect" and not visit.bot for visit in visits)
        views = sum(visit.kind in ("redirect", "notice") for visit in visits)
        days = select(func.sum(VisitDayRow.views), func.sum(VisitDayRow.humans))
        assert tuple(session.execute(days.where(VisitDayRow.subject_kind == "poster")).one()) == (views, humans)
        agreed = [visit.visitor for visit in visits if visit.kind == "consent"]
        assert len(agreed) == len(set(agreed)) == SMALL.customers
        assert session.scalar(select(func.count()).select_from(CustomerRow)) == SMALL.customers
        assert session.scalar(select(func.count()).select_from(CustomerTagRow)) > 0  # type: ignore[operator]
    for visit in visits:
        link = links[visit.code]
        assert link.activated_at is not None
        assert link.activated_at <= visit.at
        ended = min((at for at in (link.recalled_at, link.expires_at) if at is not None), default=None)
        assert (visit.kind == "notice") == (ended is not None and ended <= visit.at)


def _time_only_went_forward(deps: Deps) -> None:
    with reading(deps) as session:
        texts = session.scalars(select(ArchiveEntryRow.text).order_by(ArchiveEntryRow.sequence))
        instants = [datetime.fromisoformat(read(text).at) for text in texts]
        now = database_now(session)
    assert instants == sorted(instants)
    assert now - timedelta(days=63) < instants[0] < now - timedelta(days=60)
    assert now - timedelta(hours=12) < instants[-1] <= now


def test_stories_are_told_in_the_order_of_their_instants_and_not_beyond_the_end() -> None:
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    calendar, told = Calendar(begin, begin + timedelta(hours=5)), list[tuple[str, int]]()

    def story(name: str, *hours: int) -> Story:
        for hour in hours:
            yield begin + timedelta(hours=hour)
            told.append((name, round((calendar() - begin) / timedelta(hours=1))))

    calendar.tell(story("late", 2, 4, 6))
    calendar.tell(story("early", 1, 3))
    calendar.run()
    assert told == [("early", 1), ("late", 2), ("early", 3), ("late", 4)]
    calendar.wait_until(begin + timedelta(hours=5))
    calendar.wait_until(begin)
    assert timedelta(hours=5) < calendar() - begin < timedelta(hours=5, minutes=1), "time does not go back"
