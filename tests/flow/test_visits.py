"""From the spool to rows, on both databases: exactly once, counted by day, and nobody remembered without consent."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.db import reading, retried, transaction
from app.flow import visit as visit_flow
from app.flow.visit import drain, drain_until
from app.tracking import records
from app.tracking.core import Visit
from app.tracking.spool import Spool, spool_files
from tests.conftest import House
from tests.redirects import a_link, counts, deps_for, kept

MORNING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
BEFORE_MIDNIGHT = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)


@pytest.fixture
def deps(database_url: str, tmp_path: Path) -> Iterator[Any]:
    deps = deps_for(House({}).using(database_url=database_url, spool_dir=tmp_path / "visits").settings)
    yield deps
    deps.engine.dispose()


def a_visit(code: str = "Demo7Kx2", **changes: Any) -> Visit:
    plain = Visit(code, MORNING, "redirect", "", "poster-1", None, None, "phone", "wechat", None)
    return plain._replace(**changes)


def spool_with(deps: Any, *visits: Visit) -> Spool:
    spool = Spool(deps.settings.spool_dir)
    for one in visits:
        spool.append(one)
    return spool


def test_a_living_spool_is_drained_as_it_grows_and_removed_when_its_writer_is_gone(deps: Any) -> None:
    spool = spool_with(deps, a_visit(), a_visit("Aunt5555"))
    assert (drain(deps), drain(deps)) == (2, 0)
    spool.append(a_visit("Root5555"))
    assert drain(deps) == 1
    assert [visit.code for visit in kept(deps)] == ["Demo7Kx2", "Aunt5555", "Root5555"]
    assert kept(deps)[0] == a_visit()
    assert len(spool_files(deps.settings.spool_dir)) == 1
    spool.append(a_visit("Last5555"))
    spool.close()
    assert drain(deps) == 1
    assert spool_files(deps.settings.spool_dir) == []
    assert len(kept(deps)) == 4


def test_a_batch_whose_transaction_fails_is_taken_in_later_and_once(deps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    spool_with(deps, *(a_visit(f"code{n}zz") for n in range(25))).close()
    monkeypatch.setattr(visit_flow, "BATCH", 10)
    real, calls = records.take_in, []

    def fails_at_the_second(*arguments: Any) -> None:
        real(*arguments)
        calls.append(1)
        if len(calls) == 2:
            raise KeyError("the process dies")

    monkeypatch.setattr(records, "take_in", fails_at_the_second)
    with pytest.raises(KeyError):
        drain(deps)
    assert len(kept(deps)) == 10
    assert drain(deps) == 15
    assert [visit.code for visit in kept(deps)] == [f"code{n}zz" for n in range(25)]
    assert counts(deps)["poster", "poster-1"] == (25, 25, 0)


def test_many_drains_at_once_take_each_visit_once(deps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit_flow, "BATCH", 20)
    for number in range(3):
        spool_with(deps, *(a_visit(f"code{number}x{n}") for n in range(100))).close()
    living = spool_with(deps, *(a_visit(f"code9x{n}") for n in range(100)))
    stop = threading.Event()
    drains = [threading.Thread(target=drain_until, args=(deps, stop, 0.01)) for _ in range(4)]
    for thread in drains:
        thread.start()
    deadline = threading.Event()
    for _ in range(200):
        if len(kept(deps)) >= 400:
            break
        deadline.wait(0.05)
    stop.set()
    for thread in drains:
        thread.join()
    codes = [visit.code for visit in kept(deps)]
    assert len(codes) == len(set(codes)) == 400
    assert counts(deps)["poster", "poster-1"] == (400, 400, 0)
    living.close()


def test_a_note_removed_while_another_drain_begins_is_noted_anew(deps: Any) -> None:
    with transaction(deps) as session:
        records.begin(session, "gone.spool")
    found: list[int] = []

    def begin_beside() -> None:
        found.append(retried(deps, lambda session: records.begin(session, "gone.spool")))

    beside = threading.Thread(target=begin_beside)
    with transaction(deps) as session:
        records.begin(session, "gone.spool")
        beside.start()
        beside.join(0.3)
        assert found == []
        records.forget_spool(session, "gone.spool")
    beside.join()
    assert found == [0]


def test_counts_by_local_day_know_views_humans_and_visitors(deps: Any) -> None:
    with transaction(deps) as session:
        one, other = (records.give_consent(session, "2026-11") for _ in range(2))
    first = [a_visit(visitor=one), a_visit(visitor=one), a_visit("Aunt5555", visitor=one), a_visit(bot="prefetch")]
    second = [a_visit(visitor=other), a_visit(visitor=one), a_visit(kind="notice", visitor=other)]
    tomorrow = [a_visit(at=BEFORE_MIDNIGHT), a_visit(at=BEFORE_MIDNIGHT.replace(hour=16), visitor=one)]
    for visits in (first, second, tomorrow):
        spool_with(deps, *visits).close()
        drain(deps)
    day, next_day = date(2026, 11, 22), date(2026, 11, 23)
    with reading(deps) as session:
        poster = records.by_day(session, "poster", "poster-1", day, next_day)
        link = records.by_day(session, "link", "Demo7Kx2", day, day)
    assert [(one.day, one.views, one.humans, one.visitors) for one in poster] == [(day, 8, 6, 2), (next_day, 1, 1, 1)]
    assert [(one.views, one.humans, one.visitors) for one in link] == [(7, 5, 2)]


def test_unknown_codes_are_kept_but_counted_together(deps: Any) -> None:
    spool_with(deps, *(a_visit(code, kind="unknown", poster_id=None) for code in ("Nobody55", "", "Nobody66"))).close()
    drain(deps)
    assert [visit.code for visit in kept(deps)] == ["Nobody55", "", "Nobody66"]
    assert counts(deps) == {("orphan", ""): (3, 0, 0)}


def test_what_could_not_be_looked_up_is_found_out_later(deps: Any) -> None:
    parent = a_link(deps)
    child = a_link(deps, parent_code=parent)
    blank = {"kind": "unresolved", "poster_id": None}
    spool_with(deps, *(a_visit(code, **blank) for code in (parent, child, "Nobody55"))).close()
    drain(deps)
    told = [(one.kind, one.poster_id, one.parent_code, one.parent_confidence) for one in kept(deps)]
    assert told == [
        ("unresolved", "poster-1", None, None),
        ("unresolved", "poster-1", parent, "scanned"),
        ("unknown", None, None, None),
    ]


def test_an_id_without_consent_is_not_kept(deps: Any) -> None:
    """A forged cookie, and one that outlived its withdrawal."""
    with transaction(deps) as session:
        agreed, withdrawn = (records.give_consent(session, "2026-11") for _ in range(2))
    with transaction(deps) as session:
        assert records.withdraw_consent(session, withdrawn) == 0
    spool_with(deps, a_visit(visitor=agreed), a_visit(visitor=withdrawn), a_visit(visitor="f" * 22)).close()
    drain(deps)
    assert [visit.visitor for visit in kept(deps)] == [agreed, None, None]
    assert counts(deps)["poster", "poster-1"] == (3, 3, 1)


def test_a_withdrawal_takes_the_id_off_everything(deps: Any) -> None:
    with transaction(deps) as session:
        visitor = records.give_consent(session, "2026-11")
    spool_with(deps, a_visit(visitor=visitor), a_visit("Aunt5555", visitor=visitor)).close()
    drain(deps)
    with transaction(deps) as session:
        assert records.has_consent(session, visitor)
        assert len(records.visits_by(session, visitor)) == 2
        assert records.withdraw_consent(session, visitor) == 2
    with reading(deps) as session:
        assert records.visits_by(session, visitor) == []
        assert not records.has_consent(session, visitor)
    assert [visit.visitor for visit in kept(deps)] == [None, None]


def test_a_damaged_spool_gives_what_is_whole(deps: Any) -> None:
    spool_with(deps, a_visit(), a_visit("Aunt5555")).close()
    [path] = spool_files(deps.settings.spool_dir)
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(bytes(data) + b"torn")
    assert drain(deps) == 1
    assert [visit.code for visit in kept(deps)] == ["Aunt5555"]
    assert spool_files(deps.settings.spool_dir) == []


def test_what_is_done_on_the_landing_page_is_kept_in_order_and_counts_as_no_view(deps: Any) -> None:
    done = [a_visit(kind=kind) for kind in ("consent", "seen", "contact", "share")]
    spool_with(deps, a_visit(), *done).close()
    assert drain(deps) == 5
    assert [visit.kind for visit in kept(deps)] == ["redirect", "consent", "seen", "contact", "share"]
    assert counts(deps)["poster", "poster-1"] == counts(deps)["link", "Demo7Kx2"] == (1, 1, 0)


def test_what_a_page_says_twice_is_taken_in_once_even_by_two_processes(deps: Any) -> None:
    spool_with(deps, a_visit(kind="seen", nonce="s1"), a_visit(kind="seen", nonce="s1"), a_visit()).close()
    spool_with(deps, a_visit(kind="seen", nonce="s1"), a_visit(kind="seen", nonce="s2")).close()
    drain(deps)
    assert sorted(visit.nonce or "" for visit in kept(deps)) == ["", "s1", "s2"]
    spool_with(deps, a_visit(kind="seen", nonce="s2")).close()
    drain(deps)
    assert len(kept(deps)) == 3
