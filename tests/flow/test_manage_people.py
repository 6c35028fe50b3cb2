"""Organisations, persons and accounts: who may make and change them, and that nobody rises by their own hand."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.accounts import records
from app.accounts.core import Actor, Role
from app.accounts.people import Profile
from app.archive.records import entries
from app.cli.main import run
from app.db import reading
from app.flow.manage_accounts import (
    NewAccount,
    change_role,
    create_account,
    disable_account,
    enable_account,
    reset_password,
)
from app.flow.manage_people import create_organisation, create_person, set_licence, set_profile
from app.flow.sign_in import actor_of
from app.kernel.errors import AppError, Conflict, Invalid, NotFound
from tests.cast import PASSWORD, Bank, a_bank, actor, deps_on, enter, parts_on

DIGEST = "ab" * 32


@pytest.fixture
def bank(engine: Engine, tmp_path: Path) -> Bank:
    return a_bank(deps_on(engine, var_dir=tmp_path))


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(AppError) as caught:
        work()
    return caught.value.code


def rows(bank: Bank) -> dict[str, int]:
    """How much there is of everything that these flows write."""
    tables = ("organisations", "persons", "accounts", "profiles", "licences", "archive_entries")
    with reading(bank.deps) as session:
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in tables}


def codes(error: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {problem.code for problem in error.value.problems}


# --- threats row 12: rising by one's own hand ------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["advisor", "designer", "reviewer", "operator", "auditor"])
def test_only_an_admin_touches_accounts_organisations_and_licences(bank: Bank, role: Role) -> None:
    wu, lin = bank.hire("wu", role, bank.root.organisation_id), bank.hire("lin")
    before = rows(bank)
    attempts: list[Callable[[], object]] = [
        lambda: change_role(bank.deps, wu, wu.account_id, "admin", wu.organisation_id),
        lambda: change_role(bank.deps, wu, wu.account_id, role, bank.root.organisation_id),
        lambda: change_role(bank.deps, wu, lin.account_id, "admin", bank.east),
        lambda: create_account(bank.deps, wu, NewAccount(wu.person_id, bank.east, "admin", "wu2", PASSWORD)),
        lambda: create_account(bank.deps, wu, NewAccount(lin.person_id, bank.east, "advisor", "lin2", PASSWORD)),
        lambda: disable_account(bank.deps, wu, lin.account_id),
        lambda: enable_account(bank.deps, wu, lin.account_id),
        lambda: reset_password(bank.deps, wu, bank.root.account_id, PASSWORD),
        lambda: create_person(bank.deps, wu, bank.east, "Nobody"),
        lambda: create_organisation(bank.deps, wu, bank.root.organisation_id, "branch", "X"),
        lambda: set_licence(bank.deps, wu, wu.person_id, "fund", "F1", date(2030, 1, 1)),
        lambda: set_profile(bank.deps, wu, lin.person_id, Profile("Lin")),
    ]
    assert [code_of(attempt) for attempt in attempts] == ["not_permitted"] * len(attempts)
    assert rows(bank) == before


def test_a_reviewer_of_a_branch_cannot_widen_its_scope(bank: Bank) -> None:
    wu = bank.hire("wu", "reviewer")
    token = enter(bank.deps, "wu")
    assert code_of(lambda: change_role(bank.deps, wu, wu.account_id, "reviewer", bank.west)) == "not_permitted"
    assert actor_of(bank.deps, token) == wu


def test_an_admin_does_not_touch_its_own_accounts_the_second_one_included(bank: Bank) -> None:
    han = bank.hire("han", "admin")
    second = create_account(bank.deps, bank.root, NewAccount(han.person_id, bank.east, "advisor", "han2", PASSWORD))
    for account_id in (han.account_id, second):
        for attempt in (
            lambda id_=account_id: change_role(bank.deps, han, id_, "admin", bank.outlet),
            lambda id_=account_id: disable_account(bank.deps, han, id_),
            lambda id_=account_id: enable_account(bank.deps, han, id_),
            lambda id_=account_id: reset_password(bank.deps, han, id_, PASSWORD),
        ):
            assert code_of(attempt) == "own_account"
    new = NewAccount(han.person_id, bank.east, "reviewer", "han3", PASSWORD)
    assert code_of(lambda: create_account(bank.deps, han, new)) == "own_account"


def test_a_branchs_admin_ends_at_its_branch_and_what_is_outside_is_absent(bank: Bank) -> None:
    han, mei, lin = bank.hire("han", "admin"), bank.hire("mei", "advisor", bank.west), bank.hire("lin")
    hq = bank.root.organisation_id
    before = rows(bank)
    assert code_of(lambda: change_role(bank.deps, han, lin.account_id, "reviewer", hq)) == "no_such_organisation"
    assert code_of(lambda: change_role(bank.deps, han, mei.account_id, "advisor", bank.east)) == "no_such_account"
    assert code_of(lambda: disable_account(bank.deps, han, bank.root.account_id)) == "no_such_account"
    assert code_of(lambda: disable_account(bank.deps, han, "nobody")) == "no_such_account"
    assert code_of(lambda: create_person(bank.deps, han, bank.west, "X")) == "no_such_organisation"
    assert code_of(lambda: create_organisation(bank.deps, han, bank.west, "outlet", "X")) == "no_such_organisation"
    assert code_of(lambda: set_profile(bank.deps, han, mei.person_id, Profile("X"))) == "no_such_person"
    outside = NewAccount(mei.person_id, bank.east, "advisor", "mei2", PASSWORD)
    assert code_of(lambda: create_account(bank.deps, han, outside)) == "no_such_person"
    licence = ("fund", "F1", date(2030, 1, 1))
    assert code_of(lambda: set_licence(bank.deps, han, mei.person_id, *licence)) == "no_such_person"
    assert rows(bank) == before
    change_role(bank.deps, han, lin.account_id, "operator", bank.outlet)
    assert actor(bank.deps, "lin").role == "operator"


# --- what can be made ------------------------------------------------------------------------------------------------


def test_the_tree_has_paths_and_the_scope_that_follows(bank: Bank) -> None:
    with reading(bank.deps) as session:
        found = {one.name: one for one in records.organisations(session)}
        below = [one.id for one in records.organisations(session, found["望江支行"].path)]
    root = found["澜山银行"]
    assert found["望江一号网点"].path == f"/{root.id}/{bank.east}/{bank.outlet}/"
    assert (root.kind, root.parent_id) == ("headquarters", None)
    assert below == [bank.east, bank.outlet]


@pytest.mark.parametrize(
    ("parent", "kind", "name", "expected"),
    [
        ("outlet", "branch", "X", {"bad_kind"}),
        ("east", "headquarters", "X", {"bad_kind"}),
        ("east", "shop", " ", {"bad_kind", "missing"}),
        ("east", "outlet", "x" * 121, {"too_long"}),
        ("east", "outlet", "a\nb\x00", {"forbidden_character"}),
    ],
)
def test_an_organisation_that_cannot_be_is_refused(
    bank: Bank, parent: str, kind: str, name: str, expected: set[str]
) -> None:
    before = rows(bank)
    with pytest.raises(Invalid) as caught:
        create_organisation(bank.deps, bank.root, getattr(bank, parent), kind, name)
    assert codes(caught) == expected
    assert rows(bank) == before


def test_one_person_may_have_several_accounts_and_a_login_is_one_accounts_only(bank: Bank) -> None:
    lin = bank.hire("lin")
    new = NewAccount(lin.person_id, bank.west, "operator", "Lin.Second", PASSWORD)
    create_account(bank.deps, bank.root, new)
    second = actor(bank.deps, "lin.second")
    assert second.person_id == lin.person_id
    assert (second.account_id == lin.account_id, second.role) == (False, "operator")
    before = rows(bank)
    with pytest.raises(Conflict, match="login"):
        create_account(bank.deps, bank.root, replace(new, login="LIN"))
    assert rows(bank) == before


def test_of_two_who_take_the_same_login_at_once_one_gets_it(bank: Bank) -> None:
    lin, begin = bank.hire("lin"), threading.Barrier(2)
    outcomes: list[str] = []

    def take() -> None:
        begin.wait()
        try:
            create_account(bank.deps, bank.root, NewAccount(lin.person_id, bank.east, "advisor", "same", PASSWORD))
            outcomes.append("made")
        except AppError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["login_taken", "made"]


def test_everything_that_is_wrong_with_a_new_account_is_told_at_once(bank: Bank) -> None:
    lin = bank.hire("lin")
    with pytest.raises(Invalid) as caught:
        create_account(bank.deps, bank.root, NewAccount(lin.person_id, bank.east, "king", "a b", "short"))
    assert codes(caught) == {"unknown_role", "bad_login", "password_too_short"}


def test_a_profile_is_ones_own_or_the_admins_to_write(bank: Bank) -> None:
    lin = bank.hire("lin")
    mine = Profile("林若溪", "高级理财经理", "138 0000 2048", "澜山银行 · 望江支行", DIGEST, "https://work.example/lin")
    set_profile(bank.deps, lin, lin.person_id, mine)
    with reading(bank.deps) as session:
        assert records.profile(session, lin.person_id) == mine
        assert records.profile(session, bank.root.person_id) is None
    set_profile(bank.deps, bank.root, lin.person_id, Profile("林若溪"))
    with reading(bank.deps) as session:
        assert records.profile(session, lin.person_id) == Profile("林若溪")
        told = [one for one in entries(session, f"person:{lin.person_id}") if one.kind == "profile.changed"]
    assert [one.actor_person_id for one in told] == [lin.person_id, bank.root.person_id]
    assert "若溪" not in str(told)


def test_everything_that_is_wrong_with_a_profile_is_told_at_once(bank: Bank) -> None:
    with pytest.raises(Invalid) as caught:
        set_profile(bank.deps, bank.root, bank.root.person_id, Profile("", "x" * 61, "1\n2", photo_digest="../x"))
    assert {problem.path: problem.code for problem in caught.value.problems} == {
        "name": "missing",
        "title": "too_long",
        "phone": "forbidden_character",
        "photo_digest": "not_stored",
    }


def test_a_licence_is_renewed_not_doubled(bank: Bank) -> None:
    lin = bank.hire("lin")
    first = set_licence(bank.deps, bank.root, lin.person_id, "fund", "F20260001", date(2026, 12, 31))
    again = set_licence(bank.deps, bank.root, lin.person_id, "fund", " F20260001 ", date(2028, 12, 31))
    set_licence(bank.deps, bank.root, lin.person_id, "insurance", "F20260001", date(2027, 1, 1))
    assert first == again
    with reading(bank.deps) as session:
        held = records.licences(session, lin.person_id)
    assert [(one.licence_class, one.expires_on.year) for one in held] == [("fund", 2028), ("insurance", 2027)]
    with pytest.raises(Invalid) as caught:
        set_licence(bank.deps, bank.root, lin.person_id, "driving", "", date(2028, 1, 1))
    assert codes(caught) == {"unknown_class", "missing"}


def test_a_person_or_organisation_that_is_not_there_is_absent(bank: Bank) -> None:
    with pytest.raises(NotFound):
        set_licence(bank.deps, bank.root, "nobody", "fund", "F1", date(2030, 1, 1))
    with pytest.raises(NotFound):
        create_person(bank.deps, bank.root, "nowhere", "X")


# --- from the machine itself -----------------------------------------------------------------------------------------


@pytest.fixture
def command(engine: Engine, tmp_path: Path) -> Callable[..., int]:
    parts = parts_on(deps_on(engine, var_dir=tmp_path))
    return lambda *arguments: run(parts, ["admin", "create-user", *arguments])


def test_create_user_makes_the_first_account_and_prints_its_password(
    command: Callable[..., int], engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("--login", "root", "--name", "陆山", "--headquarters", "澜山银行") == 0
    assert command("--login", "wu", "--name", "吴明", "--role", "reviewer") == 0
    passwords = [line.rsplit(" ", 1)[1] for line in capsys.readouterr().out.splitlines()]
    deps = deps_on(engine, var_dir=tmp_path)
    found: list[Actor | None] = [
        actor_of(deps, enter(deps, login, word)) for login, word in zip(("root", "wu"), passwords, strict=True)
    ]
    assert [one.role if one else None for one in found] == ["admin", "reviewer"]
    assert len({one.organisation_path for one in found if one}) == 1
    assert command("--login", "root", "--name", "X") == 3
    assert command("--login", "x y", "--name", "") == 2
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "name: this is needed [missing]",
        "login: a login is 2 to 120 small letters, digits and . _ @ + - [bad_login]",
    ]
