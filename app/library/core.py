"""A template version as a value, and when and where it may be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.kernel.errors import Blocked


@dataclass(frozen=True, slots=True)
class Content:
    """What one revision of a template version consists of: objects of the store, by file name.

    `digest` is the template's own, as the renderer counts it; `files` holds ``template.json`` and the pictures. `head`
    is what lists show of it: title, summary, product, content_type, jurisdiction, tags, languages, sizes, and the
    frames of the sizes: width and height of each.
    """

    digest: str
    files: Mapping[str, str]
    head: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a template with its newest content."""

    id: str
    slug: str
    version: str
    organisation_path: str
    number: int
    content: Content


@dataclass(frozen=True, slots=True)
class Availability:
    """From which organisation downwards, and on which days (both included), a version may be used."""

    organisation_path: str
    starts_on: date
    ends_on: date | None = None

    def holds(self, organisation_path: str, day: date) -> bool:
        """Whether it covers the organisation on the day."""
        return (
            organisation_path.startswith(self.organisation_path)
            and self.starts_on <= day
            and (self.ends_on is None or day <= self.ends_on)
        )


EVERYWHERE = "/"


def require_available(given: list[Availability], organisation_path: str, day: date) -> None:
    """*Raises* Blocked ``not_available`` when none of `given` covers the organisation on the day."""
    if not any(one.holds(organisation_path, day) for one in given):
        raise Blocked("not_available", "this template is not released for your organisation today")


def order_of(version: str) -> tuple[int, ...]:
    """Sorts versions as people count them: 1.10.0 after 1.9.0."""
    return tuple(int(part) for part in version.split("."))
