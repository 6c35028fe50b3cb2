"""Design: a template version is uploaded, submitted, released, retired; and the built-in ones are published."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.db import database_now, reading, retried
from app.flow import admit
from app.flow.deps import Deps
from app.flow.findings import written
from app.flow.inspect_template import layout_problems
from app.flow.make_poster import Order, Studio, compose
from app.flow.published import TEMPLATE_FILE, load_version, read_files, store_files
from app.flow.read_pictures import order_readings, picture_digests, template_picture_findings
from app.flow.steps import (
    BY_POLICY,
    mover,
    note,
    permitted,
    require_rule_over,
    rules_over,
    step,
    version_in_reach,
)
from app.importing.bundle import unpack
from app.kernel.errors import Conflict, Invalid, NotFound, Problem
from app.library import records as library
from app.library.core import EVERYWHERE, Availability, Content
from app.rendering.template import LoadedTemplate
from app.rendering.values import Values
from app.review import records as review
from app.review.core import BUILT_IN, next_state
from app.review.records import Case, Mover

PUBLISHER = Mover("designer")
MAX_REASON = 2000


def upload(deps: Deps, studio: Studio, actor: Actor, files: Mapping[str, bytes]) -> str:
    """The id of the template version that `files` describes: a new draft, or a new revision of one.

    Its pictures are made anew from their pixels. *Raises* Invalid ``bad_template`` with every problem, also of a layout
    that does not hold the template's own examples; Conflict ``locked`` when that version is approved already. Then
    nothing is stored.
    """
    with permitted(deps, actor, "template.upload", "template", "new"):
        template = read_files(studio, files, admit.template_picture)
        problems = layout_problems(studio, template)
        if problems:
            raise Invalid("bad_template", f"{len(problems)} problems in the template: {problems[0]}", problems)
        _require_open(deps, actor, template)
        content = store_files(deps, template, files[TEMPLATE_FILE])

        def work(session: Session) -> str:
            order_readings(deps, session, picture_digests(studio, template))
            return _uploaded(session, actor, template, content)

        return retried(deps, work)


def upload_bundle(deps: Deps, studio: Studio, actor: Actor, data: bytes) -> str:
    """The id of the template version that the ZIP `data` holds.

    *Raises* as `unpack` and `upload`; the problems of a template come with the file that they are in, as `manifest`.
    """
    with permitted(deps, actor, "template.upload", "template", "new"):
        files = unpack(data)
    try:
        return upload(deps, studio, actor, files)
    except Invalid as error:
        error.fields["manifest"] = files[TEMPLATE_FILE]
        raise


def _require_open(deps: Deps, actor: Actor, template: LoadedTemplate) -> None:
    """Refuse early what the transaction would refuse, before anything is stored for it."""
    with reading(deps) as session:
        known = library.find_by_name(session, template.template.slug, template.template.version)
        if known is not None:
            version_in_reach(session, actor, known.id)
            next_state("template", actor.role, "edit", review.find_case(session, known.id).state)


def _uploaded(session: Session, actor: Actor, template: LoadedTemplate, content: Content) -> str:
    slug, number = template.template.slug, template.template.version
    known = library.find_by_name(session, slug, number)
    if known is None:
        version_id = library.add_version(session, slug, number, actor.organisation_path)
        case = review.open_case(session, version_id, "template", actor.organisation_path)
    else:
        version_id = version_in_reach(session, actor, known.id).id
        case = review.find_case(session, version_id)
    after = review.take_step(session, case, mover(actor), "edit")
    revision = library.add_content(session, version_id, content, actor.person_id)
    note(session, after, "edit", actor.person_id, {"content": content.digest, "revision": revision})
    return version_id


def submit_version(deps: Deps, studio: Studio, actor: Actor, version_id: str) -> str:
    """The digest that is now before the reviewers.

    The template's own copy is checked in every size and language. *Raises* Invalid ``blocked`` for a blocking finding,
    and what layout refuses; Conflict when it is not a draft, or was changed meanwhile.
    """
    with permitted(deps, actor, "template.submit", "template", version_id):
        with reading(deps) as session:
            version = version_in_reach(session, actor, version_id)
            case = review.find_case(session, version_id)
            today = database_now(session).date()
        template = load_version(deps, version)
        findings = [*copy_findings(studio, template, today), *template_picture_findings(deps, studio, template, today)]

        def work(session: Session) -> Case:
            order_readings(deps, session, picture_digests(studio, template))
            return _submitted(session, case, mover(actor), version.content, findings)

        return retried(deps, work).digest or ""


def _submitted(session: Session, case: Case, by: Mover, content: Content, findings: list[dict[str, Any]]) -> Case:
    after = review.submit(session, case, by, content.digest, findings)
    note(session, after, "submit", by.person_id, {"findings": len(findings)})
    return after


def withdraw_version(deps: Deps, actor: Actor, version_id: str) -> None:
    """Take back what is before the reviewers: a draft again. *Raises* Conflict ``wrong_state`` when it is not."""

    def work(session: Session) -> None:
        version_in_reach(session, actor, version_id)
        step(session, review.find_case(session, version_id), mover(actor), "withdraw")

    with permitted(deps, actor, "template.submit", "template", version_id):
        retried(deps, work)


def copy_findings(studio: Studio, template: LoadedTemplate, day: date) -> list[dict[str, Any]]:
    """What the rules find in the template's own copy, size by size and language by language.

    *Raises* Invalid ``blocked`` for blocking findings, and what layout refuses.
    """
    findings: list[dict[str, Any]] = []
    values = Values({}, studio.sample_profile)
    held = max(day, template.template.validity.starts_on)
    for size in template.template.sizes:
        for language in template.template.languages:
            _, judgement = compose(studio, Order(template, values, studio.sample_link, "png", held, size, language))
            if judgement.verdict.outcome == "block":
                raise Invalid.of(judgement.blocking())
            findings += written(judgement, size, language)
    return findings


def release(deps: Deps, actor: Actor, version_id: str, grants: Iterable[Availability]) -> None:
    """Let an approved version be used where and when `grants` say, and nowhere else.

    Whoever stands below headquarters rules their own part of the house: what is granted elsewhere stays.
    *Raises* Conflict ``not_approved``; NotFound ``no_such_organisation``; Invalid ``bad_range``.
    """
    given = list(grants)
    with permitted(deps, actor, "template.release", "template", version_id):
        retried(deps, lambda session: _released(session, actor, version_id, given))


def _released(session: Session, actor: Actor, version_id: str, grants: list[Availability]) -> None:
    version_in_reach(session, actor, version_id)
    _require_grants(actor, grants)
    case = review.find_case(session, version_id)
    if case.state != "approved":
        raise Conflict("not_approved", "only an approved template is released", state=case.state)
    after = review.touch(session, case)
    known = library.availability(session, version_id)
    kept = [one for one in known if not rules_over(actor, one.organisation_path)]
    library.release(session, version_id, [*kept, *grants], actor.person_id)
    places = [[one.organisation_path, str(one.starts_on), str(one.ends_on or "")] for one in grants]
    note(session, after, "release", actor.person_id, {"grants": list(places)})


def _require_grants(actor: Actor, grants: list[Availability]) -> None:
    for index, one in enumerate(grants):
        if not rules_over(actor, one.organisation_path):
            raise NotFound("no_such_organisation", "there is no such organisation")
        if one.ends_on is not None and one.ends_on < one.starts_on:
            raise Invalid.of([Problem(f"grants[{index}].ends_on", "bad_range", "the last day lies before the first")])


def retire(deps: Deps, actor: Actor, version_id: str, reason: str) -> None:
    """Let nothing new be made from a version; what was issued lives on.

    A version of the whole house is retired at headquarters. *Raises* Conflict ``wrong_state``; Invalid ``required``
    without a reason, or with one that is too long; Forbidden ``not_permitted``.
    """
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise Invalid.of([Problem("reason", "required", f"say why, in at most {MAX_REASON} characters")])

    def work(session: Session) -> None:
        require_rule_over(actor, version_in_reach(session, actor, version_id))
        step(session, review.find_case(session, version_id), mover(actor), "retire", reason=reason)

    with permitted(deps, actor, "template.retire", "template", version_id):
        retried(deps, work)


def publish_builtin(deps: Deps, studio: Studio, folder: Path) -> list[str]:
    """The ids of the versions below `folder` that were not published yet, and now are, for everybody.

    They come with the product: approved by the policy of that name, by no person. *Raises* Conflict ``version_taken``
    when versions that were published are not the same any more: they stay as they were, and all others are published.
    """
    published, taken = [], []
    for home in sorted(file.parent for file in folder.glob(f"*/{TEMPLATE_FILE}")):
        files = {file.name: file.read_bytes() for file in home.iterdir() if not file.name.startswith(".")}
        try:
            version_id = _publish(deps, studio, files)
        except Conflict as error:
            if error.code != "version_taken":
                raise
            taken.append(error.message)
            continue
        published += [version_id] if version_id else []
    if taken:
        raise Conflict("version_taken", "; ".join(taken))
    return published


def _publish(deps: Deps, studio: Studio, files: Mapping[str, bytes]) -> str | None:
    template = read_files(studio, files)
    slug, number = template.template.slug, template.template.version
    with reading(deps) as session:
        known = library.find_by_name(session, slug, number)
        today = database_now(session).date()
    if known is not None:
        if known.content.digest != template.digest:
            raise Conflict("version_taken", f"“{slug}” {number} is published with other content: raise its version")
        return None
    content = store_files(deps, template, files[TEMPLATE_FILE])
    findings = copy_findings(studio, template, today)

    def work(session: Session) -> str:
        version_id = library.add_version(session, slug, number, EVERYWHERE)
        library.add_content(session, version_id, content, None)
        case = review.open_case(session, version_id, "template", EVERYWHERE)
        case = _submitted(session, case, PUBLISHER, content, findings)
        validity = template.template.validity
        grant = Availability(EVERYWHERE, validity.starts_on, validity.ends_on)
        library.release(session, version_id, [grant], None)
        step(session, case, BY_POLICY, "approve_by_policy", policy=BUILT_IN)
        return version_id

    return retried(deps, work)
