"""Home: a greeting, and three templates to begin the day with."""

from flask import Blueprint, render_template
from flask_babel import format_date

from app.reads.gallery import three_for
from app.web.advisor.showing import local_now, today
from app.web.languages import chosen
from app.web.navigation import person
from app.web.parts import parts
from app.web.policy import signed_in
from app.web.visitor import visitor
from app.web.words import _

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@signed_in
def index() -> str:
    """The page that people come to after signing in."""
    cards = three_for(parts().studio.templates.values(), chosen(), today())
    return render_template(
        "advisor/home.html",
        greeting=_greeting(local_now().hour, person().name),
        today=format_date(today(), "full"),
        cards=cards,
        may_fill=visitor().may("poster.fill"),
    )


def _greeting(hour: int, name: str) -> str:
    if 5 <= hour < 11:
        return _("Good morning, %(name)s", name=name)
    if 11 <= hour < 18:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)
