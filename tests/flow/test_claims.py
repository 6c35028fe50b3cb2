"""Claims bind nobody and end by themselves; works that are the same but for name and code are approved together."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.archive import records as archive
from app.db import database_now, reading, transaction
from app.flow.claim import LENGTH, claim, release
from app.flow.decide import approve_together, decide, hindrance
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.reads.review_queue import Waiting, review_queue
from tests.bank import CHEN, DOUBTFUL, GREETING, HE, LIN_AS_REVIEWER, MEI, WANG, ZHOU, Bank, actor
from tests.bundles import BUILT_IN
from tests.flow.test_review_threats import at_once, code_of, under_a_new_rule

WEST = actor("zhou", "reviewer", "/hq/west/")


def queue(bank: Bank, later: timedelta = timedelta()) -> dict[str, Waiting]:
    with reading(bank.deps) as session:
        return {one.subject_id: one for one in review_queue(session, "/hq/", database_now(session) + later)}


def holder(bank: Bank, subject_id: str, later: timedelta = timedelta()) -> str | None:
    found = queue(bank, later)[subject_id].claim
    return found.person_id if found else None


def test_a_claim_shows_to_all_and_ends_by_itself(bank: Bank) -> None:
    poster_id, _ = bank.in_review()
    assert holder(bank, poster_id) is None
    claim(bank.deps, ZHOU, poster_id)
    assert holder(bank, poster_id) == "zhou"
    assert holder(bank, poster_id, LENGTH - timedelta(seconds=30)) == "zhou"
    assert holder(bank, poster_id, LENGTH + timedelta(seconds=1)) is None
    with reading(bank.deps) as session:
        told = [entry.kind for entry in archive.entries(session, f"poster:{poster_id}")]
    assert told[-1] == "poster.claim"


def test_a_claim_binds_nobody(bank: Bank) -> None:
    poster_id, digest = bank.in_review()
    claim(bank.deps, ZHOU, poster_id)
    assert decide(bank.deps, WANG, poster_id, "approve", digest) == "approved"


def test_somebody_elses_claim_is_taken_over_only_on_purpose_or_when_it_has_ended(bank: Bank) -> None:
    poster_id, _ = bank.in_review()
    claim(bank.deps, ZHOU, poster_id)
    with pytest.raises(Conflict) as caught:
        claim(bank.deps, WANG, poster_id)
    assert (caught.value.code, caught.value.fields["by_person_id"]) == ("claimed", "zhou")
    claim(bank.deps, ZHOU, poster_id)
    claim(bank.deps, WANG, poster_id, take_over=True)
    assert holder(bank, poster_id) == "wang"
    with transaction(bank.deps) as session:
        past = database_now(session) - timedelta(seconds=1)
        session.execute(text("UPDATE review_claims SET until = :past"), {"past": past})
    claim(bank.deps, ZHOU, poster_id)
    assert holder(bank, poster_id) == "zhou"


def test_of_two_who_claim_at_once_one_has_it(bank: Bank) -> None:
    for _ in range(5):
        poster_id, _digest = bank.in_review()
        ended = at_once(
            lambda: claim(bank.deps, ZHOU, poster_id),  # noqa: B023
            lambda: claim(bank.deps, WANG, poster_id),  # noqa: B023
        )
        assert sorted(ended) == ["claimed", "ok"]


def test_only_ones_own_claim_is_given_up(bank: Bank) -> None:
    poster_id, _ = bank.in_review()
    claim(bank.deps, ZHOU, poster_id)
    release(bank.deps, WANG, poster_id)
    assert holder(bank, poster_id) == "zhou"
    release(bank.deps, ZHOU, poster_id)
    assert holder(bank, poster_id) is None


def test_what_does_not_wait_or_is_out_of_reach_is_not_claimed(bank: Bank) -> None:
    poster_id, digest = bank.in_review()
    with pytest.raises(NotFound):
        claim(bank.deps, WEST, poster_id)
    with pytest.raises(Forbidden):
        claim(bank.deps, HE, poster_id)
    decide(bank.deps, ZHOU, poster_id, "approve", digest)
    with pytest.raises(Conflict) as caught:
        claim(bank.deps, WANG, poster_id)
    assert caught.value.code == "not_in_review"


def test_the_queue_says_who_what_and_how_bad(bank: Bank) -> None:
    poster_id, _ = bank.in_review()
    one = queue(bank)[poster_id]
    assert (one.owner, one.product, one.version) == ("林若溪", "generic", BUILT_IN)
    assert one.title["zh"] == bank.studio.templates[GREETING].template.title.text("zh")
    assert one.severities == {"block": 0, "review": 1, "advise": 0}


def twins(bank: Bank) -> dict[str, str]:
    """The same words of two advisors, and the digests of both."""
    made = {}
    for who in (None, CHEN):
        poster_id = bank.started(DOUBTFUL, who=who) if who else bank.started(DOUBTFUL)
        made[poster_id] = (bank.submitted(poster_id, who) if who else bank.submitted(poster_id)).digest
    return made


def test_works_that_differ_in_the_profile_alone_are_one_group(bank: Bank) -> None:
    same = twins(bank)
    other = bank.started({"words": "值得信赖，\n安全可靠。"})
    bank.submitted(other)
    groups = {subject_id: one.group for subject_id, one in queue(bank).items()}
    assert len(set(same.values())) == 2
    assert len({groups[subject_id] for subject_id in same}) == 1
    assert groups[other] not in {groups[subject_id] for subject_id in same}


def test_each_of_them_gets_a_decision_of_its_own(bank: Bank) -> None:
    same = twins(bank)
    first, second = same
    outcomes = approve_together(bank.deps, ZHOU, same, bank.studio)
    assert [(one.subject_id, one.state, one.error_code) for one in outcomes] == [
        (first, "approved", None),
        (second, "approved", None),
    ]
    for subject_id, digest in same.items():
        assert bank.case(subject_id).digest == digest
        assert bank.steps(subject_id)[-1] == "approve"
        with reading(bank.deps) as session:
            told = [(entry.kind, entry.actor_person_id) for entry in archive.entries(session, f"poster:{subject_id}")]
        assert told[-1] == ("poster.approve", "zhou")


def test_one_that_cannot_be_approved_stops_no_other(bank: Bank) -> None:
    same = twins(bank)
    _first, second = same
    decide(bank.deps, WANG, second, "reject", same[second], reason="没有依据")
    assert [one.error_code for one in approve_together(bank.deps, ZHOU, same)] == [None, "not_in_review"]
    again = twins(bank)
    assert [one.error_code for one in approve_together(bank.deps, LIN_AS_REVIEWER, again)] == ["four_eyes", None]


def test_works_that_are_not_the_same_are_not_approved_together(bank: Bank) -> None:
    same = twins(bank)
    other = bank.started({"words": "值得信赖，\n安全可靠。"})
    mixed = same | {other: bank.submitted(other).digest}
    with pytest.raises(Invalid) as caught:
        approve_together(bank.deps, ZHOU, mixed)
    assert caught.value.code == "not_identical"
    assert all(bank.case(subject_id).state == "in_review" for subject_id in mixed)


def test_an_approval_under_rules_that_have_changed_asks_for_a_new_check(bank: Bank) -> None:
    poster_id, digest = bank.in_review()
    stricter = under_a_new_rule(bank, "安全可靠")
    approve = lambda: decide(bank.deps, ZHOU, poster_id, "approve", digest, studio=stricter.studio)  # noqa: E731
    assert code_of(approve) == "recheck_required"
    assert bank.case(poster_id).state == "in_review"
    unrelated = under_a_new_rule(bank, "无关词")
    assert decide(bank.deps, ZHOU, poster_id, "approve", digest, studio=unrelated.studio) == "approved"


def test_a_rejection_needs_no_new_check(bank: Bank) -> None:
    poster_id, digest = bank.in_review()
    stricter = under_a_new_rule(bank, "安全可靠", "block")
    assert decide(bank.deps, ZHOU, poster_id, "reject", digest, reason="没有依据", studio=stricter.studio) == "rejected"


def test_who_may_not_decide_is_told_why_beforehand(bank: Bank) -> None:
    poster_id, digest = bank.in_review()
    assert hindrance(bank.deps, ZHOU, poster_id) is None
    assert hindrance(bank.deps, LIN_AS_REVIEWER, poster_id) == "four_eyes"
    assert hindrance(bank.deps, MEI, poster_id) == "not_permitted"
    with pytest.raises(NotFound):
        hindrance(bank.deps, WEST, poster_id)
    decide(bank.deps, ZHOU, poster_id, "approve", digest)
    assert hindrance(bank.deps, WANG, poster_id) == "not_in_review"
