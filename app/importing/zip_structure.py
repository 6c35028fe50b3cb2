"""The structure of a ZIP file: its directory read by hand, and compared with what really lies where it points.

Two programs that read the same archive may see different files in it. An archive is accepted only where that is
impossible: one directory, one header for each entry that says the same, no gaps, nothing before and nothing after.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from stat import S_ISDIR, S_ISLNK, S_ISREG

from app.kernel.errors import Invalid, Problem

WHOLE = "$"
STORED, DEFLATED = 0, 8

_END = struct.Struct("<4s4H2IH")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_END_MARK, _CENTRAL_MARK, _LOCAL_MARK = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_DESCRIPTOR_MARK, _LOCATOR_MARK = b"PK\x07\x08", b"PK\x06\x07"
_LONGEST_COMMENT = 0xFFFF
_ENCRYPTED, _DESCRIPTOR, _PATCH, _UTF8 = 0x2041, 0x0008, 0x0020, 0x0800
_NEWEST = 63  # version 6.3 of APPNOTE, times ten
_UNICODE_PATH, _ZIP64 = 0x7075, 0x0001
_UNIX = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the directory. `start` and `end` are the extent of its compressed bytes in the archive."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    header: int
    mode: int
    start: int = 0
    end: int = 0

    @property
    def is_folder(self) -> bool:
        """Whether it only names a folder."""
        return self.name.endswith("/")


def read_directory(data: bytes, most: int) -> tuple[list[Entry], list[Problem]]:
    """The entries of the archive `data`, in the order in which they lie there, and what is wrong with them.

    *Raises* Invalid ``bad_archive`` when there is no telling what the archive holds; ``too_large`` when it holds more
    than `most` entries.
    """
    begin, end, count = _bounds(data)
    if count > most:
        raise too_large(WHOLE, "too_many_files", f"{count} entries, {most} are accepted")
    entries, problems, at = [], [], begin
    for _ in range(count):
        entry, at = _central(data, at, end)
        entry, wrong = _located(data, entry, begin)
        problems += _entry_problems(entry) + wrong
        entries.append(entry)
    if at != end:
        raise _bad("directory_lies", "the archive's directory does not hold as many entries as it says")
    return entries, problems or list(_extent_problems(data, entries, begin))


def too_large(path: str, code: str, message: str) -> Invalid:
    """The refusal of an archive for its size."""
    return Invalid("too_large", message, [Problem(path, code, message)])


def _bad(code: str, message: str) -> Invalid:
    return Invalid("bad_archive", message, [Problem(WHOLE, code, message)])


def _bounds(data: bytes) -> tuple[int, int, int]:
    """(where the directory begins, where it ends, how many entries it claims)."""
    if len(data) < _END.size or not data.startswith((_LOCAL_MARK, _END_MARK)):
        known = data.find(_LOCAL_MARK) >= 0 and data.rfind(_END_MARK) >= 0
        code = "leading_bytes" if known else "not_a_zip"
        raise _bad(code, "there is something before the archive" if known else "this is not a ZIP file, or half of one")
    ends = list(_ends(data))
    if len(ends) != 1:
        known = data.rfind(_END_MARK) >= 0
        code = "two_ends" if ends else "trailing_bytes" if known else "cut_off"
        raise _bad(code, "the archive does not end where it should")
    place = ends[0]
    _, disk, first, here, count, length, begin, _ = _END.unpack_from(data, place)
    if 0xFFFF in (here, count) or 0xFFFFFFFF in (length, begin) or data[place - 20 : place - 16] == _LOCATOR_MARK:
        raise _bad("zip64", "a ZIP64 archive is not accepted; a bundle is never that large")
    if disk or first or here != count:
        raise _bad("many_disks", "an archive in several parts is not accepted")
    if begin + length != place:
        raise _bad("directory_lies", "the archive's directory is not where it is said to be")
    return begin, place, count


def _ends(data: bytes) -> Iterator[int]:
    """Every place where a reader might find the end of the directory."""
    at = data.rfind(_END_MARK)
    while at >= max(0, len(data) - _END.size - _LONGEST_COMMENT):
        if at + _END.size <= len(data) and at + _END.size + _END.unpack_from(data, at)[-1] == len(data):
            yield at
        at = data.rfind(_END_MARK, 0, at)


def _central(data: bytes, at: int, end: int) -> tuple[Entry, int]:
    if at + _CENTRAL.size > end or data[at : at + 4] != _CENTRAL_MARK:
        raise _bad("directory_lies", "the archive's directory is broken")
    found = _CENTRAL.unpack_from(data, at)
    _, made, needed, flags, method, _, _, crc, compressed, size, name_length, extra_length, note, disk = found[:14]
    attributes, header = found[15:]
    name_end = at + _CENTRAL.size + name_length
    after = name_end + extra_length + note
    if after > end or disk:
        raise _bad("directory_lies", "the archive's directory is broken")
    if needed & 0xFF > _NEWEST:
        raise _bad("unsupported_compression", f"the archive asks for version {(needed & 0xFF) / 10} of the format")
    raw = data[name_end - name_length : name_end]
    extra = data[name_end : name_end + extra_length]
    if 0xFFFFFFFF in (compressed, size, header) or _has_extra(extra, _ZIP64):
        raise _bad("zip64", "a ZIP64 archive is not accepted; a bundle is never that large")
    name = decoded(raw, "utf-8" if flags & _UTF8 else None, on_unix=made >> 8 == _UNIX)
    if name is None or (_has_extra(extra, _UNICODE_PATH) and name.encode() not in extra):
        raise _bad("two_names", "the name of a file can be read in two ways")
    mode = attributes >> 16 if made >> 8 == _UNIX else 0
    return Entry(name, raw, flags, method, crc, compressed, size, header, mode), after


def decoded(raw: bytes, encoding: str | None, on_unix: bool) -> str | None:
    """A name as text; None when it is none. Without a named encoding it is UTF-8, or what Chinese Windows writes."""
    guessed = ("utf-8", "gb18030") if on_unix else ("gb18030", "utf-8")
    for one in (encoding,) if encoding else guessed:
        try:
            return raw.decode(one)
        except UnicodeDecodeError:
            continue
    return None


def _has_extra(extra: bytes, wanted: int) -> bool:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == wanted:
            return True
        at += 4 + length
    return False


def _entry_problems(entry: Entry) -> list[Problem]:
    found = []
    if entry.flags & _ENCRYPTED:
        found.append(Problem(shown(entry.name), "encrypted", "this file is locked with a password"))
    if entry.method not in (STORED, DEFLATED) or entry.flags & _PATCH:
        found.append(Problem(shown(entry.name), "unsupported_compression", f"compression method {entry.method}"))
    if S_ISLNK(entry.mode):
        found.append(Problem(shown(entry.name), "symlink", "this is a link, not a file"))
    elif entry.mode and entry.mode >> 12 and not (S_ISREG(entry.mode) or S_ISDIR(entry.mode)):
        found.append(Problem(shown(entry.name), "special_file", "this is a device or a pipe, not a file"))
    return found


def _located(data: bytes, entry: Entry, begin: int) -> tuple[Entry, list[Problem]]:
    """The entry with its extent, and where its own header says otherwise than the directory."""
    path, at = shown(entry.name), entry.header
    if at + _LOCAL.size > begin or data[at : at + 4] != _LOCAL_MARK:
        return entry, [Problem(path, "headers_differ", "there is no file where the directory points")]
    _, _, flags, method, _, _, crc, compressed, size, name_length, extra_length = _LOCAL.unpack_from(data, at)
    name_at = at + _LOCAL.size
    start = name_at + name_length + extra_length
    end = start + entry.compressed
    described = bool(entry.flags & _DESCRIPTOR)
    sizes, told = (crc, compressed, size), (entry.crc, entry.compressed, entry.size)
    raw = data[name_at : name_at + name_length]
    same = raw == entry.raw_name and (flags, method) == (entry.flags, entry.method)
    if not same or not (sizes == told or (described and sizes == (0, 0, 0))):
        return entry, [Problem(path, "headers_differ", f"the file itself says “{shown(_text(raw))}” or another size")]
    if end > begin:
        return entry, [Problem(path, "cut_off", "the file reaches beyond the archive")]
    placed = Entry(entry.name, raw, flags, method, entry.crc, entry.compressed, entry.size, at, entry.mode, start, end)
    return placed, []


def _extent_problems(data: bytes, entries: list[Entry], begin: int) -> Iterator[Problem]:
    """What lies in two files at once, and what lies in none."""
    at = 0
    for entry in sorted(entries, key=lambda one: one.header):
        if entry.header < at:
            yield Problem(shown(entry.name), "overlapping", "it shares its bytes with another file")
        elif entry.header > at:
            yield Problem(shown(entry.name), "hidden_bytes", "there are bytes before it that belong to no file")
        at = max(at, entry.end + _descriptor_length(data, entry))
    if at < begin:
        yield Problem(WHOLE, "hidden_bytes", "there are bytes after the last file that belong to none")


def _descriptor_length(data: bytes, entry: Entry) -> int:
    if not entry.flags & _DESCRIPTOR:
        return 0
    bare = struct.pack("<3I", entry.crc, entry.compressed, entry.size)
    marked = _DESCRIPTOR_MARK + bare
    if data.startswith(marked, entry.end):
        return len(marked)
    return len(bare) if data.startswith(bare, entry.end) else 0


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def shown(name: str, longest: int = 80) -> str:
    """A name as it may be shown: nothing that cannot be seen, and not too long."""
    visible = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in name[: 4 * longest])
    return visible if len(visible) <= longest else f"{visible[: longest - 21]}…{visible[-20:]}"
