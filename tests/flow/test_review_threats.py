"""Whoever tries to get round the review: locked posters, four eyes, races, stale digests, changed rules."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from app.archive import records as archive
from app.compliance.rules import compile_rules
from app.db import reading, transaction
from app.flow.decide import decide
from app.flow.design import submit_version, upload
from app.flow.issue import download, issue
from app.flow.recall import recall_poster
from app.flow.save_draft import start_again
from app.kernel.errors import AppError, Blocked, Conflict, Forbidden, Unavailable
from app.kernel.ids import new_code
from app.links import records as links
from app.posters import records as posters
from app.review import records as review
from app.review.records import Mover
from app.storage.local import LocalStore
from tests.bank import (
    DOUBTFUL,
    GREETING,
    HE,
    LIN,
    LIN_AS_REVIEWER,
    MEI,
    MEI_AS_REVIEWER,
    OUTLET,
    PLAIN,
    TAO,
    WANG,
    ZHOU,
    Bank,
    draft,
)
from tests.bundles import BUILT_IN
from tests.core.compliance_cases import pack, term
from tests.posters import PROJECT

ROUNDS = 450


def code_of(work: Callable[[], object]) -> str:
    """The code of the error that `work` ends in, or "ok"."""
    try:
        work()
    except AppError as error:
        return error.code
    return "ok"


def at_once(*works: Callable[[], object]) -> list[str]:
    """How each of `works` ended; all begin at one barrier."""
    barrier = threading.Barrier(len(works))
    ended = [""] * len(works)

    def run(index: int) -> None:
        barrier.wait()
        ended[index] = code_of(works[index])

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def told(bank: Bank, subject: str) -> list[tuple[str, Any]]:
    with reading(bank.deps) as session:
        return [(entry.kind, entry.body.get("code")) for entry in archive.entries(session, subject)]


# --- 15: what is approved is locked ---------------------------------------------------------------------------------


def test_an_approved_poster_is_locked_and_a_new_one_starts_as_a_draft(bank: Bank) -> None:
    poster_id = bank.approved()
    digest = bank.case(poster_id).digest
    before = told(bank, f"poster:{poster_id}")
    with pytest.raises(Conflict) as caught:
        bank.saved(poster_id, 1, PLAIN)
    assert caught.value.code == "locked"
    again = start_again(bank.deps, LIN, poster_id)
    assert bank.case(again.poster_id).state == "draft"
    bank.saved(again.poster_id, 1, PLAIN)
    assert bank.submitted(again.poster_id).digest != digest
    case = bank.case(poster_id)
    assert (case.state, case.digest) == ("approved", digest)
    assert told(bank, f"poster:{poster_id}") == before
    with reading(bank.deps) as session:
        assert len(posters.revisions(session, poster_id)) == 1


# --- 16: four eyes, by person ---------------------------------------------------------------------------------------


def test_the_author_with_a_second_account_does_not_approve(bank: Bank) -> None:
    poster_id, digest = bank.in_review()
    with pytest.raises(Forbidden) as caught:
        decide(bank.deps, LIN_AS_REVIEWER, poster_id, "approve", digest)
    assert caught.value.code == "four_eyes"
    assert bank.case(poster_id).state == "in_review"
    assert told(bank, f"poster:{poster_id}")[2:] == [("poster.denied", "four_eyes")]


def test_whoever_had_a_hand_in_the_poster_before_does_not_approve_its_successor(bank: Bank) -> None:
    again = start_again(bank.deps, LIN, bank.approved()).poster_id
    with transaction(bank.deps) as session:
        session.execute(text("UPDATE posters SET owner_person_id = 'chen' WHERE id = :id"), {"id": again})
        session.execute(
            text("UPDATE poster_revisions SET author_person_id = 'chen' WHERE poster_id = :id"), {"id": again}
        )
        session.execute(text("UPDATE review_steps SET actor_person_id = 'chen' WHERE subject_id = :id"), {"id": again})
        case = review.find_case(session, again)
        case = review.submit(session, case, Mover("advisor", "chen"), "a" * 64, [])
    with pytest.raises(Forbidden) as caught:
        decide(bank.deps, LIN_AS_REVIEWER, again, "reject", "a" * 64, reason="not like this")
    assert caught.value.code == "four_eyes"


def template_files(version: str, summary: str = "Morning light on a wall") -> dict[str, bytes]:
    folder = PROJECT / "poster_templates" / GREETING
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    data = files["template.json"].replace(f'"version": "{BUILT_IN}"'.encode(), f'"version": "{version}"'.encode())
    files["template.json"] = data.replace(b"Morning light on a wall", summary.encode())
    return files


def test_a_contributor_to_any_revision_of_a_template_does_not_approve_it(bank: Bank) -> None:
    version_id = upload(bank.deps, bank.studio, MEI, template_files("1.1.0"))
    assert upload(bank.deps, bank.studio, TAO, template_files("1.1.0", "Morning sun on a wall")) == version_id
    digest = submit_version(bank.deps, bank.studio, TAO, version_id)
    assert code_of(lambda: decide(bank.deps, MEI_AS_REVIEWER, version_id, "approve", digest)) == "four_eyes"
    assert decide(bank.deps, ZHOU, version_id, "approve", digest) == "approved"
    assert code_of(lambda: upload(bank.deps, bank.studio, MEI, template_files("1.1.0"))) == "locked"


@pytest.mark.parametrize("who", [LIN, HE, MEI])
def test_no_other_role_decides(bank: Bank, who: Any) -> None:
    poster_id, digest = bank.in_review()
    assert code_of(lambda: decide(bank.deps, who, poster_id, "approve", digest)) in ("not_permitted", "no_such_case")
    assert bank.case(poster_id).state == "in_review"


# --- 17: approve against edit ---------------------------------------------------------------------------------------


def waiting(bank: Bank, number: int) -> tuple[str, str]:
    """A poster in review, made without a picture: a race is about its rows."""
    digest = f"{number:064x}"
    with transaction(bank.deps) as session:
        poster_id = posters.add_poster(session, bank.version(), "lin", OUTLET, None)
        posters.add_revision(session, poster_id, 1, 0, "lin", draft(DOUBTFUL))
        case = review.open_case(session, poster_id, "poster", OUTLET)
        review.submit(session, case, Mover("advisor", "lin"), digest, [])
    return poster_id, digest


def test_of_approve_and_edit_at_a_barrier_exactly_one_wins_every_time(bank: Bank) -> None:
    winners = {"approve": 0, "edit": 0}
    for number in range(ROUNDS):
        poster_id, digest = waiting(bank, number)
        approve, edit = at_once(
            lambda: decide(bank.deps, ZHOU, poster_id, "approve", digest),  # noqa: B023
            lambda: bank.saved(poster_id, 1, PLAIN),  # noqa: B023
        )
        assert (approve == "ok") != (edit == "ok"), (approve, edit)
        case = bank.case(poster_id)
        with reading(bank.deps) as session:
            revisions = len(posters.revisions(session, poster_id))
        if approve == "ok":
            winners["approve"] += 1
            assert (edit, case.state, revisions) == ("locked", "approved", 1)
        else:
            winners["edit"] += 1
            assert approve in ("not_in_review", "moved_on")
            assert (case.state, revisions) == ("draft", 2)
    assert min(winners.values()) > 0  # both have a chance, or it is no race


# --- 18: what was seen, and what is pinned ---------------------------------------------------------------------------


def test_a_decision_on_a_stale_digest_changes_nothing(bank: Bank) -> None:
    poster_id, seen = bank.in_review()
    bank.saved(poster_id, 1, {"words": "值得信赖，\n安全可靠。"})
    now = bank.submitted(poster_id).digest
    assert now != seen
    with pytest.raises(Conflict) as caught:
        decide(bank.deps, ZHOU, poster_id, "approve", seen)
    assert (caught.value.code, caught.value.fields["digest"]) == ("stale_digest", now)
    assert bank.case(poster_id).state == "in_review"
    assert decide(bank.deps, ZHOU, poster_id, "approve", now) == "approved"


def test_what_is_released_has_the_digest_that_was_reviewed(bank: Bank) -> None:
    poster_id = bank.approved()
    with reading(bank.deps) as session:
        case = review.find_case(session, poster_id)
        snapshot = posters.find_snapshot(session, poster_id, case.digest or "")
    assert snapshot.digest == snapshot.content.digest == case.digest
    changed = dict(snapshot.content.document()["values"], slots={"words": "别的话"})
    with transaction(bank.deps) as session:
        session.execute(
            text("UPDATE poster_snapshots SET content = :content WHERE id = :id"),
            {"content": json.dumps(snapshot.content.document() | {"values": changed}), "id": snapshot.id},
        )
    assert code_of(lambda: issue(bank.deps, bank.studio, LIN, poster_id, "png")) == "snapshot_altered"


def test_another_colour_of_the_brand_asks_for_another_decision(bank: Bank) -> None:
    poster_id = bank.approved()
    palette = dict(bank.studio.kit.palette) | {"ink": "#000000"}
    repainted = replace(bank.studio, kit=replace(bank.studio.kit, palette=palette))
    with pytest.raises(Conflict) as caught:
        issue(bank.deps, repainted, LIN, poster_id, "png")
    assert (caught.value.code, caught.value.fields["changed"]) == ("recheck_required", ["brand_digest"])


# --- 19: rules that changed -----------------------------------------------------------------------------------------


def under_a_new_rule(bank: Bank, word: str, severity: str = "review") -> Bank:
    added = pack({**term(word), "severity": severity}, name="cn-new")
    return replace(bank, studio=replace(bank.studio, rules=compile_rules([*bank.studio.rules.packs, added])))


def test_a_new_rule_that_hits_asks_for_a_new_check_which_a_human_then_decides(bank: Bank) -> None:
    poster_id = bank.started(PLAIN)
    assert bank.submitted(poster_id).state == "approved"
    stricter = under_a_new_rule(bank, "山色新")
    with pytest.raises(Conflict) as caught:
        issue(bank.deps, stricter.studio, LIN, poster_id, "png")
    assert (caught.value.code, caught.value.fields["rules"]) == ("recheck_required", ["cn-term"])
    answer = stricter.submitted(poster_id)
    assert (answer.state, [found["rule"] for found in answer.findings]) == ("in_review", ["cn-term"])
    decide(bank.deps, ZHOU, poster_id, "approve", answer.digest)
    assert issue(stricter.deps, stricter.studio, LIN, poster_id, "png").file.format == "png"


def test_a_new_rule_that_does_not_hit_stops_nobody(bank: Bank) -> None:
    poster_id = bank.started(PLAIN)
    bank.submitted(poster_id)
    assert code_of(lambda: issue(bank.deps, under_a_new_rule(bank, "无关词").studio, LIN, poster_id, "png")) == "ok"


# --- 20: double clicks and two reviewers ----------------------------------------------------------------------------


def test_of_two_reviewers_and_a_double_click_one_takes_effect(bank: Bank) -> None:
    for number in range(20):
        poster_id, digest = waiting(bank, number)
        ended = at_once(
            lambda: decide(bank.deps, ZHOU, poster_id, "approve", digest),  # noqa: B023
            lambda: decide(bank.deps, ZHOU, poster_id, "approve", digest),  # noqa: B023
            lambda: decide(bank.deps, WANG, poster_id, "reject", digest, reason="太满"),  # noqa: B023
        )
        assert ended.count("ok") == 1
        assert set(ended) <= {"ok", "moved_on", "not_in_review"}
        assert len(bank.steps(poster_id)) == 2
        assert len(told(bank, f"poster:{poster_id}")) == 1
        bank.case(poster_id)


def test_to_submit_twice_is_to_submit_once(bank: Bank) -> None:
    poster_id = bank.started(PLAIN)
    assert at_once(*[lambda: bank.submitted(poster_id)] * 3) == ["ok"] * 3
    assert bank.submitted(poster_id).state == "approved"
    assert bank.steps(poster_id) == ["edit", "submit", "approve_by_policy"]


def test_to_issue_twice_at_once_gives_one_link_and_one_file(bank: Bank) -> None:
    poster_id = bank.started(PLAIN)
    bank.submitted(poster_id)
    assert at_once(*[lambda: issue(bank.deps, bank.studio, LIN, poster_id, "png")] * 2) == ["ok"] * 2
    with reading(bank.deps) as session:
        assert len(links.links_to(session, "poster", poster_id)) == 1
    assert bank.steps(poster_id).count("issue") == 1
    assert [kind for kind, _ in told(bank, f"poster:{poster_id}")][-2:] == ["poster.mint", "poster.issue"]


# --- 21: withdrawn and expired --------------------------------------------------------------------------------------


def test_an_expired_poster_is_not_handed_out(bank: Bank) -> None:
    poster_id = bank.started(PLAIN)
    bank.submitted(poster_id)
    issued = issue(bank.deps, bank.studio, LIN, poster_id, "png")
    with transaction(bank.deps) as session:
        links.expire(session, issued.link_code)
    with pytest.raises(Blocked) as caught:
        download(bank.deps, LIN, poster_id, "png")
    assert caught.value.code == "expired"


def test_a_recall_while_the_poster_is_being_painted_wins(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    poster_id = bank.started(PLAIN)
    bank.submitted(poster_id)
    keep = LocalStore.put

    def put_after_a_recall(self: LocalStore, data: bytes) -> str:
        recall_poster(bank.deps, HE, poster_id, "来不及了")
        return keep(self, data)

    monkeypatch.setattr(LocalStore, "put", put_after_a_recall)
    assert code_of(lambda: issue(bank.deps, bank.studio, LIN, poster_id, "png")) == "withdrawn"
    with reading(bank.deps) as session:
        (link,) = links.links_to(session, "poster", poster_id)
    assert link.activated_at is None
    assert link.recalled_at is not None
    assert bank.steps(poster_id)[-1] == "recall"


def test_an_issue_that_was_cut_off_is_finished_under_the_same_link(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    poster_id = bank.started(PLAIN)
    bank.submitted(poster_id)

    def full(self: LocalStore, data: bytes) -> str:
        raise Unavailable("disk_full", "the storage's disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "put", full)
        assert code_of(lambda: issue(bank.deps, bank.studio, LIN, poster_id, "png")) == "disk_full"
    with reading(bank.deps) as session:
        (link,) = links.links_to(session, "poster", poster_id)
    assert (link.activated_at, bank.case(poster_id).state) == (None, "approved")
    assert issue(bank.deps, bank.studio, LIN, poster_id, "png").link_code == link.code
    assert bank.case(poster_id).state == "issued"


# --- 22: rules that fail --------------------------------------------------------------------------------------------


def test_a_check_that_breaks_lets_nothing_pass(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    approved, fresh = bank.approved(), bank.started(PLAIN)

    def broken(*_: object) -> list[object]:
        raise RuntimeError("a bug in a rule")

    monkeypatch.setattr("app.compliance.engine._findings", broken)
    assert code_of(lambda: bank.submitted(fresh)) == "check_failed"
    assert code_of(lambda: issue(bank.deps, bank.studio, LIN, approved, "png")) == "check_failed"
    assert (bank.case(fresh).state, bank.case(approved).state) == ("draft", "approved")


# --- 69: two editors ------------------------------------------------------------------------------------------------


def test_two_editors_on_one_revision_get_a_conflict_with_both_texts(bank: Bank) -> None:
    poster_id = bank.started(PLAIN)
    bank.saved(poster_id, 1, {"words": "先写的"})
    with pytest.raises(Conflict) as caught:
        bank.saved(poster_id, 1, {"words": "后写的"})
    fields = caught.value.fields
    assert caught.value.code == "edited_meanwhile"
    assert (fields["theirs"], fields["yours"], fields["revision"]) == ({"words": "先写的"}, {"words": "后写的"}, 2)


def test_of_two_editors_at_a_barrier_one_is_saved(bank: Bank) -> None:
    poster_id = bank.started(PLAIN)
    for base in range(1, 21):
        ended = at_once(*[lambda: bank.saved(poster_id, base, {"words": new_code()})] * 2)  # noqa: B023
        assert sorted(ended) == ["edited_meanwhile", "ok"]
    with reading(bank.deps) as session:
        assert [one.number for one in posters.revisions(session, poster_id)] == list(range(1, 22))
