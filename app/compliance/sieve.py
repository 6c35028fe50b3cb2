"""Which of many texts changed rules may hit at all, by what is kept of their readings: the others pass as before."""

from collections.abc import Sequence

from daachorse import MATCH_KIND_STANDARD, CharwiseDoubleArrayAhoCorasick

from app.compliance.changed import Change, asks_of_all
from app.compliance.normalise import Tight
from app.compliance.pack import TermRule
from app.compliance.patterns import ways
from app.compliance.phonetic import Lexicon, in_sounds
from app.compliance.prefilter import Prefilter, bits_of
from app.compliance.rules import Book, triggers_of
from app.compliance.segment import Segments
from app.compliance.view import View

_LINE, _TEXT = "\x01", "\x00"  # no reading holds either


def lines_of(views: Sequence[View]) -> str:
    """What a sieve asks of a document that was read so: all its readings, first without anything but letters and
    digits, and then as they are.
    """
    tight = dict.fromkeys(view.tight.text for view in views)
    return _TEXT.join([_LINE.join(tight), _LINE.join(view.text for view in views)])


class Sieve:
    """The rules that a change asks for, and the words that it restores otherwise."""

    def __init__(self, book: Book, change: Change) -> None:
        asked = [compiled for compiled in book.rules if compiled.rule.id in change.asked]
        gate = [
            (pattern, way)
            for pattern in dict.fromkeys(pattern for compiled in asked for pattern in triggers_of(compiled.rule))
            for way in ways(pattern)
        ]
        terms = {term for compiled in asked if isinstance(compiled.rule, TermRule) for term in compiled.texts}
        self._patterns = book.patterns
        self._triggers = [pattern for pattern, _ in gate]
        self._gate = Prefilter([way for _, way in gate])
        self._terms = CharwiseDoubleArrayAhoCorasick(sorted(terms), MATCH_KIND_STANDARD) if terms else None
        self._lexicon = Lexicon(change.words, change.short) if change.words else None
        self._takes_all = change.is_all or asks_of_all(book, change.asked)

    def reread(self, lines: Sequence[str]) -> list[bool]:
        """Whether the change may have each text, given by its lines, read by its sound as it was not before."""
        if self._lexicon is None:
            return [False] * len(lines)
        tight = [text.partition(_TEXT)[0].partition(_LINE)[0] for text in lines]
        return [
            self._lexicon.may_restore(heard) and self._is_restored(text, heard)
            for heard, text in zip(in_sounds(tight), lines, strict=True)
        ]

    def _is_restored(self, lines: str, heard: str) -> bool:
        plain = lines.partition(_TEXT)[2].partition(_LINE)[0]
        return self._lexicon is not None and bool(self._lexicon.restore(Tight(plain), heard, Segments(plain)))

    def may_hit(self, lines: Sequence[str]) -> list[bool]:
        """Whether a rule may hit each text, if the change has it read as before."""
        if self._takes_all:
            return [True] * len(lines)
        found = [False] * len(lines)
        tries: dict[str, list[int]] = {}
        for index, text in enumerate(lines):
            tight, _, readings = text.partition(_TEXT)
            if self._terms is not None and self._terms.find(tight):
                found[index] = True
                continue
            for pattern in {self._triggers[way] for way in bits_of(self._gate.open(readings))}:
                tries.setdefault(pattern, []).append(index)
        for pattern, asked in tries.items():
            for index in self._touched(pattern, [index for index in asked if not found[index]], lines):
                found[index] = True
        return found

    def _touched(self, pattern: str, asked: Sequence[int], lines: Sequence[str]) -> set[int]:
        """Those of the texts asked about in which a pattern may match."""
        readings = [(index, one.encode()) for index in asked for one in lines[index].partition(_TEXT)[2].split(_LINE)]
        found = self._patterns.touched(self._patterns.number[pattern], [data for _, data in readings])
        return {readings[at][0] for at in found}
