"""Text in pictures: read once, judged like copy, never passed without a human when it hits or cannot be read."""

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.accounts import records as accounts
from app.accounts.people import Profile
from app.config import Settings
from app.db import database_now, reading, transaction
from app.factory import picture_reader
from app.flow.decide import decide
from app.flow.design import publish_builtin, submit_version, upload
from app.flow.edit_draft import check_work, open_work
from app.flow.issue import issue
from app.flow.keep_picture import bring_picture, keep_picture
from app.flow.save_draft import start_poster
from app.jobs.tables import JobRow
from app.kernel.errors import Conflict, Unavailable
from app.ocr.core import Line, gathered
from app.ocr.reader import Reader
from app.ocr.records import find
from app.ocr.tables import PictureReadingRow
from app.rescans import records as rescans
from app.worker import work
from tests.bank import LIN, MEI, PLAIN, ZHOU, Bank, draft
from tests.bundles import template_files
from tests.photos import lettering, photo
from tests.posters import PROJECT

PROMISE = "保本保收益"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """The real engine, started once for all tests of this file."""
    made = picture_reader(Settings.from_env({}))
    assert isinstance(made, Reader)
    yield made
    made.close()


@pytest.fixture
def bank(bank: Bank, reader: Reader, tmp_path: Path) -> Bank:
    """The bank, with a template that takes a photo, and somebody who reads pictures."""
    folder = tmp_path / "more"
    shutil.copytree(PROJECT / "poster_templates" / "photo-greeting", folder / "photo-greeting")
    publish_builtin(bank.deps, bank.studio, folder)
    return replace(bank, deps=replace(bank.deps, read_picture=reader, studio=lambda: bank.studio))


def with_photo(bank: Bank, data: bytes) -> tuple[str, str]:
    """A draft that shows the picture, and the picture's digest."""
    poster_id = bank.started({}, "photo-greeting")
    digest = bring_picture(bank.deps, LIN, poster_id, data).digest
    bank.saved(poster_id, 1, {"view": {"picture": digest}})
    return poster_id, digest


def as_portrait(bank: Bank, data: bytes) -> str:
    """The picture as the photo of Lin's profile; its digest."""
    digest = keep_picture(bank.deps.store, data).digest
    with transaction(bank.deps) as session:
        accounts.put_profile(session, "lin", Profile("林若溪", "理财经理", "138 0000 2048", "望江支行", digest))
    return digest


def found(bank: Bank, poster_id: str) -> list[tuple[str, str, str, str]]:
    """What stands against a submitted poster: rule, severity, text, place."""
    return [(one["rule"], one["severity"], one["text"], one["place"]) for one in bank.case(poster_id).findings]


def test_a_photo_that_promises_is_a_finding_and_a_human_must_look(bank: Bank) -> None:
    poster_id, digest = with_photo(bank, photo(PROMISE, (800, 800)))
    work(bank.deps, once=True)
    with reading(bank.deps) as session:
        read = find(session, [digest])[digest]
    assert (read.outcome, [line.text for line in read.lines]) == ("read", [PROMISE])

    marks = check_work(bank.studio, open_work(bank.deps, bank.studio, LIN, poster_id)).marks
    (mark, *_) = [one for one in marks if one.in_picture and one.text.startswith("保本")]
    assert (mark.slot, mark.severity) == ("view", "review")
    assert mark.boxes

    answer = bank.submitted(poster_id)
    assert (answer.state, answer.policy) == ("in_review", None)
    hits = [one for one in answer.findings if one["place"] == "slots.view"]
    assert hits
    assert {one["severity"] for one in hits} == {"review"}
    assert "block" in {one["picture"]["level"] for one in hits}
    left, top, width, height = hits[0]["picture"]["boxes"][0]
    assert 0.2 < left < 0.5 < left + width < 0.8
    assert 0.4 < top < 0.5 < top + height < 0.6
    with pytest.raises(Conflict):
        issue(bank.deps, bank.studio, LIN, poster_id, "png")


def test_an_english_promise_is_read_also_turned_and_in_white_on_nothing(reader: Reader) -> None:
    assert [line.text for line in reader(photo("Guaranteed returns", turn=180))] == ["Guaranteed returns"]
    assert [line.text for line in reader(lettering("Risk-free profit"))] == ["Risk-free profit"]
    upright = reader(photo(PROMISE, turn=90))
    assert [line.text for line in upright] == [PROMISE]
    assert upright[0].box[3] > upright[0].box[2]


def test_what_was_not_read_yet_is_never_approved_by_policy_and_what_is_found_later_stops_the_issue(bank: Bank) -> None:
    as_portrait(bank, photo(PROMISE))
    poster_id = bank.started(PLAIN)
    answer = bank.submitted(poster_id)
    assert answer.state == "in_review"
    assert found(bank, poster_id) == [("picture_not_read", "review", "", "profile.photo")]
    decide(bank.deps, ZHOU, poster_id, "approve", answer.digest, studio=bank.studio)
    work(bank.deps, once=True)
    with pytest.raises(Conflict) as refused:
        issue(bank.deps, bank.studio, LIN, poster_id, "png")
    assert refused.value.code == "recheck_required"


def test_a_picture_without_words_changes_nothing(bank: Bank) -> None:
    digest = as_portrait(bank, photo())
    assert bank.submitted(bank.started(PLAIN)).state == "in_review"
    work(bank.deps, once=True)
    poster_id = bank.started({"words": "晨光正好，\n慢慢来。"})
    answer = bank.submitted(poster_id)
    assert (answer.state, answer.findings) == ("approved", ())
    issue(bank.deps, bank.studio, LIN, poster_id, "png")
    with reading(bank.deps) as session:
        rows = session.scalars(select(PictureReadingRow).where(PictureReadingRow.digest == digest)).all()
    assert [(row.outcome, row.lines) for row in rows] == [("read", [])]


def _dies(data: bytes) -> tuple[Line, ...]:
    os.kill(os.getpid(), signal.SIGKILL)
    return ()


def test_a_picture_that_kills_its_reader_needs_a_human_who_is_told(bank: Bank) -> None:
    mortal = Reader(_dies, 5, 512)
    bank = replace(bank, deps=replace(bank.deps, read_picture=mortal))
    digest = as_portrait(bank, photo("慢慢来"))
    bank.submitted(bank.started(PLAIN))
    work(bank.deps, once=True)
    with reading(bank.deps) as session:
        assert find(session, [digest])[digest].error_code == "reading_crashed"
    poster_id = bank.started({"words": "晨光正好，\n慢慢来。"})
    assert bank.submitted(poster_id).state == "in_review"
    assert found(bank, poster_id) == [("picture_unreadable", "review", "", "profile.photo")]
    mortal.close()


def test_a_reader_that_hangs_is_given_up() -> None:
    slow = Reader(_hangs, 0.2, 512)
    with pytest.raises(Unavailable) as refused:
        slow(b"x")
    slow.close()
    assert refused.value.code == "reading_timeout"


def _hangs(data: bytes) -> tuple[Line, ...]:
    signal.pause()
    return ()


def test_the_reader_is_let_go_when_nobody_needs_it() -> None:
    idle = Reader(_own_pid, 5, 512, idle_seconds=0.05)
    first = idle(b"x")[0].text
    deadline = time.monotonic() + 5
    while Path(f"/proc/{first}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{first}").exists()
    assert idle(b"x")[0].text != first
    idle.close()


def _own_pid(data: bytes) -> tuple[Line, ...]:
    return (Line(str(os.getpid()), (0, 0, 1, 1), 1.0),)


def test_the_pictures_of_a_template_are_read_when_it_is_submitted(bank: Bank) -> None:
    files = template_files("photo-greeting")
    first, *others = sorted(name for name in files if name != "template.json")
    files |= {first: photo(PROMISE)} | {name: photo(size=(200, 200)) for name in others}
    version_id = upload(bank.deps, bank.studio, MEI, files)
    work(bank.deps, once=True)
    submit_version(bank.deps, bank.studio, MEI, version_id)
    case = bank.case(version_id)
    hits = [one for one in case.findings if "picture" in one and one["text"].startswith("保本")]
    assert hits
    assert not [one for one in case.findings if one["rule"] == "picture_not_read"]


def test_words_that_only_the_finished_poster_shows_are_laid_before_reviewers(bank: Bank, tmp_path: Path) -> None:
    settings = bank.deps.settings.model_copy(update={"ocr_posters": "on"})
    bank = replace(bank, deps=replace(bank.deps, settings=settings))
    folder = tmp_path / "painted" / "photo-greeting"
    folder.mkdir(parents=True)
    files = template_files("photo-greeting")
    example = json.loads(files["template.json"])["slots"]["view"]["example"]
    for name, data in (files | {example: photo(PROMISE, (900, 900))}).items():
        (folder / name).write_bytes(data)
    (version_id,) = publish_builtin(bank.deps, bank.studio, folder.parent)
    poster_id = start_poster(bank.deps, bank.studio, LIN, version_id, draft({}, "square")).poster_id
    assert bank.submitted(poster_id).state == "approved"
    issue(bank.deps, bank.studio, LIN, poster_id, "jpeg")
    with transaction(bank.deps) as session:
        session.execute(update(JobRow).where(JobRow.name == "read_poster").values(due_at=database_now(session)))
    work(bank.deps, once=True)
    with reading(bank.deps) as session:
        blocked = rescans.find_blocked(session, poster_id)
        assert blocked is not None
        assert {one["severity"] for one in blocked.findings} == {"block"}
        assert all("保" in one["text"] for one in blocked.findings)
    with transaction(bank.deps) as session:
        rescans.clear(session, [poster_id], blocked.book)
    with reading(bank.deps) as session:
        assert rescans.find_blocked(session, poster_id) is not None


def test_where_nobody_reads_pictures_a_human_looks_at_each(bank: Bank) -> None:
    blind = replace(bank.deps, settings=bank.deps.settings.model_copy(update={"ocr": "off"}))
    bank = replace(bank, deps=blind)
    as_portrait(bank, photo())
    for words in (PLAIN, {"words": "晨光正好，\n慢慢来。"}):
        poster_id = bank.started(words)
        assert bank.submitted(poster_id).state == "in_review"
        work(bank.deps, once=True)
    with reading(bank.deps) as session:
        assert session.scalars(select(PictureReadingRow)).all() == []


def test_lines_are_in_reading_order_and_count_once() -> None:
    def line(text: str, left: float, top: float, confidence: float = 0.9) -> Line:
        return Line(text, (left, top, 0.2, 0.1), confidence)

    seen = gathered(
        [[line("本", 0.5, 0.09), line("收益", 0.1, 0.5)], [line("保", 0.1, 0.1), line("收益", 0.12, 0.5, 0.7)]]
    )
    assert [one.text for one in seen] == ["保", "本", "收益"]
