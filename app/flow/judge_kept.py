"""Judge kept documents: page by page, only by the rules that changed, and only where those may hit at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.compliance.changed import BookState, Change, change, state_of
from app.compliance.document import Facts
from app.compliance.engine import AT_ONCE, check_many
from app.compliance.sieve import Sieve, lines_of
from app.compliance.view import View
from app.flow.check_copy import judge
from app.flow.check_pictures import check_pictures
from app.flow.findings import written
from app.flow.kept_document import Kept, unpacked
from app.flow.make_poster import Studio
from app.kernel.errors import AppError
from app.ocr import records as readings
from app.ocr.core import Reading
from app.rescans import documents
from app.rescans.core import CheckedDocument, Standing

Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Against:
    """What blocks a document: findings in its copy, and those in pictures, which a human may have decided on."""

    copy: tuple[Found, ...] = ()
    in_pictures: tuple[Found, ...] = ()
    is_unjudged: bool = False


@dataclass(slots=True)
class Judged:
    """What came of a page: what blocks documents, by digest; those that are read otherwise than before.

    `passing` are the digests of those that were blocked before and pass now.
    """

    against: dict[str, Against] = field(default_factory=dict)
    readings: dict[str, bytes] = field(default_factory=dict)
    passing: list[str] = field(default_factory=list)

    def take(self, other: "Judged") -> None:
        """Take what came of another page, too."""
        self.against |= other.against
        self.readings |= other.readings
        self.passing += other.passing


class Judge:
    """Judges documents under the rules of a studio on a day; `blocked` are the digests of those blocked before."""

    def __init__(self, studio: Studio, today: date, blocked: Collection[str]) -> None:
        self._studio = studio
        self._today = today
        self.blocked = frozenset(blocked)
        self._sieves: dict[tuple[str, str | None], tuple[Change, Sieve]] = {}

    def prepare(self, session: Session, standings: Sequence[Standing]) -> None:
        """Find out what has changed since documents came to stand as they do."""
        for standing in (one for one in standings if one.jurisdiction in self._studio.rules.books):
            kept = documents.find_state(session, standing.jurisdiction, standing.fingerprint)
            before = BookState.of_json(kept) if kept is not None else None
            self._note(standing.jurisdiction, standing.id, before, standing.day == self._today.isoformat())

    def _note(self, jurisdiction: str, standing_id: str | None, before: BookState | None, same_day: bool) -> None:
        known = next(one for one in self._studio.rules.books if one == jurisdiction)
        book = self._studio.rules.books[known]
        found = change(book, before, state_of(self._studio.rules, known), same_day)
        self._sieves[jurisdiction, standing_id] = found, Sieve(book, found, self._today)

    def judge(self, session: Session, page: Sequence[CheckedDocument]) -> Judged:
        """What blocks which of the documents; those that pass are left out."""
        asked: dict[str, frozenset[str]] = {}
        anew: set[str] = set()
        for key in {
            (one.jurisdiction, one.standing_id) for one in page if one.jurisdiction in self._studio.rules.books
        }:
            if key not in self._sieves:
                self._note(*key, before=None, same_day=True)
            own = [one for one in page if (one.jurisdiction, one.standing_id) == key]
            asked |= self._picked(*self._sieves[key], own, anew)
        with_words = self._with_words(session, page)
        wanted = dict.fromkeys([*asked, *with_words])
        judged = Judged()
        kept = self._unpacked(documents.contents(session, list(wanted)), judged)
        asked = {
            digest: rules
            for digest, rules in asked.items()
            if digest in kept and (digest in anew or self._means(rules, kept[digest].document.facts))
        }
        suspects = self._suspects(asked, kept, judged)
        as_kept = {one.digest: one.lines for one in page}
        judged.readings = {
            digest: lines for digest, lines in judged.readings.items() if digest in anew and lines != as_kept[digest]
        }
        for digest in suspects:
            self._look_closely(digest, kept[digest], judged)
        for digest, pictures in with_words.items():
            if digest in kept:
                self._look_at_pictures(digest, kept[digest], pictures, judged)
        judged.passing = [one.digest for one in page if one.digest in self.blocked and one.digest not in judged.against]
        return judged

    def _picked(
        self, found: Change, sieve: Sieve, own: Sequence[CheckedDocument], anew: set[str]
    ) -> dict[str, frozenset[str]]:
        """The rules to be asked of each document that they may hit, by digest."""
        lines = [one.lines for one in own]
        reread = sieve.reread(lines)
        may_hit = sieve.may_hit(lines)
        anew |= {one.digest for one, is_new in zip(own, reread, strict=True) if is_new or found.is_all}
        asked = {}
        for one, is_new, rules in zip(own, reread, may_hit, strict=True):
            if is_new or one.digest in self.blocked:
                asked[one.digest] = found.blocking
            elif rules:
                asked[one.digest] = rules
        return asked

    def _with_words(self, session: Session, page: Sequence[CheckedDocument]) -> dict[str, Mapping[str, Reading]]:
        """The readings of the documents' pictures in which words were read, by place, by document."""
        pictured = {one.digest: one.pictures for one in page if one.pictures}
        known = readings.find(session, {picture for pictures in pictured.values() for picture in pictures.values()})
        found: dict[str, Mapping[str, Reading]] = {}
        for digest, pictures in pictured.items():
            read = {place: known[picture] for place, picture in pictures.items() if known[picture].lines}
            if read:
                found[digest] = read
        return found

    def _unpacked(self, contents: Mapping[str, bytes], judged: Judged) -> dict[str, Kept]:
        kept = {}
        for digest, content in contents.items():
            try:
                kept[digest] = unpacked(content)
            except (ValueError, KeyError, TypeError):
                judged.against[digest] = Against(is_unjudged=True)
        return kept

    def _suspects(self, asked: Mapping[str, frozenset[str]], kept: Mapping[str, Kept], judged: Judged) -> list[str]:
        """The documents that one of the rules asked for blocks, or on which the engine fails; all are noted as read."""
        suspects = []
        for only in set(asked.values()):
            own = [digest for digest, rules in asked.items() if rules == only]
            for start in range(0, len(own), AT_ONCE):
                part = own[start : start + AT_ONCE]
                blocks = self._blocks(part, kept, only, judged)
                suspects += [digest for digest, is_blocked in zip(part, blocks, strict=True) if is_blocked]
        return suspects

    def _means(self, rules: frozenset[str], facts: Facts) -> bool:
        """Whether one of the rules is meant for such a document: a sieve does not know for whom it is."""
        book = self._studio.rules.books[facts.jurisdiction]
        return bool(book.in_force(facts, self._today, None, rules).ids)

    def _blocks(
        self, part: Sequence[str], kept: Mapping[str, Kept], only: frozenset[str], judged: Judged
    ) -> list[bool]:
        def note(index: int, views: Sequence[View]) -> None:
            judged.readings[part[index]] = lines_of(views)

        asked = [kept[digest].document for digest in part]
        try:
            verdicts = check_many(self._studio.rules, asked, self._today, only=only, show=note)
        except AppError:
            return [True] * len(asked)  # each is looked at on its own
        return [verdict.outcome == "block" for verdict in verdicts]

    def _look_closely(self, digest: str, kept: Kept, judged: Judged) -> None:
        """All rules, and the evidence that the house has: as it is judged when it is submitted."""
        try:
            judgement = judge(self._studio.rules, kept.document, self._today, self._studio.evidence)
        except AppError:
            judged.against[digest] = Against(is_unjudged=True)
            return
        found = [one for one in written(judgement, kept.size, kept.language) if one["severity"] == "block"]
        if found:
            judged.against[digest] = Against(tuple(found))

    def _look_at_pictures(self, digest: str, kept: Kept, read: Mapping[str, Reading], judged: Judged) -> None:
        before = judged.against.get(digest, Against())
        try:
            found = check_pictures(self._studio, kept.document.facts, read, self._today)
        except AppError:
            judged.against[digest] = Against(before.copy, is_unjudged=not before.copy)
            return
        blocking = tuple(one.document(kept.size, kept.language) for one in found if one.level == "block")
        if blocking:
            judged.against[digest] = Against(before.copy, blocking, before.is_unjudged)
