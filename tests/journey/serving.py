"""The product as it is served: the real processes, web and worker, for journeys."""

import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app.config import PROJECT, Settings
from tests.conftest import House, made_once
from tests.services import free_ports

PRODUCT = [sys.executable, "-m", "app.factory"]


class _Silent(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def in_a_thread(app: Flask, port: int = 0) -> Iterator[str]:
    """The address under which `app` answers meanwhile, in a thread of the test's own process."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Site:
    """A served product with people in it: its address, its house, and everybody's password by login."""

    address: str
    house: House
    logins: dict[str, str]


def house_in(var: Path, database_url: str, port: int, painted: Path) -> House:
    """The settings of a product that keeps everything in `var` and leads to its own address.

    Previews are named by all that they depend on: what one product has painted into `painted` is painted for all.
    """
    address = f"http://127.0.0.1:{port}"
    return House({}).using(
        database_url=database_url,
        var_dir=var,
        cache_dir=painted,
        spool_dir=var / "visits",
        fonts_dir=Settings.from_env({}).fonts_dir,
        site_url=address,
        base_url=f"{address}/r",
    )


def environment_of(house: House) -> dict[str, str]:
    """The environment of a process in `house`, and of no other."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("IMPRIMATUR_")}
    return own | house.environment


@contextmanager
def served(house: House, port: int, log: Path) -> Iterator[str]:
    """The address under which `house` is served meanwhile."""
    for command in ("build_frontend", "translations"):
        subprocess.run([PROJECT / "script" / command], check=True)
    address = f"http://127.0.0.1:{port}"
    serve = [*PRODUCT, "serve", "--port", str(port)]
    with log.open("wb") as output:
        running = subprocess.Popen(serve, cwd=PROJECT, env=environment_of(house), stdout=output, stderr=output)
        try:
            _wait_until_ready(address, running, log)
            yield address
        finally:
            running.terminate()
            assert running.wait(30) is not None


@contextmanager
def demonstration(var: Path, of_all: Path) -> Iterator[Site]:
    """A served demonstration bank, the small one, in `var`: a copy of the one that whoever comes first makes."""
    shutil.copytree(made_once(of_all / "told", _make_demonstration), var, dirs_exist_ok=True)
    (port,) = free_ports(1)
    house = _of_the_demonstration(var, port, of_all / "painted")
    rows = [line.split(maxsplit=3) for line in (var / "demo_logins.txt").read_text(encoding="utf-8").splitlines()]
    with served(house, port, var / "log") as address:
        yield Site(address, house, {row[1]: row[2] for row in rows})


def _of_the_demonstration(var: Path, port: int, painted: Path) -> House:
    return house_in(var, f"sqlite:///{var / 'imprimatur.db'}", port, painted)


def _make_demonstration(var: Path) -> None:
    for arguments in (["migrate"], ["demo", "--small"]):
        done = subprocess.run(
            [*PRODUCT, *arguments],
            cwd=PROJECT,
            env=environment_of(_of_the_demonstration(var, 80, var / "painted")),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]


def _wait_until_ready(address: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the product did not come up: {log.read_text(encoding='utf-8')[-2000:]}")
