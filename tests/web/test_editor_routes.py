"""The editor's routes: what they tell, what they keep, and what they refuse."""

import gzip
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.accounts.core import Role
from app.web.advisor.editor_words import words_for
from app.web.parts import EXTENSION
from app.web.turns import EXTENSION as TURNS
from app.web.turns import Turns
from tests.photos import photo, photo_with_code
from tests.web.conftest import form_token

AsRole = Callable[[Role], FlaskClient]


class Writer:
    """An advisor's browser, and the draft that it works on."""

    def __init__(self, client: FlaskClient, slug: str = "fund-weekly") -> None:
        self.client = client
        self.token = form_token(client, "/home")
        form = {"csrf_token": self.token, "size": "phone"}
        self.poster = client.post(f"/templates/{slug}/start", data=form).headers["Location"].removesuffix("/edit")

    def get(self, path: str, **more: Any) -> Any:
        """A page or a picture; a path that does not begin at the root is below the poster's own."""
        return self.client.get(path if path.startswith("/") else f"{self.poster}/{path}", **more)

    def post(self, path: str, **more: Any) -> Any:
        return self.client.post(f"{self.poster}/{path}", **more)


@pytest.fixture
def advisor(as_role: AsRole) -> Writer:
    return Writer(as_role("advisor"))


def headers(writer: Writer) -> dict[str, str]:
    return {"X-CSRFToken": writer.token, "Accept": "application/json"}


def ask(client: Writer, values: Mapping[str, Any], **more: Any) -> Any:
    """A preview of the weekly."""
    body = {"size": "phone", "language": "zh", "values": values} | more
    return client.post("preview", json=body, headers=headers(client))


def save(client: Writer, values: Mapping[str, Any], base: object = 1, /, **more: Any) -> Any:
    """The next revision of the draft."""
    body = {"size": "phone", "language": "zh", "values": values, "base": base} | more
    return client.post("save", json=body, headers=headers(client))


def send(client: Writer, data: bytes, name: str = "a.jpg") -> Any:
    """Upload a picture, as a body of our own making: the client's own would be a temporary file."""
    head = f'--cut\r\nContent-Disposition: form-data; name="picture"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--cut--\r\n"
    kind = "multipart/form-data; boundary=cut"
    return client.post("pictures", data=body, headers=headers(client), content_type=kind)


def a_photo(width: int = 900, height: int = 600) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    file = io.BytesIO()
    Image.new("RGB", (width, height), (40, 90, 120)).save(file, "JPEG", exif=exif)
    return file.getvalue()


def kept(app: Flask) -> int:
    """How many objects the store holds."""
    return sum(file.is_file() for file in app.extensions[EXTENSION].settings.storage_dir.rglob("*"))


def test_the_page_brings_its_state_and_no_script_of_its_own(advisor: Writer) -> None:
    page = advisor.get("edit")
    assert page.status_code == 200
    assert "<poster-editor>" in page.text
    assert "林若溪" in advisor.get("state").get_json()["profile"]["name"]
    assert page.text.count("<script") == 2
    assert 'type="application/json" id="editor-settings"' in page.text
    assert "style=" not in page.text


def test_the_state_names_every_slot_with_its_contract_in_both_languages(advisor: Writer) -> None:
    state = advisor.get("state").get_json()
    headline = next(slot for slot in state["slots"] if slot["name"] == "headline")
    assert headline["label"]["zh"] != headline["label"]["en"]
    assert headline["max_chars"] == 32
    assert [size["name"] for size in state["sizes"]] == ["phone", "square", "cover"]


def test_a_preview_has_findings_at_their_place_and_pictures_by_address(advisor: Writer) -> None:
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


def test_a_preview_is_compressed_for_who_takes_it(advisor: Writer) -> None:
    known = headers(advisor) | {"Accept-Encoding": "gzip"}
    answer = advisor.post("preview", json={"values": {}}, headers=known)
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
    advisor: Writer, values: dict[str, Any], code: str
) -> None:
    answer = ask(advisor, values)
    assert answer.status_code == 200
    found = answer.get_json()
    assert found["svg"] is None
    assert code in {problem["code"] for problem in found["problems"]}


@pytest.mark.parametrize("more", [{"size": "roll"}, {"size": []}, {"language": "fr"}, {"state": "approved"}])
def test_a_preview_of_something_else_is_refused(advisor: Writer, more: dict[str, Any]) -> None:
    assert ask(advisor, {}, **more).status_code == 422


def test_a_body_that_is_too_large_or_no_object_is_refused(advisor: Writer) -> None:
    assert ask(advisor, {"headline": {"text": "x" * 300_000}}).status_code == 413
    known = headers(advisor)
    assert advisor.post("preview", json=[1], headers=known).status_code == 400


def test_a_picture_is_made_anew_and_named_by_its_digest(app: Flask, advisor: Writer) -> None:
    answer = send(advisor, a_photo() + b"<script>", "../../\u0000" + "x" * 5000 + ".jpg")
    assert answer.status_code == 201
    found = answer.get_json()
    assert (found["width_px"], found["height_px"]) == (900, 600)
    data = app.extensions[EXTENSION].deps.store.get(found["picture"])
    assert b"script" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert dict(image.getexif()) == {}
    shown = advisor.get(f"pictures/{found['picture']}?part=10,10,300,200,150,100")
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
def test_a_part_that_does_not_lie_in_the_picture_is_absent(advisor: Writer, part: str) -> None:
    digest = send(advisor, a_photo()).get_json()["picture"]
    assert advisor.get(f"pictures/{digest}?part={part}").status_code == 404


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html>GIF89a", "bad_picture"),
        (a_photo()[:2000], "bad_picture"),
        (b"", "bad_picture"),
        (bytes(21 * 1024 * 1024), "too_large"),
    ],
)
def test_what_is_no_whole_picture_leaves_nothing_behind(app: Flask, advisor: Writer, data: bytes, code: str) -> None:
    before = kept(app)
    answer = send(advisor, data)
    assert answer.status_code in (413, 422)
    assert answer.get_json()["error"]["code"] == code
    assert kept(app) == before


def test_a_bomb_is_refused_before_it_is_decoded(app: Flask, advisor: Writer) -> None:
    file, before = io.BytesIO(), kept(app)
    Image.new("1", (12_000, 12_000)).save(file, "PNG")
    answer = send(advisor, file.getvalue())
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "too_many_pixels")
    assert kept(app) == before


@pytest.mark.parametrize(("turn", "contrast", "is_inverted"), [(0, 255, False), (37, 60, True), (90, 24, False)])
def test_a_picture_with_somebody_elses_code_is_refused_in_words(
    app: Flask, advisor: Writer, turn: int, contrast: int, is_inverted: bool
) -> None:
    before = kept(app)
    answer = send(advisor, photo_with_code(4, turn, contrast, is_inverted))
    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"]) == (422, "foreign_qr")
    assert [(one["path"], one["code"]) for one in error["problems"]] == [("picture", "foreign_qr")]
    assert kept(app) == before
    assert send(advisor, photo("好")).status_code == 201
    zh, en = words_for("zh")["upload_foreign_qr"], words_for("en")["upload_foreign_qr"]
    assert "二维码" in zh
    assert "QR code" in en
    assert json.dumps(zh)[1:-1] in advisor.get("edit").text


@pytest.mark.parametrize("path", ["preview", "save"])
def test_json_that_is_too_deep_is_refused(advisor: Writer, path: str) -> None:
    """Also where the reader of JSON itself gives up, and where only what works on it would."""
    for depth in (40, 900, 5_000, 100_000):
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            if depth * len(opening) > 200_000:
                continue
            deep = opening * depth + "1" + closing * depth
            body = f'{{"size": "phone", "values": {{"headline": {deep}}}}}'
            answer = advisor.post(path, data=body, content_type="application/json", headers=headers(advisor))
            assert (depth, answer.status_code, answer.get_json()["error"]["code"]) == (depth, 400, "bad_json")


def test_a_hundred_renders_by_one_person_are_slowed_down_and_somebody_elses_are_not(
    app: Flask, as_role: AsRole, advisor: Writer
) -> None:
    app.extensions[TURNS] = Turns(burst=60, clock=lambda: 0.0)  # all in one moment, however long they take here
    sent = headers(advisor)
    answers = [advisor.post("preview", json={"values": {}, "size": "none"}, headers=sent) for _ in range(100)]
    found = Counter(answer.status_code for answer in answers)
    assert found[429] == 40
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.get_json()["error"]["code"] == "too_many_renders"
    assert int(refused.headers["Retry-After"]) >= 1
    page = advisor.client.post(f"{advisor.poster}/submit", data={"csrf_token": sent["X-CSRFToken"]})
    assert page.status_code == 429
    designer = as_role("designer")
    form = {"csrf_token": form_token(designer, "/me")}
    assert designer.post("/design/upload", data=form).status_code == 422


def test_an_unknown_poster_is_absent(advisor: Writer) -> None:
    for path in ("/editor/fund-weekly", "/posters/nowhere/edit", "/posters/nowhere/state"):
        assert advisor.get(path).status_code == 404


@pytest.mark.parametrize("role", ["auditor", "reviewer"])
def test_who_may_not_fill_posters_has_no_editor(as_role: AsRole, advisor: Writer, role: Role) -> None:
    client = as_role(role)
    assert client.get(f"{advisor.poster}/edit").status_code == 403
    assert client.get(f"{advisor.poster}/state").status_code == 403


def test_without_a_token_nothing_is_kept(app: Flask, advisor: Writer) -> None:
    form, before = {"picture": (io.BytesIO(a_photo()), "a.jpg")}, kept(app)
    answer = advisor.post("pictures", data=form, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert kept(app) == before


def test_what_is_saved_is_the_next_revision_and_comes_back(advisor: Writer) -> None:
    values = {"headline": {"text": "债市平稳", "offset": [0, 0]}}
    assert save(advisor, values, size="square").get_json() == {"base": 2}
    state = advisor.get("state").get_json()
    assert (state["base"], state["size"], state["values"]) == (2, "square", values)


def test_two_editors_on_one_revision_get_both_texts(advisor: Writer) -> None:
    mine, theirs = {"headline": {"text": "我写的"}}, {"headline": {"text": "那边写的"}}
    assert save(advisor, theirs).status_code == 200
    answer = save(advisor, mine)
    assert answer.status_code == 409
    told = answer.get_json()
    assert told["error"]["code"] == "edited_meanwhile"
    assert (told["error"]["yours"], told["error"]["theirs"]) == (mine, theirs)
    assert (told["newest"]["base"], told["newest"]["values"]) == (2, theirs)
    assert save(advisor, mine, base=2).get_json() == {"base": 3}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"state": "approved", "org_id": 2}, "unknown_field"),
        ({"owner_person_id": "x"}, "unknown_field"),
        ({"values": []}, "wrong_type"),
        ({"base": "1"}, "wrong_type"),
        ({"base": True}, "wrong_type"),
        ({"base": None}, "wrong_type"),
        ({"size": "roll"}, "unknown_size"),
        ({"values": {"nowhere": {"text": "x"}}}, "unknown_slot"),
        ({"values": {"headline": {"text": "x", "colour": "red"}}}, "unknown_field"),
    ],
)
def test_a_save_says_only_what_a_draft_can_say(advisor: Writer, more: dict[str, Any], code: str) -> None:
    answer = save(advisor, {}, **more)
    assert answer.status_code == 422
    assert answer.get_json()["error"]["problems"][0]["code"] == code
    assert advisor.get("state").get_json()["base"] == 1


def test_a_picture_belongs_to_the_poster_it_was_brought_for(as_role: AsRole, advisor: Writer) -> None:
    digest = send(advisor, a_photo()).get_json()["picture"]
    assert advisor.get(f"pictures/{digest}").status_code == 200
    other = Writer(as_role("advisor"), "daily-greeting")
    assert other.get(f"pictures/{digest}").status_code == 422
    known = headers(other)
    named = {"values": {"words": {"picture": digest}}}
    problems = other.post("preview", json=named, headers=known).get_json()["problems"]
    assert "missing_picture" in {problem["code"] for problem in problems}
    refused = other.post("save", json=named | {"base": 1}, headers=known)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (422, "missing_picture")


def test_zoom_and_focus_of_a_picture_come_back_as_they_were_saved(as_role: AsRole) -> None:
    writer = Writer(as_role("advisor"), "photo-greeting")
    slot = next(one for one in writer.get("state").get_json()["slots"] if one["kind"] == "picture")
    digest = send(writer, a_photo(2400, 3200)).get_json()["picture"]
    value = {"picture": digest, "focus": [0.25, 0.75], "zoom": 2.5}
    assert save(writer, {slot["name"]: value}).get_json() == {"base": 2}
    state = writer.get("state").get_json()
    assert state["values"] == {slot["name"]: value | {"px": [2400, 3200]}}


def test_no_derivative_of_a_picture_says_where_it_was_taken(app: Flask, advisor: Writer) -> None:
    digest = send(advisor, a_photo()).get_json()["picture"]
    seen = [app.extensions[EXTENSION].deps.store.get(digest)]
    seen += [advisor.get(f"pictures/{digest}{part}").data for part in ("", "?part=0,0,300,200,150,100")]
    for data in seen:
        assert b"Exif" not in data
        assert b"http://ns.adobe.com/xap" not in data
        with Image.open(io.BytesIO(data)) as image:
            assert dict(image.getexif()) == {}
