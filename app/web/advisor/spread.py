"""How a poster spread: its propagation tree as a drawing, as an outline and as a table."""

from flask import render_template

from app.db import reading
from app.reads.customer import poster_titles
from app.reads.propagation import spread
from app.web.advisor.customer_words import said
from app.web.advisor.tree_drawing import draw, outline
from app.web.advisor.works import blueprint
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor


@blueprint.get("/posters/<poster_id>/spread")
@permitted("link.read")
def tree(poster_id: str) -> str:
    """The propagation tree of one poster."""
    with reading(parts().deps) as session:
        found = spread(session, current_actor(), poster_id)
        title = said(poster_titles(session, [poster_id])[poster_id])
    rows = list(outline(found.roots))
    return render_template(
        "customers/spread.html",
        poster_id=poster_id,
        title=title,
        spread=found,
        drawing=draw(found.roots),
        rows=rows,
        most=max((row.node.humans for row in rows), default=0),
        most_of_level=max((level.humans for level in found.levels), default=0),
        may_open=current_actor().role == "advisor",
    )
