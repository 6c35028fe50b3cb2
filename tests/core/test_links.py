"""Where a link may lead, what a code looks like, and how a link stands at a moment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.kernel.errors import Invalid
from app.kernel.ids import ALPHABET
from app.links.core import Link, checked_address, is_code, is_safe_address, state_of

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINTED = Link("Demo7Kx2", "poster", "p1", "wechat", None, "Demo7Kx2", 0, "someone", NOW - HOUR, None, None, None)
ACTIVE = replace(MINTED, activated_at=NOW - HOUR)


@pytest.mark.parametrize(
    ("link", "state"),
    [
        (MINTED, "pending"),
        (replace(MINTED, activated_at=NOW + HOUR), "pending"),
        (ACTIVE, "active"),
        (replace(ACTIVE, activated_at=NOW), "active"),
        (replace(ACTIVE, expires_at=NOW + HOUR), "active"),
        (replace(ACTIVE, expires_at=NOW), "expired"),
        (replace(ACTIVE, recalled_at=NOW), "recalled"),
        (replace(ACTIVE, recalled_at=NOW, expires_at=NOW - HOUR), "recalled"),
        (replace(MINTED, recalled_at=NOW), "recalled"),
        (replace(ACTIVE, recalled_at=NOW + HOUR), "active"),
    ],
)
def test_the_state_follows_from_the_stored_instants(link: Link, state: str) -> None:
    assert state_of(link, NOW) == state


@pytest.mark.parametrize(
    ("address", "codes"),
    [
        ("javascript:alert(1)", {"bad_scheme", "bad_address"}),
        ("data:text/html,<script>", {"bad_scheme", "bad_address"}),
        ("//evil.example/x", {"bad_scheme"}),
        ("/\\evil.example", {"bad_address"}),
        ("http://lanshan.example/", {"bad_scheme"}),
        ("https://good.example@evil.example/", {"hidden_host"}),
        ("https://good.example:443@evil.example/", {"hidden_host"}),
        ("https://good.example%40evil.example/", {"bad_address"}),
        ("https://good.example\\@evil.example/", {"bad_address"}),
        ("https://l\u0430nshan.example/", {"lookalike_host"}),
        ("https://xn--lnshan-4nf.example/", {"lookalike_host"}),
        ("https://\u30a8\u5546.example/", {"lookalike_host"}),
        ("https://lanshan.example/\r\nSet-Cookie: a=b", {"bad_address"}),
        ("https://lanshan.example/ a", {"bad_address"}),
        ("https://lanshan.example/\u202egnp", {"bad_address"}),
        ("https://127.0.0.1/", {"bad_address"}),
        ("https://2130706433/", {"bad_address"}),
        ("https://[::ffff:127.0.0.1]/", {"bad_address"}),
        ("https://[::1/", {"bad_address"}),
        ("https://localhost/", {"bad_address"}),
        ("https://lanshan.example:8443/", {"bad_address"}),
        ("https://lanshan.example:99999/", {"bad_address"}),
        ("https://lanshan.example/" + "a" * 2000, {"bad_address"}),
        ("http://a@127.0.0.1:1/", {"bad_scheme", "hidden_host", "bad_address"}),
    ],
)
def test_an_address_that_hides_where_it_leads_is_refused_when_made_and_when_visited(
    address: str, codes: set[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        checked_address(address)
    assert {problem.code for problem in caught.value.problems} == codes
    assert not is_safe_address(address)


@pytest.mark.parametrize(
    ("address", "stored"),
    [
        ("https://www.lanshan.example/a?b=c&d=%0d%0a#e", "https://www.lanshan.example/a?b=c&d=%0d%0a#e"),
        ("HTTPS://WWW.Lanshan.Example", "https://www.lanshan.example/"),
        ("https://lanshan.example:443/", "https://lanshan.example/"),
        ("https://澜山银行.中国/a", "https://xn--rhtx95b05rrsl.xn--fiqs8s/a"),
    ],
)
def test_a_plain_address_is_stored_in_one_form(address: str, stored: str) -> None:
    assert checked_address(address) == stored
    assert is_safe_address(stored)
    assert is_safe_address(address) == (address == stored)


@pytest.mark.parametrize("text", ["Demo7Kx2", ALPHABET[:24], "zzzzzzzz"])
def test_what_a_code_looks_like(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize(
    "text", ["", "Demo7Kx", "a" * 25, "Demo7Kx0", "Demo7KxO", "Demo7Kx2\n", "Demo 7Kx2", "../../etc"]
)
def test_what_no_code_looks_like(text: str) -> None:
    assert not is_code(text)


def test_a_telephone_number_is_no_code() -> None:
    assert not is_code("13811112222")
    assert is_code("1381111222z")
