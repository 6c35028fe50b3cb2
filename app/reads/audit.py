"""The record as auditors read it: newest first, narrowed, page by page, each entry with its hash and who did it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, func, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.accounts.tables import AccountRow, OrganisationRow, PersonRow
from app.archive.core import Entry, chained, read
from app.archive.tables import ArchiveEntryRow
from app.jobs.tables import JobRow
from app.kernel.errors import Invalid, NotFound
from app.library.tables import TemplateContentRow, TemplateVersionRow
from app.posters.tables import PosterRow
from app.review.tables import CaseRow

PAGE = 50
CHAIN = "archive:chain"
CHECKED = ("archive.verified", "archive.broken")
CHECK_JOB = "verify_archive"
_COLUMNS = (
    ArchiveEntryRow.sequence,
    ArchiveEntryRow.kind,
    ArchiveEntryRow.subject,
    ArchiveEntryRow.text,
    ArchiveEntryRow.hash,
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the record is narrowed to; what is None or empty narrows nothing. Days are local, both included."""

    kind: str = ""
    subjects: Sequence[str] | None = None
    person_id: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its hash and the name of who did it, empty where nobody of the house did."""

    entry: Entry
    hash: str
    actor: str

    @property
    def at(self) -> datetime | None:
        """When it was written; None when the entry cannot be read any more."""
        return datetime.fromisoformat(self.entry.at) if self.entry.at else None


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, newest first; `older` and `newer` are where the next page in each direction begins, if any."""

    lines: tuple[Line, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class Raw:
    """An entry exactly as it is stored, with the hash of the one before it."""

    line: Line
    text: str
    previous_hash: str
    newest: int

    @property
    def is_right(self) -> bool:
        """Whether its hash follows from its text and the entry before it."""
        return chained(self.previous_hash, self.text) == self.line.hash


def record(
    session: Session,
    actor: Actor,
    filters: Filters,
    zone: ZoneInfo,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> Page:
    """One page of the record: the newest, or what lies next to a number, older (`before`) or newer (`after`)."""
    row = ArchiveEntryRow
    wanted = select(*_COLUMNS).where(_narrowed(session, actor, filters, zone))
    if after is not None:
        wanted = wanted.where(row.sequence > after).order_by(row.sequence).limit(limit + 1)
    else:
        wanted = wanted.order_by(row.sequence.desc()).limit(limit + 1)
        wanted = wanted if before is None else wanted.where(row.sequence < before)
    found = list(session.execute(wanted))
    is_more = len(found) > limit
    rows = found[:limit][::-1] if after is not None else found[:limit]
    if not rows:
        return Page((), None, None)
    lines = _named(session, rows)
    newest, oldest = rows[0].sequence, rows[-1].sequence
    older = oldest if is_more or after is not None else None
    newer = newest if (after is not None and is_more) or before is not None else None
    return Page(lines, older, newer)


def raw(session: Session, actor: Actor, sequence: int) -> Raw:
    """One entry as it is stored. *Raises* NotFound ``no_such_entry``, also for one that is out of scope."""
    row = ArchiveEntryRow
    mine = select(*_COLUMNS).where(row.sequence == sequence, in_scope(actor))
    found = session.execute(mine).first()
    if found is None:
        raise NotFound("no_such_entry", "there is no such entry")
    previous = session.scalar(select(row.hash).where(row.sequence == sequence - 1)) or "0" * 64
    newest = session.scalar(select(func.max(row.sequence))) or sequence
    (line,) = _named(session, [found])
    return Raw(line, found.text, previous, newest)


def life(session: Session, subject: str) -> tuple[Line, ...]:
    """All entries of one subject, oldest first."""
    row = ArchiveEntryRow
    found = session.execute(select(*_COLUMNS).where(row.subject == subject).order_by(row.sequence))
    return _named(session, list(found))


def life_in_scope(session: Session, actor: Actor, subject: str) -> tuple[Line, ...]:
    """All entries of one subject, oldest first. *Raises* NotFound ``no_such_subject``, also when it is out of scope."""
    row = ArchiveEntryRow
    is_there = select(row.sequence).where(row.subject == subject, in_scope(actor)).limit(1)
    if session.scalar(is_there) is None:
        raise NotFound("no_such_subject", "there is nothing of that name in the record")
    return life(session, subject)


def checks(session: Session, limit: int = 10) -> tuple[Line, ...]:
    """What came of the last checks of the whole chain, the newest first."""
    row = ArchiveEntryRow
    wanted = select(*_COLUMNS).where(row.kind.in_(CHECKED), row.subject == CHAIN)
    return _named(session, list(session.execute(wanted.order_by(row.sequence.desc()).limit(limit))))


def is_being_checked(session: Session) -> bool:
    """Whether a check of the chain was asked for and has not ended."""
    waiting = JobRow.state.in_(("queued", "leased"))
    return session.scalar(select(JobRow.id).where(JobRow.name == CHECK_JOB, waiting).limit(1)) is not None


def people_named(session: Session, actor: Actor, words: str, limit: int = 12) -> list[tuple[str, str, str]]:
    """Persons in scope whose name holds `words`: id, name, and the name of their organisation."""
    wanted = (
        select(PersonRow.id, PersonRow.name, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(PersonRow.name.icontains(words.strip(), autoescape=True))
        .where(OrganisationRow.path.startswith(actor.organisation_path, autoescape=True))
    )
    rows = session.execute(wanted.order_by(PersonRow.name, PersonRow.id).limit(limit))
    return [(person_id, name, place) for person_id, name, place in rows]


def kinds(session: Session) -> tuple[str, ...]:
    """The nouns that entries are about."""
    found = session.scalars(select(ArchiveEntryRow.kind).distinct())
    return tuple(sorted({kind.split(".")[0] for kind in found}))


def names_of(session: Session, person_ids: set[str]) -> Mapping[str, str]:
    """The names of persons."""
    wanted = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(person_ids))
    return dict(session.execute(wanted).all())


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """What an auditor may see: at headquarters everything, below it what happened to things of the own organisation."""
    if actor.organisation_path.count("/") <= 2:
        return true()
    own, row = actor.organisation_path, ArchiveEntryRow
    people = select(PersonRow.id).join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
    people = people.where(OrganisationRow.path.startswith(own, autoescape=True))
    accounts = select(AccountRow.id).join(OrganisationRow, OrganisationRow.id == AccountRow.organisation_id)
    accounts = accounts.where(OrganisationRow.path.startswith(own, autoescape=True))
    posters = select(PosterRow.id).where(PosterRow.organisation_path.startswith(own, autoescape=True))
    in_reach = CaseRow.organisation_path.startswith(own, autoescape=True) | (CaseRow.organisation_path == "/")
    templates = select(CaseRow.subject_id).where(CaseRow.kind == "template", in_reach)
    places = select(OrganisationRow.id).where(OrganisationRow.path.startswith(own, autoescape=True))
    known = {"person": people, "account": accounts, "poster": posters, "template": templates, "organisation": places}
    return or_(
        *(
            row.subject.startswith(f"{noun}:") & func.substr(row.subject, len(noun) + 2).in_(ids)
            for noun, ids in known.items()
        )
    )


def _narrowed(session: Session, actor: Actor, filters: Filters, zone: ZoneInfo) -> ColumnElement[bool]:
    row = ArchiveEntryRow
    narrowed = in_scope(actor)
    if filters.kind:
        narrowed &= row.kind.startswith(f"{filters.kind}.", autoescape=True)
    if filters.subjects is not None:
        narrowed &= row.subject.in_(filters.subjects)
    if filters.person_id is not None:
        # The actor is the first member of an entry's canonical text.
        narrowed &= row.text.startswith(f'{{"actor":"{filters.person_id}",', autoescape=True)
    if filters.first_day is not None:
        narrowed &= row.sequence >= first_since(session, datetime.combine(filters.first_day, time(), zone))
    if filters.last_day is not None:
        end = datetime.combine(filters.last_day + timedelta(days=1), time(), zone)
        narrowed &= row.sequence < first_since(session, end)
    return narrowed


def first_since(session: Session, instant: datetime) -> int:
    """The number of the first entry written at `instant` or later: entries stand in the order of time."""
    row = ArchiveEntryRow
    low, high = 1, (session.scalar(select(func.max(row.sequence))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        text = session.scalar(select(row.text).where(row.sequence >= middle).order_by(row.sequence).limit(1))
        if text is None or datetime.fromisoformat(read(text).at) >= instant:
            high = middle
        else:
            low = middle + 1
    return low


def _named(session: Session, rows: Sequence[Row[int, str, str, str, str]]) -> tuple[Line, ...]:
    found = [(_entry(row), row.hash) for row in rows]
    names = names_of(session, {one.actor_person_id for one, _ in found if one.actor_person_id})
    return tuple(Line(entry, digest, names.get(entry.actor_person_id or "", "")) for entry, digest in found)


def _entry(row: Row[int, str, str, str, str]) -> Entry:
    """The entry of a row; what was made unreadable is shown as far as its columns tell."""
    try:
        return read(row.text)
    except Invalid:
        return Entry(row.sequence, "", row.kind, row.subject, None, {})


def subject_names(session: Session, subjects: Sequence[str], language: str) -> Mapping[str, str]:
    """What people call subjects: persons, accounts and organisations by name, posters and templates by their title."""
    ids: dict[str, list[str]] = {}
    for subject in subjects:
        noun, _, id_ = subject.partition(":")
        ids.setdefault(noun, []).append(id_)
    person, account, place, version = PersonRow, AccountRow, OrganisationRow, TemplateVersionRow
    wanted: dict[str, Any] = {
        "person": select(person.id, person.name).where(person.id.in_(ids.get("person", ()))),
        "account": select(account.id, person.name).join(person, person.id == account.person_id),
        "organisation": select(place.id, place.name).where(place.id.in_(ids.get("organisation", ()))),
        "template": select(version.id, version.version, version.id).where(version.id.in_(ids.get("template", ()))),
        "poster": select(PosterRow.id, person.name, PosterRow.template_version_id)
        .outerjoin(person, person.id == PosterRow.owner_person_id)
        .where(PosterRow.id.in_(ids.get("poster", ()))),
    }
    wanted["account"] = wanted["account"].where(account.id.in_(ids.get("account", ())))
    rows = [(noun, *row) for noun in ids if noun in wanted for row in session.execute(wanted[noun])]
    titles = _titles(session, {row[3] for row in rows if len(row) > 3}, language)
    return {
        f"{noun}:{id_}": " · ".join(part for part in (*(titles.get(one, one) for one in version_id), name) if part)
        for noun, id_, name, *version_id in rows
    }


def _titles(session: Session, version_ids: set[str], language: str) -> Mapping[str, str]:
    row = TemplateContentRow
    found = session.execute(
        select(row.version_id, row.head).where(row.version_id.in_(version_ids)).order_by(row.number)
    )
    return {version_id: str(dict(head.get("title", {})).get(language, "")) for version_id, head in found}
