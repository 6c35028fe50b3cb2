"""Which of many texts changed rules may hit at all, by their plain readings alone: the others need not be judged."""

from collections.abc import Sequence

from daachorse import MATCH_KIND_STANDARD, CharwiseDoubleArrayAhoCorasick

from app.compliance.changed import Change, asks_of_all
from app.compliance.document import Document
from app.compliance.normalise import Tight
from app.compliance.pack import TermRule
from app.compliance.patterns import ways
from app.compliance.phonetic import Lexicon, in_sounds
from app.compliance.prefilter import Prefilter
from app.compliance.readings import joined, readings
from app.compliance.rules import Book, triggers_of
from app.compliance.segment import Segments


def plain_reading(book: Book, document: Document) -> tuple[str, bool]:
    """What a sieve asks of a document: its plain reading, and whether it is also read by its sound."""
    (views,) = readings(book, [document.text])
    return views[0].text, any(view.how == "sound" for view in views)


class Sieve:
    """The rules that a change asks for, and the words that it restores otherwise."""

    def __init__(self, book: Book, change: Change) -> None:
        asked = [compiled for compiled in book.rules if compiled.rule.id in change.asked]
        gate = [way for compiled in asked for pattern in triggers_of(compiled.rule) for way in ways(pattern)]
        terms = {term for compiled in asked if isinstance(compiled.rule, TermRule) for term in compiled.texts}
        self._gate = Prefilter(gate)
        self._terms = CharwiseDoubleArrayAhoCorasick(sorted(terms), MATCH_KIND_STANDARD) if terms else None
        self._lexicon = Lexicon(change.words, change.short) if change.words else None
        self._takes_all = change.is_all or asks_of_all(book, change.asked)

    def reread(self, plain: Sequence[str]) -> list[bool]:
        """Whether the change may have each text, given by its plain reading, read by its sound as it was not before."""
        if self._lexicon is None:
            return [False] * len(plain)
        tight = [Tight(text) for text in plain]
        return [
            bool(self._lexicon.restore(one, heard, Segments(text)))
            for one, heard, text in zip(tight, in_sounds([one.text for one in tight]), plain, strict=True)
        ]

    def may_hit(self, plain: Sequence[str], is_sounded: Sequence[bool]) -> list[bool]:
        """Whether a rule may hit each text. What is also read by its sound must be looked at."""
        if self._takes_all:
            return [True] * len(plain)
        return [heard or self._may_hit(text) for text, heard in zip(plain, is_sounded, strict=True)]

    def _may_hit(self, plain: str) -> bool:
        together = joined(plain)
        asked = plain if together == plain else f"{plain}\x00{together}"
        if self._gate.open(asked):
            return True
        return self._terms is not None and bool(
            self._terms.find(Tight(plain).text) or self._terms.find(Tight(together).text)
        )
