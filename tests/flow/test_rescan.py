"""Rescans: after a switch everything that is out is judged again, owners are told, and one call recalls."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.archive import records as archive
from app.compliance.rules import compile_rules
from app.db import reading, retried
from app.flow.issue import issue
from app.flow.rescan import order_rescan, order_when_changed, recall_blocked
from app.jobs import queue
from app.kernel.errors import NotFound
from app.reads.rejudged import Works
from app.reads.rescanned import blocked_of, rescanned
from app.rescans import records
from app.worker import HANDLERS
from tests.bank import CHEN, LIN, PLAIN, ZHOU, Bank, actor
from tests.core.compliance_cases import pack, term
from tests.flow.test_rule_book import FIRM, Desk

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEST = actor("xu", "reviewer", "/hq/west/")


@pytest.fixture
def desk(bank: Bank) -> Desk:
    return Desk(bank)


def out(desk: Desk, slots: dict[str, Any], who: Any = LIN) -> str:
    """A poster that is out."""
    now = desk.now()
    poster_id = now.started(slots, who=who)
    now.submitted(poster_id, who)
    issue(now.deps, now.studio, who, poster_id, "png")
    return poster_id


def scanned(desk: Desk) -> None:
    """All rescans that wait, carried out as the worker does it."""
    while (job := retried(desk.deps, lambda session: queue.claim(session, ["rescan_posters"], 30))) is not None:
        HANDLERS[job.name](desk.deps, job)


def test_what_now_blocks_is_listed_told_and_recalled(desk: Desk) -> None:
    hit, passes = out(desk, PLAIN), out(desk, {"words": "晨光正好，\n慢慢来。"}, CHEN)
    desk.on(severity="block")
    with reading(desk.deps) as session:
        assert rescanned(session, "/hq/", SHANGHAI).state == "running"
    scanned(desk)
    with reading(desk.deps) as session:
        found = rescanned(session, "/hq/", SHANGHAI)
        assert (found.state, found.count, [one.poster_id for one in found.blocked]) == ("finished", 1, [hit])
        (one,) = found.blocked
        assert (one.owner, one.links, one.reshares, one.humans) == ("林若溪", 1, 0, 0)
        assert [(finding["rule"], finding["text"]) for finding in one.findings] == [(FIRM, "山色新")]
        assert found.rescan is not None
        assert (found.rescan.total, found.rescan.done, found.rescan.blocked) == (2, 2, 1)
        assert found.rescan.fingerprint == desk.studio().rules.fingerprint
        assert set(blocked_of(session, "lin")) == {hit}
        assert blocked_of(session, "chen") == {}
        assert rescanned(session, "/hq/west/", SHANGHAI).blocked == ()
        noted = archive.entries(session, f"poster:{hit}")[-1]
        assert (noted.kind, noted.body["rules"]) == ("poster.blocked", [FIRM])
    for who, poster_id in ((ZHOU, passes), (CHEN, hit), (WEST, hit)):
        with pytest.raises(NotFound):
            recall_blocked(desk.deps, who, poster_id, "不符合新规则")
    assert len(recall_blocked(desk.deps, ZHOU, hit, "不符合新规则")) == 1
    with reading(desk.deps) as session:
        assert rescanned(session, "/hq/", SHANGHAI).blocked == ()
        assert blocked_of(session, "lin") == {}
    assert desk.bank.case(hit).state == "recalled"


def test_rolling_back_takes_the_notice_away(desk: Desk) -> None:
    hit = out(desk, PLAIN)
    desk.on(severity="block")
    scanned(desk)
    desk.replay(0)
    desk.switch(0)
    with reading(desk.deps) as session:
        assert set(blocked_of(session, "lin")) == {hit}
    scanned(desk)
    with reading(desk.deps) as session:
        assert blocked_of(session, "lin") == {}
        assert [entry.kind for entry in archive.entries(session, f"poster:{hit}")].count("poster.blocked") == 1


def test_the_same_rescan_again_comes_to_the_same_and_tells_nobody_twice(desk: Desk) -> None:
    hit = out(desk, PLAIN)
    desk.on(severity="block")
    job = retried(desk.deps, lambda session: queue.claim(session, ["rescan_posters"], 0))
    assert job is not None
    HANDLERS["rescan_posters"](desk.deps, job)
    with reading(desk.deps) as session:
        (first,) = records.newest_rescans(session, 1)
    retried(desk.deps, lambda session: order_rescan(session, 1, first.fingerprint, ["CN"]))
    scanned(desk)
    with reading(desk.deps) as session:
        assert [entry.kind for entry in archive.entries(session, f"poster:{hit}")].count("poster.blocked") == 1
        assert {one.blocked for one in records.newest_rescans(session, 2)} == {1}


def test_a_release_with_other_packs_lets_what_is_out_be_judged_once(desk: Desk) -> None:
    hit = out(desk, PLAIN)
    order_when_changed(desk.deps, Works, desk.studio())
    with reading(desk.deps) as session:
        (same,) = records.newest_rescans(session, 5)
    assert same.job_id is None  # it was judged by these rules when it was submitted
    words = pack({**term("安全可靠"), "severity": "review"}, {**term("茶也正好"), "id": "cn-tea"})
    desk.packs = replace(desk.packs, rules=compile_rules([words]))
    for _ in range(2):
        order_when_changed(desk.deps, Works, desk.studio())
    scanned(desk)
    with reading(desk.deps) as session:
        assert len(records.newest_rescans(session, 5)) == 2
        assert [one["rule"] for one in blocked_of(session, "lin")[hit]] == ["cn-tea"]
