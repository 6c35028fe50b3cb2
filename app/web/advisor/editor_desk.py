"""The editor of the product: the templates and pictures of this house, the profile of who is signed in."""

from flask import url_for

from app.web.advisor.editor import Desk, editor_blueprint
from app.web.advisor.showing import own_profile, today
from app.web.languages import chosen
from app.web.parts import parts
from app.web.visitor import current_actor

blueprint = editor_blueprint(
    Desk(
        studio=lambda: parts().studio,
        store=lambda: parts().deps.store,
        profile=lambda: own_profile("generic"),
        language=chosen,
        owner=lambda: current_actor().person_id,
        today=today,
        back_url=lambda: url_for("gallery.index"),
    )
)
