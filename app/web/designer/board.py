"""The blueprint of the designer's pages, and what all of them look up first."""

from flask import Blueprint

from app.db import reading
from app.flow.published import load_version
from app.kernel.errors import NotFound
from app.library.core import Version
from app.library.records import find_version
from app.reads.design import VersionView, version_view
from app.rendering.template import LoadedTemplate
from app.review.records import find_case
from app.web.parts import parts
from app.web.visitor import current_actor

blueprint = Blueprint("design", __name__, url_prefix="/design")


def require_house() -> None:
    """Let everybody of the house in but advisors: they see templates in the gallery once they may use them."""
    if current_actor().role == "advisor":
        raise NotFound("no_such_template", "there is no such template")


def viewed(version_id: str) -> VersionView:
    """The version with all that its page shows. *Raises* NotFound ``no_such_template``."""
    require_house()
    with reading(parts().deps) as session:
        return version_view(session, current_actor().organisation_path, version_id)


def pictured(version_id: str) -> LoadedTemplate:
    """The template of a version, for whoever may see it: an advisor only once it is approved for their house."""
    with reading(parts().deps) as session:
        version = find_version(session, version_id)
        if not _may_see(version, find_case(session, version_id).state):
            raise NotFound("no_such_template", "there is no such template")
    return load_version(parts().deps, version)


def _may_see(version: Version, state: str) -> bool:
    actor = current_actor()
    if actor.role == "advisor":
        return state == "approved" and actor.organisation_path.startswith(version.organisation_path)
    return version.organisation_path == "/" or version.organisation_path.startswith(actor.organisation_path)
