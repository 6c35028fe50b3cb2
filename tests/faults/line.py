"""A line between a client and a real server, to be broken on purpose."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SECONDS = 5
Address = tuple[str, int]


class Line(socketserver.ThreadingTCPServer):
    """A line to `target` that breaks as often as `breaks` says, after `answer_bytes` of an answer."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, target: Address, port: int) -> None:
        self.target = target
        self.breaks = 0
        self.answer_bytes = 0
        super().__init__(("127.0.0.1", port), Connection)


class Connection(socketserver.BaseRequestHandler):
    """One call over the line."""

    server: Line

    def handle(self) -> None:
        """Carry both directions until the line breaks or either side hangs up."""
        with socket.create_connection(self.server.target, timeout=SECONDS) as target:
            asking = threading.Thread(target=self._carry, args=(self.request, target, False), daemon=True)
            asking.start()
            self._carry(target, self.request, True)
            for end in (self.request, target):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            asking.join(SECONDS)

    def _carry(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        try:
            while data := source.recv(65536):
                if is_answer and self.server.breaks and not data.startswith(b"HTTP/1.1 100"):
                    self.server.breaks -= 1
                    target.sendall(data[: self.server.answer_bytes])
                    return
                target.sendall(data)
        except OSError:
            return


@contextmanager
def laid(target: Address, port: int = 0) -> Iterator[Line]:
    """A line from `port` of the loopback (any free one) to `target`, until the end of the block."""
    with Line(target, port) as line:
        thread = threading.Thread(target=line.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield line
        finally:
            line.shutdown()
            thread.join()
