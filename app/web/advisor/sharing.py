"""Sharing: the files of an issued poster, and the page from which it goes out."""

import re
from urllib.parse import quote

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.db import database_now, reading
from app.flow.issue import address_of, download
from app.flow.orders import EDITIONS, editions, ending
from app.flow.share import share
from app.kernel.errors import Blocked, NotFound
from app.reads.gallery import frame_of, title_of
from app.reads.my_posters import MyPoster, one_poster
from app.rendering.qr import matrix
from app.rendering.scene import Language
from app.web.advisor.works import blueprint
from app.web.languages import chosen
from app.web.navigation import person
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor
from app.web.words import _

__all__ = ["blueprint", "file_name"]

CHANNELS = ("wechat", "moments", "wecom", "weibo", "sms")
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
MAX_NAME = 60


@blueprint.get("/posters/<poster_id>/file/<format_>")
@permitted("poster.download")
def file(poster_id: str, format_: str) -> Response:
    """The issued file, counted as a share; with ``?shown`` it is only looked at, on the page to share it from."""
    known = next((one for one in EDITIONS if one == format_), None)
    if known is None:
        raise NotFound("no_such_file", "posters are not made as such a file")
    deps, actor = parts().deps, current_actor()
    data, media_type = download(deps, actor, poster_id, known)
    response = make_response(data)
    response.content_type = media_type
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if "shown" in request.args:
        return response
    if request.method == "GET":
        share(deps, actor, poster_id, "download")
    with reading(deps) as session:
        poster = one_poster(session, actor, poster_id, database_now(session)).poster
    suffix = ending(EDITIONS[known][0])
    name = file_name(f"{title_of(poster.head, chosen())}-{person().name}", suffix)
    response.headers.set("Content-Disposition", "attachment", filename=f"poster.{suffix}")
    response.headers["Content-Disposition"] += f"; filename*=UTF-8''{name}"
    return response


def file_name(text: str, ending: str) -> str:
    """A file's name in the form that headers carry it, without what no file system takes."""
    cleaned = _UNFIT.sub(" ", text).strip(" .")
    return quote(f"{cleaned[:MAX_NAME].strip()}.{ending}", safe="")


@blueprint.get("/posters/<poster_id>/share", endpoint="share")
@permitted("link.share")
def share_page(poster_id: str) -> Response:
    """The picture to long-press, words to go with it, and where it goes."""
    deps, actor = parts().deps, current_actor()
    with reading(deps) as session:
        poster = one_poster(session, actor, poster_id, database_now(session)).poster
    if poster.state in ("recalled", "expired"):
        raise Blocked("withdrawn" if poster.state == "recalled" else "expired", "this poster is dead")
    if poster.state != "issued" or poster.link_code is None:
        return make_response(redirect(url_for("works.show", poster_id=poster_id), 303))
    address = address_of(deps, poster.link_code)
    width_px, height_px = frame_of(poster.head, poster.size)
    title = title_of(poster.head, chosen())
    page = render_template(
        "advisor/share.html",
        poster=poster,
        title=title,
        width_px=width_px,
        height_px=height_px,
        address=address,
        shown_address=address.removeprefix("https://").removeprefix("http://"),
        code=_code(address),
        words=_words(poster, address),
        channels=CHANNELS,
        formats=editions(poster.size in poster.head.get("printed", ())),
        made=next((one for one in poster.formats if one == request.args.get("made")), None),
        file_format="png" if "png" in poster.formats else poster.formats[0],
    )
    return make_response(page)


def _words(poster: MyPoster, address: str) -> str:
    """Words to go with the picture: who sends it, and where it leads. They claim nothing that would need a check."""
    me = person()
    language: Language = "zh" if poster.language == "zh" else "en"
    title, whose = title_of(poster.head, language), f"{me.line} {me.name}".strip()
    if language == "zh":
        return f"【{title}】{whose}\n长按图片识别二维码，或点开查看：{address}"
    return f"{title} · {whose}\nScan the code in the picture, or open: {address}"


def _code(address: str) -> dict[str, object]:
    """The code of the link as one path on a grid of modules, with its quiet zone."""
    rows = matrix(address, "M")
    dark = [f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
    return {"side": len(rows) + 8, "path": "".join(dark)}


@blueprint.post("/posters/<poster_id>/share")
@permitted("link.share")
def share_by(poster_id: str) -> Response:
    """Write down where it went."""
    share(parts().deps, current_actor(), poster_id, request.form.get("via", ""))
    flash(_("Noted. Its scans will show up under this poster."))
    return make_response(redirect(url_for("works.share", poster_id=poster_id), 303))
