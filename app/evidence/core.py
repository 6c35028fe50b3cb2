"""The claims library as values: a sentence with its evidence, and those that hold, found by how they are read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

State = Literal["waiting", "approved", "ended"]


@dataclass(frozen=True, slots=True)
class NewSentence:
    """A sentence about to be laid before a second pair of eyes; days are both included."""

    jurisdiction: str
    product: str
    text: str
    evidence: str
    file_digest: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class EvidencedSentence:
    """A sentence with its evidence; `folded` is how the rules read it."""

    id: str
    jurisdiction: str
    product: str
    text: str
    folded: str
    evidence: str
    file_digest: str | None
    valid_from: date
    valid_to: date | None
    written_by_person_id: str
    written_at: datetime
    approved_by_person_id: str | None
    approved_at: datetime | None
    ended_by_person_id: str | None
    ended_at: datetime | None

    @property
    def state(self) -> State:
        """Where it stands; an approved one holds on the days for which it is valid."""
        if self.ended_at is not None:
            return "ended"
        return "approved" if self.approved_at is not None else "waiting"

    def holds(self, day: date) -> bool:
        """Whether it may be said on the day."""
        return self.state == "approved" and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Evidence:
    """The sentences that somebody has approved, by where they hold, for what, and how they are read."""

    def __init__(self, sentences: Iterable[EvidencedSentence] = ()) -> None:
        self._by_place: dict[tuple[str, str], dict[str, list[EvidencedSentence]]] = {}
        for one in sentences:
            self._by_place.setdefault((one.jurisdiction, one.product), {}).setdefault(one.folded, []).append(one)

    def exact(self, jurisdiction: str, product: str, folded: str, day: date) -> EvidencedSentence | None:
        """The sentence that is read like this and holds on the day, for exactly this product and jurisdiction."""
        known = self._by_place.get((jurisdiction, product), {}).get(folded, ())
        return next((one for one in known if one.holds(day)), None)

    def all(self, jurisdiction: str, product: str, day: date) -> Iterator[EvidencedSentence]:
        """Every sentence that holds there on the day."""
        for known in self._by_place.get((jurisdiction, product), {}).values():
            yield from (one for one in known if one.holds(day))


NONE = Evidence()
