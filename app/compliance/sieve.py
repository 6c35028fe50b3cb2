"""Which of many texts changed rules may hit at all, by what is kept of their readings: the others pass as before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate

from app.compliance.changed import Change, asks_of_all
from app.compliance.document import Document, Facts
from app.compliance.engine import hits_in
from app.compliance.firing import Case
from app.compliance.normalise import Folded, Tight
from app.compliance.pack import TermRule
from app.compliance.patterns import Clue, ways
from app.compliance.phonetic import Lexicon, in_sounds
from app.compliance.prefilter import Prefilter
from app.compliance.rules import Book, InForce, triggers_of
from app.compliance.segment import Segments
from app.compliance.view import View
from app.kernel.errors import Blocked

_LINE, _TEXT = b"\x01", b"\x00"  # no reading holds either


def lines_of(views: Sequence[View]) -> bytes:
    """What a sieve asks of a document that was read so: all its readings in UTF-8, first without anything but letters
    and digits, and then as they are.
    """
    tight = dict.fromkeys(view.tight.text for view in views)
    return _TEXT.join([_LINE.join(map(_written, tight)), _LINE.join(_written(view.text) for view in views)])


def _written(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _read(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _tight(lines: Sequence[bytes]) -> list[bytes]:
    return [text[: text.find(_TEXT)] for text in lines]


def _readings(lines: bytes) -> list[bytes]:
    return lines[lines.find(_TEXT) + 1 :].split(_LINE)


class Sieve:
    """The rules that a change asks for on a day, and the words that it restores otherwise."""

    def __init__(self, book: Book, change: Change, as_of: date) -> None:
        asked = [one for one in book.rules if one.rule.id in change.asked and one.is_in_force(as_of)]
        gate = [
            (pattern, way)
            for pattern in dict.fromkeys(pattern for compiled in asked for pattern in triggers_of(compiled.rule))
            for way in ways(pattern)
        ]
        terms = sorted({term for compiled in asked if isinstance(compiled.rule, TermRule) for term in compiled.texts})
        self._book = book
        self._as_of = as_of
        self._in_force = InForce(frozenset(compiled.rule.id for compiled in asked), 0)
        self._triggers = [pattern for pattern, _ in gate]
        self._gate = Prefilter([way for _, way in gate])
        self._all = (1 << len(gate)) - 1
        self._terms = [Clue.of_words(terms[at : at + _WORDS]) for at in range(0, len(terms), _WORDS)]
        self._lexicon = Lexicon(change.words, change.short) if change.words else None
        self._sounds = Clue(self._lexicon.clue) if self._lexicon and len(change.words) <= _FEW_WORDS else None
        self._takes_all = change.is_all or asks_of_all(book, change.asked)

    def reread(self, lines: Sequence[bytes]) -> list[bool]:
        """Whether the change may have each text, given by its lines, read by its sound as it was not before."""
        found = [False] * len(lines)
        if self._lexicon is None:
            return found
        tight = [text.partition(_LINE)[0] for text in _tight(lines)]
        asked = list(range(len(lines))) if self._sounds is None else self._sounds.touched(tight)
        heard = in_sounds([_read(tight[index]) for index in asked])
        for at in self._lexicon.may_restore(heard):
            found[asked[at]] = self._is_restored(self._lexicon, lines[asked[at]], heard[at])
        return found

    def _is_restored(self, lexicon: Lexicon, lines: bytes, heard: str) -> bool:
        plain = _read(_readings(lines)[0])
        return bool(lexicon.restore(Tight(plain), heard, Segments(plain)))

    def may_hit(self, lines: Sequence[bytes]) -> list[frozenset[str]]:
        """The ids of the rules that may hit each text, if the change has it read as before.

        The rules are asked as they are when they judge, but of what is kept: for whom a text is, and what of a reading
        is read otherwise than it stands there, is not known. What might be is taken to be.
        """
        if self._takes_all:
            return [self._in_force.ids] * len(lines)
        tight = _tight(lines) if self._terms else []
        termed = {index for clue in self._terms for index in clue.touched(tight)}
        touched = self._touched([_readings(text) for text in lines]) if self._triggers else {}
        asked = sorted(termed.union(*touched.values()))
        cases = {index: Case(_UNKNOWN, self._in_force, self._views(_readings(lines[index]))) for index in asked}
        try:
            hit = self._hit(cases, touched, termed)
        except Blocked:  # whatever it is, it is met again where each text is judged, and told of that text
            hit = dict.fromkeys(cases, self._in_force.ids)
        return [frozenset(hit.get(index, ())) for index in range(len(lines))]

    def _hit(
        self, cases: Mapping[int, Case], touched: Mapping[str, Iterable[int]], termed: Iterable[int]
    ) -> Mapping[int, Collection[str]]:
        """The ids of the rules that hit the cases, by the indices of their texts."""
        index_of = {id(case): index for index, case in cases.items()}
        ends = accumulate(len(case.views) for case in cases.values())
        numbers = {
            index: range(end - len(case.views), end) for (index, case), end in zip(cases.items(), ends, strict=True)
        }
        tries = {
            pattern: [number for index in sorted(indices) for number in numbers[index]]
            for pattern, indices in touched.items()
        }
        with_terms = [cases[index] for index in sorted(termed)]
        hit: dict[int, set[str]] = {}
        for case, found in hits_in(self._book, list(cases.values()), tries, self._as_of, with_terms):
            hit.setdefault(index_of[id(case)], set()).add(found.compiled.rule.id)
        return hit

    def _touched(self, readings: Sequence[Sequence[bytes]]) -> dict[str, set[int]]:
        """The triggers that may match in one of the readings of a text, with the indices of these texts."""
        triggers = dict.fromkeys(self._triggers)
        asked: dict[str, Iterable[int]] = dict.fromkeys(triggers, range(len(readings)))
        if len(triggers) > _FEW_TRIGGERS:
            texts = [_read(_LINE.join(one)) for one in readings]
            open_: dict[str, dict[int, None]] = {}
            for way, index in self._gate.open_pairs(texts, [self._all] * len(texts)):
                open_.setdefault(self._triggers[way], {})[index] = None
            asked = {pattern: list(indices) for pattern, indices in open_.items()}
        return {pattern: self._touching(pattern, indices, readings) for pattern, indices in asked.items()}

    def _touching(self, pattern: str, asked: Iterable[int], data: Sequence[Sequence[bytes]]) -> set[int]:
        """Those of the texts asked about of which a trigger may match in a reading: mostly it does in the plain one."""
        number, patterns = self._book.patterns.number[pattern], self._book.patterns
        plain = list(asked)
        found = {plain[at] for at in patterns.touched(number, [data[index][0] for index in plain])}
        others = [(index, text) for index in plain if index not in found for text in data[index][1:]]
        return found | {others[at][0] for at in patterns.touched(number, [text for _, text in others])}

    def _views(self, readings: Sequence[bytes]) -> list[View]:
        return [View(Folded(_read(text), (), ()), self._book.patterns) for text in readings]


_FEW_TRIGGERS = 6  # are asked of everything
_WORDS = 300  # are looked for by one pattern
_FEW_WORDS = 40  # are looked for by what they are written with
_UNKNOWN = Document((), Facts(licence="", name="", organisation=""))  # nobody's own is as what somebody wrote
