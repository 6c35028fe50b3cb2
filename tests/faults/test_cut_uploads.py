"""Uploads that stop in the middle or lie about their length, sent to the real server: refused, and nothing is left."""

import time
from collections.abc import Iterator

import pytest

from tests.bundles import bundle
from tests.faults.signed_in_site import Site, served_site


@pytest.fixture(scope="module")
def site(empty_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served_site(empty_sqlite, tmp_path_factory.mktemp("uploads")) as served:
        yield served


def test_an_upload_that_is_cut_off_leaves_nothing(site: Site) -> None:
    whole = site.body(bundle())
    for share in (0.02, 0.5, 0.999):
        part = whole[: int(len(whole) * share)]
        assert site.send(str(len(whole)), part) in (400, 413, None)
        assert site.nothing_is_left()


def test_a_length_that_lies_leaves_nothing(site: Site) -> None:
    """Who sends on after the answer may lose it to the reset of the connection; what counts is that nothing is left."""
    whole = site.body(bundle())
    for length, allowed in (
        (str(len(whole) // 2), (400, 413, 422, None)),
        ("10", (400, 413, None)),
        (str(33 * 1024 * 1024), (400, 413, None)),
        (str(10**12), (400, 413, None)),
        ("-5", (400, None)),
        ("nonsense", (400, None)),
    ):
        assert (length, site.send(length, whole)) in [(length, one) for one in allowed]
        assert site.nothing_is_left()


def test_the_server_takes_the_next_whole_upload(site: Site) -> None:
    whole = site.body(bundle())
    began = time.monotonic()
    assert site.send(str(len(whole)), whole, close=False) == 303
    assert time.monotonic() - began < 20
    assert not site.nothing_is_left()
