"""The template versions that the demonstration bank's own designers make, each from its upload to its end."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.db import reading
from app.flow.decide import decide
from app.flow.design import release, retire, submit_version, upload
from app.flow.make_demo_calendar import Story
from app.flow.make_demo_copy import Edition, dated
from app.flow.make_demo_house import House
from app.flow.published import TEMPLATE_FILE
from app.flow.recall import recall_template
from app.library import records as library
from app.library.core import Availability
from app.review.core import Decision

DESIGNERS = ("mei", "tao")
_DECISIONS: dict[str, Decision] = {"changes_requested": "request_change", "rejected": "reject"}


def edition(house: House, made: Edition) -> Story:
    """The life of one version."""
    designer = house.staff.actors[made.designer]
    yield house.office_hour(made.day)
    version_id = upload(house.deps, house.studio, designer, _files(house, made))
    if made.story == "draft":
        return
    yield house.calendar() + house.soon(5, 30)
    digest = submit_version(house.deps, house.studio, designer, version_id)
    if made.story == "in_review":
        return
    yield house.calendar() + house.soon(60, 300)
    reviewer = house.staff.actors[house.chance.choice(("zhou", "wang"))]
    decision = _DECISIONS.get(made.story, "approve")
    said = made.said if decision != "approve" else ""
    decide(house.deps, reviewer, version_id, decision, digest, reason=said, comments=made.pins)
    if decision != "approve":
        return
    yield house.calendar() + house.soon(10, 90)
    release(house.deps, designer, version_id, [_grant(house, made)])
    house.versions[made.slug] = version_id
    if made.ended is None:
        return
    yield house.office_hour(made.ended)
    operator = house.staff.actors["he"]
    if made.story == "retired":
        retire(house.deps, operator, version_id, made.said)
    else:
        recall_template(house.deps, operator, version_id, made.said)


def note_builtin(house: House) -> None:
    """Write down the versions that came with the product, by the name of their template."""
    with reading(house.deps) as session:
        house.versions.update({one.slug: one.id for one in library.all_versions(session)})


def _grant(house: House, made: Edition) -> Availability:
    path = house.staff.places[made.branch] if made.branch else house.staff.actors["he"].organisation_path
    return Availability(path, *_days(house.today, made))


def _days(today: date, made: Edition) -> tuple[date, date | None]:
    ends_on = today - timedelta(days=made.ends) if made.ends is not None else None
    return today - timedelta(days=made.starts), ends_on


def _files(house: House, made: Edition) -> dict[str, bytes]:
    """The files of the built-in template, with this version's head, days and copy."""
    folder: Path = house.deps.settings.poster_templates_dir / made.base
    files = {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.startswith(".")}
    document: dict[str, Any] = json.loads(files[TEMPLATE_FILE])
    starts_on, ends_on = _days(house.today, made)
    document |= {"slug": made.slug, "version": made.version, "title": dict(made.title), "summary": dict(made.summary)}
    document["validity"] = {"starts_on": str(starts_on)} | ({"ends_on": str(ends_on)} if ends_on else {})
    for name, words in made.examples.items():
        said, told = document["slots"][name], dated(words, house.day(made.day))
        english = said["example"].get("en") if isinstance(said["example"], dict) else None
        said["example"] = {"zh": told, "en": english} if english else told
    files[TEMPLATE_FILE] = json.dumps(document, ensure_ascii=False, indent=2).encode()
    return files
