"""Rescan: when the rules change, everything that is out is judged again; what does not pass is kept and told."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.archive.core import JSON
from app.archive.records import append_all
from app.db import database_now, reading, retried
from app.flow.day import day_here
from app.flow.deps import Deps
from app.flow.findings import undecided
from app.flow.judge_kept import Against, Judge, Judged
from app.flow.judged_pages import JudgedPage, judged_pages
from app.flow.kept_document import kept_of, standing_of
from app.flow.make_poster import Studio
from app.flow.recall import recall_poster
from app.flow.rejudge import FindWorks, Work, Works
from app.flow.steps import permitted, poster_in_reach
from app.jobs.queue import Job, complete, enqueue
from app.kernel.errors import AppError, NotFound, Unavailable
from app.kernel.ids import new_code
from app.kernel.memory import settled
from app.posters import records as posters
from app.rescans import documents, records
from app.rescans.core import CheckedDocument, Rescan, Standing
from app.rulebook import records as rulebook

JOB = "rescan_posters"
PAGES_AT_ONCE = 5  # are noted in one transaction
LAID_OUT_AT_ONCE = 50  # posters of which no document is kept yet


def order_rescan(session: Session, book: int, fingerprint: str, jurisdictions: Collection[str]) -> None:
    """Let a job judge what is out again, if the caller's transaction commits."""
    rescan_id = new_code(16)
    job_id = enqueue(session, JOB, {"rescan": rescan_id})
    records.add_rescan(session, rescan_id, book, fingerprint, sorted(jurisdictions), job_id)


def order_when_changed(deps: Deps, find_works: FindWorks, studio: Studio) -> None:
    """Order a rescan when a release has brought rules under which what is out was never judged."""

    def work(session: Session) -> None:
        fingerprint, book = studio.rules.fingerprint, rulebook.book_number(session)
        if records.is_known(session, fingerprint):
            return
        jurisdictions = sorted(studio.rules.books)
        works = find_works(session, database_now(session), jurisdictions)
        if works.was_judged_otherwise(fingerprint):
            order_rescan(session, book, fingerprint, jurisdictions)
        else:
            records.add_rescan(session, new_code(16), book, fingerprint, jurisdictions, None)

    retried(deps, work)


@dataclass(slots=True)
class _Run:
    """One rescan on its way: how many posters it is about, and how far it has come."""

    deps: Deps
    studio: Studio
    rescan: Rescan
    find: Callable[[Session], Works]
    today: date
    count: Callable[[], Future[int]]
    counting: Future[int] | None = None
    documents: int = 0
    judged: int = 0
    blocked: int = 0
    unjudged: int = 0

    def position(self, digest: str) -> str:
        """How far it has come, under which rules and on which day: under others it begins anew."""
        return f"{self.studio.rules.fingerprint}:{self.today.isoformat()}:{digest}"

    @property
    def resumes_after(self) -> str | None:
        """The digest of the last document that an earlier try has judged, if that counts."""
        position = self.rescan.position or ""
        digest = position.rpartition(":")[2]
        return digest if digest and position == self.position(digest) else None

    def begin_counting(self) -> None:
        """Count the posters beside everything else, if nobody does so yet."""
        self.counting = self.counting or self.count()

    def counted(self) -> int:
        """How many posters there are; waits for the count."""
        self.begin_counting()
        assert self.counting is not None
        return self.counting.result()

    def progress(self) -> dict[str, int]:
        """The posters that are done, as many of all as documents of all documents; none until they are counted."""
        total = self.counting.result() if self.counting is not None and self.counting.done() else 0
        done = total if not self.documents else total * min(self.judged, self.documents) // self.documents
        return {"total": total, "done": done, "blocked": self.blocked, "unjudged": self.unjudged}


def carry_out(find_works: FindWorks, deps: Deps, job: Job) -> None:
    """Judge everything that is out, as `job` asks: each document once for all posters that are alike.

    Posters of which no document is kept, for they are older than that, are laid out first, once. A second try goes on
    where the first was ended.
    """
    studio = deps.studio()
    with reading(deps) as session:
        rescan = records.find_rescan(session, str(job.payload["rescan"]))
        now, today = database_now(session), day_here(deps, session)
        find = partial(find_works, now=now, jurisdictions=rescan.jurisdictions)
        is_all_kept = records.is_all_kept(session, rescan.jurisdictions)
    with ThreadPoolExecutor(1, "count") as beside:  # a million take as long as a rule on them
        run = _Run(deps, studio, rescan, find, today, partial(beside.submit, _count, deps, find))
        if run.resumes_after is None:
            begun = {"total": 0, "done": 0, "blocked": 0, "unjudged": 0}
            retried(deps, lambda session: records.note_progress(session, rescan.id, **begun))
        else:
            run.blocked, run.unjudged = rescan.blocked, rescan.unjudged
        if not is_all_kept:
            _keep_what_is_missing(run)
        with settled():
            standings = _judge_documents(run)
        total = run.counted()

    def end(session: Session) -> None:
        documents.move_on(session, standings, studio.rules.fingerprint, today.isoformat())
        known = {one.jurisdiction for one in documents.standings(session, rescan.jurisdictions)}
        for jurisdiction in known & studio.rules.books.keys():  # to be compared with, a state must be there
            standing_of(session, studio.rules, jurisdiction, today.isoformat())
        records.note_progress(session, rescan.id, **{**run.progress(), "done": total})
        records.end_rescan(session, rescan.id)
        complete(session, job)

    retried(deps, end)


def _count(deps: Deps, find: Callable[[Session], Works]) -> int:
    with reading(deps) as session:
        return find(session).count(None)


def _keep_what_is_missing(run: _Run) -> None:
    """Lay out what is out and of which no document is kept. What cannot be laid out any more is noted."""
    after = ""
    while True:
        with reading(run.deps) as session:
            page = run.find(session).unkept(after, LAID_OUT_AT_ONCE)
        if not page:
            return
        after = page[-1].snapshot_id
        laid = [(work, _laid_out(run, work)) for work in page]
        retried(run.deps, partial(_note_laid_out, run=run, laid=laid))


def _laid_out(run: _Run, work: Work) -> CheckedDocument | None:
    try:
        return kept_of(run.deps, run.studio, work)
    except Unavailable as error:
        if error.code != "object_corrupt":
            raise
    except AppError:
        pass
    return None


def _note_laid_out(session: Session, run: _Run, laid: Sequence[tuple[Work, CheckedDocument | None]]) -> None:
    for work, document in laid:
        if document is not None:
            documents.keep_document(session, work.snapshot_id, document)
    lost = [(work, Against(is_unjudged=True)) for work, document in laid if document is None]
    _note_against(session, run, lost)
    run.unjudged += len(lost)
    records.note_progress(session, run.rescan.id, **run.progress())


def _judge_documents(run: _Run) -> list[str]:
    """Judge all documents; the ids of the standings of those that were judged, which may move on."""
    rescan, jurisdictions = run.rescan, run.rescan.jurisdictions
    with reading(run.deps) as session:
        works = run.find(session)
        run.documents = works.count_documents(jurisdictions)
        if run.resumes_after is not None:
            run.judged = run.documents * rescan.done // max(rescan.total, 1)
        judge = Judge(run.studio, run.today, works.blocked_documents())
        unjudged = documents.count_unjudged(session)
    if unjudged:
        _go_through(run, judge, None, "", 0)
    first = [one.id for one in _standings(run) if one.made_at <= rescan.ordered_at]
    _go_through(run, judge, first, run.resumes_after or "", run.documents)
    # What somebody issues meanwhile may have been judged by the rules of before.
    later = [one.id for one in _standings(run) if one.id not in first and not _is_current(run, one)]
    _go_through(run, judge, later, "", 0)
    return [*first, *later]


def _standings(run: _Run) -> list[Standing]:
    with reading(run.deps) as session:
        return documents.standings(session, run.rescan.jurisdictions)


def _is_current(run: _Run, standing: Standing) -> bool:
    return (standing.fingerprint, standing.day) == (run.studio.rules.fingerprint, run.today.isoformat())


def _go_through(run: _Run, judge: Judge, standings: Sequence[str] | None, after: str, count: int) -> None:
    """Judge the documents that stand so, from a digest on, page by page: no more is in memory at any time.

    There are about `count`, or few.
    """
    if standings is not None:
        with reading(run.deps) as session:
            judge.prepare(
                session, [one for one in documents.standings(session, run.rescan.jurisdictions) if one.id in standings]
            )
    if standings is not None and not standings:
        return
    jurisdictions, begun = run.rescan.jurisdictions, run.begin_counting if standings is not None else _not_yet
    pages = judged_pages(run.deps, judge, jurisdictions, standings, after, count, begun)
    while some := list(islice(pages, PAGES_AT_ONCE)):
        judged = Judged()
        for page in some:
            judged.take(page.judged)
        with reading(run.deps) as session:
            news = _news(run, session, judged)
        run.judged += sum(page.documents for page in some)
        run.blocked += sum(not against.is_unjudged for _, against in news.against)
        run.unjudged += sum(against.is_unjudged for _, against in news.against)
        position = None if standings is None else run.position(some[-1].last)
        retried(run.deps, partial(_note, run=run, pages=some, readings=judged.readings, news=news, position=position))


def _not_yet() -> None:
    """Nothing is begun beside documents that were never judged: they are few, and others come."""


@dataclass(frozen=True, slots=True)
class _News:
    """What some pages mean for posters: those that pass again, and what is against others."""

    passing: tuple[str, ...]
    against: tuple[tuple[Work, Against], ...]


def _news(run: _Run, session: Session, judged: Judged) -> _News:
    if not judged.passing and not judged.against:
        return _News((), ())
    works = run.find(session)
    passing = list(judged.passing)
    against = []
    for digest, work in works.of_documents(list(judged.against)):
        found = _undecided(session, work, judged.against[digest])
        if found.copy or found.is_unjudged:
            against.append((work, found))
        else:
            passing.append(digest)
    hit = {work.subject_id for work, _ in against}
    passed = {work.subject_id for _, work in works.of_documents(passing)} - hit
    return _News(tuple(sorted(passed)), tuple(against))


def _undecided(session: Session, work: Work, against: Against) -> Against:
    """With those findings in pictures that no human has decided on when the poster was submitted."""
    if not against.in_pictures:
        return against
    decided = posters.find_snapshot(session, work.subject_id, work.digest).findings
    new = undecided(against.in_pictures, decided)
    return Against((*against.copy, *(dict(one) for one in new)), (), against.is_unjudged)


def _note(
    session: Session,
    run: _Run,
    pages: Sequence[JudgedPage],
    readings: Mapping[str, bytes],
    news: _News,
    position: str | None,
) -> None:
    records.clear(session, news.passing, run.rescan.book)
    _note_against(session, run, news.against)
    documents.reread(session, readings)
    if position is None:
        for page in pages:
            for jurisdiction in page.unjudged.keys() & run.studio.rules.books.keys():
                standing = standing_of(session, run.studio.rules, jurisdiction, run.today.isoformat())
                documents.stand(session, page.unjudged[jurisdiction], standing)
    else:
        records.note_progress(session, run.rescan.id, position=position)
    records.note_progress(session, run.rescan.id, **run.progress())


def _note_against(session: Session, run: _Run, against: Sequence[tuple[Work, Against]]) -> None:
    book = run.rescan.book
    found = {work.subject_id: (work.digest, one.copy) for work, one in against}
    told: list[tuple[str, Mapping[str, JSON]]] = []
    listed = [(poster_id, digest, findings) for poster_id, (digest, findings) in found.items()]
    for poster_id in records.note_all_findings(session, book, listed) if listed else ():
        digest, findings = found[poster_id]
        rules: list[JSON] = [*sorted({str(one["rule"]) for one in findings})]
        told.append((f"poster:{poster_id}", {"rules": rules, "book": book, "digest": digest}))
    if told:
        append_all(session, "poster.blocked", None, told)


def recall_blocked(deps: Deps, actor: Actor, poster_id: str, reason: str) -> list[str]:
    """Recall a poster that does not pass any more; the codes of the links that ended.

    *Raises* as `recall_poster`; NotFound ``no_such_poster`` also for one that nothing stands against.
    """
    with permitted(deps, actor, "poster.recall", "poster", poster_id):
        with reading(deps) as session:
            poster_in_reach(session, actor, poster_id)
            if records.find_blocked(session, poster_id) is None:
                raise NotFound("no_such_poster", "there is no such poster")
        return recall_poster(deps, actor, poster_id, reason)
