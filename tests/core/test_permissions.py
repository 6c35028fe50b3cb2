"""The permission table as a whole, and the scope that the organisation tree gives."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.core import (
    ACTIONS,
    PERMISSIONS,
    ROLES,
    STATES,
    STATES_OF,
    Action,
    Actor,
    Role,
    can_see,
    is_in_scope,
    may_grant,
    permits,
    require,
    require_in_scope,
)
from app.kernel.errors import Forbidden, NotFound

EVERYBODY = {"template.read", "brand.read", "profile.edit"}
MAY: dict[Role, set[str]] = {
    "advisor": {
        *("poster.read", "poster.fill", "poster.delete", "poster.submit", "poster.withdraw", "poster.issue"),
        *("poster.download", "poster.recall", "link.read", "link.share", "link.recall"),
        *("customer.read", "customer.tag", "task.read", "task.complete"),
    },
    "designer": {
        *("template.upload", "template.edit", "template.submit", "template.release", "template.retire"),
        "brand.manage",
    },
    "reviewer": {
        *("template.decide", "template.recall", "poster.read", "poster.decide", "poster.recall"),
        *("review.read", "review.claim", "rule.read", "rule.write", "rule.switch", "link.recall"),
        *("evidence.read", "evidence.write", "evidence.approve"),
    },
    "operator": {
        *("template.release", "template.retire", "template.recall", "poster.read", "poster.recall"),
        *("link.read", "link.recall", "customer.read", "task.read", "dashboard.read", "dashboard.export"),
    },
    "auditor": {
        *(
            "poster.read",
            "review.read",
            "rule.read",
            "evidence.read",
            "link.read",
            "dashboard.read",
            "dashboard.export",
        ),
        *("archive.read", "archive.verify", "account.read"),
    },
    "admin": {
        *("archive.verify", "account.read", "account.manage", "organisation.manage", "profile.manage"),
        "licence.manage",
    },
}


def cells() -> Iterator[tuple[Role, Action]]:
    return ((role, action) for role in ROLES for action in ACTIONS)


def an_actor(role: Role = "admin", path: str = "/hq/east/") -> Actor:
    return Actor("account", "person", "organisation", path, role)


def test_every_cell_of_the_table_is_decided() -> None:
    assert tuple(PERMISSIONS) == ACTIONS
    for action, row in PERMISSIONS.items():
        assert len(row.split()) == len(ROLES), action
        assert set(row.split()) <= {"x", "."}, action


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_exactly_this(role: Role) -> None:
    assert {action for action in ACTIONS if permits(role, action)} == MAY[role] | EVERYBODY


def test_no_action_is_left_without_anybody_and_none_but_reading_is_open_to_all() -> None:
    open_to_all = {action for action in ACTIONS if all(permits(role, action) for role in ROLES)}
    assert open_to_all == EVERYBODY
    assert all(any(permits(role, action) for role in ROLES) for action in ACTIONS)


def test_who_makes_a_thing_has_not_the_role_that_decides_on_it() -> None:
    for making, deciding in (("poster.submit", "poster.decide"), ("template.submit", "template.decide")):
        assert not {role for role in ROLES if permits(role, making) and permits(role, deciding)}  # type: ignore[arg-type]


@pytest.mark.parametrize("state", STATES)
def test_a_state_narrows_what_a_role_may_do_and_never_widens_it(state: str) -> None:
    for role, action in cells():
        expected = permits(role, action) and state in STATES_OF.get(action, frozenset(STATES))
        assert permits(role, action, state) == expected


def test_an_issued_poster_is_neither_filled_nor_decided_again() -> None:
    for action in ("poster.fill", "poster.submit", "poster.decide", "poster.delete"):
        assert not any(permits(role, action, "issued") for role in ROLES)


@pytest.mark.parametrize(
    ("role", "action", "state"),
    [
        ("root", "poster.read", None),
        ("admin", "account.everything", None),
        ("advisor", "poster.fill", "open"),
        ("advisor", "poster.read", "open"),
        ("", "", ""),
    ],
)
def test_what_is_not_known_is_not_permitted(role: Role, action: Action, state: str | None) -> None:
    assert not permits(role, action, state)


def test_require_says_which_action_was_refused() -> None:
    require(an_actor("reviewer"), "poster.decide", "in_review")
    with pytest.raises(Forbidden) as caught:
        require(an_actor("advisor"), "poster.decide", "in_review")
    assert (caught.value.code, caught.value.fields) == ("not_permitted", {"action": "poster.decide"})


def test_only_an_admin_grants_roles_and_none_above_its_own() -> None:
    assert {role: [granted for granted in ROLES if may_grant(role, granted)] for role in ROLES} == {
        role: list(ROLES) if role == "admin" else [] for role in ROLES
    }


def test_scope_is_the_own_organisation_and_what_is_below_it() -> None:
    paths = {"/hq/", "/hq/east/", "/hq/east/a/", "/hq/eastern/", "/hq/west/a/", "", "/east/"}
    assert {path for path in paths if is_in_scope(an_actor(path="/hq/east/"), path)} == {"/hq/east/", "/hq/east/a/"}


@pytest.mark.parametrize("path", ["", "/", "//", "hq/", "/hq", "/hq//east/", "/hq/east"])
def test_an_actor_with_a_path_that_would_widen_its_scope_cannot_be(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        an_actor(path=path)


def test_outside_of_scope_is_answered_like_absent() -> None:
    require_in_scope(an_actor(), "/hq/east/a/", "poster")
    with pytest.raises(NotFound) as caught:
        require_in_scope(an_actor(), "/hq/west/", "poster")
    assert caught.value.code == "no_such_poster"


def test_an_advisor_sees_only_what_is_theirs() -> None:
    assert can_see(an_actor("advisor"), "/hq/east/", "person")
    assert not can_see(an_actor("advisor"), "/hq/east/", "colleague")
    assert not can_see(an_actor("advisor"), "/hq/west/", "person")
    assert can_see(an_actor("operator"), "/hq/east/a/", "colleague")


segments = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=4)


@given(segments, segments)
def test_scope_follows_the_tree_whatever_the_ids_are(own: list[str], other: list[str]) -> None:
    own_path, other_path = (f"/{'/'.join(ids)}/" for ids in (own, other))
    assert is_in_scope(an_actor(path=own_path), other_path) == (other[: len(own)] == own)
