"""Real servers for the tests: ``python tests/services.py COMMAND…`` starts them, runs the command, and stops them.

PostgreSQL, RabbitMQ and an S3 server, each on free ports of the loopback, with its data in one temporary folder. The
command begins at once; `address_of` waits for the server that is asked for, and tells its URL.

Where there is room in memory, their data and the command's temporary files are kept there: a database of PostgreSQL's
is hundreds of files, and each test has its own.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

READY_SECONDS = 60
MEMORY = Path("/dev/shm")  # noqa: S108  what is made in there has names of its own
ROOM_BYTES = 4 << 30  # the whole suite leaves about a quarter of that, for a while
TOLD = "IMPRIMATUR_TEST_SERVICES"  # the folder in which each server's URL is told when it is up
S3_ACCESS_KEY, S3_SECRET_KEY = "test-access", "test-secret"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def running(
    command: list[str], log: Path, environment: dict[str, str] | None = None, keeps_nothing: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """`command` as a process group of its own, which is ended with the block; at once, where it `keeps_nothing`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        ways = [(signal.SIGTERM, 2.0), (signal.SIGKILL, 10.0)]
        for number, patience in ways[1:] if keeps_nothing else ways:
            try:
                os.killpg(process.pid, number)
                process.wait(patience)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue


def wait_until(ready: Callable[[], bool], name: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when `ready`; fail with the end of the log when the process ends or the time is up."""
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"{name} did not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.1)


def listens(port: int) -> bool:
    """Whether something accepts connections on `port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def postgresql_bin() -> Path:
    """The folder of initdb and postgres."""
    candidates = [Path(found).resolve().parent for found in (shutil.which("initdb"), shutil.which("pg_ctl")) if found]
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise SystemExit("PostgreSQL is not installed; script/setup --test installs it")


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A cluster of our own. PostgreSQL refuses to run as root, so root lends it to the user postgres."""
    (port,) = free_ports(1)
    data, log = folder / "postgresql", folder / "postgresql.log"
    as_user: list[str] = []
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(data, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    binaries = postgresql_bin()
    initialise = [*as_user, str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-N"]
    made = subprocess.run(
        [*initialise, "-E", "UTF8", "--locale=C.UTF-8"], cwd=folder, capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise SystemExit(f"initdb failed:\n{made.stdout}{made.stderr}")
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(port)}
    options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
    # Each database is made of another's files, after a look at every buffer.
    options |= {"shared_buffers": "16MB", "wal_init_zero": "off", "wal_recycle": "off", "autovacuum": "off"}
    flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
    # Without runuser in between, the signal reaches the server itself.
    command = [str(binaries / "postgres"), "-D", str(data), *flags]
    if as_user:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
    # Killed, it would leave the memory that its processes share.
    with running(command, log, keeps_nothing=False) as process:
        wait_until(lambda: listens(port), "PostgreSQL", process, log)
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


def rabbitmq_server() -> str:
    """The start script itself: Debian's wrapper on the PATH would use the machine's own node."""
    packaged = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    found = str(packaged) if packaged.exists() else shutil.which("rabbitmq-server")
    if found is None:
        raise SystemExit("RabbitMQ is not installed; script/setup --test installs it")
    return found


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """A node of our own, with an epmd of its own, so that nothing is left running."""
    port, distribution_port, epmd_port = free_ports(3)
    home, log = folder / "rabbitmq", folder / "rabbitmq.log"
    home.mkdir()
    (home / "enabled_plugins").write_text("[].\n")
    (home / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\nlog.console.level = warning\n")
    environment = {
        "HOME": str(home),
        "ERL_EPMD_PORT": str(epmd_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"imprimatur-{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution_port),
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_ALLOW_INPUT": "1",
        "RABBITMQ_SERVER_START_ARGS": "-noinput",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
    }
    epmd = ["epmd", "-port", str(epmd_port), "-address", "127.0.0.1"]
    with (
        running(epmd, folder / "epmd.log", environment),
        running([rabbitmq_server()], log, environment) as process,
    ):
        wait_until(lambda: listens(port), "RabbitMQ", process, log)
        yield f"amqp://guest:guest@127.0.0.1:{port}/%2F?heartbeat=30"


@contextmanager
def s3(folder: Path) -> Iterator[str]:
    """SeaweedFS as an S3 server that checks signatures."""
    names = ("master", "master.grpc", "volume", "volume.grpc", "filer", "filer.grpc", "s3", "s3.grpc")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    data, log = folder / "s3", folder / "s3.log"
    data.mkdir()
    credentials = [{"accessKey": S3_ACCESS_KEY, "secretKey": S3_SECRET_KEY}]
    identity = {"name": "test", "credentials": credentials, "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
    (data / "s3.json").write_text(json.dumps({"identities": [identity]}))
    weed = Path(sys.executable).parent / "weed"
    flags = [
        f"-{name.removesuffix('.grpc')}.port{'.grpc' if 'grpc' in name else ''}={port}" for name, port in ports.items()
    ]
    flags += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={data}", "-filer", "-s3", f"-s3.config={data / 's3.json'}"]
    flags += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false", "-master.volumeSizeLimitMB=64"]
    environment = {"HOME": str(data), "TMPDIR": str(folder)}
    with running([str(weed), "server", *flags, "-volume.max=50"], log, environment) as process:
        wait_until(lambda: _answers(ports["s3"]), "SeaweedFS", process, log)
        yield f"http://127.0.0.1:{ports['s3']}"


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def temporary() -> str:
    """The folder for temporary files: in memory if there is room."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    return str(MEMORY) if roomy else tempfile.gettempdir()


def address_of(name: str) -> str | None:
    """The URL of a server, as soon as it is up; None when none is started. *Raises* SystemExit: it did not start."""
    told = os.environ.get(TOLD)
    if told is None:
        return None
    address, failed = Path(told, name), Path(told, f"{name}.failed")
    deadline = time.monotonic() + READY_SECONDS
    while not address.exists():
        if failed.exists() or time.monotonic() > deadline:
            raise SystemExit(failed.read_text() if failed.exists() else f"{name} did not start in time")
        time.sleep(0.05)
    return address.read_text()


def main(command: list[str]) -> int:
    """Run `command` while the servers start, and among them; its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ["TMPDIR"] = tempfile.tempdir = temporary()
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="imprimatur-", ignore_cleanup_errors=True))
        )
        folder.chmod(0o755)
        told = folder / "told"
        told.mkdir()
        os.environ[TOLD] = str(told)
        threads = stack.enter_context(ThreadPoolExecutor())
        starting = [threads.submit(_started, start, folder, told) for start in (postgresql, rabbitmq, s3)]
        try:
            return subprocess.run(command, check=False).returncode
        finally:
            for started in starting:
                if started.exception() is None:
                    stack.enter_context(started.result())
            for started in starting:
                started.result()  # whoever did not start says why


def _started(start: Callable[[Path], AbstractContextManager[str]], folder: Path, told: Path) -> ExitStack:
    begun, stack, name = time.monotonic(), ExitStack(), start.__name__
    try:
        address = stack.enter_context(start(folder))
    except BaseException as error:
        (told / f"{name}.failed").write_text(str(error))
        raise
    (told / f"{name}.part").write_text(address)
    (told / f"{name}.part").rename(told / name)
    print(f"{name} is up after {time.monotonic() - begun:.1f} s", file=sys.stderr)
    return stack


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
