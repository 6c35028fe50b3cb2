"""What the collector need not go through: put away for a block, or for good."""

import gc

import pytest

from app.kernel import memory

MANY = 1000  # what is put away and then let go counts no longer


def test_what_is_put_away_for_good_stays_so() -> None:
    with memory.put_away():
        assert not gc.isenabled()
    assert gc.isenabled()
    with memory.settled():
        assert gc.get_freeze_count() > MANY
    assert gc.get_freeze_count() > MANY


def test_what_fails_to_open_is_not_put_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_is_put_away", False)
    with pytest.raises(ZeroDivisionError), memory.put_away():
        raise ZeroDivisionError
    assert gc.isenabled()
    assert not memory._is_put_away


def test_what_is_alive_is_put_away_until_the_end_of_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_is_put_away", False)
    gc.unfreeze()
    try:
        with memory.settled():
            assert gc.get_freeze_count() > MANY
        assert gc.get_freeze_count() == 0
    finally:
        gc.freeze()
