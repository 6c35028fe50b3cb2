"""One poster's whole life: from its template's approval over every revision, check and decision to the last scan."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.core import Actor, is_in_scope
from app.accounts.tables import OrganisationRow, PersonRow
from app.kernel.errors import NotFound
from app.library.tables import TemplateContentRow, TemplateVersionRow
from app.links.core import Link, state_of
from app.links.records import links_to
from app.posters.tables import IssuedFileRow, IssueRow, PosterRow, RevisionRow, ShareRow, SnapshotRow
from app.reads.audit import Line, life, names_of
from app.review.records import Comment, Step, comments_on, find_case, history
from app.tracking.tables import VisitRow

MOST_FOUND = 24


@dataclass(frozen=True, slots=True)
class Revision:
    """A saved state of the draft."""

    number: int
    author: str
    size: str
    language: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was submitted, with what the rules found in it, under which rules."""

    digest: str
    revision: int
    taken_at: datetime
    content: Mapping[str, Any]
    findings: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file that went out; its code was read back from the file itself, or it would not be there."""

    format: str
    object_digest: str
    media_type: str
    bytes: int
    finished_at: datetime
    link_code: str
    channel: str


@dataclass(frozen=True, slots=True)
class Scans:
    """What came through the poster's links: `people` opened it, `machines` asked for it, `notices` came too late."""

    people: int
    machines: int
    notices: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class PosterLife:
    """All that is known of one poster. `lines` and `template_lines` are entries of the archive, oldest first."""

    poster_id: str
    template_version_id: str
    template_slug: str
    template_version: str
    title: Mapping[str, str]
    owner_id: str
    owner: str
    organisation: str
    state: str
    template_state: str
    digest: str | None
    based_on: str | None
    created_at: datetime
    lines: tuple[Line, ...]
    template_lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    template_steps: tuple[Step, ...]
    comments: tuple[tuple[Step, Comment], ...]
    revisions: tuple[Revision, ...]
    snapshots: tuple[Snapshot, ...]
    files: tuple[File, ...]
    links: tuple[tuple[Link, str], ...]
    shares: Mapping[str, int]
    scans: Scans


def poster_life(session: Session, actor: Actor, poster_id: str, now: datetime) -> PosterLife:
    """*Raises* NotFound ``no_such_poster``, also for one that is out of scope."""
    poster = session.get(PosterRow, poster_id)
    if poster is None or not is_in_scope(actor, poster.organisation_path):
        raise NotFound("no_such_poster", "there is no such poster")
    version = session.get_one(TemplateVersionRow, poster.template_version_id)
    case = find_case(session, poster_id)
    found = links_to(session, "poster", poster_id)
    return PosterLife(
        poster_id=poster_id,
        template_version_id=version.id,
        template_slug=version.slug,
        template_version=version.version,
        title=_title(session, version.id),
        owner_id=poster.owner_person_id,
        owner=names_of(session, {poster.owner_person_id}).get(poster.owner_person_id, ""),
        organisation=_place(session, poster.organisation_path),
        state=case.state,
        template_state=find_case(session, version.id).state,
        digest=case.digest,
        based_on=poster.based_on,
        created_at=poster.created_at,
        lines=life(session, f"poster:{poster_id}"),
        template_lines=life(session, f"template:{version.id}"),
        steps=tuple(history(session, poster_id)),
        template_steps=tuple(history(session, version.id)),
        comments=tuple(comments_on(session, poster_id)),
        revisions=_revisions(session, poster_id),
        snapshots=_snapshots(session, poster_id),
        files=_files(session, poster_id),
        links=tuple((link, state_of(link, now)) for link in found),
        shares=_shares(session, poster_id),
        scans=_scans(session, poster_id),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A poster that a search found."""

    poster_id: str
    title: Mapping[str, str]
    owner: str
    organisation: str
    state: str
    created_at: datetime


def find_posters(session: Session, actor: Actor, words: str) -> tuple[Found, ...]:
    """Posters by a link's code, by their own number, by the digest that was approved, or by their advisor's name."""
    wanted = words.strip()
    if not wanted:
        return ()
    by_link = select(IssueRow.poster_id).where(IssueRow.link_code == wanted)
    by_share = select(ShareRow.poster_id).where(ShareRow.link_code == wanted)
    by_name = select(PersonRow.id).where(PersonRow.name.icontains(wanted, autoescape=True))
    conditions = [PosterRow.id == wanted, PosterRow.id.in_(by_link), PosterRow.id.in_(by_share)]
    conditions.append(PosterRow.owner_person_id.in_(by_name))
    if len(wanted) >= 8 and set(wanted.lower()) <= set("0123456789abcdef"):
        digests = select(SnapshotRow.poster_id).where(SnapshotRow.digest.startswith(wanted.lower(), autoescape=True))
        files = select(IssueRow.poster_id).join(IssuedFileRow, IssuedFileRow.issue_id == IssueRow.id)
        files = files.where(IssuedFileRow.object_digest.startswith(wanted.lower(), autoescape=True))
        conditions += [PosterRow.id.in_(digests), PosterRow.id.in_(files)]
    rows = session.execute(
        select(PosterRow, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == PosterRow.owner_person_id)
        .where(or_(*conditions), PosterRow.organisation_path.startswith(actor.organisation_path, autoescape=True))
        .order_by(PosterRow.created_at.desc(), PosterRow.id)
        .limit(MOST_FOUND)
    )
    return tuple(
        Found(
            poster.id,
            _title(session, poster.template_version_id),
            name or "",
            _place(session, poster.organisation_path),
            find_case(session, poster.id).state,
            poster.created_at,
        )
        for poster, name in rows
    )


def template_titles(session: Session, version_ids: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """What template versions are called, in each language."""
    return {version_id: _title(session, version_id) for version_id in version_ids}


def _title(session: Session, version_id: str) -> Mapping[str, str]:
    wanted = select(TemplateContentRow.head).where(TemplateContentRow.version_id == version_id)
    head = session.scalar(wanted.order_by(TemplateContentRow.number.desc()).limit(1)) or {}
    title = head.get("title", {})
    return title if isinstance(title, Mapping) else {"zh": str(title), "en": str(title)}


def _place(session: Session, path: str) -> str:
    name = session.scalar(select(OrganisationRow.name).where(OrganisationRow.path == path))
    return name or ""


def _revisions(session: Session, poster_id: str) -> tuple[Revision, ...]:
    wanted = select(RevisionRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == RevisionRow.author_person_id)
    found = session.execute(wanted.where(RevisionRow.poster_id == poster_id).order_by(RevisionRow.number))
    return tuple(Revision(row.number, name or "", row.size, row.language, row.saved_at) for row, name in found)


def _snapshots(session: Session, poster_id: str) -> tuple[Snapshot, ...]:
    wanted = select(SnapshotRow).where(SnapshotRow.poster_id == poster_id).order_by(SnapshotRow.taken_at)
    return tuple(
        Snapshot(row.digest, row.revision, row.taken_at, row.content, tuple(row.findings))
        for row in session.scalars(wanted)
    )


def _files(session: Session, poster_id: str) -> tuple[File, ...]:
    wanted = select(IssuedFileRow, IssueRow).join(IssueRow, IssueRow.id == IssuedFileRow.issue_id)
    found = session.execute(wanted.where(IssueRow.poster_id == poster_id).order_by(IssuedFileRow.finished_at))
    return tuple(
        File(
            file.format,
            file.object_digest,
            file.media_type,
            file.bytes,
            file.finished_at,
            issue.link_code,
            issue.channel,
        )
        for file, issue in found
    )


def _shares(session: Session, poster_id: str) -> Mapping[str, int]:
    rows = session.execute(select(ShareRow.via, ShareRow.shared_by_person_id).where(ShareRow.poster_id == poster_id))
    return Counter("again" if person is None else via for via, person in rows)


def _scans(session: Session, poster_id: str) -> Scans:
    row = VisitRow
    opened = row.kind.in_(("redirect", "notice", "gone"))
    wanted = select(row.kind, row.bot == "", func.count(), func.max(row.at)).where(row.poster_id == poster_id, opened)
    people = machines = notices = 0
    last: list[datetime] = []
    for kind, is_human, count, newest in session.execute(wanted.group_by(row.kind, row.bot == "")):
        notices += count if kind != "redirect" else 0
        people += count if kind == "redirect" and is_human else 0
        machines += count if kind == "redirect" and not is_human else 0
        last.append(newest)
    return Scans(people, machines, notices, max(last, default=None))
