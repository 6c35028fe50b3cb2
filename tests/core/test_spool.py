"""The spool: what was appended is read again, whole; what was torn is left or skipped; a dead writer's file is seen."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from app.kernel.errors import Unavailable
from app.tracking import spool
from app.tracking.core import Visit
from app.tracking.spool import Spool, frame, orphaned, read, spool_files

NOW = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC)


def a_visit(code: str = "Demo7Kx2") -> Visit:
    return Visit(code, NOW, "redirect", "", "poster-1", "Root5555", "scanned", "phone", "wechat", None)


@pytest.mark.parametrize("durability", ["written", "synced"])
def test_what_many_threads_append_is_read_again(tmp_path: Path, durability: Literal["written", "synced"]) -> None:
    target = Spool(tmp_path / "visits", durability)

    def write(number: int) -> None:
        for step in range(50):
            target.append(a_visit(f"code{number}x{step}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [path] = spool_files(tmp_path / "visits")
    found = read(path, 0, 1000, is_orphan=False)
    assert sorted(visit.code for visit in found.visits) == sorted(f"code{n}x{s}" for n in range(8) for s in range(50))
    assert found.visits[0]._replace(code="Demo7Kx2") == a_visit()
    assert found.end == path.stat().st_size
    assert path.stat().st_mode & 0o777 == 0o600
    target.close()


def test_an_answer_waits_for_the_disk_where_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fdatasync
    monkeypatch.setattr(
        os, "fdatasync", lambda descriptor: (synced.append(os.fstat(descriptor).st_size), real(descriptor))
    )
    target = Spool(tmp_path, "synced")
    target.append(a_visit())
    assert synced == [len(frame(a_visit()))]
    target.close()


def test_a_living_writer_keeps_its_file_and_a_closed_one_leaves_it(tmp_path: Path) -> None:
    target = Spool(tmp_path)
    target.append(a_visit())
    [path] = spool_files(tmp_path)
    with orphaned(path) as is_orphan:
        assert not is_orphan
    target.close()
    with orphaned(path) as is_orphan:
        assert is_orphan
        with orphaned(path) as by_another:
            assert not by_another
    with orphaned(tmp_path / "gone.spool") as is_orphan:
        assert not is_orphan


def test_a_torn_end_is_waited_for_in_a_living_file_and_skipped_in_an_orphan(tmp_path: Path) -> None:
    path = tmp_path / "x.spool"
    whole = frame(a_visit())
    for cut in (1, 7, 8, 9, len(whole) - 1):
        path.write_bytes(whole + whole[:cut])
        assert (read(path, 0, 10, False).end, len(read(path, 0, 10, False).visits)) == (len(whole), 1)
        orphan = read(path, 0, 10, True)
        assert (len(orphan.visits), orphan.end, orphan.skipped) == (1, len(whole) + cut, cut)


def test_damage_in_the_middle_of_an_orphan_costs_only_what_was_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.spool"
    data = bytearray(b"".join(frame(a_visit(f"before{n}z")) for n in range(3)))
    data[-5] ^= 1
    path.write_bytes(bytes(data) + b"\0" * 500 + b"".join(frame(a_visit(f"behind{n}z")) for n in range(50)))
    codes, offset = [], 0
    while offset < path.stat().st_size:
        chunk = read(path, offset, 7, is_orphan=True)
        assert chunk.end > offset
        codes += [visit.code for visit in chunk.visits]
        offset = chunk.end
    assert codes == ["before0z", "before1z", *(f"behind{n}z" for n in range(50))]


def test_a_file_that_has_grown_is_followed_by_a_new_one(tmp_path: Path) -> None:
    target = Spool(tmp_path, rotate_bytes=3 * len(frame(a_visit())))
    for _ in range(7):
        target.append(a_visit())
    assert sorted(len(read(path, 0, 100, False).visits) for path in spool_files(tmp_path)) == [1, 3, 3]
    target.close()


def test_a_full_disk_leaves_no_half_visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = Spool(tmp_path)
    target.append(a_visit())
    real = os.write
    monkeypatch.setattr(spool.os, "write", lambda descriptor, data: real(descriptor, data[:11]))
    with pytest.raises(Unavailable) as caught:
        target.append(a_visit())
    assert caught.value.code == "disk_full"
    monkeypatch.undo()
    target.append(a_visit("after111"))
    [path] = spool_files(tmp_path)
    assert [visit.code for visit in read(path, 0, 10, True).visits] == ["Demo7Kx2", "after111"]
    target.close()
