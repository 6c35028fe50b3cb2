"""The picture of a poster, for whoever may see the poster: small in lists, large on a stage."""

from flask import Blueprint, Response, make_response, request

from app.flow.show_poster import WIDTHS_PX, picture_of, pictured
from app.kernel.errors import NotFound
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor

blueprint = Blueprint("posters", __name__, url_prefix="/posters")


@blueprint.get("/<poster_id>/picture")
@permitted("poster.read")
def thumbnail(poster_id: str) -> Response:
    """The newest revision, or the snapshot ``?digest=``, `width` pixels wide; 304 where the browser has it already.

    The browser asks each time, so that who may not see it any more sees nothing from then on.
    """
    width_px = request.args.get("width", WIDTHS_PX[1], type=int)
    if width_px not in WIDTHS_PX:
        raise NotFound("no_such_picture", "there is no picture of this width")
    deps, studio = parts().deps, parts().studio
    wanted = pictured(deps, studio, current_actor(), poster_id, width_px, request.args.get("digest"))
    response = make_response()
    response.set_etag(wanted.key)
    response.content_type = "image/webp"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    if wanted.key not in request.if_none_match:
        response.set_data(picture_of(deps, studio, wanted))
    response.make_conditional(request)
    return response
