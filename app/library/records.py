"""The rows of template versions."""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import database_now
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import new_code
from app.library.core import Availability, Content, Version
from app.library.tables import TemplateAvailabilityRow, TemplateContentRow, TemplateVersionRow


def add_version(session: Session, slug: str, version: str, organisation_path: str) -> str:
    """The id of a new version that has no content yet. *Raises* Conflict ``version_taken``."""
    row = TemplateVersionRow(
        id=new_code(16),
        slug=slug,
        version=version,
        organisation_path=organisation_path,
        created_at=database_now(session),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("version_taken", f"there is a version {version} of “{slug}” already") from error
    return row.id


def add_content(session: Session, version_id: str, content: Content, author_person_id: str | None) -> int:
    """The number of the new revision of a version."""
    last = select(func.max(TemplateContentRow.number)).where(TemplateContentRow.version_id == version_id)
    row = TemplateContentRow(
        version_id=version_id,
        number=(session.scalar(last) or 0) + 1,
        digest=content.digest,
        files=dict(content.files),
        head=dict(content.head),
        author_person_id=author_person_id,
        created_at=database_now(session),
    )
    session.add(row)
    session.flush()
    return row.number


def find_version(session: Session, version_id: str) -> Version:
    """The version with its newest content. *Raises* NotFound ``no_such_template``."""
    found = _versions(session, TemplateVersionRow.id == version_id)
    if not found:
        raise NotFound("no_such_template", "there is no such template")
    return found[0]


def find_versions(session: Session, version_ids: Collection[str]) -> dict[str, Version]:
    """Those of these versions that there are, each with its newest content."""
    return {one.id: one for one in _versions(session, TemplateVersionRow.id.in_(version_ids))}


def find_by_name(session: Session, slug: str, version: str) -> Version | None:
    """The version of that slug and number, if there is one."""
    found = _versions(session, TemplateVersionRow.slug == slug, TemplateVersionRow.version == version)
    return found[0] if found else None


def all_versions(session: Session, slug: str | None = None) -> list[Version]:
    """All versions, or all of one slug, in no particular order."""
    return _versions(session, *([TemplateVersionRow.slug == slug] if slug else []))


def authors(session: Session, version_id: str) -> set[str]:
    """Every person who gave this version any of its contents."""
    wanted = select(TemplateContentRow.author_person_id).where(TemplateContentRow.version_id == version_id)
    return {person for person in session.scalars(wanted) if person is not None}


def release(session: Session, version_id: str, grants: Iterable[Availability], by_person_id: str | None) -> None:
    """Let the version be used where and when `grants` say, and nowhere else."""
    session.execute(delete(TemplateAvailabilityRow).where(TemplateAvailabilityRow.version_id == version_id))
    now = database_now(session)
    for grant in grants:
        session.add(
            TemplateAvailabilityRow(
                version_id=version_id,
                organisation_path=grant.organisation_path,
                starts_on=grant.starts_on,
                ends_on=grant.ends_on,
                granted_by_person_id=by_person_id,
                granted_at=now,
            )
        )
    session.flush()


def availability(session: Session, version_id: str) -> list[Availability]:
    """Where and when the version may be used."""
    rows = session.scalars(select(TemplateAvailabilityRow).where(TemplateAvailabilityRow.version_id == version_id))
    return [Availability(row.organisation_path, row.starts_on, row.ends_on) for row in rows]


def _versions(session: Session, *conditions: object) -> list[Version]:
    newest = (
        select(TemplateContentRow.version_id, func.max(TemplateContentRow.number).label("number"))
        .group_by(TemplateContentRow.version_id)
        .subquery()
    )
    wanted = (
        select(TemplateVersionRow, TemplateContentRow)
        .join(newest, newest.c.version_id == TemplateVersionRow.id)
        .join(
            TemplateContentRow,
            (TemplateContentRow.version_id == newest.c.version_id) & (TemplateContentRow.number == newest.c.number),
        )
        .where(*conditions)  # type: ignore[arg-type]
    )
    return [
        Version(
            row.id,
            row.slug,
            row.version,
            row.organisation_path,
            content.number,
            Content(content.digest, content.files, content.head),
        )
        for row, content in session.execute(wanted)
    ]
