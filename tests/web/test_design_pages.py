"""The designer's pages: a bundle comes in or is refused in words, and a version goes its way to release and end."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from app.accounts import records
from app.accounts.core import ROLES, Role
from app.accounts.people import Profile
from app.config import Settings
from app.db import reading, transaction
from app.flow.decide import decide
from app.flow.sign_in import actor_of
from app.library.records import all_versions, find_by_name
from app.library.tables import TemplateVersionRow
from app.review.records import find_case
from app.web.parts import EXTENSION, WebParts
from tests.bundles import BUILT_IN, GREETING, SECRET, bundle, slots, telltale, template_files, zipped
from tests.web.conftest import form_token

As = Callable[[Role], FlaskClient]
HOUSE: tuple[Role, ...] = tuple(role for role in ROLES if role != "advisor")


def send(browser: FlaskClient, path: str, **fields: object) -> TestResponse:
    token = form_token(browser, "/me")
    return browser.post(path, data={"csrf_token": token, **fields})


def upload(browser: FlaskClient, data: bytes, name: str = "kit.zip") -> TestResponse:
    return send(browser, "/design/upload", bundle=(io.BytesIO(data), name))


def version_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, re.sub("<[^>]+>", " ", answer.text)[-1500:]
    return answer.headers["Location"].rsplit("/", 1)[-1]


def state(app: Flask, version_id: str) -> str:
    with reading(app.extensions[EXTENSION].deps) as session:
        return find_case(session, version_id).state


def stored(settings: Settings) -> set[str]:
    return {file.name for file in settings.storage_dir.rglob("*") if file.is_file() and len(file.name) == 64}


def approved(app: Flask, as_role: As, **changes: object) -> str:
    designer = as_role("designer")
    version_id = version_of(upload(designer, bundle(**changes)))  # type: ignore[arg-type]
    send(designer, f"/design/versions/{version_id}/submit")
    parts: WebParts = app.extensions[EXTENSION]
    cookie = as_role("reviewer").get_cookie("session", domain="localhost")
    reviewer = actor_of(parts.deps, cookie.value if cookie else "")
    assert reviewer is not None
    with reading(parts.deps) as session:
        digest = find_case(session, version_id).digest or ""
    decide(parts.deps, reviewer, version_id, "approve", digest)
    return version_id


def test_a_bundle_is_uploaded_seen_submitted_and_taken_back(app: Flask, as_role: As) -> None:
    designer = as_role("designer")
    version_id = version_of(upload(designer, bundle()))
    page = designer.get(f"/design/versions/{version_id}").text
    assert "提交审核" in page
    assert "1.1.0" in designer.get("/design/").text
    send(designer, f"/design/versions/{version_id}/submit")
    assert state(app, version_id) == "in_review"
    page = designer.get(f"/design/versions/{version_id}").text
    assert ("撤回修改" in page, "提交审核</span>" in page) == (True, False)
    send(designer, f"/design/versions/{version_id}/withdraw")
    assert state(app, version_id) == "draft"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_problem_is_told_in_words_with_its_place(as_role: As, settings: Settings, lang: str) -> None:
    before, designer = stored(settings), as_role("designer")
    designer.set_cookie("lang", lang, domain="localhost")
    files = template_files(slots=slots(words={"max_chars": 2}), version="one") | {"stray.png": b"x"}
    answer = upload(designer, zipped(files), "基金<b>.zip")
    said = {
        "zh": ("版本号由三个数字组成", "第 ", "没有保存任何内容"),
        "en": ("three numbers", "line ", "Nothing was saved"),
    }
    assert answer.status_code == 422
    for words in said[lang]:
        assert words in answer.text
    line = next(n for n, text in enumerate(files["template.json"].decode().splitlines(), 1) if '"version"' in text)
    assert re.search(rf"(line|第) {line}\b", answer.text)
    assert ("<b>.zip" in answer.text, "&lt;b&gt;.zip" in answer.text) == (False, True)
    files = template_files(slots=slots(words={"max_chars": 2})) | {"stray.png": b"x", "phone.jpg": b"no picture"}
    answer = upload(designer, zipped(files))
    wanted = {
        "zh": ("槽位只允许 2 个", "模板没有用到这个文件", "这张图片打不开"),
        "en": ("the slot allows 2", "Nothing in", "be opened"),
    }
    for words in wanted[lang]:
        assert words in answer.text
    assert stored(settings) == before


def test_archives_that_are_none_are_refused_with_a_reason(as_role: As, settings: Settings) -> None:
    before, designer = stored(settings), as_role("designer")
    whole = bundle()
    for data, status, said in (
        (whole[:-40], 422, "没有完整收到"),
        (b"%PDF-1.7 not a zip", 422, "这不是 ZIP 文件"),
        (zipped({"../template.json": b"{}"}), 422, "文件不能这样命名"),
        (zipped({"template.json": b"{}", "big.png": bytes(30 * 1024 * 1024)}), 413, "解压后超过上限"),
        (zipped({"template.json": b'{"slug": }'}), 422, "读到这里出错了"),
    ):
        answer = upload(designer, data)
        assert (answer.status_code, said in answer.text) == (status, True)
    assert send(designer, "/design/upload").status_code == 422
    assert stored(settings) == before
    as_json = upload(designer, whole[:-40]).text
    assert "Traceback" not in as_json


def test_a_version_that_is_decided_on_is_not_overwritten(as_role: As, settings: Settings) -> None:
    before = stored(settings)
    answer = upload(as_role("designer"), bundle(version=BUILT_IN, tags=["别的"]))
    assert answer.status_code == 409
    assert "请提高版本号" in answer.text
    assert stored(settings) == before


@pytest.mark.parametrize("name", ["../a", "a\0b.zip", "x" * 5000 + ".zip", "<img src=x onerror=alert(1)>.zip"])
def test_whatever_a_file_is_called_it_is_stored_under_a_key_of_ours(as_role: As, settings: Settings, name: str) -> None:
    designer = as_role("designer")
    answer = upload(designer, b"nothing", name)
    assert answer.status_code == 422
    assert "<img src=x" not in answer.text
    assert len(answer.text) < 40_000
    version_of(upload(designer, bundle(), name))
    assert all(re.fullmatch("[0-9a-f]{64}", file.name) for file in settings.storage_dir.rglob("*") if file.is_file())


def test_copy_that_is_blocked_does_not_leave_the_designers_desk(app: Flask, as_role: As) -> None:
    designer = as_role("designer")
    forbidden = slots(words={"example": "保本保息，\n稳赚不赔。"})
    version_id = version_of(upload(designer, bundle(slots=forbidden)))
    answer = send(designer, f"/design/versions/{version_id}/submit")
    assert (answer.status_code, state(app, version_id)) == (422, "draft")
    assert "文案中有不允许的内容" in answer.text
    assert "不能发布" in answer.text


def test_an_approved_version_is_released_by_place_and_day_then_retired(app: Flask, as_role: As) -> None:
    version_id = approved(app, as_role)
    operator = as_role("operator")
    page = operator.get(f"/design/versions/{version_id}").text
    places = re.findall(r'<option value="(/[^"]*)"', page)
    branch = max(places, key=len)
    rows = {
        "place": ["/", branch, ""],
        "starts_on": ["2026-01-01", "2026-02-01", "2026-01-01"],
        "ends_on": ["", "2026-12-31", ""],
    }
    assert send(operator, f"/design/versions/{version_id}/release", **rows).status_code == 303
    page = operator.get(f"/design/versions/{version_id}").text
    assert "望江支行" in page
    assert page.count("data-row>") == 3
    wrong = {"place": [branch], "starts_on": ["2026-03-01"], "ends_on": ["2026-01-01"]}
    answer = send(operator, f"/design/versions/{version_id}/release", **wrong)
    assert (answer.status_code, "没有作任何更改" in answer.text) == (422, True)
    nowhere = {"place": ["/nowhere/"], "starts_on": ["2026-03-01"], "ends_on": [""]}
    assert send(operator, f"/design/versions/{version_id}/release", **nowhere).status_code == 404
    assert send(operator, f"/design/versions/{version_id}/retire", reason=" ").status_code == 422
    assert send(operator, f"/design/versions/{version_id}/retire", reason="换新版").status_code == 303
    assert state(app, version_id) == "retired"
    assert send(operator, f"/design/versions/{version_id}/recall", reason="版权到期").status_code == 303
    assert state(app, version_id) == "recalled"
    assert "版权到期" in operator.get(f"/design/versions/{version_id}").text


def test_versions_are_compared_with_the_one_before(as_role: As) -> None:
    designer = as_role("designer")
    upload(designer, bundle(slots=slots(words={"example": "山色新，\n茶也刚好。", "max_chars": 60}), tags=["新"]))
    page = designer.get(f"/design/{GREETING}").text
    assert "<ins>" in page
    assert "<del>" in page
    assert "字数上限" in page


def test_pictures_are_small_kept_and_without_what_cameras_write(as_role: As) -> None:
    designer = as_role("designer")
    files = template_files()
    files["phone.jpg"] = telltale(files["phone.jpg"])
    assert SECRET.encode() in files["phone.jpg"]
    version_id = version_of(upload(designer, zipped(files)))
    path = f"/design/versions/{version_id}/picture?width=360&size=phone&language=zh"
    for name in ("", "&name=longest"):
        answer = designer.get(path + name)
        assert answer.content_type == "image/webp"
        assert SECRET.encode() not in answer.data
        with Image.open(io.BytesIO(answer.data)) as image:
            assert (image.width, dict(image.getexif()), image.info.get("xmp")) == (360, {}, None)
        again = designer.get(path + name, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    assert designer.get(path.replace("360", "361")).status_code == 404
    assert designer.get(path.replace("size=phone", "size=nonsense")).status_code == 200


def test_the_longest_real_name_is_on_the_picture_for_it(app: Flask, as_role: As) -> None:
    designer = as_role("designer")
    with reading(app.extensions[EXTENSION].deps) as session:
        version = find_by_name(session, "fund-weekly", "1.0.0")
    with transaction(app.extensions[EXTENSION].deps) as session:
        person = records.add_person(session, records.organisations(session)[0].id, "长")
        records.put_profile(session, person, Profile("阿卜杜热合曼·买买提吐尔逊·艾合买提江"))
    assert version is not None
    assert "阿卜杜热合曼" in designer.get(f"/design/versions/{version.id}?name=longest").text
    path = f"/design/versions/{version.id}/picture?width=360&size=phone"
    assert designer.get(path).headers["ETag"] != designer.get(f"{path}&name=longest").headers["ETag"]


def test_a_bundle_can_be_taken_along_and_uploaded_again(as_role: As) -> None:
    designer, files = as_role("designer"), template_files()
    version_id = version_of(upload(designer, zipped(files)))
    answer = designer.get(f"/design/versions/{version_id}/bundle.zip")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{GREETING}-1.1.0.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as made:
        found = {Path(name).name: made.read(name) for name in made.namelist()}
    assert found == files
    assert version_of(upload(designer, answer.data)) == version_id


def test_the_starter_bundle_is_a_template_without_findings(app: Flask, as_role: As) -> None:
    designer = as_role("designer")
    starter = designer.get("/design/starter.zip").data
    version_id = version_of(upload(designer, starter))
    page = designer.get(f"/design/versions/{version_id}?name=longest").text
    assert "没有发现问题" in page
    assert "全部放得下" in page
    assert send(designer, f"/design/versions/{version_id}/submit").status_code == 303
    assert state(app, version_id) == "in_review"


def test_each_role_reaches_what_the_table_gives_it(app: Flask, as_role: As) -> None:
    draft = version_of(upload(as_role("designer"), bundle()))
    with reading(app.extensions[EXTENSION].deps) as session:
        published = find_by_name(session, "fund-weekly", "1.0.0")
    assert published is not None
    index = {"designer": 200, "operator": 200}
    for role in ROLES:
        browser = as_role(role)
        seen = 404 if role == "advisor" else 200
        assert browser.get("/design/").status_code == index.get(role, 403)
        for path in (f"/design/{GREETING}", f"/design/versions/{draft}", f"/design/versions/{draft}/bundle.zip",
                     f"/design/versions/{draft}/picture"):  # fmt: skip
            assert (path, browser.get(path).status_code) == (path, seen)
        assert browser.get(f"/design/versions/{published.id}/picture").status_code == 200
        assert browser.get("/brand/").status_code == 200
        assert browser.get("/design/starter.zip").status_code == (200 if role == "designer" else 403)
        if role != "designer":
            assert upload(browser, bundle()).status_code == 403
            assert send(browser, f"/design/versions/{draft}/submit").status_code == 403
            assert send(browser, f"/design/versions/{draft}/withdraw").status_code == 403
        if role not in ("designer", "operator"):
            assert send(browser, f"/design/versions/{draft}/release").status_code == 403
            assert send(browser, f"/design/versions/{draft}/retire", reason="x").status_code == 403
        if role not in ("reviewer", "operator"):
            assert send(browser, f"/design/versions/{draft}/recall", reason="x").status_code == 403
    assert state(app, draft) == "draft"


def test_what_belongs_to_another_part_of_the_house_is_absent(app: Flask, as_role: As) -> None:
    designer = as_role("designer")
    version_id = version_of(upload(designer, bundle()))
    with transaction(app.extensions[EXTENSION].deps) as session:
        row = session.get(TemplateVersionRow, version_id)
        assert row is not None
        row.organisation_path = "/elsewhere/"
    for path in ("", "/picture", "/bundle.zip"):
        answer = designer.get(f"/design/versions/{version_id}{path}")
        absent = designer.get(f"/design/versions/nothing{path}")
        assert (answer.status_code, absent.status_code) == (404, 404)
    for action in ("submit", "withdraw", "release", "retire"):
        assert send(designer, f"/design/versions/{version_id}/{action}", reason="x").status_code == 404
    assert "1.1.0" not in designer.get("/design/").text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_brand_book_shows_every_colour_weight_and_picture(as_role: As, lang: str) -> None:
    browser = as_role("designer")
    browser.set_cookie("lang", lang, domain="localhost")
    page = browser.get("/brand/").text
    kit = json.loads((Settings.from_env({}).brand_assets_dir / "lanshan" / "brand.json").read_text(encoding="utf-8"))
    for colour in kit["palette"].values():
        assert colour.upper() in page
    assert "C53 M26 Y0 K83" in page
    for family, weights in kit["fonts"]["roles"].items():
        for weight in weights:
            line = browser.get(f"/brand/specimen/{family}-{weight}.svg")
            assert (line.status_code, line.content_type) == (200, "image/svg+xml")
            assert "<text" not in line.text
    for name in kit["assets"]:
        assert browser.get(f"/brand/pictures/{name}-320").content_type.startswith("image/")
    for path in ("/brand/specimen/sans-123.svg", "/brand/specimen/kaiti-400.svg", "/brand/pictures/none-320",
                 "/brand/pictures/logo-321"):  # fmt: skip
        assert browser.get(path).status_code == 404


def test_nothing_stands_on_the_shelf_that_nobody_uploaded(app: Flask, as_role: As) -> None:
    with reading(app.extensions[EXTENSION].deps) as session:
        count = len(all_versions(session))
    upload(as_role("designer"), zipped({"template.json": b"{}"}))
    with reading(app.extensions[EXTENSION].deps) as session:
        assert len(all_versions(session)) == count
