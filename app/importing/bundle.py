"""A template bundle: a ZIP of template.json and its pictures, unpacked in memory and counted while it unpacks."""

import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from app.importing.zip_structure import DEFLATED, WHOLE, Entry, read_directory, shown, too_large
from app.kernel.errors import Invalid, Problem

MANIFEST = "template.json"
MIB = 1024 * 1024
LONGEST_NAME = 120

# What operating systems leave behind, and nobody means to send.
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh")
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a bundle may hold. `ratio` is unpacked to packed bytes, asked of files above one MiB."""

    archive_bytes: int = 32 * MIB
    manifest_bytes: int = 2 * MIB
    entries: int = 100
    file_bytes: int = 24 * MIB
    unpacked_bytes: int = 64 * MIB
    ratio: int = 100


def unpack(data: bytes, limits: Limits | None = None) -> Mapping[str, bytes]:
    """The files of the bundle by name. A folder around them is left off, as is what operating systems leave behind.

    *Raises* Invalid: ``too_large`` as soon as a limit is passed, ``bad_archive`` with everything else that is wrong.
    """
    allowed = limits or Limits()
    if len(data) > allowed.archive_bytes:
        raise too_large(WHOLE, "archive_too_large", f"more than {allowed.archive_bytes // MIB} MiB")
    entries, problems = read_directory(data, allowed.entries)
    problems += _name_problems(entries)
    if problems:
        raise _bad(problems)
    wanted = [one for one in entries if not one.is_folder and not _is_litter(one.name)]
    wrapper = _wrapper(wanted)
    problems = list(_place_problems(wanted, wrapper))
    if problems:
        raise _bad(problems)
    files, left = {}, allowed.unpacked_bytes
    for entry in wanted:
        name = unicodedata.normalize("NFC", entry.name[len(wrapper) :])
        most = allowed.manifest_bytes if name == MANIFEST else allowed.file_bytes
        files[name] = _unpacked(data, entry, min(left, most), allowed.ratio, problems)
        left -= len(files[name])
    if problems:
        raise _bad(problems)
    return files


def _bad(problems: list[Problem]) -> Invalid:
    return Invalid("bad_archive", f"{len(problems)} problems in the archive: {problems[0]}", problems)


def _name_problems(entries: list[Entry]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for entry in entries:
        path = shown(entry.name)
        reason = _bad_name(entry.name.removesuffix("/") if entry.is_folder else entry.name)
        if reason:
            yield Problem(path, "bad_name", reason)
            continue
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", entry.name).casefold()).strip("/")
        if key in seen:
            code = "duplicate_manifest" if PurePosixPath(key).name == MANIFEST else "duplicate_name"
            yield Problem(path, code, f"“{shown(seen[key])}” is there already")
        seen[key] = entry.name


def _bad_name(name: str) -> str | None:
    """Why `name` is not the name of a file below here; None when it is one."""
    if len(name) > LONGEST_NAME:
        return f"a name has at most {LONGEST_NAME} characters"
    if "\\" in name or ":" in name or name.startswith("/"):
        return "a name has no backslash, no colon, and does not begin with a slash"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "a name does not lead out of its folder"
    if any(unicodedata.category(one).startswith("C") for one in name):
        return "a name has no characters that cannot be seen"
    return None


def _is_litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts[:-1] or parts[-1].casefold() in _LITTER or parts[-1].startswith("._")


def _wrapper(entries: list[Entry]) -> str:
    """The one folder that everything lies in, with its slash; empty when there is none."""
    tops = {entry.name.partition("/")[0] for entry in entries if "/" in entry.name}
    return f"{tops.pop()}/" if len(tops) == 1 and all("/" in entry.name for entry in entries) else ""


def _place_problems(entries: list[Entry], wrapper: str) -> Iterator[Problem]:
    names = [entry.name[len(wrapper) :] for entry in entries]
    if MANIFEST not in names:
        yield Problem(WHOLE, "no_manifest", f"there is no {MANIFEST}")
    for name in names:
        if "/" in name:
            again = PurePosixPath(name).name.casefold() == MANIFEST
            message = "a bundle has one template.json" if again else f"pictures lie beside {MANIFEST}, in no folder"
            yield Problem(shown(name), "duplicate_manifest" if again else "in_a_folder", message)


def _unpacked(data: bytes, entry: Entry, most: int, ratio: int, problems: list[Problem]) -> bytes:
    """The bytes of one file; what is wrong with them is noted. *Raises* Invalid ``too_large``."""
    path, packed = shown(entry.name), memoryview(data)[entry.start : entry.end]
    if entry.size > most or (entry.method != DEFLATED and len(packed) > most):
        raise too_large(path, "file_too_large", "it unpacks to more than a bundle may hold")
    try:
        found = _inflated(packed, entry.size, path, ratio) if entry.method == DEFLATED else bytes(packed)
    except zlib.error:
        problems.append(Problem(path, "broken_file", "it cannot be unpacked"))
        return b""
    if len(found) != entry.size or zlib.crc32(found) != entry.crc:
        problems.append(Problem(path, "broken_file", "its bytes are not what the archive says"))
    elif found.startswith(_ARCHIVES):
        problems.append(Problem(path, "nested_archive", "an archive inside the archive"))
    return found


def _inflated(packed: memoryview, size: int, path: str, ratio: int) -> bytes:
    """What `packed` holds, never more than the `size` that it is said to have."""
    inflate, pieces, length = zlib.decompressobj(-zlib.MAX_WBITS), [], 0
    for at in range(0, len(packed), _CHUNK):
        rest = bytes(packed[at : at + _CHUNK])
        while rest and not inflate.eof:
            pieces.append(inflate.decompress(rest, _CHUNK))
            rest, length = inflate.unconsumed_tail, length + len(pieces[-1])
            if length > size:
                raise zlib.error("there is more in it than it says")
            if length > MIB and length > ratio * len(packed):
                raise too_large(path, "file_too_large", "it unpacks to more than a bundle may hold")
    pieces.append(inflate.flush(_CHUNK))
    if not inflate.eof or inflate.unused_data:
        raise zlib.error("the stream does not end with the file")
    return b"".join(pieces)
