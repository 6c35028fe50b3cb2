"""The picture that a customer passes on: the approved poster with their own code in it, and nothing else changed."""

import io
from dataclasses import replace

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from app.db import reading, transaction
from app.flow import share_picture
from app.flow.issue import issue
from app.flow.recall import recall_poster
from app.flow.share import share_again
from app.flow.share_picture import find_picture, make_picture
from app.kernel.errors import Blocked, Conflict, NotFound
from app.links import records as links
from tests.bank import HE, LIN, Bank

BOX = 0.02  # of the picture: what JPEG blocks around the code may reach beyond it


def issued(bank: Bank, format_: str = "jpeg") -> tuple[str, str]:
    """The id and the code of an issued poster."""
    poster_id = bank.approved()
    return poster_id, issue(bank.deps, bank.studio, LIN, poster_id, format_).link_code  # type: ignore[arg-type]


def pixels(bank: Bank, digest: str) -> Image.Image:
    return Image.open(io.BytesIO(bank.deps.store.get(digest))).convert("RGB")


def address(bank: Bank, code: str) -> str:
    return f"{bank.deps.settings.base_url}/{code}"


def test_a_childs_picture_holds_its_own_code_and_differs_nowhere_else(bank: Bank) -> None:
    _, root = issued(bank)
    child = share_again(bank.deps, root, "wechat")
    assert find_picture(bank.deps, child) is None
    made = make_picture(bank.deps, bank.studio, child)
    assert find_picture(bank.deps, child) == made
    approved = find_picture(bank.deps, root)
    assert approved is not None
    before, after = pixels(bank, approved.object_digest), pixels(bank, made.object_digest)
    [found] = zxingcpp.read_barcodes(after)
    assert found.text == address(bank, child)
    [old] = zxingcpp.read_barcodes(before)
    assert old.text == address(bank, root)
    corners = (old.position.top_left, old.position.bottom_right)
    margin = round(BOX * after.width)
    changed = np.abs(np.asarray(before, dtype=int) - np.asarray(after, dtype=int)).max(axis=2) > 0
    rows, columns = np.nonzero(changed)
    assert rows.size > 1000
    assert corners[0].y - margin <= rows.min() <= rows.max() <= corners[1].y + margin
    assert corners[0].x - margin <= columns.min() <= columns.max() <= corners[1].x + margin


def test_it_is_painted_once_and_a_grandchild_has_its_own(bank: Bank) -> None:
    _, root = issued(bank)
    child = share_again(bank.deps, root, "wechat")
    grandchild = share_again(bank.deps, child, "wechat")
    first = make_picture(bank.deps, bank.studio, child)
    assert make_picture(bank.deps, bank.studio, child) == first
    other = make_picture(bank.deps, bank.studio, grandchild)
    assert zxingcpp.read_barcodes(pixels(bank, other.object_digest))[0].text == address(bank, grandchild)


def test_a_poster_that_went_out_on_paper_alone_is_painted_for_its_own_link(bank: Bank) -> None:
    _, root = issued(bank, "pdf")
    assert find_picture(bank.deps, root) is None
    made = make_picture(bank.deps, bank.studio, root)
    assert find_picture(bank.deps, root) == made
    assert zxingcpp.read_barcodes(pixels(bank, made.object_digest))[0].text == address(bank, root)


def test_after_a_recall_there_is_no_picture_and_none_is_made(bank: Bank) -> None:
    poster_id, root = issued(bank)
    child = share_again(bank.deps, root, "wechat")
    make_picture(bank.deps, bank.studio, child)
    recall_poster(bank.deps, HE, poster_id, "the rate has changed")
    for code in (root, child):
        with pytest.raises(Blocked) as caught:
            find_picture(bank.deps, code)
        assert caught.value.code == "withdrawn"
        with pytest.raises(Blocked):
            make_picture(bank.deps, bank.studio, code)


def test_a_recall_while_it_is_painted_wins(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    poster_id, root = issued(bank)
    child = share_again(bank.deps, root, "wechat")
    paint = share_picture.render

    def recalled_meanwhile(*arguments: object) -> bytes:
        recall_poster(bank.deps, HE, poster_id, "the rate has changed")
        return paint(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(share_picture, "render", recalled_meanwhile)
    with pytest.raises(Blocked):
        make_picture(bank.deps, bank.studio, child)
    with reading(bank.deps) as session:
        assert links.find_picture(session, child) is None


def test_what_would_be_drawn_otherwise_today_is_not_made(bank: Bank) -> None:
    _, root = issued(bank)
    child = share_again(bank.deps, root, "wechat")
    palette = {**bank.studio.kit.palette, "ink": "#FF0000"}
    repainted = replace(bank.studio, kit=replace(bank.studio.kit, palette=palette))
    with pytest.raises(Conflict) as caught:
        make_picture(bank.deps, repainted, child)
    assert caught.value.code == "recheck_required"


def test_links_that_lead_nowhere_or_elsewhere_have_no_picture(bank: Bank) -> None:
    with transaction(bank.deps) as session:
        pending = links.mint(session, "poster", "poster-1", "wechat")
        away = links.mint(session, "address", "https://lanshan.example/", "wechat")
        links.activate(session, away)
    for code, error in (("Nobody5555", NotFound), (away, NotFound), (pending, Blocked)):
        with pytest.raises(error):
            find_picture(bank.deps, code)
