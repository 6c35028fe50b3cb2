"""Template versions: uploaded, reviewed, released by place and day, retired; and the built-in ones, published once."""

import json
from datetime import date
from pathlib import Path

import pytest

from app.archive import records as archive
from app.db import reading
from app.flow.decide import decide
from app.flow.design import publish_builtin, release, retire, submit_version, upload
from app.flow.issue import issue
from app.flow.published import load_version
from app.flow.recall import recall_template
from app.flow.save_draft import start_poster
from app.kernel.errors import AppError, Blocked, Conflict, Forbidden, Invalid, Unavailable
from app.library import records as library
from app.library.core import Availability
from app.reads.library import library as library_of
from app.reads.library import usable
from tests.bank import FUND, GREETING, HE, LIN, MEI, OUTLET, PLAIN, TAO, ZHOU, Bank, draft
from tests.bundles import BUILT_IN
from tests.posters import PROJECT

DAY = date(2026, 1, 1)


def files(version: str = "1.1.0", slug: str = GREETING, **changes: object) -> dict[str, bytes]:
    folder = PROJECT / "poster_templates" / slug
    found = {file.name: file.read_bytes() for file in folder.iterdir()}
    found["template.json"] = json.dumps(json.loads(found["template.json"]) | {"version": version} | changes).encode()
    return found


def approved(bank: Bank, **changes: object) -> str:
    version_id = upload(bank.deps, bank.studio, MEI, files(**changes))  # type: ignore[arg-type]
    digest = submit_version(bank.deps, bank.studio, MEI, version_id)
    assert bank.case(version_id).state == "in_review"
    decide(bank.deps, ZHOU, version_id, "approve", digest)
    return version_id


def test_a_version_is_used_where_and_when_it_was_released(bank: Bank) -> None:
    version_id = approved(bank)
    with pytest.raises(Blocked) as caught:
        start_poster(bank.deps, bank.studio, LIN, version_id, draft())
    assert caught.value.code == "not_available"
    for grant, is_open in (
        (Availability("/hq/west/", DAY), False),
        (Availability(OUTLET, DAY, date(2026, 1, 31)), False),
        (Availability("/hq/east/", DAY), True),
    ):
        release(bank.deps, HE, version_id, [grant])
        if is_open:
            assert start_poster(bank.deps, bank.studio, LIN, version_id, draft()).revision == 1
        else:
            with pytest.raises(Blocked):
                start_poster(bank.deps, bank.studio, LIN, version_id, draft())
    with reading(bank.deps) as session:
        kinds = [entry.kind for entry in archive.entries(session, f"template:{version_id}")]
    assert kinds == ["template.edit", "template.submit", "template.approve", *["template.release"] * 3]


def test_a_retired_version_starts_nothing_new_and_what_is_issued_lives_on(bank: Bank) -> None:
    poster_id, other = bank.started(PLAIN), bank.started(PLAIN)
    for one in (poster_id, other):
        bank.submitted(one)
    issue(bank.deps, bank.studio, LIN, poster_id, "png")
    retire(bank.deps, MEI, bank.version(), "a newer version is there")
    for work in (lambda: bank.started(PLAIN), lambda: issue(bank.deps, bank.studio, LIN, other, "png")):
        with pytest.raises(Conflict) as caught:
            work()
        assert caught.value.code == "not_approved"
    assert issue(bank.deps, bank.studio, LIN, poster_id, "jpeg").file.format == "jpeg"
    recall_template(bank.deps, HE, bank.version(), "the rights have ended")
    assert bank.case(bank.version()).state == "recalled"


def test_all_that_is_wrong_with_an_upload_is_listed_and_nothing_is_kept(bank: Bank) -> None:
    given = files() | {"stray.png": b"x", "phone.jpg": b"not a picture"}
    with pytest.raises(Invalid) as caught:
        upload(bank.deps, bank.studio, MEI, given)
    assert {problem.code for problem in caught.value.problems} == {"bad_picture", "unknown_file"}
    with reading(bank.deps) as session:
        assert len(library.all_versions(session, GREETING)) == 1


def test_a_template_whose_own_copy_is_blocked_is_not_submitted(bank: Bank) -> None:
    document = json.loads(files()["template.json"])
    document["slots"]["words"]["example"] = "保本保息，\n稳赚不赔。"
    version_id = upload(bank.deps, bank.studio, MEI, files(slots=document["slots"]))
    with pytest.raises(Invalid) as caught:
        submit_version(bank.deps, bank.studio, MEI, version_id)
    assert {problem.code for problem in caught.value.problems} == {"blocked"}
    assert bank.case(version_id).state == "draft"


def test_what_was_decided_on_with_the_template_is_not_asked_again_with_each_poster(bank: Bank) -> None:
    document = json.loads(files()["template.json"])
    document["slots"]["words"]["example"] = "安全可靠，\n值得信赖。"
    version_id = approved(bank, slots=document["slots"])
    release(bank.deps, HE, version_id, [Availability("/", DAY)])
    for slots, state in (({}, "approved"), ({"words": "安全可靠，\n始终如一。", "message": "安全可靠"}, "in_review")):
        poster_id = start_poster(bank.deps, bank.studio, LIN, version_id, draft(slots)).poster_id
        assert bank.submitted(poster_id).state == state


def test_a_slot_that_a_human_always_looks_at_goes_to_a_human_only_when_it_was_changed(bank: Bank) -> None:
    for slots, state in (({"week": "2026年第48周"}, "approved"), ({"figure": "+0.91%"}, "in_review")):
        answer = bank.submitted(bank.started(slots, slug=FUND))
        assert (answer.state, answer.findings) == (state, ())


@pytest.mark.parametrize("who", [LIN, ZHOU, HE])
def test_only_designers_upload_and_a_refusal_leaves_one_trace(bank: Bank, who: object) -> None:
    with pytest.raises(Forbidden) as caught:
        upload(bank.deps, bank.studio, who, files())  # type: ignore[arg-type]
    assert caught.value.code == "not_permitted"
    with reading(bank.deps) as session:
        assert [entry.kind for entry in archive.entries(session, "template:new")] == ["template.denied"]
        assert len(library.all_versions(session, GREETING)) == 1


def test_the_built_in_templates_are_published_once(bank: Bank, tmp_path: Path) -> None:
    assert publish_builtin(bank.deps, bank.studio, tmp_path / "templates") == []
    version_id = bank.version(FUND)
    assert bank.case(version_id).state == "approved"
    with reading(bank.deps) as session:
        version = library.find_version(session, version_id)
    assert load_version(bank.deps, version).digest == bank.studio.templates[FUND].digest


def test_a_built_in_template_that_changed_without_a_new_version_stays_and_the_others_come(
    bank: Bank, tmp_path: Path
) -> None:
    home = tmp_path / "changed" / GREETING
    home.mkdir(parents=True)
    for name, data in files(BUILT_IN, tags=["other"]).items():
        (home / name).write_bytes(data)
    (home.parent / "deposit").symlink_to(PROJECT / "poster_templates" / "deposit")
    before = bank.version()
    with pytest.raises(Conflict) as caught:
        publish_builtin(bank.deps, bank.studio, home.parent)
    assert caught.value.code == "version_taken"
    assert bank.version() == before
    assert bank.case(bank.version("deposit")).state == "approved"


def test_a_published_picture_that_rotted_is_never_painted(bank: Bank, tmp_path: Path) -> None:
    with reading(bank.deps) as session:
        digest = library.find_version(session, bank.version()).content.files["phone.jpg"]
    (tmp_path / "objects" / digest[:2] / digest[2:4] / digest).write_bytes(b"rotten")
    with pytest.raises(Unavailable) as caught:
        bank.started(PLAIN)
    assert caught.value.code == "object_corrupt"


def test_a_colleague_may_take_a_draft_further(bank: Bank) -> None:
    version_id = upload(bank.deps, bank.studio, MEI, files())
    upload(bank.deps, bank.studio, TAO, files(tags=["二"]))
    with reading(bank.deps) as session:
        assert library.authors(session, version_id) == {"mei", "tao"}
        assert library.find_version(session, version_id).number == 2
    digest = submit_version(bank.deps, bank.studio, MEI, version_id)
    assert digest == bank.case(version_id).digest
    upload(bank.deps, bank.studio, TAO, files(tags=["三"]))
    assert bank.case(version_id).state == "draft"
    with pytest.raises(AppError) as caught:
        decide(bank.deps, ZHOU, version_id, "approve", digest)
    assert caught.value.code == "not_in_review"


def test_the_newest_version_that_may_be_used_here_today_is_offered(bank: Bank) -> None:
    def offered(path: str, day: date) -> dict[str, str]:
        with reading(bank.deps) as session:
            return {one.slug: one.version for one in usable(session, path, day)}

    newer = approved(bank, version="1.10.0")
    upload(bank.deps, bank.studio, MEI, files("1.11.0"))
    release(bank.deps, HE, newer, [Availability("/hq/east/", date(2026, 3, 1), date(2026, 3, 31))])
    for path, day, version in (
        (OUTLET, date(2026, 3, 1), "1.10.0"),
        (OUTLET, date(2026, 3, 31), "1.10.0"),
        (OUTLET, date(2026, 4, 1), BUILT_IN),
        ("/hq/west/", date(2026, 3, 1), BUILT_IN),
    ):
        assert offered(path, day)[GREETING] == version
    assert offered(OUTLET, date(2025, 12, 31)) == {}
    with reading(bank.deps) as session:
        found = [(one.version.version, one.state) for one in library_of(session, GREETING)]
    assert found == [("1.11.0", "draft"), ("1.10.0", "approved"), (BUILT_IN, "approved")]
