"""Template bundles as people really make them: with folders, with what their systems leave behind, in any tool."""

import io
import unicodedata
import zipfile

import pytest

from app.importing.bundle import unpack
from app.kernel.errors import Invalid
from tests.archives import MANIFEST, Member, archive


def codes(data: bytes) -> set[str]:
    with pytest.raises(Invalid) as caught:
        unpack(data)
    assert caught.value.code == "bad_archive"
    return {problem.code for problem in caught.value.problems}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_bundle_is_its_files(method: int) -> None:
    files = {"template.json": b'{"slug": "a"}' * 400, "山色.jpg": bytes(range(256)) * 900}
    assert unpack(zipped(files, method)) == files


def test_a_folder_around_it_and_what_systems_leave_behind_are_left_off() -> None:
    litter = {
        "__MACOSX/kit/._phone.jpg": b"\0",
        "kit/.DS_Store": b"\0",
        "kit/Thumbs.db": b"\0",
        "kit/._phone.jpg": b"\0",
    }
    files = {"kit/": b"", "kit/template.json": b"{}", "kit/phone.jpg": b"jpeg", **litter}
    assert unpack(zipped(files)) == {"template.json": b"{}", "phone.jpg": b"jpeg"}


def test_an_archive_that_was_written_as_a_stream_is_read() -> None:
    made = archive(Member("template.json", b"{}" * 90, descriptor=True), Member("a.png", b"png", descriptor=True))
    assert unpack(made) == {"template.json": b"{}" * 90, "a.png": b"png"}


def test_names_of_chinese_windows_and_decomposed_names_are_read() -> None:
    raw = "山色.jpg".encode("gb18030")
    assert "山色.jpg" in unpack(archive(MANIFEST, Member("山色.jpg", raw=raw, flags=0, host=0)))
    apart = unicodedata.normalize("NFD", "café.jpg")
    assert "café.jpg" in unpack(archive(MANIFEST, Member(apart)))


def test_a_comment_changes_nothing() -> None:
    assert unpack(archive(MANIFEST, comment=b"made on Sunday")) == {"template.json": b"{}"}


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (zipped({"phone.jpg": b"x"}), "no_manifest"),
        (zipped({"Template.json": b"x"}), "no_manifest"),
        (zipped({}), "no_manifest"),
        (zipped({"template.json": b"{}", "img/phone.jpg": b"x"}), "in_a_folder"),
        (zipped({"a/template.json": b"{}", "b/phone.jpg": b"x"}), "no_manifest"),
        (b"", "not_a_zip"),
        (b"%PDF-1.7", "not_a_zip"),
        (zipped({"template.json": b"{}" * 99})[:-30], "cut_off"),
    ],
)
def test_what_is_no_bundle_is_told_why(made: bytes, code: str) -> None:
    assert code in codes(made)


def test_everything_that_is_wrong_is_listed_at_once() -> None:
    made = archive(MANIFEST, Member("../x"), Member("a\\b"), Member("link", mode=0o120777), Member("lock", flags=0x801))
    assert codes(made) == {"bad_name", "symlink", "encrypted"}
