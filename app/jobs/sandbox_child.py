"""The life of a sandbox's child: it takes what it needs, gives up all other rights, and answers piece after piece.

Called as ``python -I sandbox_child.py MODULE SECONDS MEMORY_MIB``. MODULE has ``WORKS``, functions of arguments and
bytes that return values for JSON and bytes, and ``prepare``, after which none of them needs a file any more.
"""

import importlib
import json
import os
import resource
import signal
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def main(module: str, seconds: float, memory_mib: int) -> None:
    """Work until the line is closed."""
    sys.path.insert(0, str(PROJECT))
    from app.jobs.sandbox import receive, send
    from app.kernel.errors import Invalid

    works = importlib.import_module(module)
    works.prepare()
    _give_up_rights(memory_mib)
    # The line is all that is left: nothing that is loaded later may write into it by mistake.
    from_parent, to_parent = open(0, "rb", 0, closefd=False), open(1, "wb", 0, closefd=False)  # noqa: SIM115
    sys.stdout = sys.stderr
    while True:
        try:
            head, data = receive(from_parent)
        except EOFError:
            os._exit(0)
        asked = json.loads(head)
        _hold_time(seconds)
        try:
            answer, made = works.WORKS[asked["work"]](asked["arguments"], data)
            said = {"answer": answer}
        except Invalid as error:
            listed = [[one.path, one.code, one.message] for one in error.problems]
            said, made = {"code": error.code, "message": error.message, "problems": listed}, b""
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(to_parent, json.dumps(said).encode(), made)


def _give_up_rights(memory_mib: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * os.sysconf("SC_PAGE_SIZE") + memory_mib * 2**20
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    memory = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
        resource.setrlimit(nothing, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))  # the line and nowhere: no file, no socket any more


def _hold_time(seconds: float) -> None:
    """From now on, the process has so many seconds of CPU, and twice as many in all; then it is ended by the kernel."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(usage.ru_utime + usage.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until if most == resource.RLIM_INFINITY else min(until, most), most))
    signal.setitimer(signal.ITIMER_REAL, 2 * seconds)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
