"""House rules from the first version to the roll-back: four eyes, replay, and that everybody judges by them at once."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.archive import records as archive
from app.compliance.rules import compile_rules
from app.db import reading, retried, transaction
from app.factory import house_rules
from app.flow.decide import decide
from app.flow.house_book import HouseBook
from app.flow.issue import issue
from app.flow.make_poster import Studio
from app.flow.replay_rule import carry_out, order_replay
from app.flow.switch_rule import switch_hindrance, switch_rule
from app.flow.write_rule import Writing, save_rule
from app.jobs import queue
from app.kernel.errors import AppError, Conflict, Forbidden, Invalid
from app.reads.rejudged import Works
from app.rulebook import records
from app.rulebook.core import Replay, RuleVersion
from app.worker import HANDLERS
from tests.bank import HE, LIN, PLAIN, WANG, ZHOU, Bank, actor
from tests.conftest import House
from tests.core.compliance_cases import pack, term
from tests.core.test_house_rules import text as rule_text

FIRM = "cn-house-firm"
BRANCH = actor("sun", "reviewer", "/hq/east/")
WORDS = {"terms": ["山色新"], "must_hit": ["山色新", "一片山色新"], "must_pass": ["山色如旧", "新茶"]}


# One rule of the product: what is tested here is what comes over it.
BUILT_IN = compile_rules([pack({**term("安全可靠"), "severity": "review"})])


class Desk:
    """A bank whose reviewers write rules; its studio is always the one in force."""

    def __init__(self, bank: Bank) -> None:
        self.packs = replace(bank.studio, rules=BUILT_IN)
        self.book = HouseBook(bank.deps)
        self.deps = replace(bank.deps, studio=self.studio)
        self.bank = replace(bank, deps=self.deps, studio=self.packs)

    def studio(self) -> Studio:
        return self.book.in_force(self.packs)

    def now(self) -> Bank:
        """The bank under the rules in force."""
        return replace(self.bank, studio=self.studio())

    def save(self, who: Any = ZHOU, seen: int = 0, **fields: Any) -> RuleVersion:
        given = rule_text(**{**WORDS, "severity": "review", **fields})
        rule_id = fields.get("id", FIRM)
        writing = Writing(given, "试行", rule_id if seen or rule_id != FIRM else None, seen, seen)
        return save_rule(self.deps, self.studio(), who, writing)

    def replay(self, version: int = 1, rule_id: str = FIRM) -> Replay:
        """The finished replay, carried out as the worker does it."""
        ordered = order_replay(self.deps, ZHOU, rule_id, version)
        job = retried(self.deps, lambda session: queue.claim(session, ["replay_rule"], 30))
        assert job is not None
        assert job.payload == {"replay": ordered.id}
        HANDLERS["replay_rule"](self.deps, job)
        with reading(self.deps) as session:
            assert queue.status(session, job.id).state == "done"
            return records.find_replay(session, ordered.id)

    def switch(self, version: int = 1, who: Any = WANG, rule_id: str = FIRM) -> str:
        return switch_rule(self.deps, self.studio(), who, rule_id, version).fingerprint

    def on(self, **fields: Any) -> None:
        """A rule of the house, in force."""
        self.save(**fields)
        self.replay()
        self.switch()


@pytest.fixture
def desk(bank: Bank) -> Desk:
    return Desk(bank)


def code_of(work: Callable[[], object]) -> str:
    try:
        work()
    except AppError as error:
        return error.code
    return "ok"


def test_a_saved_rule_changes_nothing_until_it_is_switched_on(desk: Desk) -> None:
    before = desk.studio().rules.fingerprint
    assert desk.save().number == 1
    assert desk.studio().rules.fingerprint == before
    with reading(desk.deps) as session:
        assert [one.kind for one in archive.entries(session, f"rule:{FIRM}")] == ["rule.saved"]


def test_from_the_switch_on_everything_is_judged_by_the_new_book(desk: Desk) -> None:
    waiting = desk.bank.started({"words": "安全可靠，\n山色新。"})
    digest = desk.bank.submitted(waiting).digest
    free, plain = desk.bank.started(PLAIN), desk.bank.started({"words": "晨光正好，\n慢慢来。"})
    assert desk.bank.submitted(plain).state == desk.bank.submitted(free).state == "approved"
    desk.save()
    desk.replay()
    fingerprint = desk.switch()
    now = desk.now()
    assert now.studio.rules.fingerprint == fingerprint != desk.packs.rules.fingerprint
    # Decided, issued, submitted: what nobody has seen is asked for again; what is not hit goes its way.
    with pytest.raises(Conflict) as caught:
        decide(desk.deps, ZHOU, waiting, "approve", digest, studio=now.studio)
    assert (caught.value.code, caught.value.fields["rules"]) == ("recheck_required", [FIRM])
    assert code_of(lambda: issue(now.deps, now.studio, LIN, free, "png")) == "recheck_required"
    assert code_of(lambda: issue(now.deps, now.studio, LIN, plain, "png")) == "ok"
    answer = now.submitted(now.started(PLAIN))
    assert (answer.state, [one["rule"] for one in answer.findings]) == ("in_review", [FIRM])
    with reading(desk.deps) as session:
        noted = archive.entries(session, f"rule:{FIRM}")[-1]
    assert (noted.kind, noted.body["book"], noted.body["rules"]) == ("rule.switched", 1, fingerprint)


def test_another_process_sees_the_switch_when_it_looks(desk: Desk) -> None:
    elsewhere = HouseBook(desk.deps)
    assert elsewhere.in_force(desk.packs).rules is desk.packs.rules
    desk.on()
    assert elsewhere.in_force(desk.packs, at_most_seconds=60).rules is desk.packs.rules
    assert elsewhere.in_force(desk.packs).rules.fingerprint == desk.studio().rules.fingerprint


def test_the_replay_tells_what_would_be_hit_and_what_no_more(desk: Desk) -> None:
    now = desk.now()
    out = now.started(PLAIN)
    now.submitted(out)
    issue(now.deps, now.studio, LIN, out, "png")
    waiting, _ = now.in_review()
    assert [one["rule"] for one in desk.bank.case(waiting).findings] == ["cn-term"]
    desk.save()
    replay = desk.replay()
    assert (replay.total, replay.done, replay.unjudged) == (4, 4, 0)  # two templates and two posters
    assert (replay.new_hits, replay.lost_hits) == (1, 0)
    with reading(desk.deps) as session:
        (hit,) = records.replay_hits(session, replay.id)
    assert (hit.subject_id, hit.is_new, hit.is_live, hit.rule, hit.text) == (out, True, True, FIRM, "山色新")
    # A built-in rule that is taken out of force loses what it hit.
    desk.save(id="cn-term", status="draft")
    replay = desk.replay(1, "cn-term")
    assert (replay.new_hits, replay.lost_hits) == (0, 1)
    with reading(desk.deps) as session:
        assert {(one.subject_id, one.is_new) for one in records.replay_hits(session, replay.id)} == {(waiting, False)}


def test_nobody_switches_on_what_they_wrote_any_version_of(desk: Desk) -> None:
    desk.save(ZHOU)
    desk.save(WANG, seen=1, terms=["山色新", "茶也正好"])
    desk.replay(2)
    second_account = actor("zhou", "reviewer", account="zhou-2")
    for who in (ZHOU, WANG, second_account):
        with pytest.raises(Forbidden) as caught:
            desk.switch(2, who)
        assert caught.value.code == "four_eyes"
    third = actor("shen", "reviewer")
    with reading(desk.deps) as session:
        told = [one.body.get("code") for one in archive.entries(session, f"rule:{FIRM}")]
        assert [switch_hindrance(session, who, FIRM, 2) for who in (WANG, third)] == ["four_eyes", None]
    assert told.count("four_eyes") == 3
    assert desk.switch(2, third) == desk.studio().rules.fingerprint


def test_without_a_replay_against_the_rules_in_force_nothing_is_switched_on(desk: Desk) -> None:
    desk.save()
    assert code_of(desk.switch) == "replay_required"
    order_replay(desk.deps, ZHOU, FIRM, 1)
    assert code_of(desk.switch) == "replay_required"
    job = retried(desk.deps, lambda session: queue.claim(session, ["replay_rule"], 30))
    assert job is not None
    carry_out(Works, desk.deps, job)
    assert code_of(desk.switch) == "ok"
    assert code_of(desk.switch) == "in_force"
    desk.save(seen=1, terms=["茶也正好"], must_hit=["茶也正好", "茶也正好。"])
    desk.replay(2)
    other = {"id": "cn-house-other", "terms": ["慢慢来"], "must_hit": ["慢慢来", "慢慢来。"]}
    save_rule(desk.deps, desk.studio(), ZHOU, Writing(rule_text(**other), "另一条"))
    desk.replay(1, "cn-house-other")
    desk.switch(1, rule_id="cn-house-other")
    assert (
        code_of(lambda: desk.switch(2)) == "replay_required"
    )  # it was compared with a book that is not in force any more


def test_a_rule_is_rolled_back_to_an_earlier_version_and_to_none(desk: Desk) -> None:
    desk.on()
    first = desk.studio().rules.fingerprint
    desk.save(seen=1, terms=["茶也正好"], must_hit=["茶也正好", "茶也正好。"])
    desk.replay(2)
    assert desk.switch(2) != first
    desk.replay(1)
    assert desk.switch(1) == first
    desk.replay(0)
    assert desk.switch(0) == desk.packs.rules.fingerprint
    assert desk.studio().rules is desk.packs.rules
    with reading(desk.deps) as session:
        assert [one.version for one in records.switches_of(session, FIRM)] == [1, 2, 1, 0]
        assert [one.number for one in records.versions_of(session, FIRM)] == [1, 2]


def test_of_two_who_save_on_the_same_version_one_is_told(desk: Desk) -> None:
    desk.save()
    desk.save(WANG, seen=1, terms=["山色新", "茶香"])
    assert code_of(lambda: desk.save(seen=1, terms=["山色新", "春色"])) == "moved_on"
    with pytest.raises(Invalid) as caught:
        desk.save(seen=2, terms=["山色新", "茶香"])
    assert [one.code for one in caught.value.problems] == ["unchanged"]


@pytest.mark.parametrize(
    ("writing", "path", "code"),
    [
        (Writing(rule_text(), ""), "note", "required"),
        (Writing(rule_text(id="cn-term"), "新"), "id", "taken"),
        (Writing(rule_text(), "改", "cn-term"), "id", "fixed_id"),
        (Writing(rule_text(must_hit=["没有", "也没有"]), "新"), "must_hit[0]", "not_hit"),
        (
            Writing(rule_text().replace("severity: block", "severity: !!python/object:os.system x"), "新"),
            "1: $",
            "bad_rule",
        ),
    ],
)
def test_what_cannot_be_saved_leaves_nothing(desk: Desk, writing: Writing, path: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        save_rule(desk.deps, desk.studio(), ZHOU, writing)
    assert (caught.value.problems[0].path, caught.value.problems[0].code) == (path, code)
    with reading(desk.deps) as session:
        assert records.newest_versions(session) == []


@pytest.mark.parametrize("who", [LIN, HE, BRANCH])
def test_nobody_else_writes_replays_or_switches(desk: Desk, who: Any) -> None:
    desk.save()
    desk.replay()
    works = [
        partial(desk.save, who, 1, terms=["茶香"]),
        lambda: order_replay(desk.deps, who, FIRM, 1),
        lambda: desk.switch(1, who),
    ]
    assert [code_of(work) for work in works] == ["not_permitted"] * 3
    with reading(desk.deps) as session:
        assert switch_hindrance(session, who, FIRM, 1) == "not_permitted"


def test_a_stored_rule_that_cannot_be_read_any_more_lets_nothing_pass_and_keeps_the_old_ones(desk: Desk) -> None:
    desk.on()
    assert desk.studio().rules.rule(FIRM) is not None
    with transaction(desk.deps) as session:
        session.connection().exec_driver_sql("UPDATE rule_versions SET text = 'colour: red'")
        session.connection().exec_driver_sql("UPDATE rule_switches SET number = 2")
    assert desk.studio().rules.rule(FIRM) is not None
    assert code_of(lambda: HouseBook(desk.deps).in_force(desk.packs)) == "check_failed"


def test_a_batch_judges_by_the_rules_of_the_house_where_there_is_a_database(desk: Desk, tmp_path: Path) -> None:
    desk.on()
    url = desk.deps.engine.url.render_as_string(hide_password=False)
    here = House({}).using(database_url=url).settings
    assert house_rules(here, BUILT_IN).fingerprint == desk.studio().rules.fingerprint
    nowhere = House({}).using(database_url=f"sqlite:///{tmp_path / 'absent.db'}").settings
    assert house_rules(nowhere, BUILT_IN) is BUILT_IN
    assert not (tmp_path / "absent.db").exists()
