"""Tasks: what rules ask the advisor to do, by when, and what was done."""

from collections.abc import Iterable
from datetime import datetime

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.customers.core import LONGEST_NOTE
from app.db import database_now, reading
from app.flow.complete_task import complete_task
from app.kernel.errors import Conflict
from app.reads.tasks import TaskLine, tasks
from app.web.advisor.customer_words import local
from app.web.navigation import local_path
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor, visitor
from app.web.words import _

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")


@blueprint.get("")
@permitted("task.read")
def index() -> str:
    """The tasks that are open, by due date, or those that are done."""
    done = request.args.get("show") == "done"
    with reading(parts().deps) as session:
        now = database_now(session)
        found = tasks(session, current_actor(), now, done)
    return render_template(
        "customers/tasks.html",
        found=found,
        done=done,
        now=now,
        groups=[(_("Done"), found.lines)] if done else _by_due(found.lines, now),
        longest_note=LONGEST_NOTE,
        may_complete=visitor().may("task.complete"),
        sees_advisors=current_actor().role != "advisor",
    )


@blueprint.post("/<task_id>/done")
@permitted("task.complete")
def complete(task_id: str) -> Response:
    """It has been done, perhaps with a note."""
    onward = local_path(request.form.get("next") or url_for("tasks.index"))
    try:
        complete_task(parts().deps, current_actor(), task_id, request.form.get("note", "")[: LONGEST_NOTE + 1])
    except Conflict:
        flash(_("This was done already."))
        return make_response(redirect(onward, 303))
    flash(_("Done. Well done."))
    return make_response(redirect(onward, 303))


def _by_due(lines: Iterable[TaskLine], now: datetime) -> list[tuple[str, list[TaskLine]]]:
    """Overdue, for today, and later: each with a heading, those without a task left out."""
    today = local(now).date()
    late: list[TaskLine] = []
    due: list[TaskLine] = []
    later: list[TaskLine] = []
    for line in lines:
        day = local(line.due_at).date()
        (late if line.is_overdue else due if day <= today else later).append(line)
    groups = [(_("Overdue"), late), (_("Today"), due), (_("Later"), later)]
    return [(title, found) for title, found in groups if found]
