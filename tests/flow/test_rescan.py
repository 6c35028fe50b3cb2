"""Rescans: after a switch everything that is out is judged again, owners are told, and one call recalls."""

import json
import os
import zlib
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from app.archive import records as archive
from app.compliance.rules import compile_rules
from app.db import reading, retried, transaction
from app.flow import judged_pages, rescan
from app.flow.issue import issue
from app.flow.judge_kept import Judge
from app.flow.rescan import order_rescan, order_when_changed, recall_blocked
from app.jobs import queue
from app.kernel.errors import NotFound, Unavailable
from app.ocr import records as readings
from app.ocr.core import Line
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


def document_rows(desk: Desk) -> tuple[int, int]:
    """How many documents are kept, and of how many snapshots."""
    with reading(desk.deps) as session:
        counted = [
            session.scalar(text(f"SELECT count(*) FROM {table}"))
            for table in ("checked_documents", "checked_snapshots")
        ]
    return counted[0], counted[1]


@pytest.fixture
def never_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("what is kept is not laid out again")

    monkeypatch.setattr(rescan, "kept_of", refuse)


def test_posters_that_are_alike_are_judged_by_one_document_and_not_laid_out(desk: Desk, never_laid_out: None) -> None:
    alike = [out(desk, PLAIN), out(desk, PLAIN)]
    out(desk, PLAIN, CHEN)  # another name is drawn on it
    assert document_rows(desk) == (2, 3)
    desk.on(severity="block")
    scanned(desk)
    with reading(desk.deps) as session:
        assert set(alike) == set(blocked_of(session, "lin"))
        (done,) = records.newest_rescans(session, 1)
        assert (done.total, done.done, done.blocked, done.unjudged) == (3, 3, 3, 0)


def test_what_went_out_before_anything_was_kept_is_laid_out_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hit = out(desk, PLAIN)
    with transaction(desk.deps) as session:
        for table in ("checked_snapshots", "checked_documents", "standings", "book_states"):
            session.execute(text(f"DELETE FROM {table}"))
    desk.on(severity="block")
    scanned(desk)
    assert document_rows(desk) == (1, 1)
    monkeypatch.setattr(rescan, "kept_of", None)
    desk.replay(0)
    desk.switch(0)
    scanned(desk)
    with reading(desk.deps) as session:
        assert blocked_of(session, "lin") == {}
    desk.save(seen=1, severity="block", terms=["茶也正好"], must_hit=["茶也正好", "茶也正好喝"])
    desk.replay(2)
    desk.switch(2)
    scanned(desk)
    with reading(desk.deps) as session:
        assert [one["text"] for one in blocked_of(session, "lin")[hit]] == ["茶也正好"]


def test_a_rescan_that_was_killed_goes_on_where_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged_pages, "AT_ONCE", 1)
    monkeypatch.setattr(rescan, "PAGES_AT_ONCE", 1)
    posters = [out(desk, {"words": f"山色新，\n{word}。"}) for word in ("茶也正好", "慢慢来", "天天见")]
    desk.on(severity="block")
    judged: list[str] = []
    judge = Judge.judge

    def dies_at_the_second(self: Judge, session: Any, page: Any) -> Any:
        judged.extend(one.digest for one in page)
        if len(judged) == 2:
            raise RuntimeError("killed")
        return judge(self, session, page)

    monkeypatch.setattr(Judge, "judge", dies_at_the_second)
    job = retried(desk.deps, lambda session: queue.claim(session, ["rescan_posters"], 0))
    assert job is not None
    with pytest.raises(RuntimeError):
        HANDLERS[job.name](desk.deps, job)
    with reading(desk.deps) as session:
        (half,) = records.newest_rescans(session, 1)
        assert (half.blocked, half.finished_at) == (1, None)
    scanned(desk)
    assert judged == [*sorted(set(judged))[:2], *sorted(set(judged))[1:]]  # the first is not judged again
    with reading(desk.deps) as session:
        (done,) = records.newest_rescans(session, 1)
        assert (done.total, done.done, done.blocked) == (3, 3, 3)
        assert set(blocked_of(session, "lin")) == set(posters)


def test_many_documents_are_judged_by_children_and_what_they_cannot_do_by_their_parent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged_pages, "AT_ONCE", 1)
    monkeypatch.setattr(judged_pages, "MANY", 2)
    monkeypatch.setattr(judged_pages, "PAGES", 1)
    monkeypatch.setattr(judged_pages, "CORES", 2)
    words = ("茶也正好", "慢慢来", "天天见", "山高水长")
    posters = [out(desk, {"words": f"山色新，\n{word}。"}) for word in words]
    desk.on(severity="block")
    judge, parent = Judge.judge, os.getpid()
    here: list[str] = []

    def refuses(self: Judge, session: Any, page: Any) -> Any:
        if os.getpid() == parent:
            here.extend(one.digest for one in page)
        elif page[0].digest > "c":
            raise Unavailable("database_down", "gone")
        return judge(self, session, page)

    monkeypatch.setattr(Judge, "judge", refuses)
    scanned(desk)
    with reading(desk.deps) as session:
        (done,) = records.newest_rescans(session, 1)
        digests = sorted(session.scalars(text("SELECT digest FROM checked_documents")))
        assert (done.total, done.done, done.blocked) == (4, 4, 4)
        assert set(blocked_of(session, "lin")) == set(posters)
    assert set(here) >= {one for one in digests if one > "c"}
    assert len(here) == len(set(here))


def test_a_document_that_cannot_be_read_any_more_is_told_and_stops_nothing(desk: Desk) -> None:
    broken = out(desk, PLAIN)
    hit = out(desk, {"words": "山色新，\n慢慢来。"}, CHEN)
    with transaction(desk.deps) as session:
        ours = "SELECT document_digest FROM checked_snapshots s JOIN poster_snapshots p ON p.id = s.snapshot_id"
        digest = session.scalar(text(f"{ours} WHERE p.poster_id = :poster"), {"poster": broken})
        session.execute(
            text("UPDATE checked_documents SET content = :content WHERE digest = :digest"),
            {"content": zlib.compress(b'{"form": 1}'), "digest": digest},
        )
    desk.on(severity="block")
    scanned(desk)
    with reading(desk.deps) as session:
        assert blocked_of(session, "lin") == {broken: ()}
        assert set(blocked_of(session, "chen")) == {hit}
        (done,) = records.newest_rescans(session, 1)
        assert (done.blocked, done.unjudged) == (1, 1)


def test_words_in_pictures_are_judged_again_unless_a_human_let_them_pass(desk: Desk) -> None:
    hit = out(desk, PLAIN)
    photo = "ab" * 32
    with transaction(desk.deps) as session:
        session.execute(
            text("UPDATE checked_documents SET pictures = :pictures"),
            {"pictures": json.dumps({"profile.photo": photo})},
        )
        readings.want(session, [photo])
        readings.keep(session, photo, [Line("一片山色新", (0.0, 0.0, 1.0, 0.1), 0.99)])
    desk.on(severity="block", terms=["一片山色"], must_hit=["一片山色", "看一片山色"])
    scanned(desk)
    with reading(desk.deps) as session:
        (found,) = blocked_of(session, "lin")[hit]
    assert (found["rule"], found["place"], found["picture"]["level"]) == (FIRM, "profile.photo", "block")
    desk.replay(0)
    desk.switch(0)
    scanned(desk)
    with reading(desk.deps) as session:
        assert blocked_of(session, "lin") == {}
    with transaction(desk.deps) as session:
        session.execute(text("UPDATE poster_snapshots SET findings = :found"), {"found": json.dumps([found])})
    desk.replay(1)
    desk.switch(1)
    scanned(desk)
    with reading(desk.deps) as session:
        assert blocked_of(session, "lin") == {}  # four eyes have seen it


def test_a_jurisdiction_without_rules_is_judged_once_it_has_some(desk: Desk) -> None:
    hit = out(desk, PLAIN)
    with transaction(desk.deps) as session:
        changed = "UPDATE checked_documents SET jurisdiction = 'SG', lines = :none, standing_id = NULL"
        session.execute(text(changed), {"none": b""})
    retried(desk.deps, lambda session: order_rescan(session, 0, "f" * 64, ["CN", "SG"]))
    scanned(desk)
    with transaction(desk.deps) as session:
        assert session.scalar(text("SELECT standing_id FROM checked_documents")) is None
        session.execute(text("UPDATE checked_documents SET jurisdiction = 'CN'"))
    desk.on(severity="block")
    scanned(desk)
    with reading(desk.deps) as session:
        assert set(blocked_of(session, "lin")) == {hit}
