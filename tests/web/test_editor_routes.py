"""The editor's routes: what they tell, what they keep, and what they refuse."""

import gzip
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.accounts.core import Role
from app.web.parts import EXTENSION
from tests.web.conftest import form_token

AsRole = Callable[[Role], FlaskClient]


@pytest.fixture
def advisor(as_role: AsRole) -> FlaskClient:
    return as_role("advisor")


def headers(client: FlaskClient) -> dict[str, str]:
    return {"X-CSRFToken": form_token(client, "/editor/fund-weekly"), "Accept": "application/json"}


def ask(client: FlaskClient, values: Mapping[str, Any], **more: Any) -> Any:
    """A preview of the weekly."""
    body = {"size": "phone", "language": "zh", "values": values} | more
    return client.post("/editor/fund-weekly/preview", json=body, headers=headers(client))


def send(client: FlaskClient, data: bytes, name: str = "a.jpg") -> Any:
    """Upload a picture, as a body of our own making: the client's own would be a temporary file."""
    head = f'--cut\r\nContent-Disposition: form-data; name="picture"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--cut--\r\n"
    kind = "multipart/form-data; boundary=cut"
    return client.post("/editor/pictures", data=body, headers=headers(client), content_type=kind)


def a_photo(width: int = 900, height: int = 600) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    file = io.BytesIO()
    Image.new("RGB", (width, height), (40, 90, 120)).save(file, "JPEG", exif=exif)
    return file.getvalue()


def kept(app: Flask) -> int:
    """How many objects the store holds."""
    return sum(file.is_file() for file in app.extensions[EXTENSION].settings.storage_dir.rglob("*"))


def test_the_page_brings_its_state_and_no_script_of_its_own(advisor: FlaskClient) -> None:
    page = advisor.get("/editor/fund-weekly")
    assert page.status_code == 200
    assert "<poster-editor>" in page.text
    assert "林若溪" in advisor.get("/editor/fund-weekly/state").get_json()["profile"]["name"]
    assert page.text.count("<script") == 2
    assert 'type="application/json" id="editor-settings"' in page.text
    assert "style=" not in page.text


def test_the_state_names_every_slot_with_its_contract_in_both_languages(advisor: FlaskClient) -> None:
    state = advisor.get("/editor/fund-weekly/state").get_json()
    headline = next(slot for slot in state["slots"] if slot["name"] == "headline")
    assert headline["label"]["zh"] != headline["label"]["en"]
    assert headline["max_chars"] == 32
    assert [size["name"] for size in state["sizes"]] == ["phone", "square", "cover"]


def test_a_preview_has_findings_at_their_place_and_pictures_by_address(advisor: FlaskClient) -> None:
    answer = ask(advisor, {"headline": {"text": "𠮷日，保本保收益"}})
    found = answer.get_json()
    assert any((one["slot"], one["start"], one["end"]) == ("headline", 3, 8) for one in found["findings"])
    assert "data:image" not in found["svg"]
    address = found["svg"].split("<image ")[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    picture = advisor.get(address)
    assert picture.status_code == 200
    assert picture.mimetype in ("image/jpeg", "image/png")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    again = advisor.get(address, headers={"If-None-Match": picture.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_preview_is_compressed_for_who_takes_it(advisor: FlaskClient) -> None:
    known = headers(advisor) | {"Accept-Encoding": "gzip"}
    answer = advisor.post("/editor/fund-weekly/preview", json={"values": {}}, headers=known)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.data))["width_px"] == 1080


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"headline": {"text": "字" * 33}}, "too_long"),
        ({"headline": {"text": "保\u200b本"}}, "forbidden_character"),
        ({"headline": {"text": "x" * 200_000}}, "too_long"),
        ({"headline": {"text": "好", "colour": "red"}}, "unknown_field"),
        ({"headline": 7}, "wrong_type"),
        ({"nowhere": {"text": "好"}}, "unknown_slot"),
        ({"headline": {"picture": "../../etc/passwd"}}, "missing_picture"),
        ({"headline": {"picture": "0" * 64}}, "missing_picture"),
    ],
)
def test_wrong_values_are_problems_of_the_preview_not_failures(
    advisor: FlaskClient, values: dict[str, Any], code: str
) -> None:
    answer = ask(advisor, values)
    assert answer.status_code == 200
    found = answer.get_json()
    assert found["svg"] is None
    assert code in {problem["code"] for problem in found["problems"]}


@pytest.mark.parametrize("more", [{"size": "roll"}, {"size": []}, {"language": "fr"}, {"state": "approved"}])
def test_a_preview_of_something_else_is_refused(advisor: FlaskClient, more: dict[str, Any]) -> None:
    assert ask(advisor, {}, **more).status_code == 422


def test_a_body_that_is_too_large_or_no_object_is_refused(advisor: FlaskClient) -> None:
    assert ask(advisor, {"headline": {"text": "x" * 300_000}}).status_code == 413
    known = headers(advisor)
    assert advisor.post("/editor/fund-weekly/preview", json=[1], headers=known).status_code == 400


def test_a_picture_is_made_anew_and_named_by_its_digest(app: Flask, advisor: FlaskClient) -> None:
    answer = send(advisor, a_photo() + b"<script>", "../../\u0000" + "x" * 5000 + ".jpg")
    assert answer.status_code == 201
    found = answer.get_json()
    assert (found["width_px"], found["height_px"]) == (900, 600)
    data = app.extensions[EXTENSION].deps.store.get(found["picture"])
    assert b"script" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert dict(image.getexif()) == {}
    shown = advisor.get(f"/editor/fund-weekly/pictures/{found['picture']}?part=10,10,300,200,150,100")
    with Image.open(io.BytesIO(shown.data)) as image:
        assert image.size == (150, 100)


@pytest.mark.parametrize(
    "part",
    [
        "1,2,3",
        "a,b,c,d,e,f",
        "0,0,9000,9000,10,10",
        "0,0,300,200,9000,9000",
        "-5,0,9,9,9,9",
        "nan,nan,nan,nan,nan,nan",
        "0,0,inf,inf,1,1",
    ],
)
def test_a_part_that_does_not_lie_in_the_picture_is_absent(advisor: FlaskClient, part: str) -> None:
    digest = send(advisor, a_photo()).get_json()["picture"]
    assert advisor.get(f"/editor/fund-weekly/pictures/{digest}?part={part}").status_code == 404


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html>GIF89a", "bad_picture"),
        (a_photo()[:2000], "bad_picture"),
        (b"", "bad_picture"),
        (bytes(21 * 1024 * 1024), "too_large"),
    ],
)
def test_what_is_no_whole_picture_leaves_nothing_behind(
    app: Flask, advisor: FlaskClient, data: bytes, code: str
) -> None:
    before = kept(app)
    answer = send(advisor, data)
    assert answer.status_code in (413, 422)
    assert answer.get_json()["error"]["code"] == code
    assert kept(app) == before


def test_a_bomb_is_refused_before_it_is_decoded(app: Flask, advisor: FlaskClient) -> None:
    file = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(file, "PNG")
    answer = send(advisor, file.getvalue())
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "too_many_pixels")
    assert kept(app) == 0


def test_an_unknown_template_is_absent(advisor: FlaskClient) -> None:
    for path in ("/editor/nowhere", "/editor/nowhere/state", "/editor/nowhere/pictures/" + "0" * 64):
        assert advisor.get(path).status_code == 404


@pytest.mark.parametrize("role", ["auditor", "reviewer"])
def test_who_may_not_fill_posters_has_no_editor(as_role: AsRole, role: Role) -> None:
    client = as_role(role)
    assert client.get("/editor/fund-weekly").status_code == 403
    assert client.get("/editor/fund-weekly/state").status_code == 403


def test_without_a_token_nothing_is_kept(app: Flask, advisor: FlaskClient) -> None:
    form = {"picture": (io.BytesIO(a_photo()), "a.jpg")}
    answer = advisor.post("/editor/pictures", data=form, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert kept(app) == 0
