"""The house's book: rules laid over the packs and proven claims, read again within seconds of every change."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from app.compliance.overlay import laid_over, read_rule
from app.compliance.pack import Rule
from app.compliance.rules import Rules
from app.db import HasEngine, reading
from app.evidence import records as library
from app.evidence.core import NONE, Evidence
from app.flow.make_poster import Studio
from app.kernel.errors import AppError, Blocked, Invalid, Unavailable
from app.rulebook import records
from app.rulebook.core import BookState

_log = structlog.get_logger(__name__)

FRESH_SECONDS = 1.0  # how long pages that only show something go without asking the database


def rules_of(state: BookState) -> dict[str, Rule]:
    """The house's rules in force, by id. *Raises* Invalid ``bad_rule`` for one that today's format refuses."""
    return {one.rule_id: read_rule(one.text) for one in state.versions}


@dataclass(frozen=True, slots=True)
class _Known:
    base: Rules
    number: int
    rules: Rules
    changes: tuple[int, int]
    evidence: Evidence


class HouseBook:
    """The rules that a process judges by. They are swapped in one step, or not at all."""

    def __init__(self, deps: HasEngine) -> None:
        self._deps = deps
        self._lock = threading.Lock()
        self._known: _Known | None = None
        self._looked_at = -FRESH_SECONDS

    def in_force(self, studio: Studio, at_most_seconds: float = 0.0) -> Studio:
        """`studio` with the rules and the claims library in force, as they were `at_most_seconds` ago.

        *Raises* as `rules`.
        """
        now = self._now(studio.rules, at_most_seconds)
        if now.rules is studio.rules:
            return studio if now.evidence is studio.evidence else replace(studio, evidence=now.evidence)
        return replace(studio, rules=now.rules, packs=studio.rules, evidence=now.evidence)

    def rules(self, packs: Rules, at_most_seconds: float = 0.0) -> Rules:
        """The rules in force: those of the `packs` with the house's over them.

        When the database does not answer, or a rule cannot be compiled, the old rules stay in force.
        *Raises* Blocked ``check_failed`` when there are none yet: nothing passes by rules that nobody could read.
        """
        return self._now(packs, at_most_seconds).rules

    def _now(self, packs: Rules, at_most_seconds: float) -> _Known:
        known = self._known
        is_fresh = time.monotonic() - self._looked_at < at_most_seconds
        if known is None or known.base is not packs or not is_fresh:
            known = self._look(packs)
        return known

    def _look(self, base: Rules) -> _Known:
        with self._lock:
            known = self._known if self._known is not None and self._known.base is base else None
            try:
                fresh = self._read(base, known)
            except (Invalid, Unavailable) as error:
                if known is None:
                    raise _unreadable(error) from error
                _log.error("house_rules_not_read", code=error.code)
                fresh = known
            self._known, self._looked_at = fresh, time.monotonic()
            return fresh

    def _read(self, base: Rules, known: _Known | None) -> _Known:
        with reading(self._deps) as session:
            number, changes = records.book_number(session), library.changes(session)
            if known is not None and (known.number, known.changes) == (number, changes):
                return known
            state = records.book_state(session)
            proven = Evidence(library.approved(session)) if any(changes) else NONE
        if known is not None and known.number == state.number:
            return replace(known, changes=changes, evidence=proven)
        rules = laid(base, rules_of(state), known.rules if known else None)
        return _Known(base, state.number, rules, changes, proven)


def laid(base: Rules, house: Mapping[str, Rule], before: Rules | None = None) -> Rules:
    """`base` with the house's rules over it; `base` itself where there are none."""
    return laid_over(base, house, before) if house else base


def _unreadable(error: AppError) -> AppError:
    return error if isinstance(error, Unavailable) else Blocked("check_failed", f"the house's rules: {error.message}")
