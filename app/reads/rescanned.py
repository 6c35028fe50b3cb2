"""What is out and does not pass any more: for reviewers with owner, links and scans, for its owner as a notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.tables import OrganisationRow, PersonRow
from app.db import database_now
from app.jobs.queue import status
from app.library.records import find_versions
from app.posters.tables import PosterRow
from app.reads.circulation import is_out, live_links, local_day, reshares, week
from app.reads.result_names import within
from app.rescans.core import Rescan
from app.rescans.records import newest_rescans
from app.rescans.tables import BlockedPosterRow

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Blocked:
    """A poster that is out and does not pass; without findings it could not be judged at all."""

    poster_id: str
    title: Any
    owner: str
    organisation: str
    links: int
    reshares: int
    humans: int
    findings: tuple[Mapping[str, Any], ...]
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Rescanned:
    """The newest rescan with its state (running, finished, failed), and what stands against what is out."""

    rescan: Rescan | None
    state: str
    blocked: tuple[Blocked, ...]
    count: int


def rescanned(session: Session, path: str, zone: ZoneInfo) -> Rescanned:
    """What is out at or below an organisation and does not pass, the most scanned first."""
    newest = next(iter(newest_rescans(session, 1)), None)
    now = database_now(session)
    scans = func.coalesce(week(local_day(now, zone)), 0).label("humans")
    conditions = (BlockedPosterRow.poster_id == PosterRow.id, within(path), *is_out(now))
    wanted = (
        select(BlockedPosterRow, PosterRow, PersonRow.name, OrganisationRow.name, live_links(now), reshares(), scans)
        .join(PosterRow, PosterRow.id == BlockedPosterRow.poster_id)
        .outerjoin(PersonRow, PersonRow.id == PosterRow.owner_person_id)
        .outerjoin(OrganisationRow, OrganisationRow.path == PosterRow.organisation_path)
        .where(*conditions)
        .order_by(scans.desc(), BlockedPosterRow.found_at.desc(), PosterRow.id)
        .limit(SHOWN)
    )
    rows = session.execute(wanted).all()
    count = session.scalar(select(func.count()).select_from(BlockedPosterRow).join(PosterRow).where(*conditions)) or 0
    heads = {
        id_: one.content.head for id_, one in find_versions(session, {r[1].template_version_id for r in rows}).items()
    }
    found = tuple(
        Blocked(
            poster_id=poster.id,
            title=heads[poster.template_version_id]["title"],
            owner=owner or "",
            organisation=organisation or "",
            links=int(links),
            reshares=int(shared),
            humans=int(humans),
            findings=tuple(row.findings),
            found_at=row.found_at,
        )
        for row, poster, owner, organisation, links, shared, humans in rows
    )
    return Rescanned(newest, _state(session, newest), found, count)


def _state(session: Session, rescan: Rescan | None) -> str:
    if rescan is None or rescan.finished_at is not None or rescan.job_id is None:
        return "finished"
    return "failed" if status(session, rescan.job_id).state == "failed" else "running"


def blocked_of(session: Session, owner_person_id: str) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """What stands against posters of one advisor that are out, by poster."""
    now = database_now(session)
    wanted = (
        select(BlockedPosterRow.poster_id, BlockedPosterRow.findings)
        .join(PosterRow, PosterRow.id == BlockedPosterRow.poster_id)
        .where(PosterRow.owner_person_id == owner_person_id, *is_out(now))
        .order_by(BlockedPosterRow.found_at.desc())
    )
    return {poster_id: tuple(found) for poster_id, found in session.execute(wanted)}
