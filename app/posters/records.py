"""The rows of posters, from draft to share, and of renditions."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.db import database_now
from app.jobs.queue import status
from app.kernel.digest import digest_of
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import new_code
from app.posters.core import Outcome, Rendition, RenditionOrder
from app.posters.drafts import Draft, Issue, IssuedFile, Poster, Revision, Snapshot, SnapshotContent
from app.posters.tables import (
    IssuedFileRow,
    IssueRow,
    PosterPictureRow,
    PosterRow,
    RenditionRow,
    RevisionRow,
    ShareRow,
    SnapshotRow,
)


class Owner(NamedTuple):
    """Whose a poster is, and what it was made from."""

    person_id: str
    organisation_path: str
    template_version_id: str


_OUTCOMES: dict[str, Outcome] = {"queued": "waiting", "leased": "waiting", "done": "done", "failed": "failed"}


def add(session: Session, rendition_id: str, job_id: int, order: RenditionOrder) -> None:
    """Write down `order`, which job `job_id` is going to carry out."""
    row = RenditionRow(
        id=rendition_id,
        job_id=job_id,
        template=order.template,
        template_version=order.template_version,
        size=order.size,
        language=order.language,
        format=order.format,
        values=dict(order.values),
        values_digest=digest_of(dict(order.values)),
        link=order.link,
        ordered_at=database_now(session),
    )
    session.add(row)
    session.flush()


def find(session: Session, rendition_id: str) -> Rendition:
    """The rendition and where it stands. *Raises* NotFound ``no_such_rendition``."""
    row = session.get(RenditionRow, rendition_id)
    if row is None:
        raise NotFound("no_such_rendition", "there is no such rendition")
    job = status(session, row.job_id)
    order = RenditionOrder(
        template=row.template,
        template_version=row.template_version,
        size=row.size,
        language=cast(Any, row.language),
        format=cast(Any, row.format),
        values=row.values,
        link=row.link,
    )
    outcome = _OUTCOMES[job.state]
    error_code = job.error_code if outcome == "failed" else None
    return Rendition(row.id, order, outcome, row.object_digest, row.media_type, row.bytes, error_code)


def finish(session: Session, rendition_id: str, object_digest: str, media_type: str, size_bytes: int) -> None:
    """Write down the finished file, once. *Raises* Conflict ``already_finished``."""
    unfinished = (RenditionRow.id == rendition_id) & RenditionRow.object_digest.is_(None)
    result = {"object_digest": object_digest, "media_type": media_type, "bytes": size_bytes}
    if (
        session.execute(update(RenditionRow).where(unfinished).values(**result).returning(RenditionRow.id)).first()
        is None
    ):
        raise Conflict("already_finished", f"rendition {rendition_id} is finished already")


# --- drafts ---------------------------------------------------------------------------------------------------------


def add_poster(
    session: Session, template_version_id: str, owner_person_id: str, organisation_path: str, based_on: str | None
) -> str:
    """The id of a new poster that has no revision yet."""
    row = PosterRow(
        id=new_code(16),
        template_version_id=template_version_id,
        owner_person_id=owner_person_id,
        organisation_path=organisation_path,
        based_on=based_on,
        created_at=database_now(session),
    )
    session.add(row)
    session.flush()
    return row.id


def find_poster(session: Session, poster_id: str) -> Poster:
    """The poster with its newest revision. *Raises* NotFound ``no_such_poster``."""
    newest = select(func.max(RevisionRow.number)).where(RevisionRow.poster_id == poster_id).scalar_subquery()
    wanted = (
        select(PosterRow, RevisionRow)
        .join(RevisionRow, RevisionRow.poster_id == PosterRow.id)
        .where(PosterRow.id == poster_id, RevisionRow.number == newest)
    )
    found = session.execute(wanted).first()
    if found is None:
        raise NotFound("no_such_poster", "there is no such poster")
    row, revision = found
    return Poster(
        row.id,
        row.template_version_id,
        row.owner_person_id,
        row.organisation_path,
        row.based_on,
        _revision(revision),
    )


def owners(session: Session, poster_ids: Collection[str]) -> dict[str, Owner]:
    """Whose these posters are, and what they were made from; ids without a poster are left out."""
    columns = (PosterRow.id, PosterRow.owner_person_id, PosterRow.organisation_path, PosterRow.template_version_id)
    rows = session.execute(select(*columns).where(PosterRow.id.in_(poster_ids)))
    return {row.id: Owner(row.owner_person_id, row.organisation_path, row.template_version_id) for row in rows}


def posters_with_links(session: Session, template_version_id: str) -> list[str]:
    """The ids of all posters made from a template version that have a link, were it one that leads nowhere yet."""
    wanted = select(PosterRow.id).where(PosterRow.template_version_id == template_version_id)
    return list(session.scalars(wanted.where(PosterRow.id.in_(select(IssueRow.poster_id))).order_by(PosterRow.id)))


def add_revision(session: Session, poster_id: str, number: int, base: int, author_person_id: str, draft: Draft) -> None:
    """Save `draft` as revision `number`. The caller holds the poster's case: nobody else saves at this moment."""
    row = RevisionRow(
        poster_id=poster_id,
        number=number,
        base=base,
        author_person_id=author_person_id,
        slots=dict(draft.slots),
        size=draft.size,
        language=draft.language,
        channel=draft.channel,
        saved_at=database_now(session),
    )
    session.add(row)
    session.flush()


def revisions(session: Session, poster_id: str) -> list[Revision]:
    """All revisions of a poster, oldest first."""
    rows = session.scalars(select(RevisionRow).where(RevisionRow.poster_id == poster_id).order_by(RevisionRow.number))
    return [_revision(row) for row in rows]


def add_picture(session: Session, poster_id: str, digest: str, person_id: str) -> None:
    """Note that a person brought the picture for the poster. To bring it twice is to bring it once."""
    if session.get(PosterPictureRow, (poster_id, digest)) is None:
        row = PosterPictureRow(poster_id=poster_id, digest=digest, brought_by_person_id=person_id)
        row.brought_at = database_now(session)
        session.add(row)
        session.flush()


def pictures_of(session: Session, poster_id: str) -> set[str]:
    """The digests of all pictures that were brought for the poster."""
    return set(session.scalars(select(PosterPictureRow.digest).where(PosterPictureRow.poster_id == poster_id)))


def lend_pictures(session: Session, from_poster_id: str, to_poster_id: str) -> None:
    """Let a poster have the pictures of another that it begins as."""
    for row in session.scalars(select(PosterPictureRow).where(PosterPictureRow.poster_id == from_poster_id)):
        add_picture(session, to_poster_id, row.digest, row.brought_by_person_id)


def is_base(session: Session, poster_id: str) -> bool:
    """Whether another poster was begun from this one."""
    return session.scalar(select(PosterRow.id).where(PosterRow.based_on == poster_id).limit(1)) is not None


def remove_draft(session: Session, poster_id: str) -> int:
    """Take away a poster that has neither snapshot nor issue; how many revisions it had."""
    session.execute(delete(PosterPictureRow).where(PosterPictureRow.poster_id == poster_id))
    gone = delete(RevisionRow).where(RevisionRow.poster_id == poster_id).returning(RevisionRow.number)
    count = len(session.execute(gone).all())
    session.execute(delete(PosterRow).where(PosterRow.id == poster_id))
    return count


def contributors(session: Session, poster_id: str) -> set[str]:
    """Owner and authors of a poster and of every poster that it is based on."""
    found: set[str] = set()
    current: str | None = poster_id
    while current is not None:
        row = session.get_one(PosterRow, current)
        authors = select(RevisionRow.author_person_id).where(RevisionRow.poster_id == current)
        found |= {row.owner_person_id, *session.scalars(authors)}
        current = row.based_on
    return found


def _revision(row: RevisionRow) -> Revision:
    draft = Draft(row.slots, row.size, cast(Any, row.language), row.channel)
    return Revision(row.number, row.base, row.author_person_id, draft)


# --- snapshots, issues, shares --------------------------------------------------------------------------------------


def keep_snapshot(
    session: Session, poster_id: str, revision: int, content: SnapshotContent, findings: Sequence[Mapping[str, Any]]
) -> str:
    """The digest of `content`, of which the poster now has a snapshot; it is the one it had, if it is the same."""
    digest = content.digest
    known = (SnapshotRow.poster_id == poster_id) & (SnapshotRow.digest == digest)
    if session.scalar(select(SnapshotRow.id).where(known)) is None:
        row = SnapshotRow(
            id=new_code(16),
            poster_id=poster_id,
            revision=revision,
            digest=digest,
            content=content.document(),
            findings=list(findings),
            taken_at=database_now(session),
        )
        session.add(row)
        session.flush()
    return digest


def find_snapshot(session: Session, poster_id: str, digest: str) -> Snapshot:
    """The snapshot of that digest, proved. *Raises* NotFound ``no_such_snapshot``, Conflict ``snapshot_altered``."""
    wanted = select(SnapshotRow).where(SnapshotRow.poster_id == poster_id, SnapshotRow.digest == digest)
    row = session.scalar(wanted)
    if row is None:
        raise NotFound("no_such_snapshot", "there is no such snapshot")
    content = SnapshotContent.of(row.content)
    if content.digest != digest:
        raise Conflict("snapshot_altered", "the snapshot is not what was approved", digest=digest)
    return Snapshot(row.id, poster_id, row.revision, digest, content, tuple(row.findings))


def begin_issue(session: Session, snapshot: Snapshot, channel: str, link_code: str, person_id: str) -> Issue:
    """Write down that `snapshot` goes out over `channel` under `link_code`."""
    row = IssueRow(
        id=new_code(16),
        poster_id=snapshot.poster_id,
        snapshot_id=snapshot.id,
        channel=channel,
        link_code=link_code,
        issued_by_person_id=person_id,
        begun_at=database_now(session),
    )
    session.add(row)
    session.flush()
    return _issue(row)


def find_issue(session: Session, snapshot_id: str, channel: str) -> Issue | None:
    """The issue of a snapshot over a channel, if it was begun."""
    wanted = select(IssueRow).where(IssueRow.snapshot_id == snapshot_id, IssueRow.channel == channel)
    row = session.scalar(wanted)
    return _issue(row) if row else None


def issues_of(session: Session, poster_ids: Sequence[str]) -> list[Issue]:
    """All issues of these posters, oldest first."""
    wanted = select(IssueRow).where(IssueRow.poster_id.in_(poster_ids)).order_by(IssueRow.begun_at, IssueRow.id)
    return [_issue(row) for row in session.scalars(wanted)]


def add_file(session: Session, issue_id: str, file: IssuedFile) -> None:
    """Write down a finished file of an issue."""
    row = IssuedFileRow(
        issue_id=issue_id,
        format=file.format,
        object_digest=file.object_digest,
        media_type=file.media_type,
        bytes=file.bytes,
        finished_at=database_now(session),
    )
    session.add(row)
    session.flush()


def find_file(session: Session, issue_id: str, format_: str) -> IssuedFile | None:
    """The file of an issue in a format, if it was finished."""
    row = session.get(IssuedFileRow, (issue_id, format_))
    return IssuedFile(row.format, row.object_digest, row.media_type, row.bytes) if row else None


def add_share(session: Session, poster_id: str, link_code: str, via: str, person_id: str | None) -> int:
    """The number of the new share event."""
    row = ShareRow(
        poster_id=poster_id,
        link_code=link_code,
        via=via,
        shared_by_person_id=person_id,
        shared_at=database_now(session),
    )
    session.add(row)
    session.flush()
    return row.id


def _issue(row: IssueRow) -> Issue:
    return Issue(row.id, row.poster_id, row.snapshot_id, row.channel, row.link_code)
