"""What came of posters, as figures that can be added up: by day, organisation, template and advisor."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

Facet = Literal["all", "template", "advisor"]


class Figures(NamedTuple):
    """Six counts. `scans` holds machines as well, `humans` does not; `people` agreed to be remembered, and each is
    counted once, where they were first met.
    """

    posters: int = 0
    shares: int = 0
    scans: int = 0
    humans: int = 0
    people: int = 0
    reshares: int = 0

    def plus(self, other: "Figures") -> "Figures":
        """The sums."""
        return Figures(*map(sum, zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class Fact:
    """What came on one local day of an advisor's posters made from one template at one organisation."""

    day: date
    organisation_path: str
    person_id: str
    slug: str
    figures: Figures


class Place(NamedTuple):
    """What figures are of: an organisation with all below it, or one template or advisor within it."""

    organisation_id: str
    facet: Facet
    key: str


class Counted(NamedTuple):
    """Figures and what they are of."""

    place: Place
    figures: Figures


def add_up(facts: Iterable[Fact]) -> list[Counted]:
    """The figures of every organisation that has any, and of each template and advisor within it."""
    sums: dict[Place, Figures] = defaultdict(Figures)
    for fact in facts:
        for organisation_id in fact.organisation_path.strip("/").split("/"):
            for facet, key in (("all", ""), ("template", fact.slug), ("advisor", fact.person_id)):
                place = Place(organisation_id, facet, key)  # type: ignore[arg-type]
                sums[place] = sums[place].plus(fact.figures)
    return [Counted(place, sums[place]) for place in sorted(sums)]
