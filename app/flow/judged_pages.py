"""Pages of kept documents, judged: by this process, or, where they are many, by children on all cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.db import reading
from app.flow.deps import Deps
from app.flow.judge_kept import Judge, Judged
from app.jobs.crew import Crew
from app.kernel.errors import AppError
from app.rescans import documents
from app.rescans.core import CheckedDocument

AT_ONCE = 2000  # documents of a page
CORES = len(os.sched_getaffinity(0))  # that this process may use
PAGES = 5  # that a child is given at once: it waits while the parent writes
MANY = 10_000  # are worth children
MOST_CHILDREN = 4  # each has some memory of its own
_SECONDS, _MEMORY_MIB = 120, 1024  # for what takes a few seconds at most
_BEYOND = "g"  # every digest


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """What came of so many `documents`; `last` is the last digest. `unjudged` were never judged before: their digests,
    by jurisdiction.
    """

    judged: Judged
    documents: int
    last: str
    unjudged: dict[str, list[str]]


class Stretch(NamedTuple):
    """The documents with a digest after `after`, and at most `until`."""

    after: str
    until: str


def judged_pages(
    deps: Deps,
    judge: Judge,
    jurisdictions: Sequence[str],
    standings: Sequence[str] | None,
    after: str,
    count: int,
    begun: Callable[[], None],
) -> Iterator[JudgedPage]:
    """The documents that stand so, from a digest on, in the order of their digests; about `count` in all.

    Nothing is written. No session is open while a page is out. `begun` is called, perhaps more than once, when all
    processes are there: what else is to be done beside must not begin before.
    """
    pages = _Pages(deps, judge, jurisdictions, standings)
    if not standings or count < MANY or CORES < 2:
        begun()
        return pages.of(Stretch(after, _BEYOND))
    return _by_children(pages, _stretches(after, count), min(CORES, MOST_CHILDREN), begun)


class _Pages:
    """Judges the documents of a stretch; a child that is forked with it opens connections of its own."""

    def __init__(self, deps: Deps, judge: Judge, jurisdictions: Sequence[str], standings: Sequence[str] | None) -> None:
        self.deps = deps
        self._judge = judge
        self._jurisdictions = jurisdictions
        self._standings = standings
        self._process = os.getpid()
        self._left_alone: object = None

    def __call__(self, stretch: Stretch) -> list[JudgedPage]:
        """All pages of a stretch."""
        if os.getpid() != self._process:
            self._left_alone = self.deps.engine.pool  # the parent's connections are neither used here nor closed
            self.deps.engine.dispose(close=False)
            self._process = os.getpid()
        return list(self.of(stretch))

    def of(self, stretch: Stretch) -> Iterator[JudgedPage]:
        """The pages of a stretch, one after the other."""
        after = stretch.after
        while True:
            with reading(self.deps) as session:
                found = documents.documents(
                    session, self._standings, self._jurisdictions, after, AT_ONCE, stretch.until
                )
                if not found:
                    return
                judged = self._judge.judge(session, found)
            after = found[-1].digest
            yield JudgedPage(judged, len(found), after, {} if self._standings else _digests(found))


def _digests(found: Sequence[CheckedDocument]) -> dict[str, list[str]]:
    digests: dict[str, list[str]] = {}
    for one in found:
        digests.setdefault(one.jurisdiction, []).append(one.digest)
    return digests


def _stretches(after: str, count: int) -> list[Stretch]:
    """What lies after a digest, cut: the first stretch holds a page, the others some, for digests spread evenly."""
    parts = min(-(-count // (AT_ONCE * PAGES)), 1 << 16)
    ends = [f"{(part << 16) // parts:04x}" for part in range(1, parts)]
    ends = [f"{(1 << 16) // (parts * PAGES):04x}", *ends]
    ends = [end for end in ends if end > after]
    return [Stretch(*bounds) for bounds in zip([after, *ends], [*ends, _BEYOND], strict=True)]


def _by_children(
    pages: _Pages, stretches: Sequence[Stretch], size: int, begun: Callable[[], None]
) -> Iterator[JudgedPage]:
    """The pages in order, judged by children; what a child cannot do is done here."""
    yield from pages(stretches[0])  # so that what judging needs is there to be shared
    done: dict[Stretch, list[JudgedPage]] = {}
    next_ = 1
    with Crew(pages, size, _SECONDS, _MEMORY_MIB) as crew:
        for stretch, result in crew.do(stretches[1:]):
            begun()
            done[stretch] = pages(stretch) if isinstance(result, AppError) else result
            while next_ < len(stretches) and stretches[next_] in done:
                yield from done.pop(stretches[next_])
                next_ += 1
