"""The page behind a short link: the poster, whose it is and that it is genuine; consent, sharing on, and the notice."""

import time
from collections.abc import Callable
from contextlib import suppress

from flask import Blueprint, Response, make_response, redirect, render_template, request

from app.db import reading
from app.flow.consent import agree as give_consent
from app.flow.forget import forget as forget_visitor
from app.flow.share import share_again
from app.kernel.errors import AppError, Blocked, Conflict, NotFound
from app.links.core import DEEPEST, LinkPicture, is_code
from app.public.acts import (
    app_around,
    caller,
    keep_act,
    known_visitor,
    missed,
    place_of,
    require_allowed,
    require_calm,
)
from app.public.errors import message
from app.public.languages import here
from app.public.parts import parts
from app.public.pictures import WIDTHS_PX
from app.public.redirect import PREFIX
from app.public.walls import is_https, require_own_form
from app.public.words import _
from app.reads import landing as reads
from app.reads.landing import Landing, Standing
from app.rendering import qr
from app.tracking.core import VISITOR_COOKIE, visitor_in

FORWARDED = frozenset({"singlemessage", "groupmessage", "timeline"})
VIA = {"wechat": "wechat", "wecom": "wecom", "weibo": "weibo"}
YEAR_SECONDS = 365 * 24 * 3600
QR_MODULE_PX = 12

blueprint = Blueprint("landing", __name__)


# --- looking --------------------------------------------------------------------------------------------------------


@blueprint.get("/l/<code>")
def show(code: str) -> Response:
    """The poster and everything about it; or what has become of it."""
    if (onward := _counted_first(code)) is not None:
        return onward
    found = _standing(code)
    if found.state != "active":
        return _ended(found)
    shown = _landing(found)
    return _page("landing.html", shown, asks=_asks(), token=_token(code), widths=_widths(shown))


@blueprint.get("/l/<code>/notice")
def notice(code: str) -> Response:
    """Why the poster is no longer there; an active one is."""
    found = _standing(code)
    return _ended(found) if found.state != "active" else _onward(here("landing.show", code=code), 302)


@blueprint.get("/l/<code>/kept")
def kept(code: str) -> Response:
    """What is kept of whoever agrees, in plain words."""
    _standing(code)
    return make_response(render_template("kept.html", code=code, known=_is_known()))


@blueprint.get("/l/<code>/picture")
def picture(code: str) -> Response:
    """The poster, with this link's own code in it; small with ``width``."""
    found = _active(code)
    try:
        file = parts().pictures.of(code)
    except AppError:
        if not found.link.depth:
            raise
        file = parts().pictures.of(found.link.root_code)
    wanted = request.args.get("width", type=int)
    if wanted is None:
        return _file(file.object_digest, file.media_type, lambda: parts().pictures.whole(file))
    width = next((one for one in WIDTHS_PX if one >= wanted), WIDTHS_PX[-1])
    return _file(f"{file.object_digest}-{width}", "image/webp", lambda: parts().pictures.small(file, width))


@blueprint.get("/l/<code>/photo")
def photo(code: str) -> Response:
    """The advisor's photo."""
    digest = _landing(_active(code)).card.photo_digest
    if digest is None:
        raise NotFound("no_photo", "this advisor has no photo")
    return _file(digest, "image/webp", lambda: parts().pictures.photo(digest))


@blueprint.get("/l/<code>/code")
def code_picture(code: str) -> Response:
    """The QR code of the link alone."""
    _active(code)
    return _file(code, "image/png", lambda: qr.picture(_address(code), QR_MODULE_PX))


# --- agreeing and forgetting ----------------------------------------------------------------------------------------


@blueprint.post("/l/<code>/consent")
def agree(code: str) -> Response:
    """Remember whoever says yes; whoever says anything else is asked another time, and nothing is kept."""
    require_own_form(parts().settings)
    found = _active(code)
    if request.form.get("answer") != "yes":
        return _onward(here("landing.show", code=code, later=1))
    back = _onward(here("landing.show", code=code, _anchor="remembered"))
    if known_visitor() is not None:
        return back
    require_allowed(parts().consents, caller())
    visitor = give_consent(parts().deps, code)
    keep_act(place_of(found.link), "consent", visitor=visitor)
    secure = is_https(parts().settings)
    back.set_cookie(VISITOR_COOKIE, visitor, max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax")
    return back


@blueprint.get("/l/<code>/forget")
def ask_to_forget(code: str) -> Response:
    """The way back, also from a poster that has ended."""
    require_calm()
    if not is_code(code):
        raise missed(code)
    return make_response(render_template("forget.html", code=code, known=_is_known()))


@blueprint.post("/l/<code>/forget")
def forget(code: str) -> Response:
    """Take the id off everything, and the cookie away."""
    require_own_form(parts().settings)
    visitor = visitor_in(request.headers.get("Cookie", ""))
    if visitor is not None:
        with suppress(NotFound):
            forget_visitor(parts().deps, visitor)
    title = _("You are forgotten")
    sentence = _("The number in your browser is gone, and no visit carries it any more.")
    said = message(200, title, sentence, onward=here("landing.show", code=code) if is_code(code) else None)
    _take_cookie(said)
    return said


# --- sharing on -----------------------------------------------------------------------------------------------------


@blueprint.post("/l/<code>/share")
def mint(code: str) -> Response:
    """A link of the customer's own, a child of this one, and its page."""
    require_own_form(parts().settings)
    found = _active(code)
    require_allowed(parts().shares, caller())
    require_allowed(parts().shares_of_link, code)
    child = code
    if found.link.depth < DEEPEST:
        try:
            child = share_again(parts().deps, code, VIA.get(app_around(), "copy"))
        except Conflict as error:
            raise Blocked("withdrawn", "this poster was withdrawn") from error
        keep_act(place_of(found.link), "share", visitor=known_visitor())
    return _onward(here("landing.share", code=child))


@blueprint.get("/l/<code>/share")
def share(code: str) -> Response:
    """What somebody passes on: the poster with the code of their own link, the link, and the code alone."""
    if (onward := _counted_first(code)) is not None:
        return onward
    found = _standing(code)
    if found.state != "active":
        return _ended(found)
    shown = _landing(found)
    return _page("share.html", shown, file=_own_picture(code))


def _own_picture(code: str) -> LinkPicture | None:
    """The picture with this code in it; None when it cannot be made now: then the code alone is passed on."""
    try:
        return parts().pictures.of(code)
    except AppError:
        return None


# --- what they share ------------------------------------------------------------------------------------------------


def _counted_first(code: str) -> Response | None:
    """Whoever was sent the address of a page out of WeChat is a visit as well: they go through the short link."""
    via = request.args.get("from")
    if via in FORWARDED and is_code(code):
        return _onward(f"{PREFIX}{code}?from={via}", 302)
    return None


def _onward(path: str, status: int = 303) -> Response:
    return make_response(redirect(path, status))


def _standing(code: str) -> Standing:
    require_calm()
    with reading(parts().deps) as session:
        found = reads.standing(session, code)
    if found is None:
        raise missed(code)
    return found


def _active(code: str) -> Standing:
    found = _standing(code)
    if found.state != "active":
        raise Blocked("withdrawn", "this poster has ended")
    return found


def _landing(found: Standing) -> Landing:
    with reading(parts().deps) as session:
        return reads.landing(session, parts().deps.store, found.link)


def _ended(found: Standing) -> Response:
    page = render_template("ended.html", code=found.link.code, recalled=found.state == "recalled", known=_is_known())
    return make_response(page, 410)


def _page(template: str, shown: Landing, **more: object) -> Response:
    known, address = _is_known(), _address(shown.link.code)
    page = make_response(
        render_template(template, shown=shown, address=address, known=known, kinds=_licence_kinds(), **more)
    )
    if not known and VISITOR_COOKIE in request.cookies:
        _take_cookie(page)  # taken back elsewhere: it names nobody any more
    return page


def _take_cookie(response: Response) -> None:
    response.delete_cookie(VISITOR_COOKIE, secure=is_https(parts().settings), httponly=True, samesite="Lax")


def _licence_kinds() -> dict[str, str]:
    return {
        "fund": _("Fund sales qualification"),
        "insurance": _("Insurance sales qualification"),
        "securities": _("Securities qualification"),
        "futures": _("Futures qualification"),
        "wealth": _("Wealth product qualification"),
    }


def _is_known() -> bool:
    return known_visitor() is not None


def _asks() -> bool:
    """Whether the question is put: not to who agreed, and not again to who has just said no."""
    return "later" not in request.args and not _is_known()


def _token(code: str) -> str:
    return parts().tokens.mint(code, time.time())


def _widths(shown: Landing) -> list[int]:
    return [width for width in WIDTHS_PX if width < shown.width_px] or [WIDTHS_PX[0]]


def _address(code: str) -> str:
    return f"{parts().settings.base_url}/{code}"


def _file(tag: str, media_type: str, data: Callable[[], bytes]) -> Response:
    """A picture that browsers keep and ask about each time: a recall reaches it at once."""
    response = Response(mimetype=media_type)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    if response.make_conditional(request).status_code != 304:
        response.set_data(data())
    return response
