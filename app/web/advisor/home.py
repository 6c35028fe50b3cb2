"""Home: a greeting, what waits for the advisor, and three templates to begin the day with."""

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, url_for
from flask_babel import format_date
from flask_login import current_user

from app.db import database_now, reading
from app.reads.gallery import coming, frame_of, three_for, title_of
from app.reads.my_posters import my_posters
from app.reads.rescanned import blocked_of
from app.reads.tasks import tasks
from app.web.advisor.showing import asking, local_now, today, usable_templates
from app.web.languages import chosen
from app.web.navigation import first_page, person
from app.web.parts import parts
from app.web.policy import permitted, public
from app.web.visitor import current_actor
from app.web.words import _

# What waits for the advisor, and for nobody else.
FOR_TODAY = ("changes_requested", "approved")
AT_MOST = 5
OCCASIONS = 4
DAY = {"zh": "M月d日 EEE", "en": "EEE d MMM"}

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
    versions, asked = usable_templates(), asking()
    cards = three_for(versions, asked)
    actor = current_actor()
    with reading(parts().deps) as session:
        now = database_now(session)
        mine = my_posters(session, actor.person_id, now)
        blocked = blocked_of(session, actor.person_id)
        found = tasks(session, actor, now) if "tasks.index" in current_app.view_functions else None
    return render_template(
        "advisor/home.html",
        greeting=_greeting(local_now().hour, person().name),
        today=format_date(today(), "full"),
        cards=cards,
        coming=coming(versions, asked, OCCASIONS),
        day_of=lambda day: format_date(day, DAY[chosen()]),
        waiting=[one for one in mine if one.state in FOR_TODAY][:AT_MOST],
        blocked=[one for one in mine if one.id in blocked][:AT_MOST],
        open_tasks=found.open if found else 0,
        overdue_tasks=found.overdue if found else 0,
        frame_of=frame_of,
        title_of=lambda poster: title_of(poster.head, chosen()),
    )


def _greeting(hour: int, name: str) -> str:
    if 5 <= hour < 11:
        return _("Good morning, %(name)s", name=name)
    if 11 <= hour < 18:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)
