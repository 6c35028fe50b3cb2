"""Design: a template version is uploaded, submitted, released, retired; and the built-in ones are published."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.db import database_now, reading, retried
from app.flow.deps import Deps
from app.flow.findings import written
from app.flow.make_poster import Order, Studio, compose
from app.flow.published import TEMPLATE_FILE, load_version, read_files, store_files
from app.flow.steps import BY_POLICY, mover, note, permitted, step, version_in_reach
from app.kernel.errors import Conflict, Invalid
from app.library import records as library
from app.library.core import EVERYWHERE, Availability, Content
from app.rendering.template import LoadedTemplate
from app.rendering.values import Values
from app.review import records as review
from app.review.core import BUILT_IN
from app.review.records import Case, Mover

PUBLISHER = Mover("designer")


def upload(deps: Deps, studio: Studio, actor: Actor, files: Mapping[str, bytes]) -> str:
    """The id of the template version that `files` describes: a new draft, or a new revision of one.

    *Raises* Invalid ``bad_template`` with every problem; Conflict ``locked`` when that version is approved already.
    """
    with permitted(deps, actor, "template.upload", "template", "new"):
        template = read_files(studio, files)
        content = store_files(deps, template, files)
        return retried(deps, lambda session: _uploaded(session, actor, template, content))


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
        findings = copy_findings(studio, load_version(deps, version), today)
        return (
            retried(deps, lambda session: _submitted(session, case, mover(actor), version.content, findings)).digest
            or ""
        )


def _submitted(session: Session, case: Case, by: Mover, content: Content, findings: list[dict[str, Any]]) -> Case:
    after = review.submit(session, case, by, content.digest, findings)
    note(session, after, "submit", by.person_id, {"findings": len(findings)})
    return after


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

    *Raises* Conflict ``not_approved``.
    """
    given = list(grants)
    with permitted(deps, actor, "template.release", "template", version_id):
        retried(deps, lambda session: _released(session, actor, version_id, given))


def _released(session: Session, actor: Actor, version_id: str, grants: list[Availability]) -> None:
    version_in_reach(session, actor, version_id)
    case = review.find_case(session, version_id)
    if case.state != "approved":
        raise Conflict("not_approved", "only an approved template is released", state=case.state)
    after = review.touch(session, case)
    library.release(session, version_id, grants, actor.person_id)
    places = [[one.organisation_path, str(one.starts_on), str(one.ends_on or "")] for one in grants]
    note(session, after, "release", actor.person_id, {"grants": list(places)})


def retire(deps: Deps, actor: Actor, version_id: str, reason: str) -> None:
    """Let nothing new be made from a version; what was issued lives on. *Raises* Conflict ``wrong_state``."""

    def work(session: Session) -> None:
        version_in_reach(session, actor, version_id)
        step(session, review.find_case(session, version_id), mover(actor), "retire", reason=reason)

    with permitted(deps, actor, "template.retire", "template", version_id):
        retried(deps, work)


def publish_builtin(deps: Deps, studio: Studio, folder: Path) -> list[str]:
    """The ids of the versions below `folder` that were not published yet, and now are, for everybody.

    They come with the product: approved by the policy of that name, by no person. *Raises* Conflict ``version_taken``
    when a version that was published is not the same any more.
    """
    published = []
    for home in sorted(file.parent for file in folder.glob(f"*/{TEMPLATE_FILE}")):
        files = {file.name: file.read_bytes() for file in home.iterdir() if not file.name.startswith(".")}
        version_id = _publish(deps, studio, files)
        published += [version_id] if version_id else []
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
    content = store_files(deps, template, files)
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
