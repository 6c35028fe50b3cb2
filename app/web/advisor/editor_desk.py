"""The editor of the product: drafts of this house, saved as revisions of whoever is signed in."""

from flask import url_for

from app.flow.edit_draft import Work, open_work
from app.flow.keep_picture import bring_picture
from app.flow.save_draft import Saved, save_draft
from app.posters.drafts import Draft
from app.rendering.pictures import Picture
from app.web.advisor.editor import Desk, editor_blueprint
from app.web.languages import chosen
from app.web.parts import parts
from app.web.turns import turn
from app.web.visitor import current_actor


def _work(poster_id: str) -> Work:
    return open_work(parts().deps, parts().studio, current_actor(), poster_id)


def _save(poster_id: str, base: int, draft: Draft) -> Saved:
    return save_draft(parts().deps, parts().studio, current_actor(), poster_id, base, draft)


def _bring(poster_id: str, data: bytes) -> Picture:
    return bring_picture(parts().deps, current_actor(), poster_id, data)


desk = Desk(
    studio=lambda: parts().studio,
    language=chosen,
    owner=lambda: current_actor().person_id,
    work=_work,
    save=_save,
    bring=_bring,
    done_url=lambda poster_id: url_for("works.show", poster_id=poster_id),
    back_url=lambda poster_id: url_for("works.show", poster_id=poster_id),
    turn=turn,
)
blueprint = editor_blueprint(desk)
