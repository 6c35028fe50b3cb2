"""The store meets a full disk, a server that is gone, and a line that breaks in the middle."""

import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.kernel.digest import sha256_hex
from app.kernel.errors import Unavailable
from app.storage.local import LocalStore
from app.storage.s3 import S3Store
from tests.conftest import S3_ACCESS_KEY, S3_SECRET_KEY
from tests.faults.line import Line, laid
from tests.services import free_ports

DATA = bytes(range(256)) * 8000


@pytest.fixture
def _full_disk() -> Iterator[None]:
    """No file may grow beyond 100 kB: the kernel itself refuses the write, as it does on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("_full_disk")
def test_a_full_disk_is_said_to_be_full_leaves_nothing_and_reading_goes_on(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    small = store.put(b"small")
    with pytest.raises(Unavailable) as caught:
        store.put(DATA)
    assert caught.value.code == "disk_full"
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [small]
    assert store.get(small) == b"small"


def test_a_folder_that_cannot_be_used_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable) as caught:
        LocalStore(tmp_path / "file").put(DATA)
    assert caught.value.code == "storage_down"


def test_a_server_that_is_gone_is_unavailable() -> None:
    (port,) = free_ports(1)
    store = S3Store.connect(f"http://127.0.0.1:{port}", "us-east-1", "posters", "a", "b")
    for call in (lambda: store.put(DATA), lambda: store.get("0" * 64)):
        with pytest.raises(Unavailable) as caught:
            call()
        assert caught.value.code == "storage_down"


@pytest.fixture
def line(s3_settings: dict[str, object]) -> Iterator[Line]:
    server = urlsplit(str(s3_settings["s3_endpoint"]))
    with laid((server.hostname or "", server.port or 0)) as found:
        yield found


@pytest.fixture
def store(line: Line, s3_settings: dict[str, object]) -> S3Store:
    return S3Store.connect(
        f"http://127.0.0.1:{line.server_address[1]}",
        "us-east-1",
        str(s3_settings["s3_bucket"]),
        S3_ACCESS_KEY,
        S3_SECRET_KEY,
    )


def test_an_answer_lost_after_the_write_is_asked_for_again_and_there_is_one_object(line: Line, store: S3Store) -> None:
    line.breaks = 1
    digest = store.put(DATA)
    assert line.breaks == 0
    assert store.get(digest) == DATA


def test_a_line_that_stays_broken_is_unavailable_and_a_later_try_succeeds(line: Line, store: S3Store) -> None:
    line.breaks = 3
    with pytest.raises(Unavailable) as caught:
        store.put(DATA)
    assert caught.value.code == "storage_down"
    assert store.put(DATA) == sha256_hex(DATA)


def test_an_object_that_arrives_cut_off_is_never_handed_out(line: Line, store: S3Store) -> None:
    digest = store.put(DATA)
    line.breaks, line.answer_bytes = 1, 2000
    with pytest.raises(Unavailable):
        store.get(digest)
    assert store.get(digest) == DATA
