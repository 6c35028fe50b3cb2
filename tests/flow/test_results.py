"""Results, on both databases: every number counted by hand, whether its day is closed or open, and only in scope."""

import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from app.config import Settings
from app.db import reading, transaction
from app.flow.roll_up import SETTLED_AFTER, roll_up
from app.reads.facts import facts, first_day
from app.reads.results import Only, Period, Results, results
from app.tracking import records
from app.tracking.results import Figures
from app.tracking.tables import ClosedDayRow, ResultDayRow
from tests.results import ZONE, House, a_visit, at, organisation, times

DAY = datetime.now(ZONE).date() - timedelta(days=12)
NEXT = DAY + timedelta(days=1)
PERIOD = Period(DAY, DAY + timedelta(days=6))


@pytest.fixture
def house(engine: Engine) -> House:
    """Three advisors' posters over two days, and one in the week before."""
    house = House(SimpleNamespace(engine=engine, settings=Settings.from_env({})))
    house.furnish()
    house.poster("old", "chen", at(DAY - timedelta(days=3)))
    house.poster("one", "lin", at(DAY, 0))  # the first hour of the day where the bank is: the day before in UTC
    house.poster("two", "lin", at(NEXT), "daily-greeting")
    house.poster("far", "wu", at(NEXT, 23))
    with transaction(house.deps) as session:
        house.file(session, "one", "pdf", at(NEXT))  # a second file is no second poster
    house.share("old", at(DAY - timedelta(days=3), 12), "chen")
    house.share("one", at(DAY, 11), "lin")
    house.share("one", at(NEXT, 9), "lin")
    house.share("far", at(NEXT, 23), "wu")
    house.share("one", at(NEXT, 12), None)
    house.share("one", at(NEXT, 13), None)
    anna, bo = house.agree("Anna"), house.agree("Bo")
    house.visit(*times(a_visit("old", DAY - timedelta(days=2)), 4))
    house.visit(*times(a_visit("one", DAY), 3), a_visit("one", DAY, bot="prefetch"), a_visit("one", DAY, visitor=anna))
    house.visit(
        a_visit("one", NEXT, kind="consent", visitor=bo),
        a_visit("one", NEXT, visitor=anna),
        a_visit("two", NEXT, visitor=anna),
        *times(a_visit("far", NEXT), 2),
        a_visit("far", NEXT, kind="notice"),
        a_visit("far", NEXT, code="Nobody55", kind="unknown", poster_id=None),
    )
    return house


def ask(house: House, place: str = "hq", period: Period = PERIOD, only: Only | None = None) -> Results:
    with reading(house.deps) as session:
        return results(session, organisation(place), period, ZONE, only or Only())


def close(house: House) -> int:
    return roll_up(house.deps, facts, first_day)


def over() -> int:
    """How many of the house's days are over by now, and settled."""
    return ((datetime.now(ZONE) - SETTLED_AFTER).date() - DAY).days + 3


@pytest.fixture(params=["open", "closed", "half"])
def counted(request: pytest.FixtureRequest, house: House) -> House:
    """The same house before and after its days are rolled up, and with one of them open again."""
    if request.param != "open":
        settled = over()
        assert settled <= close(house) <= over()
    if request.param == "half":
        with transaction(house.deps) as session:
            records.open_days(session, [NEXT])
    return house


def test_the_whole_house(counted: House) -> None:
    found = ask(counted)
    assert found.total == Figures(posters=3, shares=3, scans=10, humans=8, people=2, reshares=2)
    assert found.before == Figures(posters=1, shares=1, scans=4, humans=4)
    assert found.days[:3] == [
        Figures(posters=1, shares=1, scans=5, humans=4, people=1),
        Figures(posters=2, shares=2, scans=5, humans=4, people=1, reshares=2),
        Figures(),
    ]
    assert [one.humans for one in found.days_before] == [0, 0, 0, 0, 0, 4, 0]
    assert [(one.name, figures.humans) for one, figures in found.branches] == [("望江支行", 6), ("临溪支行", 2)]
    assert found.templates == [
        ("fund-weekly", Figures(2, 3, 9, 7, 2, 2)),
        ("daily-greeting", Figures(posters=1, scans=1, humans=1)),
    ]
    assert [(key, figures.humans) for key, figures in found.advisors] == [("lin", 6), ("wu", 2)]


def test_a_branch_sees_its_own_and_what_belongs_to_none_below(counted: House) -> None:
    found = ask(counted, "east", Period(DAY - timedelta(days=5), NEXT))
    assert found.total == Figures(posters=3, shares=3, scans=11, humans=10, people=2, reshares=2)
    assert [(one.name, one.is_itself, figures.humans) for one, figures in found.branches] == [
        ("望江一号网点", False, 6),
        ("望江支行", True, 4),
    ]
    assert [key for key, _ in found.advisors] == ["lin", "chen"]
    assert ask(counted, "west").total == Figures(posters=1, shares=1, scans=3, humans=2)


def test_one_template_and_one_advisor(counted: House) -> None:
    one = ask(counted, only=Only(template="fund-weekly"))
    assert one.total == Figures(2, 3, 9, 7, 2, 2)
    assert one.before.humans == 4
    assert [(place.name, figures.humans) for place, figures in one.branches] == [("望江支行", 5), ("临溪支行", 2)]
    assert (one.templates, one.advisors) == ([], [])
    lin = ask(counted, only=Only(advisor="lin"))
    assert lin.total == Figures(posters=2, shares=2, scans=7, humans=6, people=2, reshares=2)
    assert ask(counted, "west", only=Only(advisor="lin")).total == Figures()


def test_rolling_up_again_changes_nothing(house: House) -> None:
    assert close(house) > 0
    assert close(house) == 0


def test_a_late_visit_opens_its_day_again(house: House) -> None:
    close(house)
    house.visit(a_visit("two", DAY))
    with reading(house.deps) as session:
        assert session.get(ClosedDayRow, DAY) is None
        assert session.get(ClosedDayRow, NEXT) is not None
        assert session.scalars(select(ResultDayRow).where(ResultDayRow.day == DAY)).all() == []
    before = ask(house)
    assert before.total.humans == 9
    assert close(house) == 1
    assert ask(house) == before


def test_an_open_day_costs_the_days_that_are_closed_nothing(house: House) -> None:
    """What is kept is read, not counted: were the kept figures wrong, they would be shown."""
    close(house)
    with transaction(house.deps) as session:
        wrong = session.get_one(ResultDayRow, ("hq", "all", DAY, ""))
        wrong.humans = 1000
    assert ask(house).total.humans == 1004


def test_an_empty_house_has_nothing_to_close(engine: Engine) -> None:
    deps: Any = SimpleNamespace(engine=engine, settings=Settings.from_env({}))
    assert roll_up(deps, facts, first_day) == 0
    House(deps).furnish()
    assert ask(House(deps)).total == Figures()


def test_no_read_of_the_dashboard_looks_through_visits_or_whole_tables(house: House) -> None:
    close(house)
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        asked.append((statement, given))

    event.listen(house.deps.engine, "before_cursor_execute", note)
    ask(house)
    ask(house, "east", only=Only(advisor="lin"))
    event.remove(house.deps.engine, "before_cursor_execute", note)
    assert len(asked) > 8
    is_sqlite = house.deps.engine.dialect.name == "sqlite"
    plans = []
    with house.deps.engine.connect() as connection:
        if not is_sqlite:
            connection.exec_driver_sql("SET enable_seqscan = off")  # so small a table is read whole otherwise
        for statement, given in asked:
            prefix = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
            plans += [str(row) for row in connection.exec_driver_sql(prefix + statement, given)]
    whole = "SCAN" if is_sqlite else "Seq Scan on"
    tables = ("result_days", "visit_days", "poster_shares", "poster_files", "poster_issues", "posters")
    assert [plan for plan in plans for table in tables if f"{whole} {table}" in plan] == []
    assert [statement for statement, _ in asked if re.search(r"\bvisits\b", statement)] == []
