"""From visits to customers, on both databases: once, only with consent, only within scope, and forgotten on demand."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.archive import records as archive
from app.config import Settings
from app.customers import records as customers
from app.customers.rules import load_rules
from app.customers.tables import CustomerEventRow, CustomerPointsRow, CustomerRow, CustomerTagRow, CustomerTaskRow
from app.db import reading, transaction
from app.flow import tag as tag_flow
from app.flow.complete_task import complete_task
from app.flow.forget import forget
from app.flow.rename_customer import rename_customer
from app.flow.tag import tag, tag_until
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.reads.customer import customer
from app.reads.customers import Asked
from app.reads.customers import customers as listed
from app.reads.tasks import tasks
from app.tracking import records as tracking
from app.tracking.tables import VisitRow
from tests.bank import CHEN, FUND, HE, LIN, ZHOU, Bank, actor
from tests.visitors import MORNING, a_link, a_visit, a_visitor, come

RULES = load_rules(Settings().tag_rules_file)
NOW = MORNING + timedelta(days=6)


class Scene:
    """An issued fund poster of Lin's, as far as links know, with a re-share of its link."""

    def __init__(self, bank: Bank) -> None:
        self.deps = bank.deps
        self.poster = bank.started(slug=FUND, slots={})
        self.code = a_link(self.deps, self.poster)
        self.child = a_link(self.deps, self.poster, self.code)

    def visit(self, visitor: str | None, kind: Any, days: float = 0.0, code: str | None = None, **changes: Any) -> None:
        """One visit, taken in."""
        come(self.deps, a_visit(code or self.code, self.poster, kind, visitor, days, **changes))

    def regular(self) -> str:
        """A visitor who agreed, read, passed on and tapped the contact."""
        visitor = a_visitor(self.deps)
        for n, kind in enumerate(("consent", "seen", "share", "contact")):
            self.visit(visitor, kind, n / 24)
        return visitor

    def tag(self) -> int:
        return tag(self.deps, RULES)

    def only(self) -> str:
        """The id of the one customer."""
        with reading(self.deps) as session:
            return session.scalars(select(CustomerRow.id)).one()


@pytest.fixture
def scene(bank: Bank) -> Scene:
    return Scene(bank)


def everything(session: Session) -> dict[str, int]:
    """How many rows there are of each kind."""
    tables = (CustomerRow, CustomerEventRow, CustomerTagRow, CustomerPointsRow, CustomerTaskRow)
    return {table.__tablename__: len(session.scalars(select(table)).all()) for table in tables}


def test_what_a_visitor_does_becomes_events_tags_points_and_a_task_with_reasons(scene: Scene) -> None:
    scene.regular()
    assert scene.tag() == 4
    with reading(scene.deps) as session:
        page = customer(session, LIN, scene.only(), NOW)
        tasks = {task.rule for task in session.scalars(select(CustomerTaskRow))}
    assert [moment.event.kind for moment in page.timeline] == ["contact", "share", "read", "agree"]
    assert {tag.rule for tag in page.tags} == {"newcomer", "passes_on", "reached_out", "interested_in_funds"}
    interest = next(tag for tag in page.tags if tag.rule == "interested_in_funds")
    assert interest.reason["zh"] == "30 天内 3 次看或转发基金内容，最近一次是《基金周报》。"
    assert interest.event is not None
    assert interest.event.kind == "contact"
    assert tasks == {"call_back", "thank_for_passing_on"}
    assert 40 < page.score < 49 == sum(gain.given for gain in page.gains)
    assert page.timeline[0].points == 25


def test_the_rules_go_through_each_visit_once(scene: Scene) -> None:
    scene.regular()
    assert (scene.tag(), scene.tag()) == (4, 0)
    with reading(scene.deps) as session:
        before = everything(session)
    with transaction(scene.deps) as session:
        customers.move_cursor(session, 0)
    assert scene.tag() == 4
    with reading(scene.deps) as session:
        assert everything(session) == before


def test_visits_that_fail_halfway_are_gone_through_later_and_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.regular()
    monkeypatch.setattr(tag_flow, "BATCH", 3)
    real, calls = customers.give, []

    def dies_at_the_second(*arguments: Any) -> None:
        real(*arguments)
        calls.append(1)
        if len(calls) == 2:
            raise KeyError("the process dies")

    monkeypatch.setattr(customers, "give", dies_at_the_second)
    with pytest.raises(KeyError):
        scene.tag()
    with reading(scene.deps) as session:
        assert everything(session)["customer_events"] == 3
    assert scene.tag() == 1
    with reading(scene.deps) as session:
        assert everything(session)["customer_events"] == 4
        assert everything(session)["customer_tasks"] == 2


def test_many_workers_make_each_customer_and_event_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_flow, "BATCH", 7)
    visitors = [a_visitor(scene.deps) for _ in range(12)]
    stop = threading.Event()
    workers = [threading.Thread(target=tag_until, args=(scene.deps, RULES, stop, 0.01)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for n in range(8):
        come(scene.deps, *(a_visit(scene.code, scene.poster, "seen", one, n / 24) for one in visitors))
    for _ in range(200):
        with reading(scene.deps) as session:
            found = everything(session)
        if found["customer_events"] == 96:
            break
        stop.wait(0.05)
    stop.set()
    for worker in workers:
        worker.join()
    assert (found["customers"], found["customer_events"]) == (12, 96)
    with reading(scene.deps) as session:
        points = session.scalars(select(CustomerPointsRow.visit_id)).all()
    assert len(points) == len(set(points)) == 96


def test_bots_and_whoever_has_not_agreed_are_nobodys_customers(scene: Scene) -> None:
    """Threat 56."""
    stranger, withdrawn = "Str4ngerStr4ngerStr4ng", a_visitor(scene.deps)
    scene.visit(None, "redirect")
    scene.visit(stranger, "seen")
    scene.visit(withdrawn, "seen")
    scene.visit(a_visitor(scene.deps), "seen", bot="prefetch")
    scene.visit(a_visitor(scene.deps), "gone")
    with transaction(scene.deps) as session:
        tracking.withdraw_consent(session, withdrawn)
    assert scene.tag() == 5
    with reading(scene.deps) as session:
        assert set(everything(session).values()) == {0}
        assert set(session.scalars(select(VisitRow.visitor))) & {stranger, withdrawn} == set()


def test_whose_consent_ends_after_the_visit_becomes_no_customer(scene: Scene) -> None:
    visitor = scene.regular()
    forget(scene.deps, visitor)
    scene.visit(visitor, "seen", 1)
    assert scene.tag() == 5
    with reading(scene.deps) as session:
        assert everything(session)["customers"] == 0


def test_each_advisor_has_their_own_customers_and_finds_nobody_elses(bank: Bank) -> None:
    """Threat 14."""
    lins = Scene(bank)
    visitor = lins.regular()
    lins.tag()
    theirs = lins.only()
    rename_customer(bank.deps, LIN, theirs, "周女士")
    chens = bank.started(slug=FUND, slots={}, who=CHEN)
    come(bank.deps, a_visit(a_link(bank.deps, chens), chens, "seen", visitor))
    lins.tag()
    elsewhere = actor("xu", "operator", "/hq/west/")
    with reading(bank.deps) as session:
        for who, found in ((LIN, 1), (HE, 1), (CHEN, 0), (elsewhere, 0)):
            assert listed(session, who, NOW, Asked(words="周女士")).found == found
            assert listed(session, who, NOW, Asked(words=theirs[:4])).found == found
            tagged = listed(session, who, NOW, Asked(tag="reached_out"))
            assert tagged.found == found
            assert ("reached_out" in {choice.rule for choice in tagged.tags}) == bool(found)
            assert (tasks(session, who, NOW).open > 0) == bool(found)
        assert [listed(session, who, NOW, Asked()).everybody for who in (LIN, CHEN, HE, elsewhere)] == [1, 1, 2, 0]
        for who in (CHEN, elsewhere):
            with pytest.raises(NotFound):
                customer(session, who, theirs, NOW)


def test_only_the_advisor_renames_and_completes(scene: Scene) -> None:
    scene.regular()
    scene.tag()
    id_ = scene.only()
    with reading(scene.deps) as session:
        [first, _] = tasks(session, LIN, NOW).lines
    for who, error in ((CHEN, NotFound), (HE, Forbidden), (ZHOU, Forbidden)):
        with pytest.raises(error):
            rename_customer(scene.deps, who, id_, "甲")
        with pytest.raises(error):
            complete_task(scene.deps, who, first.id)
    rename_customer(scene.deps, LIN, id_, "  周 女士 ")
    assert complete_task(scene.deps, LIN, first.id, "约了周五") == id_
    with pytest.raises(Conflict, match="done already"):
        complete_task(scene.deps, LIN, first.id)
    with reading(scene.deps) as session:
        page, done = customer(session, LIN, id_, NOW), tasks(session, LIN, NOW, done=True)
        told = archive.entries(session, f"customer:{id_}") + archive.entries(session, f"task:{first.id}")
    assert (page.name, [(line.id, line.note) for line in done.lines]) == ("周 女士", [(first.id, "约了周五")])
    assert [entry.kind for entry in told] == ["customer.renamed", "task.completed"]
    assert "周" not in str(told)


@pytest.mark.parametrize("name", ["甲" * 41, "甲\x00乙", "甲\u202e乙"])
def test_a_name_is_one_short_line(scene: Scene, name: str) -> None:
    scene.regular()
    scene.tag()
    with pytest.raises(Invalid):
        rename_customer(scene.deps, LIN, scene.only(), name)


def test_forgetting_leaves_nothing_but_that_there_was_somebody(scene: Scene) -> None:
    """Threat 57, as far as customers go."""
    visitor, other = scene.regular(), scene.regular()
    scene.tag()
    with reading(scene.deps) as session:
        id_ = session.scalars(select(CustomerRow.id).where(CustomerRow.visitor == visitor)).one()
    rename_customer(scene.deps, LIN, id_, "周女士")
    assert forget(scene.deps, visitor) == [id_]
    with reading(scene.deps) as session:
        assert session.scalars(select(CustomerRow.visitor)).all() != []
        assert set(session.scalars(select(CustomerEventRow.customer_id))) == {
            session.scalars(select(CustomerRow.id).where(CustomerRow.visitor == other)).one()
        }
        page = customer(session, LIN, id_, NOW)
        assert (page.name, page.app, page.timeline, page.tags, page.tasks) == ("", "", (), (), ())
        assert page.forgotten_at is not None
        assert listed(session, LIN, NOW, Asked()).everybody == 1
        assert tracking.visits_by(session, visitor) == []
        told = str(archive.latest(session, 100))
        assert "customer.forgotten" in told
        assert visitor not in told
        assert "周女士" not in told
    with pytest.raises(Conflict):
        rename_customer(scene.deps, LIN, id_, "又是她")
    with pytest.raises(NotFound):
        forget(scene.deps, "NobodyNobodyNobodyNobo")
    scene.visit(visitor, "seen", 2)
    scene.tag()
    with reading(scene.deps) as session:
        assert everything(session)["customers"] == 2


def test_a_tag_is_over_when_its_time_is_and_a_list_shows_only_what_holds(scene: Scene) -> None:
    scene.regular()
    scene.tag()
    later = MORNING + timedelta(days=20)
    with reading(scene.deps) as session:
        assert listed(session, LIN, later, Asked(tag="newcomer")).found == 0
        assert listed(session, LIN, later, Asked(tag="passes_on")).found == 1
        page = customer(session, LIN, scene.only(), later)
    assert {tag.rule for tag in page.tags if tag.is_over} == {"newcomer"}
    assert page.tags[-1].rule == "newcomer"


def test_lists_are_sorted_by_score_or_by_who_was_seen_last(scene: Scene) -> None:
    keen = scene.regular()
    late = a_visitor(scene.deps)
    scene.visit(late, "seen", 5)
    scene.tag()
    with reading(scene.deps) as session:
        names = {row.visitor: row.id for row in session.scalars(select(CustomerRow))}
        by_score = listed(session, LIN, NOW, Asked()).rows
        by_seen = listed(session, LIN, NOW, Asked(sort="seen")).rows
    assert [row.id for row in by_score] == [names[keen], names[late]]
    assert [row.id for row in by_seen] == [names[late], names[keen]]
    assert by_score[0].open_tasks == 2


def test_the_level_of_re_sharing_is_told(scene: Scene) -> None:
    scene.visit(a_visitor(scene.deps), "consent", code=scene.child)
    scene.tag()
    with reading(scene.deps) as session:
        page = customer(session, LIN, scene.only(), NOW)
    assert "through_a_friend" in {tag.rule for tag in page.tags}
    assert page.timeline[0].event.level == 1


def test_what_is_logged_names_nobody(scene: Scene) -> None:
    visitor = scene.regular()
    with structlog.testing.capture_logs() as logs:
        scene.tag()
    assert logs == [
        {"event": "customers_tagged", "visits": 4, "customers": 1, "given": 10, "log_level": "info"},
    ]
    assert visitor not in str(logs)
