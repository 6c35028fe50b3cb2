"""What a landing page may say later, and how often somebody may do a thing."""

import base64

import pytest

from app.public.callers import Allowance
from app.public.tokens import VALID_SECONDS, Once, Tokens

SECRET = "s" * 40
CODE = "Demo7Kx2"


def test_a_token_is_read_by_every_process_with_the_same_secret_and_no_other() -> None:
    token = Tokens(SECRET).mint(CODE, 1000.4)
    read = Tokens(SECRET).read(token, CODE, 1005.0)
    assert read is not None
    assert (len(read[0]), read[1]) == (12, 5.0)
    assert Tokens("t" * 40).read(token, CODE, 1005.0) is None


@pytest.mark.parametrize(
    ("code", "now", "is_read"),
    [
        (CODE, 1000, True),
        (CODE, 1000 + VALID_SECONDS, True),
        (CODE, 1001 + VALID_SECONDS, False),
        (CODE, 999, False),
        ("Demo7Kx3", 1001, False),
    ],
)
def test_a_token_is_of_one_link_and_one_half_hour(code: str, now: float, is_read: bool) -> None:
    tokens = Tokens(SECRET)
    assert (tokens.read(tokens.mint(CODE, 1000), code, now) is not None) is is_read


def test_a_token_with_any_byte_changed_is_none_of_ours() -> None:
    tokens = Tokens(SECRET)
    whole = base64.urlsafe_b64decode(tokens.mint(CODE, 1000))
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        assert tokens.read(base64.urlsafe_b64encode(bytes(changed)).decode(), CODE, 1001) is None


@pytest.mark.parametrize("token", ["", "x", "中", "====", "a" * 5000, "AAAA!AAA", "A" * 38 + "=="])
def test_what_is_no_token_is_refused_without_a_fault(token: str) -> None:
    assert Tokens(SECRET).read(token, CODE, 1000) is None


def test_a_nonce_is_taken_once_and_memory_is_bounded() -> None:
    once = Once(remembered=3)
    assert [once.take(nonce) for nonce in "aab"] == [True, False, True]
    assert all(once.take(str(number)) for number in range(50))
    assert len(once._taken) == 3


def test_an_allowance_has_a_burst_then_a_pace_and_is_bounded() -> None:
    now = [0.0]
    allowance = Allowance(3, 10, remembered=2, clock=lambda: now[0])
    assert [allowance.take("a") for _ in range(5)] == [0, 0, 0, 10, 10]
    assert allowance.take("b") == 0
    now[0] = 10.0
    assert [allowance.take("a"), allowance.take("a")] == [0, 10]
    for name in "cdefg":
        allowance.take(name)
    assert len(allowance._debts) == 2
