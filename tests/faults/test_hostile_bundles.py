"""Archives made to harm: bombs, names that lead elsewhere, two truths in one file."""

import io
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.importing.bundle import LONGEST_NAME, MIB, Limits, unpack
from app.kernel.errors import Invalid
from tests.archives import MANIFEST, Member, archive


def refused(data: bytes, limits: Limits | None = None) -> tuple[str, set[str]]:
    with pytest.raises(Invalid) as caught:
        unpack(data, limits)
    for problem in caught.value.problems:
        assert problem.path.isprintable()
        assert len(problem.path) <= 100
    return caught.value.code, {problem.code for problem in caught.value.problems}


def test_100_kilobytes_that_unpack_to_100_mebibytes_are_stopped_while_they_unpack() -> None:
    large, lie = ("too_large", {"file_too_large"}), ("bad_archive", {"broken_file"})
    for megabytes, told, answer in ((100, None, large), (20, None, large), (100, 1000, lie), (100, 9 * MIB, lie)):
        made = archive(MANIFEST, Member("phone.png", bytes(megabytes * MIB), told_size=told))
        assert len(made) < 110_000
        tracemalloc.start()
        assert refused(made) == answer
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 12 * MIB


def test_many_files_that_are_large_together_are_stopped() -> None:
    one = b"".join(struct.pack("<Q", n * 0x9E3779B97F4A7C15 % 2**64) for n in range(4 * MIB // 8))
    made = archive(MANIFEST, *(Member(f"{n}.png", one, method=0) for n in range(5)))
    assert refused(made, Limits(unpacked_bytes=16 * MIB)) == ("too_large", {"file_too_large"})
    assert refused(made, Limits(archive_bytes=16 * MIB)) == ("too_large", {"archive_too_large"})
    assert refused(made, Limits(entries=5)) == ("too_large", {"too_many_files"})


def test_100_000_entries_are_not_even_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for number in range(100_000):
            made.writestr(zipfile.ZipInfo(str(number)), b"")
    tracemalloc.start()
    assert refused(buffer.getvalue()) == ("bad_archive", {"zip64"})
    assert tracemalloc.get_traced_memory()[1] < 12 * MIB + len(buffer.getvalue())
    tracemalloc.stop()
    assert refused(archive(MANIFEST, count=60_000)) == ("too_large", {"too_many_files"})


QUOTED = archive(Member("b.png", b"12", method=0))[:37]
INNER = archive(Member("template.json", b"{}"))
LIES = {
    "nested_archive": archive(MANIFEST, Member("inner.png", INNER)),
    "overlapping": archive(Member("a.png", QUOTED, method=0), Member("b.png", b"12", method=0, header=35), MANIFEST),
    "duplicate_manifest": archive(MANIFEST, MANIFEST),
    "duplicate_name": archive(MANIFEST, Member("Phone.JPG"), Member("phone.jpg", b"y")),
    "headers_differ": archive(MANIFEST, Member("a.png", local_name="b.png")),
    "trailing_bytes": archive(MANIFEST, after=b"<?php"),
    "leading_bytes": archive(MANIFEST, before=b"#!/bin/sh\n"),
    "hidden_bytes": archive(MANIFEST, between=b"hidden"),
    "encrypted": archive(MANIFEST, Member("a.png", flags=0x0801)),
    "unsupported_compression": archive(MANIFEST, Member("a.png", method=12)),
    "symlink": archive(MANIFEST, Member("a.png", b"/etc/passwd", mode=0o120777)),
    "special_file": archive(MANIFEST, Member("a.png", mode=0o020666)),
    "directory_lies": archive(MANIFEST, Member("a.png"), count=1),
    "two_names": archive(MANIFEST, Member("a.png", raw=b"\xff\xfe.png")),
    "broken_file": archive(MANIFEST, Member("a.png", told_crc=1)),
    "two_ends": archive(MANIFEST, comment=archive(MANIFEST)[-22:]),
}


@pytest.mark.parametrize("code", LIES)
def test_an_archive_with_two_truths_is_refused(code: str) -> None:
    kind, found = refused(LIES[code])
    assert kind == "bad_archive"
    assert code in found


@pytest.mark.parametrize(
    "made",
    [
        archive(MANIFEST, Member("a.png", b"1234", told_size=3)),
        archive(MANIFEST, Member("a.png", b"1234", told_size=9)),
        archive(MANIFEST, Member("a.png", b"1234", local_size=3)),
        archive(MANIFEST, Member("a.png", packed=b"\xff\xff\xff")),
        archive(MANIFEST, Member("a.png", packed=Member("a", b"x").squeezed() + b"more")),
        archive(MANIFEST, Member("a.png", packed=Member("a", b"x" * 500).squeezed()[:-2], data=b"x" * 500)),
        archive(MANIFEST, Member("a.png"), listed=1),
        archive(MANIFEST, Member("a.png", header=7)),
        archive(MANIFEST, Member("café.png"), Member("cafe\u0301.png")),
        archive(MANIFEST, Member("a/template.json")),
        archive(Member("kit/template.json", b"{}"), Member("kit/more/template.json", b"{}")),
        archive(MANIFEST, Member("a.png", extra=struct.pack("<HHB", 0x7075, 6, 1) + b"b.png")),
        archive(MANIFEST, Member("a.png", extra=struct.pack("<HHQ", 1, 8, 5))),
    ],
)
def test_other_lies_are_refused_as_well(made: bytes) -> None:
    assert refused(made)[0] == "bad_archive"


@pytest.mark.parametrize(
    "name",
    ["../a", "../../x", "/etc/passwd", "C:\\x", "C:/x", "a\\b", "a/../../b", "a//b", "./a", "..", "a\0.png", "a\x1b[2J",
     "\u202egnp.a", "\u200b", "x" * 5000, "a/" * 400 + "b"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused_and_shown_safely(name: str) -> None:
    assert refused(archive(MANIFEST, Member(name))) == ("bad_archive", {"bad_name"})


def test_a_name_of_the_longest_length_is_taken() -> None:
    name = "x" * (LONGEST_NAME - 4) + ".png"
    assert name in unpack(archive(MANIFEST, Member(name)))


WHOLE = archive(
    MANIFEST, Member("山.png", b"png" * 50), Member("b.png", b"stored", method=0), Member("c", descriptor=True)
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_whatever_bytes_are_changed_the_files_are_the_same_or_it_is_refused(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(WHOLE)
    for at, byte in changes:
        damaged[at] = byte
    try:
        found = unpack(bytes(damaged))
    except Invalid:
        refused(bytes(damaged))
        return
    with zipfile.ZipFile(io.BytesIO(bytes(damaged))) as other:
        assert {one: other.read(one) for one in other.namelist()} == found


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(data: bytes) -> None:
    for made in (data, WHOLE + data, data + WHOLE, WHOLE[: len(data)]):
        if made != WHOLE:
            refused(made)
