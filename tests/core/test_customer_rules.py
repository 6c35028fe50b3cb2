"""Rules over events: what fires when and why, that nothing fires twice, how points fade and when tasks are due."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import Settings
from app.customers.core import Event, Fired, Given, Need, Points, Rule, due_at, fire, look_back_days, score_at
from app.customers.rules import Occasion, Product, load_rules, read_rules
from app.kernel.errors import Invalid
from app.reads.gallery import OCCASIONS
from app.rendering import template as templates

MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
BUILT_IN = Settings().tag_rules_file


def an_event(id_: int, kind: str, days: float = 0.0, **changes: Any) -> Event:
    at = MONDAY + timedelta(days=days)
    day = at.astimezone(ZONE).date()
    plain = Event(id_, kind, at, day, "poster-1", "fund", "poster", 0, {"zh": "周报", "en": "Weekly"})  # type: ignore[arg-type]
    return plain._replace(**changes)


def a_rule(*needs: Need, result: Any = "tag", again_after: int = 0, **more: Any) -> Rule:
    reason = {"zh": "{within} 天内 {days} 天 {times} 次，《{poster}》", "en": "{times} times, “{poster}”"}
    return Rule("rule", result, needs, {"zh": "规则", "en": "Rule"}, reason, again_after, **more)


def fired_at(
    rule: Rule, history: list[Event], new: set[int] | None = None, earlier: tuple[Given, ...] = ()
) -> list[int]:
    new = {event.id for event in history} if new is None else new
    return [one.event.id for one in fire([rule], history, new, earlier)]


def test_a_rule_fires_at_the_event_that_completes_it_and_says_why() -> None:
    rule = a_rule(Need(frozenset({"read"}), times=3, within=30), again_after=30)
    history = [an_event(1, "read"), an_event(2, "open", 1), an_event(3, "read", 1), an_event(4, "read", 1.01)]
    [one] = fire([rule], history, {1, 2, 3, 4}, ())
    assert one.event.id == 4
    assert one.reason == {"zh": "30 天内 2 天 3 次，《周报》", "en": "3 times, “Weekly”"}


@pytest.mark.parametrize(
    ("need", "fires"),
    [
        (Need(products=frozenset({"fund"})), True),
        (Need(products=frozenset({"wealth"})), False),
        (Need(occasions=frozenset({"poster"})), True),
        (Need(occasions=frozenset({"daily"})), False),
        (Need(min_level=1), False),
        (Need(kinds=frozenset({"share"})), False),
        (Need(posters=2), False),
    ],
)
def test_a_need_admits_only_what_it_names(need: Need, fires: bool) -> None:
    assert bool(fired_at(a_rule(need), [an_event(1, "read")])) == fires


def test_what_was_too_long_ago_does_not_count() -> None:
    rule = a_rule(Need(times=2, within=2))
    assert fired_at(rule, [an_event(1, "read"), an_event(2, "read", 2.0)]) == [2]
    assert fired_at(rule, [an_event(1, "read"), an_event(2, "read", 2.001)]) == []


def test_days_are_local_days() -> None:
    rule = a_rule(Need(days=2, within=3))
    late = MONDAY.replace(hour=15, minute=59)  # a minute before midnight in Shanghai
    before, after = an_event(1, "read", at=late, day=date(2026, 11, 16)), an_event(2, "read", 0.59)
    assert after.day == date(2026, 11, 17)
    assert fired_at(rule, [before, after]) == [2]
    assert fired_at(rule, [before, an_event(3, "read", 0.3)]) == []


def test_two_needs_are_met_in_either_order_within_their_time() -> None:
    rule = a_rule(Need(frozenset({"share"}), within=2), Need(frozenset({"contact"}), within=2), result="task")
    assert fired_at(rule, [an_event(1, "share"), an_event(2, "contact", 1.5)]) == [2]
    assert fired_at(rule, [an_event(1, "contact"), an_event(2, "share", 1.5)]) == [2]
    assert fired_at(rule, [an_event(1, "share"), an_event(2, "contact", 2.5)]) == []
    assert fired_at(rule, [an_event(1, "share"), an_event(2, "open", 1)]) == []


def test_a_pause_is_kept_and_a_task_waits_until_it_is_done() -> None:
    paused = a_rule(Need(frozenset({"read"})), again_after=7)
    history = [an_event(n, "read", days) for n, days in ((1, 0), (2, 6.9), (3, 7), (4, 13), (5, 14))]
    assert fired_at(paused, history) == [1, 3, 5]
    task = a_rule(Need(frozenset({"read"})), result="task")
    assert fired_at(task, history) == [1]
    before = (Given("rule", 1, history[0].at, is_open=True),)
    assert fired_at(task, history, {2, 3}, before) == []
    assert fired_at(task, history, {2, 3}, (Given("rule", 1, history[0].at),)) == [2]


def test_an_event_that_became_known_late_counts_as_if_it_had_come_in_time() -> None:
    rule = a_rule(Need(frozenset({"share"}), within=2), Need(frozenset({"contact"}), within=2), again_after=14)
    contact, share = an_event(1, "contact", 1), an_event(2, "share", 0.5)
    assert fired_at(rule, [contact], {1}) == []
    assert fired_at(rule, [contact, share], {2}) == [1]


NEEDS = st.builds(
    Need,
    kinds=st.frozensets(st.sampled_from(["open", "read", "share", "contact"]), max_size=2),
    times=st.integers(1, 4),
    days=st.integers(1, 3),
    within=st.one_of(st.none(), st.integers(1, 20)),
)
RULES = st.builds(
    lambda needs, pause, result: a_rule(*needs, again_after=pause, result=result),
    st.lists(NEEDS, min_size=1, max_size=3),
    st.integers(0, 10),
    st.sampled_from(["tag", "points"]),
)
EVENTS = st.lists(st.tuples(st.sampled_from(["open", "read", "share", "contact"]), st.integers(0, 400)), max_size=25)


def in_batches(rule: Rule, events: list[Event], sizes: list[int]) -> list[Fired]:
    """What comes of events that become known batch by batch, each time with what was given before."""
    known: list[Event] = []
    found: list[Fired] = []
    rest = list(events)
    while rest:
        size = sizes.pop() if sizes else len(rest)
        batch, rest = rest[:size], rest[size:]
        known += batch
        before = [Given(one.rule.name, one.event.id, one.event.at) for one in found]
        found += fire([rule], known, {event.id for event in batch}, before)
    return found


@given(RULES, EVENTS, st.lists(st.integers(1, 6)))
def test_it_does_not_matter_how_events_in_order_are_cut_into_batches(rule: Rule, raw: Any, sizes: list[int]) -> None:
    raw.sort(key=lambda one: one[1])
    events = [an_event(n, kind, hours / 12) for n, (kind, hours) in enumerate(raw)]
    at_once = [one.event.id for one in in_batches(rule, events, [])]
    assert [one.event.id for one in in_batches(rule, events, sizes)] == at_once


@given(RULES, EVENTS.flatmap(st.permutations), st.lists(st.integers(1, 6)))
def test_nothing_fires_twice_at_one_event_nor_within_its_pause(rule: Rule, raw: Any, sizes: list[int]) -> None:
    events = [an_event(n, kind, hours / 12) for n, (kind, hours) in enumerate(raw)]
    found = in_batches(rule, events, sizes)
    ids = [one.event.id for one in found]
    assert len(ids) == len(set(ids))
    moments = sorted(one.event.at for one in found)
    pause = timedelta(days=rule.again_after)
    assert all(after - before >= pause for before, after in pairwise(moments))
    again = [Given("rule", one.event.id, one.event.at) for one in found]
    if rule.again_after == 0:
        assert fired_at(rule, events, None, tuple(again)) == []


def test_points_lose_half_of_themselves_every_half_life() -> None:
    points = [Points(16, 10, MONDAY), Points(8, 20, MONDAY)]
    assert score_at(points, MONDAY) == 24
    assert score_at(points, MONDAY + timedelta(days=20)) == pytest.approx(4 + 4)
    assert score_at(points, MONDAY - timedelta(days=1)) == 24


@given(
    st.lists(st.tuples(st.floats(0.1, 100), st.floats(0.5, 90), st.integers(0, 500)), min_size=1), st.integers(0, 99)
)
def test_a_score_only_falls_while_nothing_happens(raw: Any, days: int) -> None:
    points = [Points(value, half_life, MONDAY - timedelta(hours=hours)) for value, half_life, hours in raw]
    now = MONDAY + timedelta(days=days)
    assert 0 <= score_at(points, now + timedelta(days=1)) < score_at(points, now) <= sum(one.points for one in points)


def test_tasks_are_due_at_the_close_of_working_days() -> None:
    def due(day: int, hour: int, working_days: int) -> str:
        at = datetime(2026, 11, day, hour, tzinfo=ZONE)
        return due_at(at, working_days, ZONE).strftime("%a %d %H:%M")

    assert due(16, 10, 0) == "Mon 16 18:00"
    assert due(16, 23, 1) == "Tue 17 18:00"
    assert due(20, 10, 1) == "Mon 23 18:00"
    assert due(21, 10, 2) == "Tue 24 18:00"


def test_rules_tell_how_far_they_look_back() -> None:
    assert look_back_days([a_rule(Need(times=2, within=9)), a_rule(Need())]) == 9
    assert look_back_days([a_rule(Need(times=2)), a_rule(Need(within=9))]) is None
    assert look_back_days([]) == 0


def test_the_built_in_rules_are_right_and_know_every_product_and_occasion() -> None:
    rules = load_rules(BUILT_IN)
    assert {rule.result for rule in rules} == {"tag", "points", "task"}
    assert get_args(Product) == get_args(templates.Product)
    assert get_args(Occasion) == OCCASIONS
    event = an_event(1, "share")
    for rule in rules:
        assert fire([rule], [event._replace(kind=next(iter(rule.needs[0].kinds)))], {1}, ()) is not None


WRONG = {
    "kinds: [agree]|kinds: [agrees]": "tags[0].when[0].kinds[0]",
    "points: 5|points: -5": "points[0].points",
    "again_after_days: 3650|": "tags[0].again_after_days",
    "name: newcomer|name: New Comer": "tags[0].name",
    "name: newcomer|name: comes_back": "tags[4].name",
    "name: newcomer|nam: newcomer": "tags[0].nam",
    "《{poster}》。|《{poster.__class__}》。": "tags[0].reason.zh",
    "《{poster}》。|《{times!r}》。": "tags[0].reason.zh",
    "《{poster}》。|《{customer}》。": "tags[0].reason.zh",
    "《{poster}》。|《{poster》。": "tags[0].reason.zh",
    "days: 3, within_days: 30|days: 9, within_days: 3": "tags[4].when[0].days",
}


@pytest.mark.parametrize("change", WRONG)
def test_each_mistake_is_told_with_its_place(change: str) -> None:
    text = BUILT_IN.read_text(encoding="utf-8")
    old, new = change.split("|")
    assert old in text
    with pytest.raises(Invalid) as caught:
        read_rules(text.replace(old, new, 1).encode(), "rules.yaml")
    assert caught.value.code == "bad_tag_rules"
    assert f"rules.yaml: {WRONG[change]}" in [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize("text", ["tags: [", "tags: !!python/object:os.system {}", "- a list", "", "\xff"])
def test_what_is_no_rule_file_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="tag rules"):
        read_rules(text.encode("latin-1"), "rules.yaml")
