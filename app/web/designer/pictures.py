"""The pictures of a template version: in every size and language, with the sample advisor or the longest real names."""

from flask import Response, make_response, request

from app.db import reading
from app.flow.inspect_template import fitting_profile
from app.flow.show_template import WIDTHS_PX, Showing, key_of, show_template
from app.kernel.errors import NotFound
from app.reads.design_people import Longest, longest
from app.web.designer.board import blueprint, pictured
from app.web.languages import chosen
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor

LONGEST = "longest"


@blueprint.get("/versions/<version_id>/picture")
@permitted("template.read")
def picture(version_id: str) -> Response:
    """One picture, `width` pixels wide; with ``name=longest`` the longest people of the visitor's organisation."""
    width_px = request.args.get("width", WIDTHS_PX[1], type=int)
    if width_px not in WIDTHS_PX:
        raise NotFound("no_such_picture", "there is no picture of this width")
    studio, loaded = parts().studio, pictured(version_id)
    template = loaded.template
    asked = request.args.get("size", "")
    size = asked if asked in template.sizes else next(iter(template.sizes))
    spoken = next((one for one in template.languages if one == request.args.get("language", chosen())), None)
    language = spoken or template.language
    profile = studio.sample_profile
    if request.args.get("name") == LONGEST and current_actor().role != "advisor":
        profile, _ = fitting_profile(studio, loaded, size, language, longest_people().profile)
    showing = Showing(loaded, profile, language, width_px, size)
    key = key_of(studio, showing)
    response = make_response()
    response.set_etag(key)
    response.content_type = "image/webp"
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["Vary"] = "Cookie"
    if key not in request.if_none_match:
        response.set_data(show_template(studio, parts().settings.cache_dir / "previews", showing))
    response.make_conditional(request)
    return response


def longest_people() -> Longest:
    """The longest people at or below the visitor's organisation."""
    studio = parts().studio
    with reading(parts().deps) as session:
        return longest(session, current_actor().organisation_path, studio.kit.fonts, studio.sample_profile)
