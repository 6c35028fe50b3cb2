"""Works that do to their process what they are told, for the tests of the sandbox."""

import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.kernel.errors import Invalid, Problem

Answer = tuple[dict[str, Any], bytes]


def _loud(_: Mapping[str, Any], data: bytes) -> Answer:
    return {"pid": os.getpid(), "environment": sorted(os.environ)}, data.upper()


def _hang(arguments: Mapping[str, Any], _: bytes) -> Answer:
    while arguments["is_busy"]:
        pass
    time.sleep(600)
    return {}, b""


def _crash(_: Mapping[str, Any], __: bytes) -> Answer:
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}, b""


def _eat(arguments: Mapping[str, Any], _: bytes) -> Answer:
    return {}, bytes(len(bytearray(arguments["mib"] * 2**20)) % 7)


def _refuse(_: Mapping[str, Any], __: bytes) -> Answer:
    raise Invalid.of([Problem("slots.photo", "bad_picture", "broken"), Problem("slots.b", "foreign_qr", "a code")])


def _reach(arguments: Mapping[str, Any], _: bytes) -> Answer:
    """Tries to reach something outside; says what came of it."""
    tries: Mapping[str, Callable[[], object]] = {
        "file": lambda: Path("/etc/passwd").read_bytes(),
        "socket": lambda: socket.socket(),
        "write": lambda: os.open("/tmp/left-behind", os.O_CREAT | os.O_WRONLY),  # noqa: S108
    }
    try:
        tries[arguments["what"]]()
    except OSError as error:
        return {"error": type(error).__name__}, b""
    return {"error": None}, b""


def _lie(_: Mapping[str, Any], __: bytes) -> Answer:
    os.write(1, b"\xff" * 16)
    time.sleep(600)
    return {}, b""


WORKS = {"loud": _loud, "hang": _hang, "crash": _crash, "eat": _eat, "refuse": _refuse, "reach": _reach, "lie": _lie}


def prepare() -> None:
    """Nothing."""
