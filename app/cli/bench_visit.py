"""`imprimatur bench visit`: redirects per second with their visit kept, beside a bare 302 and a row for each visit."""

import http.client
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pydantic import SecretStr

from app.config import Settings
from app.db import open_engine, transaction
from app.kernel.errors import Unavailable
from app.links.records import activate, mint
from app.schema import migrate

CONNECTIONS, PROCESSES, THREADS = 32, 2, 8
START_SECONDS = 20.0
BARE = "bare 302"
VARIANTS = {
    BARE: ("bare", "written"),
    "written": ("ours", "written"),
    "group fsync": ("ours", "synced"),
    "SQLite insert": ("sqlite_insert", "written"),
}
_HEADERS = (
    "Accept: text/html,application/xhtml+xml",
    "Accept-Language: zh-CN",
    "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.49",
)
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one variant: requests per second, latency in milliseconds."""

    rate: float
    p50_ms: float
    p99_ms: float


@dataclass(slots=True)
class VisitBench:
    """All rounds by variant."""

    seconds: float
    rounds: dict[str, list[Measured]] = field(default_factory=lambda: {name: [] for name in VARIANTS})

    def as_json(self) -> dict[str, Any]:
        """Machine-readable: medians, and the rate as a share of the bare application's in the same round."""
        return {
            "connections": CONNECTIONS,
            "seconds": self.seconds,
            "variants": {
                name: {
                    "requests_per_s": round(statistics.median(one.rate for one in found)),
                    "p50_ms": round(statistics.median(one.p50_ms for one in found), 2),
                    "p99_ms": round(statistics.median(one.p99_ms for one in found), 2),
                    "of_bare": round(self._of_bare(name), 3),
                }
                for name, found in self.rounds.items()
            },
        }

    def as_text(self) -> str:
        """A table."""
        lines = [f"{CONNECTIONS} connections on the loopback, {self.seconds:g} s a round, rounds in turn; medians"]
        for name, found in self.as_json()["variants"].items():
            latency = f"p50 {found['p50_ms']:7.2f} ms   p99 {found['p99_ms']:7.2f} ms"
            lines.append(f"{name:16}{found['requests_per_s']:9,d}/s   {latency}   ×{found['of_bare']:.2f}")
        return "\n".join(lines)

    def _of_bare(self, name: str) -> float:
        pairs = zip(self.rounds[name], self.rounds[BARE], strict=True)
        return statistics.median(one.rate / bare.rate for one, bare in pairs)


def bench_visit(rounds: int, seconds: float) -> VisitBench:
    """Measure each variant `rounds` times in turn, in a folder and on ports of its own.

    *Raises* Unavailable ``wrk_missing``, ``server_not_started``.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise Unavailable("wrk_missing", "wrk is not installed; script/setup --test installs it")
    result = VisitBench(seconds)
    with tempfile.TemporaryDirectory(prefix="imprimatur-bench-") as folder:
        database, code = _prepare(Path(folder))
        for _ in range(rounds):
            for name, (factory, durability) in VARIANTS.items():
                spools = Path(folder) / "visits"
                environment = {"DATABASE_URL": database, "SPOOL_DIR": str(spools), "VISIT_DURABILITY": durability}
                with _served(factory, environment) as port:
                    _load(wrk, port, code, 0.5)
                    result.rounds[name].append(_load(wrk, port, code, seconds))
                shutil.rmtree(spools, ignore_errors=True)
    return result


def _prepare(folder: Path) -> tuple[str, str]:
    """The URL of a database of its own, and the code of a link in it."""
    url = f"sqlite:///{folder / 'bench.db'}"
    engine = open_engine(Settings(database_url=SecretStr(url)))
    deps = SimpleNamespace(engine=engine)
    migrate(deps)
    with transaction(deps) as session:
        code = mint(session, "poster", "bench", "bench")
        activate(session, code)
    engine.dispose()
    return url, code


@contextmanager
def _served(factory: str, environment: dict[str, str]) -> Iterator[int]:
    """The port of a granian that serves one of the applications."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(PROCESSES), "--blocking-threads", str(THREADS), "--no-access-log"]
    command += ["--http", "1", "--no-ws", "--workers-kill-timeout", "2", "--log-level", "error"]
    given = [f"IMPRIMATUR_{name}={value}" for name, value in environment.items()]
    process = subprocess.Popen(["env", *given, *command, "--factory", f"app.public.bench_apps:{factory}"])
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise Unavailable("server_not_started", "the application to be measured did not start")


def _load(wrk: str, port: int, code: str, seconds: float) -> Measured:
    """What wrk measures. *Raises* Unavailable ``wrong_answers`` when not every answer is a redirect."""
    headers = [part for header in _HEADERS for part in ("-H", header)]
    length = f"{max(1, round(seconds))}s"
    command = [
        wrk,
        "-t2",
        f"-c{CONNECTIONS}",
        f"-d{length}",
        "--latency",
        *headers,
        f"http://127.0.0.1:{port}/r/{code}",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    if "Non-2xx or 3xx" in said:
        raise Unavailable("wrong_answers", "an application did not answer with a redirect")
    return read_wrk(said)


def read_wrk(said: str) -> Measured:
    """The figures in what wrk prints."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    found = {
        share: (value, unit) for share, value, unit in re.findall(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)$", said, re.M)
    }
    if rate is None or len(found) != 2:
        raise Unavailable("wrk_not_understood", "wrk printed something else than usual")
    p50, p99 = (float(found[share][0]) * _UNITS[found[share][1]] for share in ("50", "99"))
    return Measured(float(rate[1]), p50, p99)
