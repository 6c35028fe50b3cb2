"""Archives made by hand: whole ones, and ones that lie about what they hold."""

import struct
import zlib
from dataclasses import dataclass

LOCAL, CENTRAL, END = "<4s5H3I2H", "<4s6H3I5H2I", "<4s4H2IH"


@dataclass(frozen=True)
class Member:
    """One file of an archive. What is None is told truthfully."""

    name: str
    data: bytes = b"x"
    method: int = 8
    flags: int = 0x0800
    mode: int = 0o100644
    host: int = 3
    raw: bytes | None = None
    local_name: str | None = None
    told_size: int | None = None
    told_crc: int | None = None
    local_size: int | None = None
    header: int | None = None
    extra: bytes = b""
    packed: bytes | None = None
    descriptor: bool = False

    def squeezed(self) -> bytes:
        if self.packed is not None:
            return self.packed
        if self.method != 8:
            return self.data
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        return deflate.compress(self.data) + deflate.flush()


def archive(
    *members: Member,
    before: bytes = b"",
    between: bytes = b"",
    after: bytes = b"",
    comment: bytes = b"",
    count: int | None = None,
    listed: int | None = None,
) -> bytes:
    """The archive of `members`; `listed` of them stand in its directory, and it claims to have `count`."""
    body, directory = before, b""
    shown = members if listed is None else members[:listed]
    for member in members:
        at, packed = len(body), member.squeezed()
        raw = member.raw if member.raw is not None else member.name.encode()
        crc = zlib.crc32(member.data) if member.told_crc is None else member.told_crc
        size = len(member.data) if member.told_size is None else member.told_size
        flags = member.flags | (8 if member.descriptor else 0)
        own = (0, 0, 0) if member.descriptor else (crc, len(packed), size)
        if member.local_size is not None:
            own = (crc, len(packed), member.local_size)
        local = raw if member.local_name is None else member.local_name.encode()
        body += struct.pack(LOCAL, b"PK\x03\x04", 20, flags, member.method, 0, 33, *own, len(local), 0) + local + packed
        if member.descriptor:
            body += struct.pack("<4s3I", b"PK\x07\x08", crc, len(packed), size)
        if member in shown:
            directory += struct.pack(
                CENTRAL, b"PK\x01\x02", member.host << 8 | 20, 20, flags, member.method, 0, 33, crc, len(packed), size,
                len(raw), len(member.extra), 0, 0, 0, member.mode << 16, at if member.header is None else member.header,
            ) + raw + member.extra  # fmt: skip
    body += between
    told = len(shown) if count is None else count
    end = struct.pack(END, b"PK\x05\x06", 0, 0, told, told, len(directory), len(body), len(comment))
    return body + directory + end + comment + after


MANIFEST = Member("template.json", b"{}")
