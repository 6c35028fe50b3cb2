"""Hostile files, brought as a picture, as a photo and in a bundle: refused, or made anew; nothing is left."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.core import Role
from app.flow import admit
from app.kernel.errors import Invalid
from app.web.parts import EXTENSION
from tests.bundles import template_files, zipped
from tests.hostile import PAYLOAD, broken_pictures, polyglots, svg_files
from tests.photos import photo, photo_with_code
from tests.web.conftest import form_token
from tests.web.test_works import House

AsRole = Callable[[Role], FlaskClient]
MEMORY_MIB = 400  # what the child and its parent may take for all of these files


def objects(app: Flask) -> dict[str, bytes]:
    folder: Path = app.extensions[EXTENSION].settings.storage_dir
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def peak_mib(pid: int | str) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def send(browser: FlaskClient, poster_id: str, data: bytes, name: str = "a.jpg") -> Any:
    headers = {"X-CSRFToken": form_token(browser, "/me"), "Accept": "application/json"}
    body = {"picture": (io.BytesIO(data), name)}
    return browser.post(f"/posters/{poster_id}/pictures", data=body, headers=headers)


@pytest.fixture
def desk(app: Flask, as_role: AsRole) -> Callable[[bytes, str], Any]:
    """Brings a picture for a poster."""
    browser, poster_id = as_role("advisor"), House(app).started()
    return lambda data, name: send(browser, poster_id, data, name)


def test_broken_and_oversized_pictures_are_refused_within_the_memory_budget(
    app: Flask, desk: Callable[[bytes, str], Any]
) -> None:
    assert desk(photo(), "a.jpg").status_code == 201
    before, ours = objects(app), peak_mib("self")
    for name, data in broken_pictures().items():
        answer = desk(data, "a.png")
        assert (name, answer.status_code) == (name, 422)
        assert (name, answer.get_json()["error"]["code"] in {"bad_picture", "too_many_pixels"}) == (name, True)
    assert objects(app) == before
    assert peak_mib("self") - ours < MEMORY_MIB
    assert [peak_mib(pid) < MEMORY_MIB for pid in admit.sandbox().pids()] != []
    assert all(peak_mib(pid) < MEMORY_MIB for pid in admit.sandbox().pids())
    assert desk(photo("好"), "a.jpg").status_code == 201


def test_an_svg_is_refused_by_its_kind_whatever_it_is_called_and_however_it_is_written() -> None:
    for name, data in svg_files().items():
        with pytest.raises(Invalid) as refused:
            admit.photo(data)
        assert (name, refused.value.code) == (name, "bad_picture")
        assert (name, "SVG" in str(refused.value)) == (name, True)


def test_an_svg_is_no_picture_of_a_poster_and_no_photo(app: Flask, as_role: AsRole, desk: Callable[..., Any]) -> None:
    before = objects(app)
    for number, data in enumerate(svg_files().values()):
        if number % 7 == 0:
            answer = desk(data, ("a.svg", "a.png", "a.jpg", "a.svgz")[number % 4])
            assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "bad_picture")
    browser = as_role("advisor")
    form = {"csrf_token": form_token(browser, "/me"), "title": "顾问", "phone": "138 0000 2048"}
    for data in (svg_files()["href to a file"], svg_files()["script, UTF-16"], photo_with_code(4, 40)):
        assert browser.post("/me/profile", data=form | {"photo": (io.BytesIO(data), "me.jpg")}).status_code == 422
    assert objects(app) == before


def test_what_is_something_else_as_well_is_made_anew(app: Flask, as_role: AsRole) -> None:
    browser, poster_id = as_role("advisor"), House(app).started()
    for name, data in polyglots().items():
        assert PAYLOAD in data
        answer = send(browser, poster_id, data, "a.html")
        assert (name, answer.status_code) == (name, 201)
        shown = browser.get(f"/posters/{poster_id}/pictures/{answer.get_json()['picture']}")
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.mimetype in ("image/jpeg", "image/png")
        assert PAYLOAD not in shown.data
        assert b"PK\x03\x04" not in shown.data
    assert not [file for file, data in objects(app).items() if PAYLOAD in data or b"evil.html" in data]


def test_the_pictures_of_a_bundle_are_made_anew(app: Flask, as_role: AsRole) -> None:
    """Nothing that was hidden in them is stored, shown, or taken along with the version."""
    designer = as_role("designer")
    for data in (
        polyglots()["PNG and ZIP"],
        polyglots()["JPEG with a page for a comment"],
        polyglots()["WebP and a page"],
    ):
        files = template_files(version=f"1.{len(objects(app))}.0") | {"phone.jpg": data}
        answer = upload(designer, files)
        assert answer.status_code == 303, re.sub("<[^>]+>", " ", answer.text)[-800:]
        version = answer.headers["Location"]
        size = json.loads(files["template.json"])["sizes"]
        shown = designer.get(f"{version}/picture?width=360&size={next(iter(size))}&language=zh")
        assert (shown.status_code, shown.headers["X-Content-Type-Options"]) == (200, "nosniff")
        assert PAYLOAD not in shown.data
        assert PAYLOAD not in designer.get(f"{version}/bundle.zip").data
    assert not [file for file, data in objects(app).items() if PAYLOAD in data or b"evil.html" in data]


def test_a_bundle_with_a_hostile_picture_or_a_font_is_refused_in_words(app: Flask, as_role: AsRole) -> None:
    designer, before = as_role("designer"), objects(app)
    font = b"\x00\x01\x00\x00" + bytes(60)
    said = {
        "svg": (svg_files()["href to a file"], ("打不开", "cannot be opened")),
        "code": (photo_with_code(4, 25, 60), ("二维码", "QR code")),
        "font": (font, ("字体", "fonts")),
    }
    for index, language in enumerate(("zh", "en")):
        designer.set_cookie("lang", language, domain="localhost")
        for data, words in said.values():
            answer = upload(designer, template_files() | {"phone.jpg": data})
            assert (answer.status_code, words[index] in answer.text) == (422, True)
    answer = upload(designer, template_files() | {"brand.woff2": b"wOF2" + bytes(60)})
    assert answer.status_code == 422
    assert "brand.woff2" in answer.text
    assert objects(app) == before


def upload(designer: FlaskClient, files: dict[str, bytes]) -> Any:
    form = {"csrf_token": form_token(designer, "/me"), "bundle": (io.BytesIO(zipped(files)), "kit.zip")}
    return designer.post("/design/upload", data=form)
