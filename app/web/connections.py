"""The TCP connections of this process: who is at the other end, how long they have been owed an answer, what came.

*Source*: linux/tcp.h, “struct tcp_info”: what the kernel counts of each connection.
"""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fd")
_INFO_BYTES = 136
_LAST_SENT, _LAST_RECEIVED, _RECEIVED = 44, 52, 128


@dataclass(frozen=True, slots=True)
class Connection:
    """`sent_ago` and `received_ago` are in seconds; before anything was sent, `sent_ago` counts from its beginning."""

    address: str
    sent_ago: float
    received_ago: float
    received_bytes: int
    line: socket.socket

    @property
    def is_owed(self) -> bool:
        """Whether something came after what was last sent: a request that is not answered yet, whole or not."""
        return self.received_ago <= self.sent_ago

    def end_reading(self) -> None:
        """Let whoever reads from it find its end; an answer can still be sent."""
        self.line.shutdown(socket.SHUT_RD)


def connections() -> Iterator[Connection]:
    """Each connection that is open now; its `line` is lent until the next is asked for."""
    names = os.listdir(_DESCRIPTORS) if _DESCRIPTORS.is_dir() else []
    for name in names:
        with _line(int(name)) as line:
            found = _described(line) if line is not None else None
            if found is not None:
                yield found


@contextmanager
def _line(number: int) -> Iterator[socket.socket | None]:
    """A copy of the descriptor, so that nobody can close it meanwhile; None when it is no socket, or gone."""
    try:
        copy = os.dup(number)
    except OSError:
        yield None
        return
    try:
        line = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        yield None
        return
    with line:
        yield line


def _described(line: socket.socket) -> Connection | None:
    try:
        if line.family not in (socket.AF_INET, socket.AF_INET6) or line.type != socket.SOCK_STREAM:
            return None
        address = str(line.getpeername()[0]).removeprefix("::ffff:")
        info = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    except OSError:
        return None
    if len(info) < _INFO_BYTES:
        return None
    sent, received = (struct.unpack_from("=I", info, at)[0] / 1000 for at in (_LAST_SENT, _LAST_RECEIVED))
    return Connection(address, sent, received, struct.unpack_from("=Q", info, _RECEIVED)[0], line)
