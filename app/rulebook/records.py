"""The rows of the rule book. Versions and switches are only ever added to."""

from collections.abc import Iterable

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import database_now
from app.kernel.errors import Conflict, NotFound
from app.rulebook.core import BookState, NewVersion, Replay, ReplayHit, RuleVersion, Switch, Tally
from app.rulebook.tables import RuleReplayHitRow, RuleReplayRow, RuleSwitchRow, RuleVersionRow


def add_version(session: Session, new: NewVersion, author_person_id: str) -> RuleVersion:
    """The next version of a rule. *Raises* Conflict ``moved_on`` when somebody else has saved one meanwhile."""
    if newest_number(session, new.rule_id) != new.seen:
        raise Conflict("moved_on", "somebody else has saved a version of this rule meanwhile: look again")
    row = RuleVersionRow(
        rule_id=new.rule_id,
        number=new.seen + 1,
        jurisdiction=new.jurisdiction,
        text=new.text,
        note=new.note,
        based_on=new.based_on,
        author_person_id=author_person_id,
        saved_at=database_now(session),
    )
    session.add(row)
    _flush_first(session)
    return _version(row)


def newest_number(session: Session, rule_id: str) -> int:
    """The number of the newest version of a rule; 0 when the house has none."""
    return session.scalar(select(func.max(RuleVersionRow.number)).where(RuleVersionRow.rule_id == rule_id)) or 0


def versions_of(session: Session, rule_id: str) -> list[RuleVersion]:
    """All versions of a rule, oldest first."""
    wanted = select(RuleVersionRow).where(RuleVersionRow.rule_id == rule_id).order_by(RuleVersionRow.number)
    return [_version(row) for row in session.scalars(wanted)]


def find_version(session: Session, rule_id: str, number: int) -> RuleVersion:
    """One version of a rule. *Raises* NotFound ``no_such_rule``."""
    row = session.get(RuleVersionRow, (rule_id, number))
    if row is None:
        raise NotFound("no_such_rule", "there is no such version of this rule")
    return _version(row)


def newest_versions(session: Session) -> list[RuleVersion]:
    """The newest version of every rule that the house has written."""
    newest = (
        select(RuleVersionRow.rule_id, func.max(RuleVersionRow.number).label("number"))
        .group_by(RuleVersionRow.rule_id)
        .subquery()
    )
    is_newest = (RuleVersionRow.rule_id == newest.c.rule_id) & (RuleVersionRow.number == newest.c.number)
    wanted = select(RuleVersionRow).join(newest, is_newest).order_by(RuleVersionRow.rule_id)
    return [_version(row) for row in session.scalars(wanted)]


def authors(session: Session, rule_id: str) -> set[str]:
    """Every person who wrote any version of a rule."""
    return set(session.scalars(select(RuleVersionRow.author_person_id).where(RuleVersionRow.rule_id == rule_id)))


# --- what is in force -----------------------------------------------------------------------------------------------


def book_number(session: Session) -> int:
    """The number of the book of rules in force; 0 while nothing was laid over the packs."""
    return session.scalar(select(func.max(RuleSwitchRow.number))) or 0


def book_state(session: Session) -> BookState:
    """What is laid over the packs now."""
    newest = select(func.max(RuleSwitchRow.number)).group_by(RuleSwitchRow.rule_id)
    is_meant = (RuleVersionRow.rule_id == RuleSwitchRow.rule_id) & (RuleVersionRow.number == RuleSwitchRow.version)
    wanted = (
        select(RuleVersionRow)
        .join(RuleSwitchRow, is_meant)
        .where(RuleSwitchRow.number.in_(newest))
        .order_by(RuleVersionRow.rule_id)
    )
    number = book_number(session)
    return BookState(number, tuple(_version(row) for row in session.scalars(wanted)))


def add_switch(session: Session, seen_book: int, replay: Replay, person_id: str) -> Switch:
    """Let the version that was replayed be in force.

    *Raises* Conflict ``moved_on`` when the book is not `seen_book` any more.
    """
    if book_number(session) != seen_book:
        raise Conflict("moved_on", "the rules in force have changed meanwhile: replay it again")
    row = RuleSwitchRow(
        number=seen_book + 1,
        rule_id=replay.rule_id,
        version=replay.version,
        fingerprint=replay.fingerprint or "",
        replay_id=replay.id,
        switched_by_person_id=person_id,
        switched_at=database_now(session),
    )
    session.add(row)
    _flush_first(session)
    return _switch(row)


def switches_of(session: Session, rule_id: str) -> list[Switch]:
    """Every switch of a rule, oldest first."""
    wanted = select(RuleSwitchRow).where(RuleSwitchRow.rule_id == rule_id).order_by(RuleSwitchRow.number)
    return [_switch(row) for row in session.scalars(wanted)]


def _flush_first(session: Session) -> None:
    """Write, or find out that somebody else has taken the number. *Raises* Conflict ``moved_on``."""
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("moved_on", "somebody else was faster: look again") from error


# --- replays --------------------------------------------------------------------------------------------------------


def add_replay(session: Session, replay_id: str, rule_id: str, version: int, job_id: int, person_id: str) -> Replay:
    """A replay that job `job_id` is going to carry out, against the book that is in force now."""
    row = RuleReplayRow(
        id=replay_id,
        rule_id=rule_id,
        version=version,
        book=book_number(session),
        job_id=job_id,
        ordered_by_person_id=person_id,
        ordered_at=database_now(session),
        total=0,
        done=0,
        unjudged=0,
        new_hits=0,
        lost_hits=0,
    )
    session.add(row)
    session.flush()
    return _replay(row)


def find_replay(session: Session, replay_id: str) -> Replay:
    """The replay as it stands. *Raises* NotFound ``no_such_replay``."""
    row = session.get(RuleReplayRow, replay_id, populate_existing=True)
    if row is None:
        raise NotFound("no_such_replay", "there is no such replay")
    return _replay(row)


def newest_replay(session: Session, rule_id: str, version: int) -> Replay | None:
    """The newest replay of a version, if it was ever replayed."""
    wanted = (
        select(RuleReplayRow)
        .where(RuleReplayRow.rule_id == rule_id, RuleReplayRow.version == version)
        .order_by(RuleReplayRow.ordered_at.desc(), RuleReplayRow.job_id.desc())
        .limit(1)
    )
    row = session.scalars(wanted).first()
    return _replay(row) if row else None


def begin_replay(session: Session, replay_id: str, total: int) -> None:
    """Note that a replay begins, or begins anew: what an earlier try has found is dropped."""
    session.execute(delete(RuleReplayHitRow).where(RuleReplayHitRow.replay_id == replay_id))
    nothing = {"done": 0, "unjudged": 0, "new_hits": 0, "lost_hits": 0}
    session.execute(update(RuleReplayRow).where(RuleReplayRow.id == replay_id).values(total=total, **nothing))


def note_progress(session: Session, replay_id: str, tally: Tally, hits: Iterable[ReplayHit]) -> None:
    """Write down how far a replay is, and some of what it found."""
    counts = {
        "done": tally.done,
        "unjudged": tally.unjudged,
        "new_hits": tally.new_hits,
        "lost_hits": tally.lost_hits,
    }
    session.execute(update(RuleReplayRow).where(RuleReplayRow.id == replay_id).values(**counts))
    for hit in hits:
        session.add(
            RuleReplayHitRow(
                replay_id=replay_id,
                is_new=hit.is_new,
                kind=hit.kind,
                subject_id=hit.subject_id,
                digest=hit.digest,
                is_live=hit.is_live,
                rule=hit.rule,
                severity=hit.severity,
                text=hit.text[:2000],
                place=hit.place,
            )
        )
    session.flush()


def end_replay(session: Session, replay_id: str, before: str, fingerprint: str) -> None:
    """Write down that a replay is finished, and the states of the rules that it compared."""
    ended = {"before": before, "fingerprint": fingerprint, "finished_at": database_now(session)}
    session.execute(update(RuleReplayRow).where(RuleReplayRow.id == replay_id).values(**ended))


def replay_hits(session: Session, replay_id: str) -> list[ReplayHit]:
    """What a replay has found until now, in the order in which it did."""
    wanted = select(RuleReplayHitRow).where(RuleReplayHitRow.replay_id == replay_id).order_by(RuleReplayHitRow.id)
    names = ReplayHit.__dataclass_fields__
    return [ReplayHit(**{name: getattr(row, name) for name in names}) for row in session.scalars(wanted)]


def _version(row: RuleVersionRow) -> RuleVersion:
    return RuleVersion(
        row.rule_id,
        row.number,
        row.jurisdiction,
        row.text,
        row.note,
        row.based_on,
        row.author_person_id,
        row.saved_at,
    )


def _switch(row: RuleSwitchRow) -> Switch:
    return Switch(
        row.number,
        row.rule_id,
        row.version,
        row.fingerprint,
        row.replay_id,
        row.switched_by_person_id,
        row.switched_at,
    )


def _replay(row: RuleReplayRow) -> Replay:
    names = Replay.__dataclass_fields__
    return Replay(**{name: getattr(row, name) for name in names})
