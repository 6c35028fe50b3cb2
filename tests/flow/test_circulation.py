"""What is in circulation, the posters behind a number, a recall and what comes after it, on both databases."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.accounts.core import Actor, Role
from app.archive import records as archive
from app.db import open_engine, reading, transaction
from app.flow import export_results as export_flow
from app.flow.export_results import export_results
from app.flow.recall import recall_link, recall_poster, recall_template
from app.flow.visit import drain
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.public import link_cache
from app.public.redirect import redirect_app
from app.reads import circulation, recalled, result_posters
from app.reads.result_names import known_template, place_in_scope, someone, way_to
from app.reads.results import Only, Period
from tests.cast import deps_on
from tests.conftest import House as Settings
from tests.redirects import Answered, inner
from tests.results import ZONE, House, a_visit, at, times

TODAY = datetime.now(ZONE).date()
YESTERDAY = TODAY - timedelta(days=1)
PERIOD = Period(TODAY - timedelta(days=9), TODAY)


def actor(role: Role, path: str = "/hq/", person: str = "he") -> Actor:
    return Actor(f"{person}-1", person, path.strip("/").split("/")[-1], path, role)


HE, EAST, WEST = actor("operator"), actor("operator", "/hq/east/"), actor("operator", "/hq/west/")


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Posters of three advisors: two are scanned this week, one is no longer out."""
    engine = open_engine(Settings({}).using(database_url=database_url).settings)
    deps = deps_on(engine, database_url=database_url, storage_dir=tmp_path / "o", spool_dir=tmp_path / "s")
    house = House(deps)
    house.furnish()
    house.poster("one", "lin", at(YESTERDAY - timedelta(days=3)), words="秋水长天")
    house.poster("two", "chen", at(YESTERDAY), "daily-greeting")
    house.poster("far", "wu", at(YESTERDAY))
    house.poster("gone", "wu", at(YESTERDAY))
    house.share("one", at(YESTERDAY), "lin")
    house.share("one", at(YESTERDAY, 12), None)
    anna = house.agree("Anna")
    house.visit(*times(a_visit("one", YESTERDAY), 5), a_visit("one", TODAY, 1, visitor=anna))
    house.visit(*times(a_visit("two", YESTERDAY), 2), a_visit("one", YESTERDAY, bot="crawler"))
    house.visit(*times(a_visit("one", TODAY - timedelta(days=30)), 40))
    recall_poster(deps, HE, "gone", "错字")
    yield house
    engine.dispose()


def out(house: House, path: str = "/hq/", words: str = "") -> list[tuple[str, int, int, int, int]]:
    with reading(house.deps) as session:
        found = circulation.circulating(session, path, ZONE, words)
    return [(one.id, one.links, one.sharers, one.reshares, one.humans) for one in found]


def test_what_is_out_with_links_sharers_and_the_scans_of_a_week(house: House) -> None:
    assert out(house)[:2] == [("one", 2, 1, 1, 6), ("two", 1, 0, 0, 2)]
    assert {row[0] for row in out(house)} == {"one", "two", "far"}
    assert [row[0] for row in out(house, "/hq/west/")] == ["far"]
    assert [row[0] for row in out(house, "/hq/east/")] == ["one", "two"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("若溪", {"one"}),
        ("日签", {"two"}),
        ("DAILY", {"two"}),
        ("秋水", {"one"}),
        ("基金 若溪", {"one"}),
        ("基金 砚秋", set()),
        ("%", set()),
        ("_", set()),
        ('"', set()),
    ],
)
def test_a_search_finds_advisors_templates_and_the_poster_s_own_words(
    house: House, words: str, expected: set[str]
) -> None:
    assert {row[0] for row in out(house, words=words)} == expected


def test_a_search_counts_nothing_of_another_branch(house: House) -> None:
    assert out(house, "/hq/west/", "若溪") == []


def test_a_template_whose_link_has_expired_is_not_out(house: House) -> None:
    with reading(house.deps) as session:
        by_slug = {one.slug: one.reach for one in circulation.templates_out(session, "/hq/", ZONE)}
        west = {one.slug: one.reach for one in circulation.templates_out(session, "/hq/west/", ZONE)}
    assert by_slug["fund-weekly"] == circulation.Reach(posters=2, links=3, reshares=1, advisors=2, humans=6)
    assert by_slug["daily-greeting"].humans == 2
    assert west["fund-weekly"] == circulation.Reach(posters=1, links=1, reshares=0, advisors=1, humans=0)


def test_the_posters_behind_each_number(house: House) -> None:
    def listed(sort: result_posters.Sort, path: str = "/hq/", only: Only | None = None) -> list[tuple[str, int]]:
        with reading(house.deps) as session:
            found = result_posters.result_posters(session, path, PERIOD, ZONE, only or Only(), sort)
        return [(one.id, getattr(one.figures, sort)) for one in found]

    assert listed("humans") == [("one", 6), ("two", 2)]
    assert listed("shares") == listed("reshares") == [("one", 1)]
    assert listed("people") == [("one", 1)]
    assert [poster for poster, _ in listed("posters")][-1] == "one"
    assert len(listed("posters")) == 4
    assert listed("humans", "/hq/west/") == []
    assert listed("humans", only=Only(template="daily-greeting")) == [("two", 2)]
    assert listed("humans", only=Only(advisor="lin")) == [("one", 6)]
    with reading(house.deps) as session:
        page = result_posters.result_posters(session, "/hq/", PERIOD, ZONE, sort="humans", limit=1, offset=1)
    assert [(one.id, one.state) for one in page] == [("two", "issued")]


def test_one_poster_with_its_days_links_and_shares(house: House) -> None:
    with reading(house.deps) as session:
        head = result_posters.poster_head(session, "/hq/east/", "one")
        days = result_posters.poster_days(session, "one", PERIOD, ZONE)
        links = result_posters.poster_links(session, "one")
        shares = result_posters.poster_shares(session, "one")
        with pytest.raises(NotFound):
            result_posters.poster_head(session, "/hq/west/", "one")
    assert (head.slug, head.person_id, head.state) == ("fund-weekly", "lin", "issued")
    assert result_posters.sum_of(days) == (1, 1, 7, 6, 1, 1)
    assert [(line.link.depth, line.state) for line in links] == [(0, "active"), (1, "active")]
    assert [one.person_id for one in shares] == [None, "lin"]


def test_what_is_out_of_scope_is_absent(house: House) -> None:
    with reading(house.deps) as session:
        for refused in (
            lambda: place_in_scope(session, EAST, "west"),
            lambda: place_in_scope(session, EAST, "nowhere"),
            lambda: someone(session, "/hq/east/", "wu"),
            lambda: known_template(session, "no-such", "/hq/"),
            lambda: circulation.template_out(session, EAST, "no-such"),
        ):
            with pytest.raises(NotFound):
                refused()
        assert [one.id for one in way_to(session, HE, place_in_scope(session, HE, "river"))] == ["hq", "east", "river"]


def test_a_recall_leads_the_link_to_the_notice_and_tells_who_still_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_cache, "FRESH_SECONDS", 0.0)
    app: Any = redirect_app(house.deps.settings, inner, house.deps.engine)
    assert Answered(app, "/r/Linkedtwoab").location is None
    house.poster("Kx29999999", "lin", at(YESTERDAY))
    with reading(house.deps) as session:
        assert circulation.reach_of_poster(session, "/hq/", "Kx29999999", ZONE).links == 1
        assert recalled.after_poster(session, "Kx29999999", ZONE) is None
    assert Answered(app, "/r/LinkedKx29999999").location == "/l/LinkedKx29999999"
    assert recall_poster(house.deps, HE, "Kx29999999", "利率已变") == ["LinkedKx29999999"]
    assert Answered(app, "/r/LinkedKx29999999").location == "/l/LinkedKx29999999/notice"
    assert Answered(app, "/r/LinkedKx29999999", HTTP_USER_AGENT="curl/8").location == "/l/LinkedKx29999999/notice"
    drain(house.deps)
    with reading(house.deps) as session:
        after = recalled.after_poster(session, "Kx29999999", ZONE)
        assert circulation.reach_of_poster(session, "/hq/", "Kx29999999", ZONE).links == 0
    assert after is not None
    assert (after.step.person_id, after.step.reason, after.told, after.known) == ("he", "利率已变", 1, 0)
    assert [one.code for one in after.latest] == ["LinkedKx29999999"]
    assert "Kx29999999" not in {row[0] for row in out(house)}


def test_after_a_recall_the_sharers_and_the_remembered_are_known(house: House) -> None:
    bo = house.agree("Bo")
    ended = recall_template(house.deps, HE, "v-fund-weekly", "字体到期")
    assert len(ended) == 3
    later = datetime.now(ZONE) + timedelta(minutes=1)
    notice = a_visit("one", TODAY, kind="notice")._replace(at=later)
    house.visit(notice, notice._replace(visitor=bo), notice._replace(visitor=bo), notice._replace(bot="crawler"))
    house.visit(a_visit("far", TODAY, kind="notice")._replace(at=later))
    with reading(house.deps) as session:
        all_of_it = recalled.after_template(session, "v-fund-weekly", "/hq/", ZONE)
        west = recalled.after_template(session, "v-fund-weekly", "/hq/west/", ZONE)
        one = recalled.after_poster(session, "one", ZONE)
    assert all_of_it is not None
    assert west is not None
    assert one is not None
    assert (all_of_it.told, all_of_it.known, west.told, one.told) == (4, 1, 1, 3)
    assert {(who.person_id, who.shares) for who in one.sharers} == {("lin", 1), (None, 1)}
    assert sum(count for _, count in one.days) == 3
    assert out(house) == [("two", 1, 0, 0, 2)]


def test_a_branch_recalls_nothing_of_the_whole_house(house: House) -> None:
    with pytest.raises(Forbidden):
        recall_template(house.deps, EAST, "v-fund-weekly", "x")
    with pytest.raises(NotFound):
        recall_poster(house.deps, WEST, "one", "x")


def test_one_link_ends_with_the_re_shares_below_it(house: House) -> None:
    with transaction(house.deps) as session:
        house.link(session, "Kind111111", "one", at(YESTERDAY), "Linkedone")
        session.flush()
        house.link(session, "Grandkid11", "one", at(YESTERDAY), "Kind111111")
    assert recall_link(house.deps, EAST, "Kind111111", "外传") == ["Grandkid11", "Kind111111"]
    states = {}
    with reading(house.deps) as session:
        for line in result_posters.poster_links(session, "one"):
            states[line.link.code] = line.state
        told = [entry.kind for entry in archive.entries(session, "link:Kind111111")]
    assert (states["Linkedone"], states["Kind111111"], states["Grandkid11"]) == ("active", "recalled", "recalled")
    assert told == ["link.recall"]
    with pytest.raises(Conflict):
        recall_link(house.deps, EAST, "Grandkid11", "again")
    for who, code in ((WEST, "Linkedone1"), (WEST, "Grandkid11"), (HE, "nonsense")):
        with pytest.raises(NotFound) as caught:
            recall_link(house.deps, who, code, "x")
        assert caught.value.code == "no_such_link"
    with pytest.raises(Invalid):
        recall_link(house.deps, HE, "Grandkid11", " ")


def test_an_export_is_on_record_capped_and_neutral(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_flow, "MAX_ROWS", 2)
    lines: list[list[export_flow.Cell]] = [["Name", "Scans"], ["=1+1", 3], ["林若溪", -2], ["more", 1]]
    data = b"".join(export_results(house.deps, HE, "advisors", lines, {"from": "2026-01-01"}, "Only 2 rows."))
    assert data.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [
        ["Name", "Scans"],
        ["'=1+1", "3"],
        ["林若溪", "-2"],
        ["Only 2 rows."],
    ]
    with reading(house.deps) as session:
        (entry,) = archive.entries(session, "results:hq")
    assert (entry.kind, entry.actor_person_id) == ("results.export", "he")
    assert entry.body == {"table": "advisors", "rows": 2, "capped": True, "from": "2026-01-01"}
    with pytest.raises(Forbidden):
        export_results(house.deps, actor("advisor"), "advisors", lines, {}, "")
