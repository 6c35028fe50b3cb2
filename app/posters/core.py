"""A rendition as a value: what was ordered, what was painted, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.kernel.digest import checked_digest
from app.kernel.errors import Invalid, Problem

Outcome = Literal["waiting", "done", "failed"]


@dataclass(frozen=True, slots=True)
class RenditionOrder:
    """One file that is wanted, in words that can be stored: `values` is the JSON document of slots and profile.

    A picture in `values` is named by its digest in the store. `template_version` is what the customer of the order saw.
    """

    template: str
    template_version: str
    size: str
    language: Literal["zh", "en"]
    format: Literal["png", "jpeg", "webp", "pdf", "svg"]
    values: Mapping[str, Any]
    link: str


@dataclass(frozen=True, slots=True)
class Painted:
    """A finished, proved file."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Rendition:
    """An order and what came of it: the object's digest once it is `done`, the error's code once it has `failed`."""

    id: str
    order: RenditionOrder
    outcome: Outcome
    object_digest: str | None
    media_type: str | None
    bytes: int | None
    error_code: str | None


def picture_digests(values: Mapping[str, Any]) -> dict[str, str]:
    """The digests of all pictures in `values`, by path. *Raises* Invalid with every name that is not a digest."""
    named: dict[str, Any] = {
        f"slots.{name}.picture": value["picture"]
        for name, value in values.get("slots", {}).items()
        if isinstance(value, Mapping) and "picture" in value
    }
    if values.get("profile", {}).get("photo"):
        named["profile.photo"] = values["profile"]["photo"]
    problems = []
    for path, name in named.items():
        try:
            checked_digest(str(name))
        except Invalid:
            problems.append(Problem(path, "not_stored", "a stored picture is named by its digest"))
    if problems:
        raise Invalid.of(problems)
    return named
