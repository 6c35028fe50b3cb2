"""The main job, flow by flow, on both databases: publish, fill, submit, decide, issue, share, recall."""

import io
from datetime import timedelta

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from app.accounts import records as accounts
from app.archive import records as archive
from app.archive.core import Head
from app.db import database_now, reading, transaction
from app.flow.decide import decide
from app.flow.issue import download, issue
from app.flow.keep_archive import check
from app.flow.own_profile import profile_document
from app.flow.recall import recall_poster, recall_template
from app.flow.save_draft import start_poster
from app.flow.share import share, share_again
from app.kernel.errors import Blocked, Conflict, Invalid, NotFound
from app.links import records as links
from app.links.core import state_of
from app.posters import records as posters
from app.posters.drafts import Draft
from app.reads.my_posters import MyPoster, my_posters
from app.review.records import Comment
from tests.bank import CHEN, FORBIDDEN, HE, LIN, OUTLET, PLAIN, ZHOU, Bank, actor


def told(bank: Bank, subject: str) -> list[str]:
    with reading(bank.deps) as session:
        return [entry.kind for entry in archive.entries(session, subject)]


def link_state(bank: Bank, code: str) -> str:
    with reading(bank.deps) as session:
        link = links.resolve(session, code)
        assert link is not None
        return state_of(link, database_now(session))


def read_code(data: bytes) -> str:
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
        (found,) = zxingcpp.read_barcodes(np.asarray(image.convert("RGB")))
    return str(found.text)


def test_from_template_to_recall_approved_by_policy(bank: Bank) -> None:
    poster_id = bank.started(PLAIN)
    answer = bank.submitted(poster_id)
    assert (answer.state, answer.policy, answer.due_at) == ("approved", "open-slots-no-finding", None)
    issued = issue(bank.deps, bank.studio, LIN, poster_id, "png")
    data, media_type = download(bank.deps, LIN, poster_id, "png")
    assert media_type == "image/png"
    assert read_code(data) == issued.address == f"{bank.deps.settings.base_url}/{issued.link_code}"
    assert link_state(bank, issued.link_code) == "active"
    assert share(bank.deps, LIN, poster_id, "wechat") == issued.link_code
    child = share_again(bank.deps, issued.link_code, "moments")
    assert link_state(bank, child) == "active"
    assert recall_poster(bank.deps, HE, poster_id, "利率已变") == sorted([issued.link_code, child])
    for code in (issued.link_code, child):
        assert link_state(bank, code) == "recalled"
    with pytest.raises(Blocked) as caught:
        download(bank.deps, LIN, poster_id, "png")
    assert caught.value.code == "withdrawn"
    assert bank.steps(poster_id) == ["edit", "submit", "approve_by_policy", "issue", "recall"]
    assert told(bank, f"poster:{poster_id}") == [
        f"poster.{name}"
        for name in (
            "edit",
            "submit",
            "approve_by_policy",
            "mint",
            "issue",
            "share",
            "share_again",
            "recall",
        )
    ]
    assert bank.case(poster_id).state == "recalled"
    assert isinstance(check(bank.deps).found, Head)


def test_from_template_to_recall_with_a_human_in_between(bank: Bank) -> None:
    poster_id, digest = bank.in_review()
    pinned = Comment("slots.words", "收益好：请删去", 0.4, 0.6)
    assert decide(bank.deps, ZHOU, poster_id, "request_change", digest, comments=[pinned]) == "changes_requested"
    bank.saved(poster_id, 1, PLAIN | {"message": "今天小雪，出门加衣。"})
    answer = bank.submitted(poster_id)
    assert answer.digest != digest
    assert answer.state == "approved"
    issued = {format_: issue(bank.deps, bank.studio, LIN, poster_id, format_) for format_ in ("png", "jpeg", "pdf")}
    assert len({one.link_code for one in issued.values()}) == 1
    assert read_code(download(bank.deps, LIN, poster_id, "jpeg")[0]) == issued["png"].address
    assert download(bank.deps, LIN, poster_id, "pdf")[0].startswith(b"%PDF")
    assert bank.steps(poster_id).count("issue") == 1
    mine = reading_mine(bank)
    assert [(one.state, one.next, one.formats) for one in mine] == [("issued", "share", ("png", "jpeg", "pdf"))]
    ended = recall_template(bank.deps, ZHOU, bank.version(), "字体授权到期")
    assert ended == [issued["png"].link_code]
    with pytest.raises(Blocked) as caught:
        download(bank.deps, LIN, poster_id, "png")
    assert caught.value.code == "withdrawn"
    assert [(one.state, one.next) for one in reading_mine(bank)] == [("recalled", "start_again")]
    with pytest.raises(Conflict) as refused:
        bank.started(PLAIN)
    assert refused.value.code == "not_approved"


def reading_mine(bank: Bank) -> list[MyPoster]:
    with reading(bank.deps) as session:
        return my_posters(session, LIN.person_id)


def test_a_blocking_finding_stops_the_submission_and_leaves_nothing(bank: Bank) -> None:
    poster_id = bank.started(FORBIDDEN)
    with pytest.raises(Invalid) as caught:
        bank.submitted(poster_id)
    assert "blocked" in {problem.code for problem in caught.value.problems}
    assert bank.steps(poster_id) == ["edit"]


def test_what_was_not_issued_is_neither_downloaded_nor_shared(bank: Bank) -> None:
    poster_id = bank.started(PLAIN)
    with pytest.raises(NotFound):
        download(bank.deps, LIN, poster_id, "png")
    with pytest.raises(Conflict) as caught:
        share(bank.deps, LIN, poster_id, "wechat")
    assert caught.value.code == "not_issued"
    with pytest.raises(Conflict) as refused:
        issue(bank.deps, bank.studio, LIN, poster_id, "png")
    assert refused.value.code == "not_approved"


def test_a_colleague_sees_nothing_of_a_poster(bank: Bank) -> None:
    poster_id = bank.approved()
    for refused in (
        lambda: bank.saved(poster_id, 1, who=CHEN),
        lambda: bank.submitted(poster_id, who=CHEN),
        lambda: issue(bank.deps, bank.studio, CHEN, poster_id, "png"),
        lambda: download(bank.deps, CHEN, poster_id, "png"),
        lambda: recall_poster(bank.deps, CHEN, poster_id, "x"),
    ):
        with pytest.raises(NotFound) as caught:
            refused()
        assert caught.value.code == "no_such_poster"


def test_a_draft_is_refused_only_for_what_has_no_meaning(bank: Bank) -> None:
    version_id = bank.version()
    wrong = Draft({"words": 7, "other": "x", "term": {"picture": "a" * 64}}, "wall", "en", "radio")
    with pytest.raises(Invalid) as caught:
        start_poster(bank.deps, bank.studio, LIN, version_id, wrong)
    assert {problem.path: problem.code for problem in caught.value.problems} == {
        "size": "unknown_size",
        "language": "unknown_language",
        "channel": "unknown_channel",
        "slots.words": "wrong_type",
        "slots.other": "unknown_slot",
        "slots.term.picture": "missing_picture",
    }
    too_long = bank.started({"words": "山" * 300})
    with pytest.raises(Invalid) as refused:
        bank.submitted(too_long)
    assert [problem.code for problem in refused.value.problems] == ["too_long"]


def test_a_poster_needs_a_name_and_shows_the_owner_s_own(bank: Bank) -> None:
    nameless = actor("nobody", "advisor", OUTLET)
    with pytest.raises(Invalid) as caught:
        bank.submitted(bank.started(PLAIN, who=nameless), who=nameless)
    assert caught.value.code == "no_profile"
    digest = bank.submitted(poster_id := bank.started(PLAIN)).digest
    with reading(bank.deps) as session:
        content = posters.find_snapshot(session, poster_id, digest).content
    assert content.values["profile"]["name"] == "林若溪"


def test_the_licence_for_the_product_is_shown_while_it_holds(bank: Bank) -> None:
    with transaction(bank.deps) as session:
        today = database_now(session).date()
        accounts.put_licence(session, "lin", "fund", "F-OLD", today - timedelta(days=1))
        accounts.put_licence(session, "lin", "fund", "F-NEW", today)
        accounts.put_licence(session, "lin", "insurance", "I-1", today)
        assert profile_document(session, "lin", "fund", today)["licence"] == "F-NEW"
        assert profile_document(session, "lin", "insurance", today)["licence"] == "I-1"
        assert profile_document(session, "lin", "wealth", today)["licence"] == ""
        assert profile_document(session, "lin", "generic", today)["licence"] == "F-NEW"
