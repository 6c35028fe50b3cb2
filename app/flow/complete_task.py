"""Complete a task: the advisor has done what a rule asked for."""

from sqlalchemy.orm import Session

from app.accounts.core import Actor, require
from app.archive.records import append
from app.customers import records as customers
from app.customers.core import LONGEST_NOTE, line_problems
from app.db import HasEngine, retried
from app.flow.rename_customer import customer_in_reach
from app.kernel.errors import Invalid, NotFound


def complete_task(deps: HasEngine, actor: Actor, task_id: str, note: str = "") -> str:
    """The id of the customer whose task is done now.

    *Raises* Forbidden, NotFound ``no_such_task``, Invalid ``too_long``, Conflict ``done_already``.
    """
    require(actor, "task.complete")
    kept = note.strip()
    problems = line_problems("note", kept, LONGEST_NOTE)
    if problems:
        raise Invalid.of(problems)

    def work(session: Session) -> str:
        task = customers.find_task(session, task_id)
        try:
            customer_in_reach(session, actor, task.customer_id)
        except NotFound as error:
            raise NotFound("no_such_task", "there is no such task") from error
        customers.complete(session, task_id, actor.person_id, kept)
        append(session, "task.completed", f"task:{task_id}", actor.person_id, {"rule": task.rule})
        return task.customer_id

    return retried(deps, work)
