"""Turns: so many at once, so many in a while; who waits gets on again, and nobody waits for somebody else."""

from contextlib import ExitStack

import pytest

from app.kernel.errors import Unavailable
from app.web.json_bodies import depth_of
from app.web.turns import Turns


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def refusal(turns: Turns, key: str) -> tuple[str, int]:
    with pytest.raises(Unavailable) as refused, turns.taken(key):
        pass
    return refused.value.code, refused.value.fields["retry_after_seconds"]


def test_so_many_at_once_and_others_are_not_kept_waiting() -> None:
    turns = Turns(at_once=2, clock=Clock())
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(turns.taken("lin"))
        assert refusal(turns, "lin") == ("too_many_renders", 1)
        stack.enter_context(turns.taken("wang"))
    with turns.taken("lin"):
        pass


def test_a_burst_and_then_so_many_a_second() -> None:
    clock = Clock()
    turns = Turns(at_once=2, burst=20, per_second=4, clock=clock)
    for _ in range(20):
        with turns.taken("lin"):
            pass
    assert refusal(turns, "lin") == ("too_many_renders", 1)
    clock.now += 1
    for _ in range(4):
        with turns.taken("lin"):
            pass
    assert refusal(turns, "lin")[0] == "too_many_renders"
    clock.now += 60
    for _ in range(20):
        with turns.taken("lin"):
            pass


def test_a_turn_that_fails_is_given_back() -> None:
    turns = Turns(at_once=1, clock=Clock())
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.taken("lin"):
            raise ZeroDivisionError


@pytest.mark.parametrize(("document", "depth"), [(1, 0), ({}, 1), ({"a": [[1], {"b": []}]}, 4), ([[], [[]]], 3)])
def test_how_deep_a_document_is(document: object, depth: int) -> None:
    assert depth_of(document) == depth
