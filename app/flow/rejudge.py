"""Rejudge: what the rules of this day say of a work that exists, as it would be drawn today."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Literal, Protocol

from sqlalchemy.orm import Session

from app.compliance.document import Document
from app.compliance.rules import Rules
from app.db import reading
from app.evidence.core import Evidence
from app.flow.check_copy import judge
from app.flow.deps import Deps
from app.flow.exhibit import poster_document, template_document
from app.flow.findings import written
from app.flow.make_poster import Studio
from app.flow.published import load_version
from app.library import records as library
from app.posters import records as posters

Size = tuple[str, str, Document]


class Work(Protocol):
    """A poster's snapshot, or a template version."""

    @property
    def kind(self) -> Literal["poster", "template"]: ...
    @property
    def subject_id(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def version_id(self) -> str: ...
    @property
    def is_live(self) -> bool: ...
    @property
    def snapshot_id(self) -> str: ...


class Works(Protocol):
    """The works of some jurisdictions, page by page."""

    def templates(self) -> Sequence[Work]: ...
    def snapshots(self, since: datetime | None, after: str, limit: int) -> Sequence[Work]: ...
    def count(self, since: datetime | None) -> int: ...
    def unkept(self, after: str, limit: int) -> Sequence[Work]: ...
    def of_documents(self, digests: Collection[str]) -> Sequence[tuple[str, Work]]: ...
    def blocked_documents(self) -> Collection[str]: ...
    def count_documents(self, jurisdictions: Collection[str]) -> int: ...
    def was_judged_otherwise(self, fingerprint: str) -> bool: ...


class FindWorks(Protocol):
    """Opens the works of some jurisdictions at a moment."""

    def __call__(self, session: Session, now: datetime, jurisdictions: Collection[str]) -> Works: ...


def documents(deps: Deps, studio: Studio, work: Work) -> list[Size]:
    """What the rules read of a work: size, language and document of each of its pictures.

    *Raises* Invalid, NotFound, Conflict or Unavailable when it cannot be put together any more.
    """
    with reading(deps) as session:
        version = library.find_version(session, work.version_id)
        snapshot = posters.find_snapshot(session, work.subject_id, work.digest) if work.kind == "poster" else None
    template = load_version(deps, version)
    if snapshot is not None:
        content = snapshot.content
        return [(content.size, content.language, poster_document(deps, studio, template, content))]
    return [
        (size, language, template_document(studio, template, size, language))
        for size in template.template.sizes
        for language in template.template.languages
    ]


def findings(rules: Rules, evidence: Evidence, sizes: Sequence[Size], day: date) -> list[dict[str, Any]]:
    """All that `rules` find on these pictures. *Raises* Blocked ``check_failed``."""
    return [
        one
        for size, language, document in sizes
        for one in written(judge(rules, document, day, evidence), size, language)
    ]


def pages(deps: Deps, find: Callable[[Session], Works], since: datetime | None, limit: int) -> Iterator[Sequence[Work]]:
    """The snapshots of what `find` finds, so many at a time: no more is in memory, and no session stays open."""
    after = ""
    while True:
        with reading(deps) as session:
            page = find(session).snapshots(since, after, limit)
        if not page:
            return
        yield page
        after = page[-1].snapshot_id
