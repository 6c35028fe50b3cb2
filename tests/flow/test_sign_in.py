"""Signing in, on both databases: what begins a session, what ends it, and how often a wrong guess is answered."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import Engine, text

from app.accounts import proof, records
from app.accounts.limiter import ADDRESS_LIMIT, LOGIN_LIMIT, WINDOW_SECONDS, LocalLimiter
from app.accounts.people import password_problems
from app.archive.core import Head
from app.archive.records import entries
from app.db import open_engine, reading, transaction
from app.flow import second_factor
from app.flow.deps import Deps
from app.flow.keep_archive import check
from app.flow.manage_accounts import NewAccount, change_role, create_account, disable_account, enable_account
from app.flow.manage_accounts import reset_password as reset_password_of
from app.flow.manage_people import create_person
from app.flow.sign_in import actor_of, change_password, end_other_sessions, sign_in, sign_out
from app.kernel.errors import AppError, Conflict, Forbidden, Invalid, Unavailable
from tests.cast import HERE, PASSWORD, Bank, a_bank, code_of_now, deps_on, enter
from tests.conftest import House

WRONG = "not this one"
NEW_PASSWORD = "临溪而居-1024-step"


@pytest.fixture
def bank(engine: Engine, tmp_path: Path) -> Bank:
    return a_bank(deps_on(engine, var_dir=tmp_path))


def refusal(deps: Deps, login: str, password: str = WRONG, totp: str = "", address: str = HERE) -> AppError:
    with pytest.raises(AppError) as caught:
        sign_in(deps, login, password, totp, address)
    return caught.value


def kinds(bank: Bank, subject: str) -> list[str]:
    with reading(bank.deps) as session:
        return [one.kind for one in entries(session, subject)]


def test_who_signs_in_is_known_by_the_token_however_the_login_is_written(bank: Bank) -> None:
    lin = bank.hire("lin")
    assert (lin.role, lin.organisation_id) == ("advisor", bank.east)
    assert lin.organisation_path == f"{bank.root.organisation_path}{bank.east}/"
    token = enter(bank.deps, " LIN ")
    assert actor_of(bank.deps, token) == lin
    for wrong in ("", token[:-1], token + "x", token.swapcase(), "\udc80"):
        assert actor_of(bank.deps, wrong) is None
    assert kinds(bank, f"account:{lin.account_id}") == ["account.created", "session.begun", "session.begun"]


def test_only_the_digest_of_a_token_is_stored(bank: Bank) -> None:
    token = enter(bank.deps, "root")
    with reading(bank.deps) as session:
        rows = session.execute(text("SELECT * FROM sessions")).all()
    assert token not in str(rows)
    assert proof.token_digest(token) in str(rows)


# --- threats row 1: a cookie fixed before, or replayed after ---------------------------------------------------------


def test_a_token_from_before_the_login_is_not_the_one_after_it_and_is_dead(bank: Bank) -> None:
    planted = enter(bank.deps, "root")
    mine = enter(bank.deps, "root", previous=planted)
    assert mine != planted
    assert actor_of(bank.deps, planted) is None
    assert actor_of(bank.deps, mine) == bank.root
    assert enter(bank.deps, "root", previous="of nobody") != "of nobody"


def test_after_signing_out_the_token_is_dead_and_only_that_one(bank: Bank) -> None:
    here, there = enter(bank.deps, "root"), enter(bank.deps, "root")
    sign_out(bank.deps, here)
    sign_out(bank.deps, here)
    assert actor_of(bank.deps, here) is None
    assert actor_of(bank.deps, there) == bank.root
    assert kinds(bank, f"account:{bank.root.account_id}").count("session.ended") == 1


def test_a_new_password_ends_every_session_and_gives_one_new_token(bank: Bank) -> None:
    lin = bank.hire("lin")
    tokens = [enter(bank.deps, "lin") for _ in range(3)]
    of_another = enter(bank.deps, "root")
    fresh = change_password(bank.deps, lin, PASSWORD, NEW_PASSWORD)
    assert [actor_of(bank.deps, token) for token in tokens] == [None] * 3
    assert actor_of(bank.deps, fresh) == lin
    assert actor_of(bank.deps, of_another) == bank.root
    assert refusal(bank.deps, "lin", PASSWORD).code == "sign_in_failed"
    assert actor_of(bank.deps, enter(bank.deps, "lin", NEW_PASSWORD)) == lin
    assert "account.password_changed" in kinds(bank, f"account:{lin.account_id}")


def test_a_password_is_changed_only_by_who_knows_the_old_one_and_guessing_it_is_counted(bank: Bank) -> None:
    lin = bank.hire("lin")
    for _ in range(LOGIN_LIMIT):
        with pytest.raises(Forbidden):
            change_password(bank.deps, lin, "wrong", NEW_PASSWORD)
    with pytest.raises(Unavailable) as caught:
        change_password(bank.deps, lin, PASSWORD, NEW_PASSWORD)
    assert caught.value.code == "too_many_attempts"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("x" * 201, "password_too_long"),
        ("aaaaaaaaaaaa", "password_too_easy"),
        ("LinRuoxi-1", "password_too_easy"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str, code: str) -> None:
    assert [problem.code for problem in password_problems(password, "linruoxi")] == [code]


def test_disabling_ends_every_session_at_once_and_enabling_revives_none(bank: Bank) -> None:
    lin = bank.hire("lin")
    token = enter(bank.deps, "lin")
    disable_account(bank.deps, bank.root, lin.account_id)
    assert actor_of(bank.deps, token) is None
    assert refusal(bank.deps, "lin", PASSWORD).code == "sign_in_failed"
    enable_account(bank.deps, bank.root, lin.account_id)
    assert actor_of(bank.deps, token) is None
    assert actor_of(bank.deps, enter(bank.deps, "lin")) == lin
    assert {"account.disabled", "account.enabled"} <= set(kinds(bank, f"account:{lin.account_id}"))


def test_a_reset_password_ends_every_session_and_the_one_time_codes(bank: Bank) -> None:
    lin = bank.hire("lin")
    secret = proof.new_totp_secret()
    second_factor.enrol(bank.deps, lin, secret, code_of_now(bank.deps, secret))
    token = enter(bank.deps, "lin", totp=code_of_now(bank.deps, secret, 1))
    reset_password_of(bank.deps, bank.root, lin.account_id, NEW_PASSWORD)
    assert actor_of(bank.deps, token) is None
    assert actor_of(bank.deps, enter(bank.deps, "lin", NEW_PASSWORD)) == lin


def test_a_session_ends_by_the_databases_clock(engine: Engine, tmp_path: Path) -> None:
    bank = a_bank(deps_on(engine, var_dir=tmp_path, session_hours=2))
    token = enter(bank.deps, "root")
    with transaction(bank.deps) as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        earlier = "datetime(expires_at, '-119 minutes')" if sqlite else "expires_at - interval '119 minutes'"
        session.execute(text(f"UPDATE sessions SET expires_at = {earlier}"))
    assert actor_of(bank.deps, token) == bank.root
    with transaction(bank.deps) as session:
        session.execute(text(f"UPDATE sessions SET expires_at = {earlier}"))
    assert actor_of(bank.deps, token) is None


def test_a_password_changed_while_somebody_signs_in_with_the_old_one_shuts_them_out(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin = bank.hire("lin")
    slow = proof.is_right

    def meanwhile(password_hash: str | None, password: str) -> bool:
        monkeypatch.setattr(proof, "is_right", slow)
        change_password(bank.deps, lin, PASSWORD, NEW_PASSWORD)
        return slow(password_hash, password)

    monkeypatch.setattr(proof, "is_right", meanwhile)
    assert refusal(bank.deps, "lin", PASSWORD).code == "sign_in_failed"


# --- threats row 2: guessing -----------------------------------------------------------------------------------------


def test_a_hundred_wrong_passwords_from_ten_addresses_are_stopped(bank: Bank) -> None:
    found = [refusal(bank.deps, "root", f"guess {n}", address=f"192.0.2.{n % 10}") for n in range(100)]
    assert [error.code for error in found] == ["sign_in_failed"] * LOGIN_LIMIT + ["too_many_attempts"] * 90
    assert all(0 < error.fields["retry_after_seconds"] <= WINDOW_SECONDS for error in found[LOGIN_LIMIT:])
    assert refusal(bank.deps, "root", PASSWORD, address="198.51.100.1").code == "too_many_attempts"
    assert kinds(bank, f"account:{bank.root.account_id}").count("session.refused") == LOGIN_LIMIT


def test_many_processes_count_together(bank: Bank, engine: Engine, tmp_path: Path) -> None:
    processes = [deps_on(engine, var_dir=tmp_path) for _ in range(LOGIN_LIMIT)]
    found = [refusal(processes[n % LOGIN_LIMIT], "root").code for n in range(LOGIN_LIMIT + 5)]
    assert found.count("too_many_attempts") == 5


def test_guesses_at_the_same_moment_cannot_pass_together(bank: Bank, engine: Engine, tmp_path: Path) -> None:
    tries, codes = LOGIN_LIMIT + 6, []
    begin = threading.Barrier(tries)

    def guess() -> None:
        deps = deps_on(engine, var_dir=tmp_path, database_wait_seconds=30)
        begin.wait()
        codes.append(refusal(deps, "root").code)

    threads = [threading.Thread(target=guess) for _ in range(tries)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert codes.count("sign_in_failed") == LOGIN_LIMIT
    assert len(codes) == tries


def test_one_address_cannot_try_all_logins(bank: Bank) -> None:
    found = [refusal(bank.deps, f"login{n}").code for n in range(ADDRESS_LIMIT + 3)]
    assert found == ["sign_in_failed"] * ADDRESS_LIMIT + ["too_many_attempts"] * 3


def test_a_success_takes_back_what_was_counted(bank: Bank) -> None:
    for _ in range(3):
        for _ in range(LOGIN_LIMIT - 1):
            refusal(bank.deps, "root", address="198.51.100.9")
        enter(bank.deps, "root")
    with reading(bank.deps) as session:
        counted = session.execute(text("SELECT attempts FROM sign_in_attempts ORDER BY attempts")).scalars().all()
    assert counted == [0, 0, 3 * (LOGIN_LIMIT - 1)]


def test_the_window_passes_by_the_databases_clock(bank: Bank, engine: Engine, tmp_path: Path) -> None:
    for _ in range(LOGIN_LIMIT + 1):
        refusal(bank.deps, "root")
    with transaction(bank.deps) as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        back = "datetime(window_began_at, '-15 minutes')" if sqlite else "window_began_at - interval '15 minutes'"
        session.execute(text(f"UPDATE sign_in_attempts SET window_began_at = {back}"))
    enter(deps_on(engine, var_dir=tmp_path), "root")


def test_an_unknown_login_gets_the_same_answer_as_a_wrong_password(bank: Bank) -> None:
    answers = [refusal(bank.deps, login) for login in ("root", "nobody", "\x00' OR 1=1", "\udc80", "", "x" * 10_000)]
    assert {(type(one), one.code, one.message, str(one.fields)) for one in answers} == {
        (Forbidden, "sign_in_failed", answers[0].message, "{}")
    }


class CountingHasher:
    """The real hasher, which counts how often it was made to work."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.verified = 0

    def verify(self, password_hash: str, password: str) -> bool:
        self.verified += 1
        return bool(self._real.verify(password_hash, password))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def test_an_unknown_login_costs_the_same_work_as_a_wrong_password(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    for login in ("root", "nobody"):
        hasher = CountingHasher(proof._HASHER)
        monkeypatch.setattr(proof, "_HASHER", hasher)
        refusal(bank.deps, login)
        assert hasher.verified == 1, login


@pytest.fixture
def locked_attempts(database_url: str, bank: Bank) -> Iterator[None]:
    """The counts cannot be written: on SQLite nothing can."""
    engine = open_engine(House({}).using(database_url=database_url).settings)
    with engine.connect() as other:
        sqlite = engine.dialect.name == "sqlite"
        other.exec_driver_sql(
            "UPDATE sign_in_attempts SET attempts = attempts" if sqlite else "LOCK TABLE sign_in_attempts"
        )
        yield
        other.rollback()
    engine.dispose()


@pytest.mark.usefixtures("locked_attempts")
def test_when_attempts_cannot_be_counted_in_the_database_they_are_counted_here(
    database_url: str, tmp_path: Path
) -> None:
    engine = open_engine(House({}).using(database_url=database_url, database_wait_seconds=0.05).settings)
    deps = deps_on(engine, var_dir=tmp_path)
    codes = [refusal(deps, "root", f"guess {n}", address=f"192.0.2.{n % 10}").code for n in range(100)]
    assert set(codes[:LOGIN_LIMIT]) <= {"sign_in_failed", "database_busy"}
    assert codes[LOGIN_LIMIT:] == ["too_many_attempts"] * 90
    engine.dispose()


def test_the_local_limiter_forgets_by_its_clock_and_never_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    limiter = LocalLimiter(lambda: now[0])
    assert [limiter.count("a", 2) for _ in range(3)] == [None, None, WINDOW_SECONDS]
    now[0] += 100
    assert limiter.count("a", 2) == WINDOW_SECONDS - 100
    now[0] += WINDOW_SECONDS
    assert limiter.count("a", 2) is None
    limiter.forgive("a", 5)
    assert [limiter.count("a", 2) for _ in range(3)] == [None, None, WINDOW_SECONDS]
    monkeypatch.setattr("app.accounts.limiter._MOST_KEYS", 3)
    for key in "bcd":
        limiter.count(key, 2)
    assert limiter.count("a", 2) is None, "the oldest was forgotten"
    limiter.forgive("never seen", 1)


# --- threats row 6: one-time codes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("again", ["{0}", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", " {0} "])
def test_a_one_time_code_works_once_however_it_is_written(bank: Bank, again: str) -> None:
    lin, secret = bank.hire("lin"), proof.new_totp_secret()
    second_factor.enrol(bank.deps, lin, secret, code_of_now(bank.deps, secret, -1))
    assert refusal(bank.deps, "lin", PASSWORD).code == "totp_required"
    code = code_of_now(bank.deps, secret)
    spaced = f"{code[:3]} {code[3:]}"
    token = enter(bank.deps, "lin", totp=spaced)
    assert actor_of(bank.deps, token) == lin
    assert refusal(bank.deps, "lin", PASSWORD, totp=again.format(code)).code == "sign_in_failed"
    assert refusal(bank.deps, "lin", "wrong", totp=code_of_now(bank.deps, secret, 1)).code == "sign_in_failed"
    enter(bank.deps, "lin", totp=code_of_now(bank.deps, secret, 1))


def test_an_earlier_code_is_dead_once_a_later_one_was_used(bank: Bank) -> None:
    lin, secret = bank.hire("lin"), proof.new_totp_secret()
    second_factor.enrol(bank.deps, lin, secret, code_of_now(bank.deps, secret))
    assert refusal(bank.deps, "lin", PASSWORD, totp=code_of_now(bank.deps, secret)).code == "sign_in_failed"
    assert refusal(bank.deps, "lin", PASSWORD, totp=code_of_now(bank.deps, secret, -1)).code == "sign_in_failed"


def test_a_code_used_by_two_at_the_same_moment_lets_one_in(bank: Bank) -> None:
    lin, secret = bank.hire("lin"), proof.new_totp_secret()
    second_factor.enrol(bank.deps, lin, secret, code_of_now(bank.deps, secret, -1))
    with reading(bank.deps) as session:
        seen = records.account(session, lin.account_id)
    with transaction(bank.deps) as session:
        records.enter(session, seen, 60_000_000, "a" * 64, 1)
    with pytest.raises(Conflict), transaction(bank.deps) as session:
        records.enter(session, seen, 60_000_000, "b" * 64, 1)


@pytest.mark.parametrize("code", ["", "000000x", "12345", "1234567", "一二三四五六", "²²²²²²", "12 34", "-1"])
def test_what_is_no_code_is_none(code: str) -> None:
    secret = proof.new_totp_secret()
    assert proof.totp_step(secret, code, 1_000_000_000, None) is None


def test_a_code_may_come_a_step_early_or_late_and_no_more() -> None:
    secret, now = proof.new_totp_secret(), 1_000_000_000
    steps = [proof.totp_step(secret, pyotp.TOTP(secret).at(now + 30 * n), now, None) for n in range(-3, 4)]
    today = now // 30
    assert steps == [None, None, today - 1, today, today + 1, None, None]
    full_width = pyotp.TOTP(secret).at(now).translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert proof.totp_step(secret, full_width, now, None) == today


def test_one_time_codes_begin_and_end_with_a_code(bank: Bank) -> None:
    lin, secret = bank.hire("lin"), proof.new_totp_secret()
    with pytest.raises(Invalid):
        second_factor.enrol(bank.deps, lin, secret, code_of_now(bank.deps, secret, 7))
    enter(bank.deps, "lin")
    second_factor.enrol(bank.deps, lin, secret, code_of_now(bank.deps, secret))
    with pytest.raises(Conflict):
        second_factor.enrol(bank.deps, lin, secret, code_of_now(bank.deps, secret))
    with pytest.raises(Forbidden, match="wrong"):
        second_factor.give_up(bank.deps, lin, WRONG)
    assert refusal(bank.deps, "lin", PASSWORD).code == "totp_required"
    second_factor.give_up(bank.deps, lin, PASSWORD)
    enter(bank.deps, "lin")
    with pytest.raises(Conflict, match="not in use"):
        second_factor.give_up(bank.deps, lin, PASSWORD)


def stored_secret(deps: Deps, account_id: str) -> str:
    with reading(deps) as session:
        return records.account(session, account_id).totp_secret or ""


def test_the_secret_of_one_time_codes_is_stored_sealed_for_its_account_alone(bank: Bank) -> None:
    lin, chen, secret = bank.hire("lin"), bank.hire("chen"), proof.new_totp_secret()
    second_factor.enrol(bank.deps, lin, secret, code_of_now(bank.deps, secret))
    stored = stored_secret(bank.deps, lin.account_id)
    assert (len(stored), secret in stored) == (64, False)
    with transaction(bank.deps) as session:
        records.change_account(session, chen.account_id, totp_secret=stored)
    assert refusal(bank.deps, "chen", PASSWORD, totp=code_of_now(bank.deps, secret, 1)).code == "sign_in_failed"
    enter(bank.deps, "lin", totp=code_of_now(bank.deps, secret, 1))


def test_a_secret_in_clear_of_an_earlier_release_works_and_is_sealed_by_the_migration(bank: Bank) -> None:
    lin, secret = bank.hire("lin"), proof.new_totp_secret()
    with transaction(bank.deps) as session:
        records.change_account(session, lin.account_id, totp_secret=secret)
    enter(bank.deps, "lin", totp=code_of_now(bank.deps, secret, -1))
    assert [second_factor.seal_secrets(bank.deps), second_factor.seal_secrets(bank.deps)] == [1, 0]
    assert stored_secret(bank.deps, lin.account_id) != secret
    enter(bank.deps, "lin", totp=code_of_now(bank.deps, secret))


def test_under_another_application_secret_nobody_comes_in_with_codes_and_an_admin_helps(
    bank: Bank, engine: Engine, tmp_path: Path
) -> None:
    lin, secret = bank.hire("lin"), proof.new_totp_secret()
    second_factor.enrol(bank.deps, lin, secret, code_of_now(bank.deps, secret))
    other = deps_on(engine, var_dir=tmp_path / "other", secret_key="another-secret-" * 3)
    assert refusal(other, "lin", PASSWORD, totp=code_of_now(other, secret, 1)).code == "sign_in_failed"
    reset_password_of(other, bank.root, lin.account_id, NEW_PASSWORD)
    enter(other, "lin", NEW_PASSWORD)


def test_a_password_that_somebody_else_has_set_opens_nothing_but_its_own_change(bank: Bank) -> None:
    person = create_person(bank.deps, bank.root, bank.east, "新人")
    new = NewAccount(person, bank.east, "admin", "new", PASSWORD, must_change=True)
    create_account(bank.deps, bank.root, new)
    token = enter(bank.deps, "new")
    newcomer = actor_of(bank.deps, token)
    assert newcomer is not None
    with pytest.raises(Forbidden) as caught:
        create_person(bank.deps, newcomer, bank.east, "某人")
    assert caught.value.code == "change_password_first"
    with pytest.raises(Invalid, match="another one"):
        change_password(bank.deps, newcomer, PASSWORD, PASSWORD)
    changed = actor_of(bank.deps, change_password(bank.deps, newcomer, PASSWORD, NEW_PASSWORD))
    assert changed is not None
    assert not changed.must_change_password
    create_person(bank.deps, changed, bank.east, "某人")


def test_the_other_sessions_end_and_this_one_goes_on(bank: Bank) -> None:
    lin = bank.hire("lin")
    here, elsewhere = enter(bank.deps, "lin"), enter(bank.deps, "lin")
    other = enter(bank.deps, "root")
    assert end_other_sessions(bank.deps, lin, here) >= 1
    assert [actor_of(bank.deps, token) for token in (here, elsewhere)] == [lin, None]
    assert actor_of(bank.deps, other) is not None
    assert end_other_sessions(bank.deps, lin, here) == 0


# --- threats row 10: role or branch changed in mid-session -----------------------------------------------------------


def test_another_role_and_another_branch_are_in_force_from_the_next_request(bank: Bank) -> None:
    lin = bank.hire("lin", "operator")
    token = enter(bank.deps, "lin")
    change_role(bank.deps, bank.root, lin.account_id, "advisor", bank.west)
    found = actor_of(bank.deps, token)
    assert found is not None
    assert (found.role, found.organisation_id) == ("advisor", bank.west)
    assert found.organisation_path == f"{bank.root.organisation_path}{bank.west}/"


def test_what_happened_is_in_the_archive_and_holds_no_personal_data(bank: Bank) -> None:
    lin = bank.hire("lin")
    refusal(bank.deps, "lin")
    create_account(bank.deps, bank.root, NewAccount(lin.person_id, bank.east, "operator", "lin.second", PASSWORD))
    change_password(bank.deps, lin, PASSWORD, NEW_PASSWORD)
    with reading(bank.deps) as session:
        told = " ".join(session.scalars(text("SELECT text FROM archive_entries")))
    for secret in ("lin.second", "Lin", "陆山", "望江", PASSWORD, NEW_PASSWORD, HERE, "$argon2"):
        assert secret not in told
    assert isinstance(check(bank.deps).found, Head)
