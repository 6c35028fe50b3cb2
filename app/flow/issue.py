"""Issue: an approved poster becomes a finished, proved file under its own link, and is handed out until recalled."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.db import database_now, reading, retried
from app.flow.check_pictures import OF_READING
from app.flow.day import day_here, end_of
from app.flow.deps import Deps
from app.flow.findings import undecided, written
from app.flow.freeze import order_of, under_today
from app.flow.kept_document import keep, kept_as
from app.flow.make_poster import compose, make_poster
from app.flow.orders import EDITIONS, Edition, Studio, editions
from app.flow.published import load_version
from app.flow.read_pictures import picture_findings
from app.flow.read_posters import order_poster_reading
from app.flow.save_draft import require_licence, usable_version
from app.flow.steps import is_overtaken, mover, note, permitted, poster_in_reach
from app.kernel.errors import Blocked, Conflict, NotFound
from app.library import records as library
from app.library.core import Version
from app.links import records as links
from app.links.core import state_of
from app.posters import records as posters
from app.posters.drafts import Issue, IssuedFile, Snapshot
from app.rendering.template import LoadedTemplate
from app.review import records as review
from app.review.records import Case

TRIES = 5
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Issued:
    """A file that may go out, and the address that its code leads to."""

    file: IssuedFile
    link_code: str
    address: str


@dataclass(frozen=True, slots=True)
class _Seen:
    case: Case
    snapshot: Snapshot
    version: Version
    today: date


def issue(deps: Deps, studio: Studio, actor: Actor, poster_id: str, edition: Edition) -> Issued:
    """The poster as one of its files. All carry the same link; asking again gives the same file.

    Killed at any point, it leaves nothing that leads anywhere, and the next call finishes it under the same link.
    *Raises* Conflict ``not_approved``; ``recheck_required`` when rules, fonts, brand or renderer are not what they were
    and the poster would be judged or drawn otherwise: submit it again; Invalid ``not_valid`` outside of the template's
    days; NotFound ``no_such_file`` for a print shop's file of what has no measures on paper; Blocked ``withdrawn``,
    ``no_licence``, ``qr_unproved``, ``foreign_qr``.
    """
    with permitted(deps, actor, "poster.issue", "poster", poster_id):
        seen = _look(deps, actor, poster_id)
        if (done := _finished(deps, seen, edition)) is not None:
            return done
        template = load_version(deps, seen.version)
        _require_edition(template, seen.snapshot, edition)
        require_unchanged(deps, studio, template, seen.snapshot, seen.today)
        begun = _persistently(deps, lambda session: _begun(deps, session, actor, seen, template))
        (format_, finish), address = EDITIONS[edition], address_of(deps, begun.link_code)
        order = order_of(deps, studio, template, seen.snapshot.content, address, format_, seen.today)
        made = make_poster(studio, replace(order, finish=finish))
        file = IssuedFile(edition, deps.store.put(made.data), made.media_type, len(made.data))
        document = kept_as(studio, order, made.judgement.document, seen.snapshot.content)

        def work(session: Session) -> IssuedFile:
            keep(session, studio.rules, seen.today.isoformat(), seen.snapshot.id, document)
            return _kept(deps, session, actor, seen, begun, file)

        kept = _persistently(deps, work)
        return Issued(kept, begun.link_code, address)


def _require_edition(template: LoadedTemplate, snapshot: Snapshot, edition: Edition) -> None:
    _, size = template.template.size(snapshot.content.size)
    if edition not in editions(size.print is not None):
        raise NotFound("no_such_file", "what has no measures on paper does not go to the press")


def require_unchanged(deps: Deps, studio: Studio, template: LoadedTemplate, snapshot: Snapshot, day: date) -> None:
    """The poster is drawn as it was approved, and today's rules find nothing that was not decided on.

    *Raises* Conflict ``recheck_required``; Invalid ``not_valid``.
    """
    now = under_today(studio, template, snapshot.content)
    changed = [name for name in now.differences(snapshot.content) if name != "rules_fingerprint"]
    if changed:
        raise Conflict("recheck_required", f"not as it was approved: {', '.join(changed)}", changed=changed)
    order = order_of(deps, studio, template, now, studio.sample_link, "png", day)
    _, judgement = compose(studio, order)
    in_pictures = picture_findings(deps, studio, order)
    found = [
        *written(judgement, now.size, now.language),
        *(one for one in in_pictures if one["rule"] not in OF_READING),
    ]
    new = undecided(found, snapshot.findings)
    if new:
        rules = sorted({str(one["rule"]) for one in new})
        raise Conflict("recheck_required", "the rules have changed since: submit it again", rules=rules)


def _look(deps: Deps, actor: Actor, poster_id: str) -> _Seen:
    with reading(deps) as session:
        poster = poster_in_reach(session, actor, poster_id)
        case, today = _require_issuable(session, poster_id, poster.template_version_id), day_here(deps, session)
        if case.state == "approved":
            version = usable_version(session, poster.organisation_path, poster.template_version_id, today)
            require_licence(session, poster.owner_person_id, version, today)
        else:
            version = library.find_version(session, poster.template_version_id)
        snapshot = posters.find_snapshot(session, poster_id, case.digest or "")
        return _Seen(case, snapshot, version, today)


def _require_issuable(session: Session, poster_id: str, version_id: str) -> Case:
    case = require_not_withdrawn(session, poster_id, version_id)
    if case.state not in ("approved", "issued"):
        raise Conflict("not_approved", "only what was approved is issued", state=case.state)
    return case


def require_not_withdrawn(session: Session, poster_id: str, version_id: str) -> Case:
    """The poster's case. *Raises* Blocked ``withdrawn`` when the poster, or its template, was recalled."""
    case = review.find_case(session, poster_id)
    if "recalled" in (case.state, review.find_case(session, version_id).state):
        raise Blocked("withdrawn", "this poster was withdrawn")
    return case


def _finished(deps: Deps, seen: _Seen, edition: Edition) -> Issued | None:
    with reading(deps) as session:
        begun = posters.find_issue(session, seen.snapshot.id, seen.snapshot.content.channel)
        file = posters.find_file(session, begun.id, edition) if begun else None
        return Issued(file, begun.link_code, address_of(deps, begun.link_code)) if begun and file else None


def _begun(deps: Deps, session: Session, actor: Actor, seen: _Seen, template: LoadedTemplate) -> Issue:
    """The issue with its link, which leads nowhere yet; there is one for each snapshot and channel."""
    poster_id, channel = seen.snapshot.poster_id, seen.snapshot.content.channel
    ends_on = template.template.validity.ends_on
    case = _require_same(session, poster_id, seen)
    if (known := posters.find_issue(session, seen.snapshot.id, channel)) is not None:
        return known
    after = review.touch(session, case)
    code = links.mint(
        session,
        "poster",
        poster_id,
        channel,
        expires_at=end_of(deps, ends_on) if ends_on else None,
        created_by_person_id=actor.person_id,
    )
    begun = posters.begin_issue(session, seen.snapshot, channel, code, actor.person_id)
    note(session, after, "mint", actor.person_id, {"link": code, "channel": channel})
    return begun


def _kept(deps: Deps, session: Session, actor: Actor, seen: _Seen, begun: Issue, file: IssuedFile) -> IssuedFile:
    poster_id = seen.snapshot.poster_id
    case = _require_same(session, poster_id, seen)
    if (known := posters.find_file(session, begun.id, file.format)) is not None:
        return known
    is_first = case.state == "approved"
    after = review.take_step(session, case, mover(actor), "issue") if is_first else review.touch(session, case)
    posters.add_file(session, begun.id, file)
    order_poster_reading(deps, session, seen.snapshot, file)
    link = links.resolve(session, begun.link_code)
    if link is not None and state_of(link, database_now(session)) == "pending":
        links.activate(session, begun.link_code)
    facts = {"file": file.object_digest, "format": file.format, "link": begun.link_code}
    note(session, after, "issue" if is_first else "add_file", actor.person_id, facts)
    return file


def _require_same(session: Session, poster_id: str, seen: _Seen) -> Case:
    case = _require_issuable(session, poster_id, seen.version.id)
    if case.digest != seen.snapshot.digest:
        raise Conflict("stale_digest", "it was submitted again meanwhile", digest=case.digest)
    return case


def _persistently(deps: Deps, work: Callable[[Session], T]) -> T:
    """What `work` returns; it looks again when the case moved on, for it may have moved where it does not matter."""
    for _ in range(TRIES):
        try:
            return retried(deps, work)
        except Conflict as error:
            if not is_overtaken(error):
                raise
    return retried(deps, work)


def address_of(deps: Deps, code: str) -> str:
    """What the code of an issued poster holds."""
    return f"{deps.settings.base_url}/{code}"


def download(deps: Deps, actor: Actor, poster_id: str, edition: Edition) -> tuple[bytes, str]:
    """The bytes of an issued file and their media type.

    *Raises* Blocked ``withdrawn`` or ``expired``; NotFound ``no_such_file`` when it was not issued as this file.
    """
    with permitted(deps, actor, "poster.download", "poster", poster_id):
        with reading(deps) as session:
            file = _downloadable(session, actor, poster_id, edition)
        return deps.store.get(file.object_digest), file.media_type


def _downloadable(session: Session, actor: Actor, poster_id: str, edition: Edition) -> IssuedFile:
    poster = poster_in_reach(session, actor, poster_id)
    begun = issue_in_force(session, require_not_withdrawn(session, poster_id, poster.template_version_id))
    file = posters.find_file(session, begun.id, edition) if begun else None
    if begun is None or file is None:
        raise NotFound("no_such_file", "this poster was not issued in this format")
    require_active(session, begun.link_code)
    return file


def issue_in_force(session: Session, case: Case) -> Issue | None:
    """What went out of the poster; None before it is issued."""
    if case.state != "issued" or case.digest is None:
        return None
    snapshot = posters.find_snapshot(session, case.subject_id, case.digest)
    return posters.find_issue(session, snapshot.id, snapshot.content.channel)


def require_active(session: Session, code: str) -> None:
    """*Raises* Blocked ``withdrawn`` or ``expired`` when the link does not lead anywhere any more."""
    link = links.resolve(session, code)
    state = state_of(link, database_now(session)) if link else "recalled"
    if state == "expired":
        raise Blocked("expired", "this poster's time is over")
    if state != "active":
        raise Blocked("withdrawn", "this poster was withdrawn")
