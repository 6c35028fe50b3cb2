"""Rules on how one text is set beside another: relative size, and whether they stand in the same block."""

from collections.abc import Iterator
from functools import lru_cache

from app.compliance.document import Document, Finding, TextRun
from app.compliance.normalise import fold
from app.compliance.pack import LayoutRule
from app.compliance.patterns import compile_pattern
from app.compliance.rules import Book, Compiled

_BLOCK_GAP = 2.0  # times the larger type size may part two texts of one block
_EQUAL = 0.98  # sizes that rounding parts are the same


def badly_set(book: Book, in_force: frozenset[str], document: Document) -> Iterator[Finding]:
    """The findings of all layout rules in force. What has not been laid out has none."""
    if document.fragment or document.canvas is None:
        return
    asked = [compiled for compiled in book.layouts if compiled.rule.id in in_force]
    texts = [_folded(run.text) for run in document.runs] if asked else []
    for compiled in asked:
        yield from _Setting(compiled, document, texts).findings()


class _Setting:
    """One layout rule on one document."""

    def __init__(self, compiled: Compiled, document: Document, texts: list[str]) -> None:
        assert isinstance(compiled.rule, LayoutRule)
        self.rule = compiled.rule
        self.compiled = compiled
        self.document = document
        self.subjects = _holding(self.rule.subject, texts)
        self.others = _holding(self.rule.against, texts)

    def findings(self) -> Iterator[Finding]:
        """One finding for each run that is set wrongly."""
        runs = self.document.runs
        if self.subjects and self.others and not self.rule.same_block:
            largest = max(runs[index].size for index in self.others)
            for index in self.subjects:
                if self._is_wrong(runs[index].size, largest):
                    yield self._finding(index)
        if self.rule.same_block and self.subjects:
            for index in self.others:
                if not any(_is_one_block(runs[index], runs[other]) for other in self.subjects):
                    yield self._finding(index)

    def _is_wrong(self, size: float, largest: float) -> bool:
        low, high = self.rule.min_ratio, self.rule.max_ratio
        return (low is not None and size < low * largest * _EQUAL) or (
            high is not None and size * _EQUAL > high * largest
        )

    def _finding(self, index: int) -> Finding:
        start = sum(len(run.text) + 1 for run in self.document.runs[:index])
        run, rule = self.document.runs[index], self.rule
        return Finding(
            rule=rule.id,
            severity=self.compiled.severity,
            start=start,
            end=start + len(run.text),
            text=run.text,
            message=rule.message,
            suggestion=rule.suggestion,
            source=rule.source,
            folded=run.text,
        )


def _holding(patterns: tuple[str, ...], texts: list[str]) -> list[int]:
    return [index for index, text in enumerate(texts) if _holds(patterns, text)]


# Posters of one template, and one poster while it is being written, have most of their texts in common.


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    return fold(text).text


@lru_cache(maxsize=16_384)
def _holds(patterns: tuple[str, ...], text: str) -> bool:
    return any(compile_pattern(pattern).search(text) for pattern in patterns)


def _is_one_block(one: TextRun, other: TextRun) -> bool:
    """Whether two texts stand so near that they are read together."""
    if one is other:
        return True
    gap = _BLOCK_GAP * max(one.size, other.size)
    return all(_apart(one.box[axis], one.box[axis + 2], other.box[axis], other.box[axis + 2]) <= gap for axis in (0, 1))


def _apart(start: float, length: float, other: float, other_length: float) -> float:
    return max(0.0, other - (start + length), start - (other + other_length))
