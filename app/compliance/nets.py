"""Rules that are a last net: they speak only of the clauses of which no more exact rule has spoken."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from app.compliance.document import Finding
from app.compliance.normalise import fold

Span = tuple[int, int]
_PLAINLY = ("characters",)
_CLAUSE = re.compile(r"[^,;:!?，。；：！？\n—–|｜]*\w[^,;:!?，。；：！？\n—–|｜]*")


def give_way(findings: Sequence[Finding], text: str, nets: frozenset[str]) -> list[Finding]:
    """`findings`, those of `nets` held to the clauses in which no other rule asks for a human or blocks.

    What a net says of such a clause ("it sells") tells a reviewer less than what the other rule says of it.
    """
    exact = _Spans(
        [(f.start, f.end) for f in findings if f.rule not in nets and f.severity != "advise" and f.end > f.start]
    )
    if not exact.starts:
        return list(findings)
    kept: list[Finding] = []
    for finding in findings:
        kept += _parts(finding, text, exact) if finding.rule in nets else (finding,)
    return sorted(kept, key=lambda f: (f.start, f.end, f.rule))


class _Spans:
    """Spans, asked whether one of them touches another."""

    def __init__(self, spans: Sequence[Span]) -> None:
        ordered = sorted(spans)
        self.starts = [start for start, _ in ordered]
        self._furthest = list(accumulate((end for _, end in ordered), max))

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them shares a character with [start, end)."""
        before = bisect_left(self.starts, end)
        return before > 0 and self._furthest[before - 1] > start


def _parts(finding: Finding, text: str, exact: _Spans) -> list[Finding]:
    """What is left of a net's finding: its stretches of clauses that nothing exact touches."""
    clauses = [(m.start(), m.end()) for m in _CLAUSE.finditer(text, finding.start, finding.end)]
    free = [not exact.touch(start, end) for start, end in clauses]
    if all(free):
        return [finding]
    if finding.how not in ((), _PLAINLY):  # read in another order or sound than it stands there: not to be cut
        return [finding] if any(free) else []
    return [_part(finding, text[start:end], start) for start, end in _stretches(clauses, free)]


def _part(finding: Finding, text: str, start: int) -> Finding:
    folded = fold(text).text
    how = _PLAINLY if folded != text else ()
    return replace(finding, start=start, end=start + len(text), text=text, folded=folded, how=how)


def _stretches(clauses: Sequence[Span], free: Sequence[bool]) -> Iterator[Span]:
    """The runs of free clauses, each as one span."""
    begun: Span | None = None
    for clause, is_free in zip(clauses, free, strict=True):
        if is_free:
            begun = (begun[0] if begun else clause[0], clause[1])
        elif begun:
            yield begun
            begun = None
    if begun:
        yield begun
