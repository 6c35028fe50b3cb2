"""Home: a greeting, and three templates to begin the day with."""

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask_babel import format_date
from flask_login import current_user

from app.reads.gallery import three_for
from app.web.advisor.showing import asking, local_now, today, usable_templates
from app.web.navigation import first_page, person
from app.web.policy import permitted, public
from app.web.words import _

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def door() -> Response:
    """On to where the visitor's day begins, or to the sign-in."""
    onward = first_page() if current_user.is_authenticated else url_for("session.sign_in")
    return make_response(redirect(onward))


@blueprint.get("/home")
@permitted("poster.fill")
def index() -> str:
    """The page that advisors come to after signing in."""
    cards = three_for(usable_templates(), asking())
    return render_template(
        "advisor/home.html",
        greeting=_greeting(local_now().hour, person().name),
        today=format_date(today(), "full"),
        cards=cards,
    )


def _greeting(hour: int, name: str) -> str:
    if 5 <= hour < 11:
        return _("Good morning, %(name)s", name=name)
    if 11 <= hour < 18:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)
