"""Submit: a draft is checked again, frozen, and approved by policy or laid before a human."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.archive.core import JSON
from app.compliance.normalise import fold_term
from app.db import reading, retried
from app.flow.check_pictures import NOT_READ
from app.flow.day import day_here
from app.flow.deps import Deps
from app.flow.findings import undecided, written
from app.flow.freeze import frozen, order_of
from app.flow.make_poster import Order, Studio, compose
from app.flow.own_profile import profile_document
from app.flow.published import load_version
from app.flow.read_pictures import order_readings, picture_findings
from app.flow.save_draft import require_licence, usable_version
from app.flow.steps import BY_POLICY, is_overtaken, mover, note, permitted, poster_in_reach, step
from app.kernel.errors import Conflict, Invalid, Problem
from app.library.core import Version
from app.posters import records as posters
from app.posters.drafts import Poster, SnapshotContent
from app.rendering.template import Slot, Template, TextSlot
from app.rendering.values import PictureValue, TextValue, Values, words_in
from app.review import records as review
from app.review.core import Sentence, policy_for, sentences
from app.review.records import Case


@dataclass(frozen=True, slots=True)
class Submitted:
    """What came of it: approved by `policy`, or in the queue until `due_at`. `digest` names what was submitted."""

    state: str
    digest: str
    policy: str | None
    due_at: datetime | None
    findings: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the poster was when it was looked at; the case's version holds it all together."""

    poster: Poster
    case: Case
    version: Version
    decided: tuple[Mapping[str, Any], ...]
    profile: Mapping[str, Any]
    today: date


@dataclass(frozen=True, slots=True)
class _Prepared:
    content: SnapshotContent
    findings: Sequence[Mapping[str, Any]]
    undecided: Sequence[Mapping[str, Any]]
    policy: str | None
    sentences: tuple[Sentence, ...]
    evidence: tuple[str, ...]


def submit(deps: Deps, studio: Studio, actor: Actor, poster_id: str) -> Submitted:
    """Submit the newest revision. To submit the same thing twice is to submit it once.

    *Raises* Invalid with every problem, blocking findings (``blocked``) among them; Conflict ``moved_on`` when the
    draft changed meanwhile, ``wrong_state`` when there is nothing to submit; as `usable_version` and
    `require_licence` for the template.
    """
    with permitted(deps, actor, "poster.submit", "poster", poster_id):
        seen = _look(deps, actor, poster_id)
        prepared = _prepare(deps, studio, seen)
        try:
            return retried(deps, lambda session: _submitted(deps, session, actor, seen, prepared))
        except Conflict as error:
            if not is_overtaken(error):
                raise
            with reading(deps) as session:
                if (known := _known(session, poster_id, prepared.content.digest)) is not None:
                    return known
            raise


def _look(deps: Deps, actor: Actor, poster_id: str) -> _Seen:
    with reading(deps) as session:
        case = review.find_case(session, poster_in_reach(session, actor, poster_id).id)
        poster = poster_in_reach(session, actor, poster_id)
        today = day_here(deps, session)
        version = usable_version(session, poster.organisation_path, poster.template_version_id, today)
        require_licence(session, poster.owner_person_id, version, today)
        profile = profile_document(session, poster.owner_person_id, version.content.head["product"], today)
        return _Seen(poster, case, version, review.find_case(session, version.id).findings, profile, today)


def _prepare(deps: Deps, studio: Studio, seen: _Seen) -> _Prepared:
    template = load_version(deps, seen.version)
    content = frozen(studio, template, seen.poster.revision.draft, seen.profile)
    order = order_of(deps, studio, template, content, studio.sample_link, "png", seen.today)
    problems = _untouched(template.template, order.values)
    if problems:
        raise Invalid.of(problems)
    _, judgement = compose(studio, order)
    if judgement.verdict.outcome == "block":
        raise Invalid.of(judgement.blocking())
    findings = [
        *written(judgement, content.size, content.language),
        *picture_findings(deps, studio, order),
    ]
    new = undecided(findings, seen.decided)
    policy = policy_for(len(new), looked_at(order))
    evidence = tuple(dict.fromkeys(one.by.id for one in judgement.cleared))
    return _Prepared(content, findings, new, policy, _sentences(order.values), evidence)


def _submitted(deps: Deps, session: Session, actor: Actor, seen: _Seen, prepared: _Prepared) -> Submitted:
    digest, poster = prepared.content.digest, seen.poster
    if (known := _known(session, poster.id, digest)) is not None:
        return known
    case = review.submit(session, seen.case, mover(actor), digest, prepared.undecided)
    posters.keep_snapshot(session, poster.id, poster.revision.number, prepared.content, prepared.findings)
    review.remember_sentences(session, poster.id, digest, prepared.sentences)
    order_readings(
        deps, session, [*{str(one["picture"]["digest"]) for one in prepared.findings if one["rule"] == NOT_READ}]
    )
    fingerprint = prepared.content.rules_fingerprint
    facts: dict[str, JSON] = {"revision": poster.revision.number, "findings": len(prepared.undecided)}
    facts |= {"evidence": list(prepared.evidence)} if prepared.evidence else {}
    note(session, case, "submit", actor.person_id, {**facts, "rules": fingerprint})
    if prepared.policy is not None:
        case = step(session, case, BY_POLICY, "approve_by_policy", policy=prepared.policy)
    return _answer(case, prepared.policy)


def _known(session: Session, poster_id: str, digest: str) -> Submitted | None:
    """The answer to a submission that was made already."""
    case = review.find_case(session, poster_id)
    if case.digest != digest or case.state not in ("in_review", "approved", "issued"):
        return None
    steps = review.history(session, poster_id)
    since = next(index for index in range(len(steps) - 1, -1, -1) if steps[index].action == "submit")
    return _answer(case, next((step.policy for step in steps[since:] if step.policy), None))


def _answer(case: Case, policy: str | None) -> Submitted:
    due_at = case.due_at if case.state == "in_review" else None
    return Submitted(case.state, case.digest or "", policy, due_at, case.findings)


def _untouched(template: Template, values: Values) -> list[Problem]:
    """Slots that must be filled by the advisor, and were left at their example."""
    return [
        Problem(f"slots.{name}", "must_change", "the example must be replaced with words of your own")
        for name, slot in template.slots.items()
        if slot.must_change and name not in values.slots
    ]


def looked_at(order: Order) -> list[str]:
    """The slots that a human always looks at and that the advisor changed."""
    template = order.template.template
    language = order.language or template.language
    return [
        name
        for name, value in order.values.slots.items()
        if template.slots[name].review == "always" and not _is_example(template.slots[name], value, language)
    ]


def _is_example(slot: Slot, value: TextValue | PictureValue, language: str) -> bool:
    return (
        isinstance(slot, TextSlot) and isinstance(value, TextValue) and value.text == words_in(slot.example, language)
    )


def _sentences(values: Values) -> tuple[Sentence, ...]:
    texts = [value.text for value in values.slots.values() if isinstance(value, TextValue)]
    found = dict.fromkeys(sentence for text in texts for sentence in sentences(text))
    return tuple(Sentence(text, fold_term(text)) for text in found)
