"""The chain of the archive: whatever is done to it, the first bad entry is named."""

import hashlib
import json
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.archive.core import START, Break, Entry, Head, Sealed, Stored, chained, read, verify, write
from app.archive.seal import Seal, opened, private_key, public_text, signed
from app.kernel.errors import Invalid

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUSTED = frozenset({public_text(KEY)})


def a_chain(length: int, word: str = "", start: int = 1, previous: str = START.hash) -> list[Stored]:
    chain = []
    for number in range(start, length + 1):
        entry = Entry(number, "2026-11-22T08:00:00.000Z", "poster.issued", f"poster:p{number}", "lin", {"word": word})
        text = write(entry)
        previous = chained(previous, text)
        chain.append(Stored(number, entry.kind, entry.subject, text, previous))
    return chain


def heads(chain: Sequence[Stored]) -> dict[int, str]:
    return {chain[-1].sequence: chain[-1].hash} if chain else {}


def sealed(chain: Sequence[Stored], until: int | None = None) -> Sealed:
    found = Sealed()
    found.add(1, b"".join(bytes.fromhex(one.hash) for one in chain[:until]))
    return found


def rechained(chain: Sequence[Stored], at: int) -> list[Stored]:
    """The chain with other words from entry `at` on, and all hashes made right again."""
    kept = list(chain[: at - 1])
    return kept + a_chain(len(chain), "other", at, kept[-1].hash if kept else START.hash)


chains = st.integers(1, 30).flatmap(lambda length: st.tuples(st.just(a_chain(length)), st.integers(1, length)))


def test_the_hash_is_what_any_tool_computes() -> None:
    text = '{"a":1}'
    assert chained(START.hash, text) == hashlib.sha256(bytes(32) + text.encode()).hexdigest()


def test_an_entry_is_canonical_json_and_comes_back() -> None:
    entry = Entry(7, "2026-11-22T08:00:00.000Z", "poster.issued", "poster:4kQ7", None, {"b": [1, True], "a": "印可"})
    text = write(entry)
    assert text == (
        '{"actor":null,"at":"2026-11-22T08:00:00.000Z","body":{"a":"印可","b":[1,true]},'
        '"kind":"poster.issued","sequence":7,"subject":"poster:4kQ7"}'
    )
    assert read(text) == entry


@pytest.mark.parametrize(
    ("kind", "subject", "codes"),
    [
        ("issued", "poster:1", {"bad_kind"}),
        ("Poster.issued", "poster:1", {"bad_kind"}),
        ("poster.issued", "林若溪", {"bad_subject"}),
        ("poster issued", "poster 1", {"bad_kind", "bad_subject"}),
        ("a." + "b" * 60, "poster:" + "1" * 81, {"bad_kind", "bad_subject"}),
    ],
)
def test_what_has_no_good_name_is_refused(kind: str, subject: str, codes: set[str]) -> None:
    with pytest.raises(Invalid) as caught:
        write(Entry(1, "", kind, subject, None, {}))
    assert {problem.code for problem in caught.value.problems} == codes


@pytest.mark.parametrize("body", [{"n": float("nan")}, {"n": 2**60}])
def test_what_json_cannot_hold_is_refused(body: dict[str, float]) -> None:
    with pytest.raises(Invalid) as caught:
        write(Entry(1, "", "poster.issued", "poster:1", None, body))
    assert caught.value.code == "not_json"


def test_an_empty_archive_is_whole() -> None:
    assert verify([], {0: START.hash}, Sealed()) == START


@given(chains)
def test_a_chain_that_was_left_alone_is_whole(given_chain: tuple[list[Stored], int]) -> None:
    chain, at = given_chain
    for vouched in (Sealed(), sealed(chain, at), sealed(chain)):
        assert verify(chain, heads(chain), vouched) == Head(len(chain), chain[-1].hash)


@given(chains, st.sampled_from(["text", "hash", "kind", "subject"]))
def test_an_altered_entry_is_named(given_chain: tuple[list[Stored], int], what: str) -> None:
    chain, at = given_chain
    old = chain[at - 1]
    changed = {
        "text": old.text.replace("lin", "lan"),
        "hash": "f" * 64,
        "kind": "poster.recalled",
        "subject": "poster:other",
    }
    chain[at - 1] = old._replace(**{what: changed[what]})
    expected = "columns_differ" if what in ("kind", "subject") else "altered"
    assert verify(chain, {}, Sealed()) == Break(at, expected)  # type: ignore[arg-type]


@given(chains)
def test_a_deleted_entry_is_named(given_chain: tuple[list[Stored], int]) -> None:
    chain, at = given_chain
    end = heads(chain)
    del chain[at - 1]
    assert verify(chain, end, Sealed()) == Break(at, "cut" if at == len(chain) + 1 else "missing")


@given(chains)
def test_an_entry_that_was_slipped_in_is_named(given_chain: tuple[list[Stored], int]) -> None:
    chain, at = given_chain
    end = heads(chain)
    chain.insert(at - 1, chain[at - 1]._replace(text=chain[at - 1].text.replace("lin", "lan")))
    assert verify(chain, end, Sealed()) == Break(at, "altered")


@given(chains)
def test_entries_that_changed_places_are_named(given_chain: tuple[list[Stored], int]) -> None:
    chain, at = given_chain
    if at == len(chain):
        return
    chain[at - 1], chain[at] = chain[at], chain[at - 1]
    assert verify(chain, {}, Sealed()) == Break(at, "missing")


@given(chains)
def test_a_chain_made_anew_from_an_entry_on_is_found_there_by_what_was_sealed(
    given_chain: tuple[list[Stored], int],
) -> None:
    chain, at = given_chain
    forged = rechained(chain, at)
    assert verify(forged, heads(forged), Sealed()) == Head(len(chain), forged[-1].hash), "nothing within shows it"
    assert verify(forged, heads(forged), sealed(chain)) == Break(at, "not_as_sealed")
    assert verify(forged, heads(chain), Sealed()) == Break(len(chain), "not_the_head")


@given(chains)
def test_a_tail_that_was_cut_off_is_named(given_chain: tuple[list[Stored], int]) -> None:
    chain, at = given_chain
    left = chain[: at - 1]
    assert verify(left, heads(left), Sealed()) == (Head(at - 1, left[-1].hash) if left else START), "nothing shows it"
    assert verify(left, heads(left), sealed(chain)) == Break(at, "cut")
    assert verify(left, heads(chain), Sealed()) == Break(at, "cut")


def test_a_signed_head_that_is_gone_is_missed() -> None:
    chain = a_chain(9)
    hashes = [bytes.fromhex(one.hash) for one in chain]
    found = Sealed()
    found.add(1, b"".join(hashes[:3]))
    found.add(7, b"".join(hashes[6:]))
    assert verify(chain, heads(chain), found) == Break(4, "seal_missing")
    last_gone = Sealed(until=9)
    last_gone.add(1, b"".join(hashes[:6]))
    assert verify(chain, heads(chain), last_gone) == Break(7, "seal_missing")


def test_signed_heads_may_overlap_but_not_contradict_each_other() -> None:
    chain, other = a_chain(6), rechained(a_chain(6), 4)
    found = sealed(chain)
    found.add(3, b"".join(bytes.fromhex(one.hash) for one in chain[2:5]))
    assert verify(chain, heads(chain), found) == Head(6, chain[-1].hash)
    found.add(3, b"".join(bytes.fromhex(one.hash) for one in other[2:5]))
    assert verify(other, heads(other), found) == Break(4, "not_as_sealed")
    assert verify(chain, heads(chain), found) == Break(4, "not_as_sealed")


SEAL = Seal(3, 4, "2026-11-22T08:00:00.000Z", bytes(range(64)))


def test_a_signed_head_comes_back_and_is_the_same_bytes_each_time() -> None:
    assert signed(SEAL, KEY) == signed(SEAL, KEY)
    assert opened(signed(SEAL, KEY), TRUSTED) == SEAL


@pytest.mark.parametrize(
    "change",
    [{"last": 5}, {"first": 2}, {"hashes": "00" * 64}, {"at": "2025-01-01T00:00:00.000Z"}, {"signature": "00" * 64}],
)
def test_a_signed_head_that_was_changed_is_refused(change: dict[str, object]) -> None:
    document = json.loads(signed(SEAL, KEY)) | change
    with pytest.raises(Invalid, match="signed"):
        opened(json.dumps(document).encode(), TRUSTED)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff", b'{"signature": 7}', b'{"signature": "zz"}'])
def test_what_is_no_signed_head_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="signed"):
        opened(data, TRUSTED)


def test_a_head_that_somebody_else_signed_is_refused() -> None:
    with pytest.raises(Invalid, match="signed"):
        opened(signed(SEAL, private_key("ab" * 32)), TRUSTED)


@pytest.mark.parametrize("text", ["", "ab", "zz" * 32])
def test_a_key_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        private_key(text)
    assert caught.value.code == "bad_key"
