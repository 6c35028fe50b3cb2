"""Switch a rule: what was replayed comes into force, by somebody who wrote none of it."""

from sqlalchemy.orm import Session

from app.accounts.core import Actor, permits
from app.archive.core import JSON
from app.archive.records import append
from app.compliance.overlay import home_of
from app.db import reading, retried
from app.flow.deps import Deps
from app.flow.make_poster import Studio
from app.flow.replay_rule import with_version
from app.flow.rescan import order_rescan
from app.flow.steps import permitted, require_rule_over_house, rules_over
from app.kernel.errors import Conflict
from app.library.core import EVERYWHERE
from app.review.core import require_four_eyes
from app.rulebook import records
from app.rulebook.core import BUILT_IN, Replay, Switch


def switch_rule(deps: Deps, studio: Studio, actor: Actor, rule_id: str, version: int) -> Switch:
    """From now on the version is in force, in every process within seconds; 0 is the rule as it came with the product.

    Everything that is out is judged again under it.

    *Raises* Forbidden ``four_eyes`` for whoever wrote any version of the rule, ``not_permitted``, also below
    headquarters; Conflict ``replay_required`` without a finished replay against the rules that are in force now,
    ``in_force`` when it is already, ``moved_on``; NotFound ``no_such_rule``.
    """
    with permitted(deps, actor, "rule.switch", "rule", rule_id):
        require_rule_over_house(actor)
        with reading(deps) as session:
            require_four_eyes(actor.person_id, records.authors(session, rule_id))
            replay = _required_replay(session, studio, rule_id, version)
        jurisdiction = home_of(studio.built_in, rule_id).jurisdiction
        return retried(deps, lambda session: _switched(session, actor, replay, jurisdiction))


def _required_replay(session: Session, studio: Studio, rule_id: str, version: int) -> Replay:
    _require_other(session, rule_id, version)
    state = records.book_state(session)
    replay = records.newest_replay(session, rule_id, version)
    if replay is None or replay.finished_at is None or replay.book != state.number:
        raise Conflict(
            "replay_required", "replay it against the rules that are in force now, and look at what it finds"
        )
    # A release may have brought other packs since.
    now = with_version(state, studio.built_in, session, rule_id, version)
    if replay.fingerprint != now.fingerprint:
        raise Conflict("replay_required", "the rule packs have changed since it was replayed")
    return replay


def _require_other(session: Session, rule_id: str, version: int) -> None:
    if version != BUILT_IN or not records.newest_number(session, rule_id):
        records.find_version(session, rule_id, version)
    if in_force(session, rule_id) == version:
        raise Conflict("in_force", "this version is in force already")


def in_force(session: Session, rule_id: str) -> int:
    """The number of the version in force; 0 for what comes with the product, or nothing."""
    switches = records.switches_of(session, rule_id)
    return switches[-1].version if switches else BUILT_IN


def _switched(session: Session, actor: Actor, replay: Replay, jurisdiction: str) -> Switch:
    before = in_force(session, replay.rule_id)
    switch = records.add_switch(session, replay.book, replay, actor.person_id)
    body: dict[str, JSON] = {
        "version": switch.version,
        "before": before,
        "book": switch.number,
        "rules": switch.fingerprint,
        "replay": replay.id,
    }
    order_rescan(session, switch.number, switch.fingerprint, [jurisdiction])
    append(session, "rule.switched", f"rule:{replay.rule_id}", actor.person_id, body)
    return switch


def switch_hindrance(session: Session, actor: Actor, rule_id: str, version: int) -> str | None:
    """Why `actor` cannot switch as things stand, as the code of the error that `switch_rule` would raise."""
    if not permits(actor.role, "rule.switch") or not rules_over(actor, EVERYWHERE):
        return "not_permitted"
    if in_force(session, rule_id) == version:
        return "in_force"
    replay = records.newest_replay(session, rule_id, version)
    if replay is None or replay.finished_at is None or replay.book != records.book_number(session):
        return "replay_required"
    return "four_eyes" if actor.person_id in records.authors(session, rule_id) else None
