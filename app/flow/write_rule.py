"""Write a rule: it is tried by its own examples and saved as one more version; nothing is in force by that."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.archive.core import JSON
from app.archive.records import append
from app.compliance.overlay import home_of, read_rule, tried
from app.compliance.rules import Rules
from app.db import reading, retried
from app.flow.day import day_here
from app.flow.deps import Deps
from app.flow.house_book import rules_of
from app.flow.make_poster import Studio
from app.flow.steps import permitted, require_rule_over_house
from app.kernel.digest import sha256_hex
from app.kernel.errors import Invalid, Problem
from app.rulebook import records
from app.rulebook.core import NewVersion, RuleVersion

MAX_NOTE = 500


@dataclass(frozen=True, slots=True)
class Writing:
    """A rule as somebody wrote it: its YAML, why, and what they began with.

    `rule_id` is the rule that they change, None for a new one; `seen` the newest version that they knew of.
    """

    text: str
    note: str
    rule_id: str | None = None
    based_on: int = 0
    seen: int = 0


def save_rule(deps: Deps, studio: Studio, actor: Actor, writing: Writing) -> RuleVersion:
    """The new version, which must still be switched on.

    *Raises* Invalid ``bad_rule`` with every problem of format, patterns and examples; ``bad_id``, ``taken``,
    ``fixed_id``, ``required``, ``unchanged``; Conflict ``moved_on`` when somebody else has saved a version meanwhile;
    Forbidden ``not_permitted``, also below headquarters.
    """
    with permitted(deps, actor, "rule.write", "rule", writing.rule_id or "new"):
        require_rule_over_house(actor)
        new, _ = tried_rule(deps, studio, writing)
        _require_note(writing.note)
        return retried(deps, lambda session: _saved(session, actor, new))


def tried_rule(deps: Deps, studio: Studio, writing: Writing) -> tuple[NewVersion, Rules]:
    """What would be saved, and the rules in force with it over them. *Raises* as `save_rule`."""
    rule = read_rule(writing.text)
    base = studio.built_in
    home = home_of(base, rule.id)
    if writing.rule_id is None and home.is_built_in:
        raise Invalid.of([Problem("id", "taken", "there is a rule of this id: change that one, or choose another id")])
    if writing.rule_id is not None and rule.id != writing.rule_id:
        raise Invalid.of([Problem("id", "fixed_id", f"the id of a rule stays as it is: {writing.rule_id}")])
    with reading(deps) as session:
        state, today = records.book_state(session), day_here(deps, session)
        _require_new(session, rule.id, writing)
    over = tried(base, rules_of(state), rule, today)
    new = NewVersion(rule.id, home.jurisdiction, writing.text, writing.note.strip(), writing.based_on, writing.seen)
    return new, over


def _require_new(session: Session, rule_id: str, writing: Writing) -> None:
    newest = records.newest_number(session, rule_id)
    if writing.rule_id is None and newest:
        raise Invalid.of([Problem("id", "taken", "the house has a rule of this id: change that one")])
    if newest and newest == writing.seen and records.find_version(session, rule_id, newest).text == writing.text:
        raise Invalid.of([Problem("$", "unchanged", "this is what the newest version says already")])


def _require_note(note: str) -> None:
    if not 0 < len(note.strip()) <= MAX_NOTE:
        raise Invalid.of([Problem("note", "required", f"say why, in at most {MAX_NOTE} characters")])


def _saved(session: Session, actor: Actor, new: NewVersion) -> RuleVersion:
    saved = records.add_version(session, new, actor.person_id)
    body: dict[str, JSON] = {
        "version": saved.number,
        "based_on": saved.based_on,
        "text_sha256": sha256_hex(saved.text.encode()),
    }
    append(session, "rule.saved", f"rule:{saved.rule_id}", actor.person_id, body)
    return saved
