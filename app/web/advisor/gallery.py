"""The gallery: templates with the visitor's own name on them, one template, and the pictures of both."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import format_date

from app.flow.published import load_version
from app.flow.show_template import WIDTHS_PX, Showing, key_of, show_template
from app.kernel.errors import NotFound
from app.reads.gallery import OCCASIONS, PRODUCTS, card, gallery
from app.rendering.calendar_slots import has_calendar
from app.rendering.template import Template, TextSlot
from app.rendering.values import words_in
from app.web.advisor.showing import asking, day_asked, own_profile, today, usable_template, usable_templates
from app.web.languages import chosen
from app.web.names import occasion_name, product_name, size_name
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import visitor
from app.web.words import _

MAX_WORDS = 60

blueprint = Blueprint("gallery", __name__, url_prefix="/templates")


@blueprint.get("/")
@permitted("template.read")
def index() -> str:
    """All templates, or those that fit."""
    product = _known(request.args.get("product"), PRODUCTS)
    occasion = _known(request.args.get("occasion"), OCCASIONS)
    words = request.args.get("q", "").strip()[:MAX_WORDS]
    found = gallery(usable_templates(), asking(), product, occasion, words)
    asked = {"product": product, "occasion": occasion, "q": words or None}
    products = [(None, _("All products")), *((one, product_name(one)) for one in found.products)]
    occasions = [(None, _("All occasions")), *((one, occasion_name(one)) for one in found.occasions)]
    return render_template(
        "advisor/gallery.html",
        found=found,
        product=product,
        occasion=occasion,
        words=words,
        product_choices=[_choice(asked, "product", *one) for one in products],
        occasion_choices=[_choice(asked, "occasion", *one) for one in occasions],
    )


@blueprint.get("/<slug>")
@permitted("template.read")
def detail(slug: str) -> str:
    """One template: how it looks, what may be changed, in which sizes."""
    return template_page(slug)


def template_page(slug: str) -> str:
    """The page of one template that the visitor may use."""
    version = usable_template(slug)
    template = load_version(parts().deps, version).template
    language, day = chosen(), day_asked() if has_calendar(template) else None
    shown, size = template.size(_known(request.args.get("size"), tuple(template.sizes)))
    return render_template(
        "advisor/template.html",
        card=card(version, asking()),
        version=template.version,
        size={"name": shown, "width_px": size.width_px, "height_px": size.height_px},
        sizes=[
            {
                "label": size_name(name),
                "href": url_for("gallery.detail", slug=slug, size=name, day=day),
                "current": name == shown,
                "width_px": one.width_px,
                "height_px": one.height_px,
            }
            for name, one in template.sizes.items()
        ],
        slots=[
            {
                "label": words_in(slot.label, language),
                "kind": slot.kind,
                "max_chars": slot.max_chars if isinstance(slot, TextSlot) else None,
            }
            for slot in template.slots.values()
        ],
        languages_spoken=[{"zh": "中文", "en": "English"}[one] for one in template.languages],
        validity=_validity(template),
        may_fill=visitor().may("poster.fill"),
        day=day,
    )


@blueprint.get("/<slug>/thumbnail-<int:width>.webp")
@permitted("template.read")
def thumbnail(slug: str, width: int) -> Response:
    """A template's picture with the visitor's own name on it; 304 where the browser has it already.

    With ``of=nobody`` it has no name and no photo: one for everybody, where it is too small for either to be seen.
    """
    if width not in WIDTHS_PX:
        raise NotFound("no_such_picture", "there is no picture of this width")
    loaded = load_version(parts().deps, usable_template(slug))
    size = _known(request.args.get("size"), tuple(loaded.template.sizes))
    studio = parts().studio
    profile = None if request.args.get("of") == "nobody" else own_profile(loaded.template.product)
    showing = Showing(loaded, profile, chosen(), width, size, day_asked() or today())
    response = make_response()
    key = key_of(studio, showing)
    response.set_etag(key)
    response.content_type = "image/webp"
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["Vary"] = "Cookie"
    if key not in request.if_none_match:
        response.set_data(show_template(studio, parts().settings.cache_dir / "previews", showing))
    response.make_conditional(request)
    return response


def _known(given: str | None, known: tuple[str, ...]) -> str | None:
    return given if given in known else None


def _choice(asked: dict[str, str | None], name: str, value: str | None, label: str) -> dict[str, Any]:
    href = url_for("gallery.index", _external=False, **{**asked, name: value})
    return {"label": label, "href": href, "current": asked[name] == value}


def _validity(template: Template) -> str:
    validity = template.validity
    if validity.ends_on is None:
        return _("From %(day)s", day=format_date(validity.starts_on, "long"))
    return f"{format_date(validity.starts_on, 'long')} – {format_date(validity.ends_on, 'long')}"
