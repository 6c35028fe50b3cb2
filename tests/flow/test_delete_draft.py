"""A draft is deleted with all that belongs to it; what was submitted, or begun from, is not."""

import pytest

from app.archive.records import entries
from app.db import reading
from app.flow.delete_draft import delete_draft
from app.flow.save_draft import start_again, withdraw
from app.kernel.errors import Conflict, Forbidden, NotFound
from tests.bank import CHEN, LIN, ZHOU, Bank


def test_what_was_never_submitted_is_gone_with_its_revisions(bank: Bank) -> None:
    poster_id = bank.started()
    bank.saved(poster_id, 1, {"words": "第二稿"})
    delete_draft(bank.deps, LIN, poster_id)
    with pytest.raises(NotFound):
        bank.case(poster_id)
    with reading(bank.deps) as session:
        last = entries(session, f"poster:{poster_id}")[-1]
    assert (last.kind, last.body) == ("poster.delete", {"revisions": 2})
    with pytest.raises(NotFound):
        delete_draft(bank.deps, LIN, poster_id)


def test_others_may_not(bank: Bank) -> None:
    poster_id = bank.started()
    with pytest.raises(NotFound):
        delete_draft(bank.deps, CHEN, poster_id)
    with pytest.raises(Forbidden):
        delete_draft(bank.deps, ZHOU, poster_id)
    assert bank.case(poster_id).state == "draft"


def test_what_was_submitted_once_or_begun_from_stays(bank: Bank) -> None:
    waiting, _ = bank.in_review()
    with pytest.raises(Conflict) as refused:
        delete_draft(bank.deps, LIN, waiting)
    assert refused.value.code == "locked"
    withdraw(bank.deps, LIN, waiting)
    with pytest.raises(Conflict):
        delete_draft(bank.deps, LIN, waiting)
    base = bank.started()
    start_again(bank.deps, LIN, base)
    with pytest.raises(Conflict):
        delete_draft(bank.deps, LIN, base)
