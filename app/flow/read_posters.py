"""Read posters: a finished file is read once more, as a second line of defence against words that no rule has seen.

What a poster says was judged before it was painted. If words can be read on it that it does not say, and that the rules
would block, reviewers find it among what does not pass any more, and can recall it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.archive.records import append
from app.compliance.document import Document, TextRun
from app.db import reading, retried
from app.flow.check_copy import judge
from app.flow.day import day_here
from app.flow.deps import Deps
from app.flow.exhibit import poster_document
from app.flow.findings import told
from app.flow.make_poster import MEDIA_TYPES
from app.flow.published import load_version
from app.flow.read_pictures import read_stored
from app.jobs.queue import Job, complete, enqueue
from app.library import records as library
from app.library.core import Version
from app.ocr import records
from app.ocr.core import Reading
from app.posters import records as posters
from app.posters.drafts import IssuedFile, Snapshot
from app.rescans import records as rescans
from app.rulebook import records as rulebook

JOB = "read_poster"
LATER_SECONDS = 30.0  # people who wait for a picture of theirs to be read come first
SUREST = 0.8  # what is read less surely raises no alarm
READABLE = (MEDIA_TYPES["png"], MEDIA_TYPES["jpeg"], MEDIA_TYPES["webp"])


def order_poster_reading(deps: Deps, session: Session, snapshot: Snapshot, file: IssuedFile) -> None:
    """Have a finished file read, once for all posters that differ in nothing but whose they are."""
    settings = deps.settings
    if settings.ocr == "off" or settings.ocr_posters == "off" or file.media_type not in READABLE:
        return
    if records.want(session, [snapshot.masked_digest]):
        payload = {"poster": snapshot.poster_id, "digest": snapshot.digest, "object": file.object_digest}
        enqueue(session, JOB, payload, LATER_SECONDS)


@dataclass(frozen=True, slots=True)
class _Seen:
    snapshot: Snapshot
    version: Version
    book: int


def carry_out(deps: Deps, job: Job) -> None:
    """Read the file of `job`, and tell reviewers of words that it should not show.

    A file that cannot be read is noted as such: what it says was judged already. *Raises* as `read_stored`.
    """
    seen = _look(deps, job.payload)
    kept = seen.snapshot.masked_digest
    write_reading = read_stored(deps, str(job.payload["object"]), kept)

    def write_down(session: Session) -> None:
        write_reading(session)
        against = _against(deps, session, seen, records.find(session, [kept])[kept])
        if against:
            _alarm(session, seen, against)
        complete(session, job)

    retried(deps, write_down)


def _look(deps: Deps, payload: Mapping[str, int | str]) -> _Seen:
    with reading(deps) as session:
        snapshot = posters.find_snapshot(session, str(payload["poster"]), str(payload["digest"]))
        poster = posters.find_poster(session, snapshot.poster_id)
        version = library.find_version(session, poster.template_version_id)
        return _Seen(snapshot, version, rulebook.book_number(session))


def _against(deps: Deps, session: Session, seen: _Seen, read: Reading) -> list[dict[str, Any]]:
    """Blocking findings on words that the poster does not say, as JSON."""
    studio, content = deps.studio(), seen.snapshot.content
    said = poster_document(deps, studio, load_version(deps, seen.version), content)
    sure = tuple(TextRun(line.text) for line in read.lines if line.confidence >= SUREST)
    verdict = judge(
        studio.rules, Document(sure, said.facts, fragment=True), day_here(deps, session), studio.evidence
    ).verdict
    spoken = _squeezed(said.text)
    return [
        {**told(found, "$", content.size, content.language), "picture": {"level": "block", "boxes": []}}
        for found in verdict.findings
        if found.severity == "block" and found.start < found.end and _squeezed(found.text) not in spoken
    ]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _alarm(session: Session, seen: _Seen, against: list[dict[str, Any]]) -> None:
    poster_id, digest = seen.snapshot.poster_id, seen.snapshot.digest
    if rescans.note_findings(session, poster_id, digest, seen.book, against):
        rules = sorted({str(found["rule"]) for found in against})
        append(session, "poster.blocked", f"poster:{poster_id}", None, {"rules": list(rules), "digest": digest})
