"""A web process with nothing but the redirect, and a process that drains, for the fault tests."""

import os
import socket
import threading
from collections.abc import Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIEnvironment

from app.config import Settings
from app.flow.visit import drain_until
from app.public.redirect import redirect_app
from tests.redirects import deps_for


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def server_bind(self) -> None:
        """Several processes may follow each other on the port."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()


class Quiet(WSGIRequestHandler):
    """Logs nothing, and looks up no names."""

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def address_string(self) -> str:
        """The address, as it is."""
        return str(self.client_address[0])


def serve(environment: dict[str, str], port: int, ready: Path) -> None:
    """Serve until killed."""

    def inner(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("404 Not Found", [])
        return (b"",)

    server = Server(("127.0.0.1", port), Quiet)
    server.set_app(redirect_app(Settings.from_env(environment), inner))
    ready.write_text(str(os.getpid()))
    server.serve_forever()


def drain(environment: dict[str, str]) -> None:
    """Drain until killed."""
    drain_until(deps_for(Settings.from_env(environment)), threading.Event(), 0.01)
