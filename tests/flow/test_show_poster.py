"""A poster's picture: the newest revision or a snapshot, for whoever may see it, and painted once."""

import io

import pytest
from PIL import Image

from app.accounts.core import Actor
from app.flow.issue import issue
from app.flow.show_poster import Pictured, picture_of, pictured
from app.kernel.errors import Forbidden, NotFound
from tests.bank import CHEN, FORBIDDEN, HE, LIN, PLAIN, ZHOU, Bank, actor


def asked(bank: Bank, poster_id: str, who: Actor = LIN, digest: str | None = None) -> Pictured:
    return pictured(bank.deps, bank.studio, who, poster_id, 180, digest)


def test_the_picture_changes_with_the_words_and_with_nothing_else(bank: Bank) -> None:
    poster_id = bank.started(PLAIN)
    first = asked(bank, poster_id)
    painted = picture_of(bank.deps, bank.studio, first)
    with Image.open(io.BytesIO(painted)) as image:
        assert (image.format, image.size) == ("WEBP", (180, 320))
    assert asked(bank, poster_id).key == first.key
    bank.saved(poster_id, 1, {"words": "云在青天，\n水在瓶。"})
    second = asked(bank, poster_id)
    assert second.key != first.key
    assert picture_of(bank.deps, bank.studio, second) != painted


def test_who_may_see_the_poster_sees_its_picture_and_nobody_else(bank: Bank) -> None:
    poster_id = bank.started()
    assert asked(bank, poster_id, ZHOU).key == asked(bank, poster_id, HE).key == asked(bank, poster_id).key
    for stranger in (CHEN, actor("zhao", "reviewer", "/hq/west/")):
        with pytest.raises(NotFound):
            asked(bank, poster_id, stranger)
    with pytest.raises(Forbidden):
        asked(bank, poster_id, actor("mei", "designer"))


def test_a_snapshot_keeps_its_picture_when_the_draft_goes_on(bank: Bank) -> None:
    poster_id, digest = bank.in_review()
    then = asked(bank, poster_id, ZHOU, digest)
    bank.saved(poster_id, 1, PLAIN)
    assert asked(bank, poster_id, ZHOU, digest).key == then.key
    assert asked(bank, poster_id, ZHOU).key != then.key
    with pytest.raises(NotFound):
        asked(bank, poster_id, ZHOU, "0" * 64)


@pytest.mark.parametrize("words", [FORBIDDEN["words"], "长" * 60, "\N{KANGXI RADICAL ONE}\U000f0000"])
def test_a_draft_that_cannot_be_issued_has_a_picture_all_the_same(bank: Bank, words: str) -> None:
    poster_id = bank.started(PLAIN)
    bank.saved(poster_id, 1, {"words": words})
    assert picture_of(bank.deps, bank.studio, asked(bank, poster_id))[8:12] == b"WEBP"


def test_an_issued_poster_shows_the_code_that_goes_out(bank: Bank) -> None:
    poster_id = bank.approved()
    before = asked(bank, poster_id)
    issued = issue(bank.deps, bank.studio, LIN, poster_id, "png")
    assert before.link == bank.studio.sample_link
    assert asked(bank, poster_id).link == issued.address
