"""Review as pure rules: every cell of the transition table, four eyes, policy, due dates, sentences and differences."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from app.accounts import core as accounts
from app.kernel.errors import Conflict, Forbidden
from app.review.core import (
    OPEN_SLOTS,
    POLICY,
    TRANSITIONS,
    Action,
    Kind,
    State,
    copy_diff,
    due_at,
    next_state,
    permits,
    policy_for,
    require_four_eyes,
    sentence_key,
    sentences,
    state_of,
)

CELLS = [
    (kind, role, action, state)
    for kind in get_args(Kind)
    for role in (*accounts.ROLES, POLICY)
    for action in get_args(Action)
    for state in get_args(State)
]


def test_every_cell_either_leads_somewhere_or_is_refused() -> None:
    allowed = 0
    for kind, role, action, state in CELLS:
        if permits(kind, role, action, state):
            assert next_state(kind, role, action, state) == TRANSITIONS[kind][action].ways[state]
            allowed += 1
        else:
            with pytest.raises((Conflict, Forbidden)):
                next_state(kind, role, action, state)
    assert allowed == sum(len(rule.roles) * len(rule.ways) for kind in TRANSITIONS.values() for rule in kind.values())


@pytest.mark.parametrize(
    ("action", "state", "code"),
    [("edit", "approved", "locked"), ("edit", "issued", "locked"), ("issue", "draft", "not_approved")]
    + [(action, "approved", "not_in_review") for action in ("approve", "reject", "request_change")],
)
def test_a_step_that_comes_too_late_is_a_conflict_with_its_own_code(action: Action, state: State, code: str) -> None:
    role = next(iter(TRANSITIONS["poster"][action].roles))
    with pytest.raises(Conflict) as caught:
        next_state("poster", role, action, state)
    assert caught.value.code == code


def test_nobody_but_a_reviewer_decides_and_nobody_but_a_policy_takes_its_steps() -> None:
    for kind in get_args(Kind):
        for action in ("approve", "reject", "request_change"):
            assert TRANSITIONS[kind][action].roles == {"reviewer"}
        assert TRANSITIONS[kind]["approve_by_policy"].roles == {POLICY}
    assert POLICY not in accounts.ROLES


PERMISSION: dict[Action, str] = {
    "edit": "{}.edit",
    "submit": "{}.submit",
    "withdraw": "{}.withdraw",
    "approve": "{}.decide",
    "reject": "{}.decide",
    "request_change": "{}.decide",
    "issue": "{}.issue",
    "retire": "{}.retire",
    "recall": "{}.recall",
}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_the_table_of_permissions_lets_exactly_these_roles_take_each_step_in_these_states(kind: Kind) -> None:
    for action, name in PERMISSION.items():
        if action in TRANSITIONS[kind]:
            asked = "poster.fill" if (kind, action) == ("poster", "edit") else name.format(kind)
            if asked == "template.withdraw":
                continue  # a designer who uploads takes it back
            permitted = {role for role in accounts.ROLES if accounts.permits(role, asked)}  # type: ignore[arg-type]
            assert TRANSITIONS[kind][action].roles == permitted, (kind, action)
            states = set(TRANSITIONS[kind][action].ways) | ({"issued"} if action == "issue" else set())
            assert accounts.STATES_OF[asked] == states, (kind, action)  # type: ignore[index]


def test_the_state_follows_from_the_steps_alone() -> None:
    walk: list[Action] = ["edit", "submit", "request_change", "edit", "submit", "approve", "issue", "recall"]
    states = [state_of("poster", walk[:length]) for length in range(len(walk) + 1)]
    assert states == [
        "draft",
        "draft",
        "in_review",
        "changes_requested",
        "draft",
        "in_review",
        "approved",
        "issued",
        "recalled",
    ]


def test_a_history_that_could_not_have_happened_is_refused() -> None:
    with pytest.raises(Conflict):
        state_of("poster", ["edit", "approve"])


def test_four_eyes_go_by_person() -> None:
    require_four_eyes("zhou", {"lin", "chen"})
    with pytest.raises(Forbidden) as caught:
        require_four_eyes("lin", {"lin", "chen"})
    assert caught.value.code == "four_eyes"


@pytest.mark.parametrize(("findings", "slots", "policy"), [(0, [], OPEN_SLOTS), (1, [], None), (0, ["photo"], None)])
def test_a_policy_approves_only_what_no_human_needs_to_see(findings: int, slots: list[str], policy: str | None) -> None:
    assert policy_for(findings, slots) == policy


@pytest.mark.parametrize(
    ("submitted", "due"),
    [("2026-11-18", "2026-11-19"), ("2026-11-20", "2026-11-23"), ("2026-11-21", "2026-11-23")],
)
def test_a_decision_is_due_after_one_working_day(submitted: str, due: str) -> None:
    at = datetime.fromisoformat(f"{submitted}T10:30").replace(tzinfo=UTC)
    assert due_at(at) == datetime.fromisoformat(f"{due}T10:30").replace(tzinfo=UTC)


def test_the_same_sentence_is_found_again_however_it_is_spaced_and_written() -> None:
    first, second = sentences("稳健  理财，好收益！ ＡＢＣ rates.\n稳健理财，好收益"), sentences("稳健理财,好收益。")
    assert first == ("稳健理财,好收益", "abcrates")
    assert sentence_key(first[0]) == sentence_key(second[0]) != sentence_key(first[1])


def test_a_difference_says_what_went_and_what_came() -> None:
    pieces = copy_diff("年化 3.50% 起", "年化 4.00% 起")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "年化 "),
        ("old", "3.50%"),
        ("new", "4.00%"),
        ("same", " 起"),
    ]
    assert copy_diff("早安", "早安")[0].kind == "same"


def test_a_rewritten_phrase_is_not_cut_to_pieces() -> None:
    pieces = copy_diff("慢慢来，安全可靠。", "慢慢来，安-全-可-靠的日子。")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "慢慢来，安"),
        ("old", "全可靠"),
        ("new", "-全-可-靠的日子"),
        ("same", "。"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [("安全可靠", "安-全-可-靠"), ("", "新"), ("旧", ""), ("雪落得轻", "雪落得很轻啊"), ("a b c", "a c")],
)
def test_a_difference_can_be_read_back_on_both_sides(old: str, new: str) -> None:
    pieces = copy_diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "old") == new
