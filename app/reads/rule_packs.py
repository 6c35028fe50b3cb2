"""The folder of rule packs, read and compiled; a faulty pack leaves the rules that are in force untouched."""

import threading
from pathlib import Path

from app.compliance.pack import Pack, Parts, read_pack
from app.compliance.patterns import know, recall
from app.compliance.rules import Rules, compile_rules
from app.kernel.digest import sha256_hex
from app.kernel.errors import Invalid, Problem
from app.reads.kept_rules import Kept, keep, read_kept

_MAX_FILE_BYTES = 2_000_000


def load_packs(folder: Path, parts: Parts | None = None) -> tuple[Pack, ...]:
    """All packs of `folder`, one folder each; what is in `parts` is not read again.

    *Raises* Invalid ``bad_pack`` with every problem of every pack.
    """
    packs: list[Pack] = []
    problems: list[Problem] = []
    for home in sorted(path.parent for path in folder.glob("*/pack.yaml")):
        try:
            pack = read_pack({f"{home.name}/{file.name}": _read(file) for file in sorted(home.glob("*.yaml"))}, parts)
        except Invalid as error:
            problems += error.problems
            continue
        if pack.name != home.name:
            problems.append(Problem(f"{home.name}/pack.yaml", "bad_pack", f"the pack calls itself “{pack.name}”"))
        packs.append(pack)
    if not packs and not problems:
        problems.append(Problem(folder.name, "no_packs", "the folder holds no rule pack"))
    if problems:
        raise Invalid("bad_pack", f"{len(problems)} problems in the rule packs: {problems[0]}", problems)
    return tuple(packs)


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        data = stream.read(_MAX_FILE_BYTES + 1)
    if len(data) > _MAX_FILE_BYTES:
        raise Invalid.of([Problem(f"{file.parent.name}/{file.name}", "too_large", "a rule file has at most 2 MB")])
    return data


def load_rules(folder: Path) -> Rules:
    """The compiled rules of `folder`. *Raises* Invalid ``bad_pack``."""
    kept = read_kept(folder)
    recall(kept.patterns)
    parts = dict(kept.parts)
    rules = compile_rules(load_packs(folder, parts))
    if parts.keys() != kept.parts.keys() or rules.patterns != kept.patterns.keys():
        now = {sha256_hex(_read(file)) for file in folder.glob("*/*.yaml")}
        still = {digest: part for digest, part in parts.items() if digest in now}
        keep(folder, Kept(still, {pattern: know(pattern) for pattern in sorted(rules.patterns)}))
    return rules


class RulesInForce:
    """The rules that a process judges by. `reload` swaps them in one step, or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._rules = load_rules(folder)

    @property
    def rules(self) -> Rules:
        """The rules now in force."""
        return self._rules

    def reload(self) -> Rules:
        """Read the folder again. *Raises* Invalid ``bad_pack``, and then the old rules stay in force."""
        with self._lock:
            self._rules = load_rules(self._folder)
            return self._rules
