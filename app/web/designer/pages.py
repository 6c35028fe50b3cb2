"""The designer's pages to read: all templates, one template with its versions, one version, and files to take along."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from app.db import reading
from app.flow.published import load_version
from app.importing.bundle import MANIFEST
from app.reads.design import Design, design, designs, place_names
from app.reads.design_diff import TemplateDiff, template_diff
from app.reads.library import Shelved
from app.web.designer.board import blueprint, require_house, viewed
from app.web.designer.version_page import version_page
from app.web.designer.words import grant_words
from app.web.languages import chosen
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor, visitor

STARTER = Path(__file__).with_name("starter") / MANIFEST
_IN_WORK = ("draft", "changes_requested", "in_review", "rejected")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_UPRIGHT = (1080, 1920)


@blueprint.get("/")
@permitted("template.release")
def index() -> str:
    """All templates of the house: those in work, then the library."""
    with reading(parts().deps) as session:
        found = designs(session, current_actor().organisation_path)
        names = place_names(session)
    cards = [_card(one, names) for one in found]
    return render_template(
        "designer/index.html",
        in_work=[one for one in cards if one["state"] in _IN_WORK],
        library=[one for one in cards if one["state"] not in _IN_WORK],
        may_upload=visitor().may("template.upload"),
    )


@blueprint.get("/<slug>")
@permitted("template.read")
def show(slug: str) -> str:
    """One template: its versions, the newest first, each with what became of it since the one before."""
    require_house()
    with reading(parts().deps) as session:
        found = design(session, current_actor().organisation_path, slug)
        names = place_names(session)
    return render_template(
        "designer/template.html",
        card=_card(found, names),
        use=found.use,
        versions=[_version(one, names) | {"diff": _diff(found.versions, at)} for at, one in enumerate(found.versions)],
    )


@blueprint.get("/versions/<version_id>")
@permitted("template.read")
def version(version_id: str) -> str:
    """One version: how it looks with the sample and with the longest people, what is open, what became of it."""
    return version_page(viewed(version_id), name=request.args.get("name"))


@blueprint.get("/versions/<version_id>/bundle.zip")
@permitted("template.read")
def bundle(version_id: str) -> Response:
    """Exactly the files of a version, as a bundle that can be uploaded again."""
    found = viewed(version_id).version
    files = {name: parts().deps.store.get(digest) for name, digest in sorted(found.content.files.items())}
    return _zip(f"{found.slug}-{found.version}", files)


@blueprint.get("/starter.zip")
@permitted("template.upload")
def starter() -> Response:
    """A small template to begin with."""
    return _zip("my-first-template", {MANIFEST: STARTER.read_bytes()})


def _zip(name: str, files: Mapping[str, bytes]) -> Response:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for file, data in files.items():
            made.writestr(zipfile.ZipInfo(f"{name}/{file}", _LONG_AGO), data, zipfile.ZIP_DEFLATED)
    response = make_response(buffer.getvalue())
    response.content_type = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _card(found: Design, names: Mapping[str, str]) -> dict[str, Any]:
    head = found.newest.version.content.head
    return {
        "slug": found.slug,
        "title": _words(head["title"]),
        "summary": _words(head["summary"]),
        "product": head["product"],
        "occasion": head["content_type"],
        "state": found.newest.state,
        "version_id": found.newest.version.id,
        "digest": found.newest.version.content.digest[:12],
        "frame": head.get("frame", _UPRIGHT),
        "versions": [_version(one, names) for one in found.versions],
        "posters": found.use.total,
        "scans": found.use.scans,
    }


def _version(one: Shelved, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": one.version.id,
        "number": one.version.version,
        "state": one.state,
        "href": url_for("design.version", version_id=one.version.id),
        "digest": one.version.content.digest[:12],
        "grants": [grant_words(grant, dict(names)) for grant in one.grants] if one.state == "approved" else [],
    }


def _words(both: Mapping[str, str | None]) -> str:
    return both.get(chosen()) or both.get("zh") or both.get("en") or ""


def _diff(versions: tuple[Shelved, ...], at: int) -> TemplateDiff | None:
    """What differs from the version before; None for the first."""
    if at + 1 >= len(versions):
        return None
    new, old = (load_version(parts().deps, one.version) for one in (versions[at], versions[at + 1]))
    return template_diff(old, new, chosen())
