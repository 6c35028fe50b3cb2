"""Passwords that the house makes are taken by the house, whatever the login."""

import pytest

from app.accounts.people import new_password, password_problems


@pytest.mark.parametrize("login", ["wu", "a2", "x-", "lin.ruoxi", " WU "])
def test_a_password_of_our_own_is_never_refused(login: str) -> None:
    made = {new_password(login) for _ in range(200)}
    assert len(made) == 200
    assert not [one for one in made if password_problems(one, login.strip().casefold())]


@pytest.mark.parametrize("login", ["", "-", "没有"])
def test_for_what_is_no_login_one_is_made_all_the_same(login: str) -> None:
    assert len(new_password(login)) == 19
