"""The few files that the customers' pages load. They have no part in the rest of the site, nor in its host."""

import re

from flask import Blueprint, Response, send_from_directory

from app.kernel.errors import NotFound
from app.public.parts import parts

SEAL = "art/seal-small.webp"
_BUILT = re.compile(r"built/assets/[A-Za-z0-9_-]+\.(css|js)")
YEAR_SECONDS, DAY_SECONDS = 365 * 24 * 3600, 24 * 3600

blueprint = Blueprint("files", __name__)


@blueprint.get("/p/<path:name>")
def show(name: str) -> Response:
    """A built file, which never changes under its name, or the seal."""
    is_built = _BUILT.fullmatch(name) is not None
    if not is_built and name != SEAL:
        raise NotFound("no_such_file", "there is no such file")
    response = send_from_directory(parts().static, name, max_age=YEAR_SECONDS if is_built else DAY_SECONDS)
    response.cache_control.immutable = is_built
    return response
