"""What reviewers and advisors see: the queue, the differences, earlier decisions, one's own posters."""

from datetime import timedelta

from app.db import database_now, reading, transaction
from app.flow.decide import decide
from app.posters import records as posters
from app.reads.my_posters import my_posters
from app.reads.precedents import precedents
from app.reads.review_queue import changes, review_queue
from app.review import records as review
from app.review.records import Comment
from tests.bank import DOUBTFUL, GREETING, LIN, OUTLET, PLAIN, ZHOU, Bank


def test_the_queue_shows_what_waits_with_age_due_date_and_findings(bank: Bank) -> None:
    first, digest = bank.in_review()
    second, _ = bank.in_review()
    bank.submitted(bank.started(PLAIN))
    with reading(bank.deps) as session:
        now = database_now(session) + timedelta(days=5)
        found = review_queue(session, "/hq/", now)
        assert review_queue(session, "/hq/west/", now) == []
        assert review_queue(session, "/h_/", now) == []
        assert review_queue(session, "/hq/", now, "template") == []
    assert [one.subject_id for one in found] == [first, second]
    one = found[0]
    assert (one.kind, one.template, one.owner_person_id, one.organisation_path) == ("poster", GREETING, "lin", OUTLET)
    assert (one.digest, one.findings, one.is_overdue) == (digest, 1, True)
    assert timedelta(days=4) < one.age < timedelta(days=6)


def test_earlier_decisions_on_the_same_sentence_are_counted_with_their_reasons(bank: Bank) -> None:
    for decision, reason in (("approve", ""), ("reject", "没有依据"), ("approve", "有检测报告")):
        poster_id, digest = bank.in_review()
        decide(bank.deps, ZHOU, poster_id, decision, digest, reason=reason)  # type: ignore[arg-type]
    waiting, _ = bank.in_review()
    with reading(bank.deps) as session:
        found = precedents(session, ["安全可靠，\n值得信赖！", "从未说过的话。"], except_subject=waiting)
        assert precedents(session, [], waiting) == []
    assert [one.sentence for one in found] == ["安全可靠", "值得信赖"]
    for one in found:
        assert one.counts == {"approve": 2, "reject": 1, "request_change": 0}
        assert [(action, reason) for action, reason, _ in one.reasons] == [
            ("approve", "有检测报告"),
            ("reject", "没有依据"),
        ]


def test_only_what_differs_from_the_approved_copy_is_shown(bank: Bank) -> None:
    template = bank.studio.templates[GREETING].template
    poster_id = bank.started(DOUBTFUL | {"day": template.slots["day"].example, "weekday": "周一"})
    digest = bank.submitted(poster_id).digest
    with reading(bank.deps) as session:
        content = posters.find_snapshot(session, poster_id, digest).content
    found = {change.slot: change.pieces for change in changes(template, content)}
    assert found.keys() == {"weekday", "words"}
    assert [(piece.kind, piece.text) for piece in found["weekday"]] == [("old", "星期日"), ("new", "周一")]


def test_a_sentence_that_is_folded_alike_or_says_nearly_the_same_is_a_precedent(bank: Bank) -> None:
    words = {"words": "稳健投资的可靠之选，\n安全可靠。"}
    poster_id = bank.started(words)
    decide(bank.deps, ZHOU, poster_id, "reject", bank.submitted(poster_id).digest, reason="没有依据")
    with reading(bank.deps) as session:
        (folded,) = precedents(session, ["安-全-可-靠。"])
        (near,) = precedents(session, ["稳健投资的可靠选择。"])
        assert precedents(session, ["山色新茶也正好。"]) == []
        (elsewhere,) = precedents(session, ["安全可靠"], path="/hq/west/")
    assert (folded.likeness, folded.counts["reject"], folded.is_about("安-全")) == (1.0, 1, True)
    assert (near.said, 0.6 <= near.likeness < 1) == ("稳健投资的可靠之选", True)
    assert [(one.subject_id, one.reason, one.is_in_reach) for one in near.rulings] == [(poster_id, "没有依据", True)]
    assert [one.is_in_reach for one in elsewhere.rulings] == [False]
    assert not near.is_about("茶也正好")


def test_a_comment_stays_pinned_to_what_it_was_about(bank: Bank) -> None:
    poster_id, digest = bank.in_review()
    pinned = Comment("slots.words", "请给出依据", 0.25, 0.75)
    decide(bank.deps, ZHOU, poster_id, "request_change", digest, reason="见批注", comments=[pinned])
    bank.saved(poster_id, 1, PLAIN)
    with reading(bank.deps) as session:
        ((step, comment),) = review.comments_on(session, poster_id)
    assert (comment, step.action, step.digest, step.actor_person_id) == (pinned, "request_change", digest, "zhou")


def test_my_posters_say_where_each_stands_and_what_is_next(bank: Bank) -> None:
    drafted = bank.started(PLAIN)
    waiting, _ = bank.in_review()
    rejected, digest = bank.in_review()
    decide(bank.deps, ZHOU, rejected, "reject", digest, reason="没有依据")
    approved = bank.approved()
    with reading(bank.deps) as session:
        found = {one.id: one for one in my_posters(session, LIN.person_id)}
        assert my_posters(session, "chen") == []
    assert {one: (found[one].state, found[one].next) for one in found} == {
        drafted: ("draft", "fill"),
        waiting: ("in_review", "wait"),
        rejected: ("rejected", "start_again"),
        approved: ("approved", "issue"),
    }
    assert found[rejected].said == "没有依据"
    assert found[waiting].due_at is not None
    assert found[approved].due_at is None


def test_a_stored_state_that_is_not_the_derived_one_is_noticed(bank: Bank) -> None:
    poster_id = bank.approved()
    bank.case(poster_id)
    with transaction(bank.deps) as session:
        case = review.find_case(session, poster_id)
        review._compare_and_set(session, case, {"state": "issued"})
    try:
        bank.case(poster_id)
    except AssertionError:
        return
    raise AssertionError("the comparison of stored and derived state cannot fail")
