"""What designers do beside uploading: take back, release in their own part of the house, see what long names do."""

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest

from app.accounts import records as accounts
from app.accounts.people import Profile
from app.db import reading, transaction
from app.flow.decide import decide
from app.flow.design import release, retire, submit_version, upload, upload_bundle, withdraw_version
from app.flow.inspect_template import brimful, copy_review, fitting_profile, layout_problems, strains
from app.flow.issue import issue
from app.flow.published import load_version, read_files
from app.flow.recall import recall_template
from app.flow.save_draft import start_poster
from app.kernel.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from app.library import records as library
from app.library.core import Availability
from app.reads.design import design, designs, version_view
from app.reads.design_diff import template_diff
from app.reads.design_people import longest, width
from app.rendering.template import LoadedTemplate
from tests.bank import FUND, GREETING, HE, LIN, MEI, PLAIN, ZHOU, Bank, actor, draft
from tests.bundles import BUILT_IN, SECRET, telltale, telltale_png
from tests.posters import PROJECT

DAY = date(2026, 11, 22)
WEST = actor("xu", "operator", "/hq/west/")
WEST_DESIGNER = actor("bai", "designer", "/hq/west/")


def files(slug: str = GREETING, **changes: Any) -> dict[str, bytes]:
    folder = PROJECT / "poster_templates" / slug
    found = {file.name: file.read_bytes() for file in folder.iterdir()}
    document = json.loads(found["template.json"]) | {"version": "1.1.0"} | changes
    return found | {"template.json": json.dumps(document, indent=2, ensure_ascii=False).encode()}


def zipped(given: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, data in given.items():
            made.writestr(name, data)
    return buffer.getvalue()


def objects(tmp_path: Path) -> set[str]:
    return {file.name for file in (tmp_path / "objects").rglob("*") if file.is_file() and len(file.name) == 64}


def changed(bank: Bank, slug: str = GREETING, **changes: Any) -> LoadedTemplate:
    return read_files(bank.studio, files(slug, **changes))


def with_size(document: dict[str, Any], layer: str, **changes: Any) -> dict[str, Any]:
    """The sizes of a template with one of the phone's layers changed."""

    def walk(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            one
            | (changes if one["name"] == layer else {})
            | ({"layers": walk(one["layers"])} if "layers" in one else {})
            for one in layers
        ]

    phone = document["sizes"]["phone"]
    return document["sizes"] | {"phone": phone | {"layers": walk(phone["layers"])}}


def document(slug: str = GREETING) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(slug)["template.json"])
    return found


def test_a_bundle_becomes_a_version_with_exactly_its_files(bank: Bank) -> None:
    given = files()
    version_id = upload_bundle(
        bank.deps, bank.studio, MEI, zipped({f"kit/{name}": data for name, data in given.items()})
    )
    with reading(bank.deps) as session:
        version = library.find_version(session, version_id)
    assert {name: bank.deps.store.get(digest) for name, digest in version.content.files.items()} == given
    assert bank.case(version_id).state == "draft"


def test_whatever_is_wrong_with_a_bundle_nothing_of_it_is_kept(bank: Bank, tmp_path: Path) -> None:
    before = objects(tmp_path)
    long = {"zh": "天" * 40, "en": "sky " * 10}
    overfull = document()["slots"]
    overfull["words"] = overfull["words"] | {"max_chars": 400, "example": long}
    tries = {
        "bad_archive": zipped(files())[:-9],
        "bad_template": zipped(files(slots=overfull) | {"phone.jpg": b"no picture"}),
        "too_large": zipped(files()) + bytes(33 * 1024 * 1024),
    }
    for code, data in tries.items():
        with pytest.raises(Invalid) as caught:
            upload_bundle(bank.deps, bank.studio, MEI, data)
        assert caught.value.code == code
    for version, code in ((BUILT_IN, "locked"),):
        with pytest.raises(Conflict) as conflict:
            upload_bundle(bank.deps, bank.studio, MEI, zipped(files(version=version, tags=["other"])))
        assert conflict.value.code == code
    assert objects(tmp_path) == before
    with reading(bank.deps) as session:
        assert {one.slug: one.newest.version.version for one in designs(session, "/hq/")}[GREETING] == BUILT_IN


def test_a_template_that_cannot_be_laid_out_is_refused_with_the_size_and_its_file(bank: Bank) -> None:
    sizes = with_size(document(), "words", box=[84, 600, 200, 40])
    with pytest.raises(Invalid) as caught:
        upload_bundle(bank.deps, bank.studio, MEI, zipped(files(sizes=sizes)))
    assert {(one.path, one.code) for one in caught.value.problems} == {("sizes.phone: slots.words", "overflow")}
    assert json.loads(caught.value.fields["manifest"])["slug"] == GREETING


def test_a_broken_template_does_not_hide_its_broken_pictures(bank: Bank) -> None:
    with pytest.raises(Invalid) as caught:
        upload(bank.deps, bank.studio, MEI, {"template.json": b"{", "phone.jpg": b"no picture"})
    assert {one.code for one in caught.value.problems} == {"bad_template", "bad_picture"}


def test_a_submitted_version_is_taken_back(bank: Bank) -> None:
    version_id = upload(bank.deps, bank.studio, MEI, files())
    submit_version(bank.deps, bank.studio, MEI, version_id)
    with pytest.raises(Forbidden):
        withdraw_version(bank.deps, HE, version_id)
    withdraw_version(bank.deps, MEI, version_id)
    assert (bank.case(version_id).state, bank.steps(version_id)) == ("draft", ["edit", "submit", "withdraw"])
    with pytest.raises(Conflict):
        withdraw_version(bank.deps, MEI, version_id)


def test_a_branch_settles_its_own_part_of_the_house_only(bank: Bank) -> None:
    version_id = bank.version()
    own = Availability("/hq/west/", DAY, date(2026, 12, 31))
    for path in ("/", "/hq/", "/hq/east/", "/nowhere/"):
        with pytest.raises(NotFound):
            release(bank.deps, WEST, version_id, [Availability(path, DAY)])
    release(bank.deps, WEST, version_id, [own])
    with reading(bank.deps) as session:
        grants = library.availability(session, version_id)
    assert own in grants
    assert [one.organisation_path for one in grants] == ["/", "/hq/west/"]
    release(bank.deps, HE, version_id, [Availability("/hq/east/", DAY)])
    with reading(bank.deps) as session:
        assert [one.organisation_path for one in library.availability(session, version_id)] == ["/hq/east/"]
    with pytest.raises(Invalid) as caught:
        release(bank.deps, HE, version_id, [Availability("/", DAY, date(2026, 11, 1))])
    assert caught.value.code == "bad_range"


def test_what_belongs_to_the_house_is_ended_at_headquarters(bank: Bank) -> None:
    for ended in (
        lambda: retire(bank.deps, WEST, bank.version(), "over"),
        lambda: retire(bank.deps, WEST_DESIGNER, bank.version(), "over"),
        lambda: recall_template(bank.deps, WEST, bank.version(), "over"),
    ):
        with pytest.raises(Forbidden) as caught:
            ended()
        assert caught.value.code == "not_permitted"
    assert bank.case(bank.version()).state == "approved"
    for reason in ("", "  ", "x" * 2001):
        with pytest.raises(Invalid):
            retire(bank.deps, HE, bank.version(), reason)
    retire(bank.deps, HE, bank.version(), "over")


def test_the_copy_of_a_template_is_judged_whether_it_blocks_or_not(bank: Bank) -> None:
    slots = document()["slots"]
    slots["words"]["example"] = "保本保息，\n稳赚不赔。"
    found = copy_review(bank.studio, changed(bank, slots=slots), DAY)
    assert {one["severity"] for one in found} >= {"block"}
    assert all(one["sizes"] == ["phone"] for one in found)
    advice = copy_review(bank.studio, changed(bank, FUND), DAY)
    assert {one["severity"] for one in advice} == {"advise"}
    assert any(len(one["sizes"]) > 1 for one in advice)


def test_what_the_longest_people_do_is_told_size_by_size(bank: Bank) -> None:
    loaded = bank.studio.templates[FUND]
    sample = bank.studio.sample_profile
    assert [one for one in strains(bank.studio, loaded, sample) if one.path.startswith("profile.")] == []
    person = replace(sample, name="阿卜杜热合曼·买买提吐尔逊·艾合买提江·玉素甫江·㛃䶮")
    found = [one for one in strains(bank.studio, loaded, person) if one.path == "profile.name"]
    assert {one.size for one in found} == {"phone", "square"}
    assert all(one.outcome == "smaller" and one.set_px < one.usual_px for one in found)
    endless = replace(sample, name="欧" * 120)
    fitting, problems = fitting_profile(bank.studio, loaded, "phone", "zh", endless)
    assert (fitting.name, [one.code for one in problems]) == (sample.name, ["overflow"])
    assert {one.outcome for one in strains(bank.studio, loaded, endless) if one.path == "profile.name"} == {"overflows"}


def test_a_slot_that_does_not_hold_what_it_allows_is_found(bank: Bank) -> None:
    slots = document()["slots"]
    slots["words"]["max_chars"] = 400
    found = strains(bank.studio, changed(bank, slots=slots), bank.studio.sample_profile)
    assert [(one.path, one.outcome) for one in found if one.path == "slots.words"] == [("slots.words", "overflows")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_filler_has_exactly_the_length_asked_for(language: Any) -> None:
    for count in (1, 2, 64, 65, 300):
        text = brimful(count, language)
        assert (len(text), text.strip()) == (count, text)


def test_the_longest_people_are_found_by_the_width_of_their_names(bank: Bank) -> None:
    with transaction(bank.deps) as session:
        for number, name in enumerate(("iiiiiiiiiiiiiiiiiii", "WWWWWWWWWWWWWWWW", "欧阳")):
            person = accounts.add_person(session, "hq", name)
            title = "私人银行部首席财富管理顾问" if number == 2 else ""
            accounts.put_profile(session, person, Profile(name, title, "1", "总行"))
    with reading(bank.deps) as session:
        fonts, sample = bank.studio.kit.fonts, bank.studio.sample_profile
        found = longest(session, "/hq/", fonts, sample)
        nobody = longest(session, "/hq/nowhere/", fonts, sample)
    assert (found.profile.name, found.profile.title) == ("WWWWWWWWWWWWWWWW", "私人银行部首席财富管理顾问")
    assert (found.profile.phone, found.people) == (sample.phone, 5)
    assert (nobody.profile, nobody.people) == (sample, 0)
    assert width("WW", fonts) > width("ii", fonts)


def test_every_built_in_template_can_be_laid_out_and_strained(bank: Bank) -> None:
    for loaded in bank.studio.templates.values():
        assert layout_problems(bank.studio, loaded) == []


def test_versions_are_seen_with_their_use_and_history(bank: Bank) -> None:
    bank.submitted(bank.started(PLAIN))
    bank.started(PLAIN)
    built_in = bank.version()
    version_id = upload(bank.deps, bank.studio, MEI, files())
    for _ in range(2):
        upload(bank.deps, bank.studio, MEI, files(tags=["新"]))
    with reading(bank.deps) as session:
        first = designs(session, "/hq/")[0]
        view = version_view(session, "/hq/", version_id)
        old = version_view(session, "/hq/west/", built_in)
        with pytest.raises(NotFound):
            version_view(session, "/hq/west/", version_id)
        with pytest.raises(NotFound):
            design(session, "/hq/", "no-such")
        assert [one.version.version for one in design(session, "/hq/west/", GREETING).versions] == [BUILT_IN]
    assert (first.slug, first.newest.state, first.use.total, first.use.drafts) == (GREETING, "draft", 2, 1)
    assert [one.step.action for one in view.past] == ["edit"]
    assert view.version.number == 3
    assert [one.step.action for one in old.past] == ["approve_by_policy", "submit"]


def test_two_versions_are_compared_by_copy_and_by_layer(bank: Bank) -> None:
    with reading(bank.deps) as session:
        old = load_version(bank.deps, library.find_version(session, bank.version()))
    same = template_diff(old, changed(bank), "zh")
    assert same.is_empty
    slots = document()["slots"]
    slots["words"] |= {"example": "山色新，\n茶也刚好。", "max_chars": 50}
    new = changed(bank, slots=slots, sizes=with_size(document(), "words", opacity=0.9), tags=["别的"])
    found = template_diff(old, new, "zh")
    assert found.facts == ("tags",)
    (slot,) = found.slots
    assert (slot.name, slot.change, slot.limits) == ("words", "changed", ("max_chars",))
    assert "".join(one.text for one in slot.pieces if one.kind != "old") == "山色新，\n茶也刚好。"
    assert [(one.size, one.name, one.change) for one in found.layers] == [("phone", "words", "changed")]


def test_only_designers_bring_bundles_and_the_archive_is_not_even_opened(bank: Bank) -> None:
    for who in (LIN, ZHOU, HE):
        with pytest.raises(AppError) as caught:
            upload_bundle(bank.deps, bank.studio, who, b"no archive")
        assert caught.value.code == "not_permitted"


@pytest.mark.parametrize("spoil", [telltale, telltale_png])
def test_what_a_camera_wrote_into_a_template_picture_is_in_no_file_that_goes_out(bank: Bank, spoil: Any) -> None:
    given = files()
    given["phone.jpg"] = spoil(given["phone.jpg"])
    assert SECRET.encode() in given["phone.jpg"]
    version_id = upload_bundle(bank.deps, bank.studio, MEI, zipped(given))
    digest = submit_version(bank.deps, bank.studio, MEI, version_id)
    decide(bank.deps, ZHOU, version_id, "approve", digest)
    release(bank.deps, HE, version_id, [Availability("/", date(2026, 1, 1))])
    poster_id = start_poster(bank.deps, bank.studio, LIN, version_id, draft(PLAIN)).poster_id
    bank.submitted(poster_id)
    for format_ in ("png", "jpeg", "pdf"):
        issued = issue(bank.deps, bank.studio, LIN, poster_id, cast(Any, format_))
        data = bank.deps.store.get(issued.file.object_digest)
        assert len(data) > 20_000
        for stretch in (data, *inflated(data)):
            assert SECRET.encode() not in stretch
            assert b"Exif\0" not in stretch
            assert b"xmpmeta" not in stretch or format_ == "pdf"  # which describes itself


def inflated(data: bytes) -> Iterator[bytes]:
    """Every compressed stream of a PDF, unpacked."""
    for found in re.finditer(rb"stream\r?\n", data):
        try:
            yield zlib.decompressobj().decompress(data[found.end() :])
        except zlib.error:
            continue
