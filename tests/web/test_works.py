"""An advisor's own posters: from the start to the end of one, page by page, and what is refused on the way."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.accounts import records as accounts
from app.accounts.core import Actor, Role
from app.accounts.proof import new_token, token_digest
from app.db import reading, transaction
from app.flow.decide import decide
from app.flow.issue import issue
from app.flow.keep_picture import bring_picture
from app.flow.recall import recall_poster
from app.flow.save_draft import save_draft, start_poster
from app.flow.show_poster import picture_of, pictured
from app.flow.show_template import Showing, show_template
from app.flow.submit import submit
from app.kernel.errors import NotFound
from app.library import records as library
from app.links import records as links
from app.posters import records as posters
from app.posters.drafts import Draft, SnapshotContent
from app.posters.tables import ShareRow, SnapshotRow
from app.rendering.almanac import occasions
from app.rendering.values import Profile
from app.review.records import Comment, find_case
from app.review.tables import CaseRow
from app.web.advisor.sharing import file_name
from app.web.parts import EXTENSION, WebParts
from tests.web.conftest import form_token

AsRole = Callable[[Role], FlaskClient]
PLAIN = {"words": "山色新，\n茶也正好。"}
DOUBTFUL = {"words": "安全可靠，\n值得信赖。"}
FORBIDDEN = {"words": "保本保息，\n稳赚不赔。"}


class House:
    """The app's people, and short ways to a poster in each state."""

    def __init__(self, app: Flask) -> None:
        self.parts: WebParts = app.extensions[EXTENSION]

    def actor(self, login: str) -> Actor:
        with reading(self.parts.deps) as session:
            one = accounts.account_by_login(session, login)
            assert one is not None
        return Actor(one.id, one.person_id, one.organisation_id, one.organisation_path, one.role)

    def started(self, slots: dict[str, Any] | None = None, slug: str = "daily-greeting") -> str:
        with reading(self.parts.deps) as session:
            version = library.all_versions(session, slug)[0]
        draft = Draft(PLAIN if slots is None else slots, "phone", "zh", "wechat")
        return start_poster(self.parts.deps, self.parts.studio, self.actor("advisor"), version.id, draft).poster_id

    def submitted(self, slots: dict[str, Any] | None = None) -> str:
        poster_id = self.started(slots)
        submit(self.parts.deps, self.parts.studio, self.actor("advisor"), poster_id)
        return poster_id

    def issued(self) -> str:
        poster_id = self.submitted()
        issue(self.parts.deps, self.parts.studio, self.actor("advisor"), poster_id, "png")
        return poster_id

    def digest(self, poster_id: str) -> str:
        with reading(self.parts.deps) as session:
            return find_case(session, poster_id).digest or ""

    def state(self, poster_id: str) -> str:
        with reading(self.parts.deps) as session:
            return find_case(session, poster_id).state

    def shares(self) -> list[str]:
        with reading(self.parts.deps) as session:
            return [row.via for row in session.query(ShareRow).order_by(ShareRow.id)]


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


@pytest.fixture
def advisor(as_role: AsRole) -> FlaskClient:
    browser = as_role("advisor")
    browser.set_cookie("lang", "en", domain="localhost")
    return browser


def press(client: FlaskClient, path: str, follow: bool = False, **fields: str) -> Any:
    """Send a form of our own page."""
    return client.post(path, data={"csrf_token": form_token(client, "/home"), **fields}, follow_redirects=follow)


def test_a_poster_goes_from_a_template_to_its_file(house: House, advisor: FlaskClient) -> None:
    assert 'action="/templates/daily-greeting/start"' in advisor.get("/templates/daily-greeting").text
    begun = press(advisor, "/templates/daily-greeting/start")
    found = re.fullmatch(r"/posters/(\w+)/edit", begun.headers["Location"])
    assert begun.status_code == 303
    assert found is not None
    poster = f"/posters/{found[1]}"
    assert "<poster-editor>" in advisor.get(f"{poster}/edit").text
    known = {"X-CSRFToken": form_token(advisor, "/home"), "Accept": "application/json"}
    body = {"size": "phone", "language": "zh", "values": {"words": {"text": PLAIN["words"]}}, "base": 1}
    assert advisor.post(f"{poster}/save", json=body, headers=known).get_json() == {"base": 2}
    assert "Submit it" in advisor.get(poster).text
    page = press(advisor, f"{poster}/submit", follow=True).text
    assert "Approved: only open parts were changed" in page
    assert "Issue it" in page
    shared = press(advisor, f"{poster}/issue", follow=True)
    assert shared.request.path == f"{poster}/share"
    assert f'src="{poster}/file/png?shown=1"' in shared.text
    shown = advisor.get(f"{poster}/file/png?shown=1")
    with Image.open(io.BytesIO(shown.data)) as image:
        assert (image.format, image.size) == ("PNG", (1080, 1920))
    assert house.shares() == []
    file = advisor.get(f"{poster}/file/png")
    assert file.data == shown.data
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Cache-Control"] == "private, no-store"
    assert house.shares() == ["download"]
    assert "1 share" in advisor.get("/posters").text


def test_files_have_a_name_for_people_and_none_that_harms(house: House, advisor: FlaskClient) -> None:
    file = advisor.get(f"/posters/{house.issued()}/file/png")
    disposition = file.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=poster.png; filename*=UTF-8''")
    assert unquote(disposition.split("''")[1]) == "Daily greeting · Bamboo at the window-林若溪.png"
    for bad in ("../../etc/passwd", "C:\\x\r\nSet-Cookie: a=b", "a\x00b", "“”" * 4000, "...", '"; filename="x.exe'):
        name = unquote(file_name(bad, "png"))
        assert len(name) <= 70
        assert not re.search(r'[\x00-\x1f"/\\:]', name)
        assert not name.startswith(".") or name == ".png"


def test_other_formats_are_made_when_they_are_asked_for(house: House, advisor: FlaskClient) -> None:
    poster = f"/posters/{house.issued()}"
    assert advisor.get(f"{poster}/file/jpeg").status_code == 404
    answer = press(advisor, f"{poster}/issue", format="jpeg")
    assert answer.headers["Location"] == f"{poster}/share?made=jpeg"
    assert advisor.get(f"{poster}/file/jpeg").content_type == "image/jpeg"
    assert "is ready" in advisor.get(f"{poster}/share?made=jpeg").text
    assert "is ready" not in advisor.get(f"{poster}/share?made=exe").text
    assert press(advisor, f"{poster}/issue", format="exe").status_code == 404
    assert advisor.get(f"{poster}/file/exe").status_code == 404


def test_what_has_measures_on_paper_is_made_for_the_print_shop(house: House, advisor: FlaskClient) -> None:
    deps, studio, lin = house.parts.deps, house.parts.studio, house.actor("advisor")
    with reading(deps) as session:
        version = library.all_versions(session, "business-card")[0]
    poster_id = start_poster(deps, studio, lin, version.id, Draft({}, "front", "zh", "print")).poster_id
    if submit(deps, studio, lin, poster_id).state == "in_review":
        decide(deps, house.actor("reviewer"), poster_id, "approve", house.digest(poster_id))
    poster = f"/posters/{poster_id}"
    assert "For the print shop" in press(advisor, f"{poster}/issue", follow=True, format="png").text
    assert "is ready" in press(advisor, f"{poster}/issue", follow=True, format="pdfx").text
    file = advisor.get(f"{poster}/file/pdfx")
    assert (file.content_type, file.headers["Content-Disposition"][-4:]) == ("application/pdf", ".pdf")
    with pikepdf.open(io.BytesIO(file.data)) as opened:
        assert str(opened.Root.OutputIntents[0].S) == "/GTS_PDFX"
        media, trim = ([float(side) for side in opened.pages[0][box]] for box in ("/MediaBox", "/TrimBox"))
    assert [round((trim[at + 2] - trim[at]) / 72 * 25.4) for at in (0, 1)] == [90, 54]
    assert trim[0] - media[0] > 6 / 25.4 * 72  # the bleed, and room for the marks

    greeting = f"/posters/{house.issued()}"
    assert "For the print shop" not in advisor.get(f"{greeting}/share").text
    assert press(advisor, f"{greeting}/issue", format="pdfx").status_code == 404


def test_what_stands_against_it_stays_on_the_page(house: House, advisor: FlaskClient) -> None:
    poster_id = house.started(FORBIDDEN)
    page = advisor.get(f"/posters/{poster_id}").text
    assert "Correct it" in page
    assert "Submit it" not in page
    answer = press(advisor, f"/posters/{poster_id}/submit")
    assert answer.status_code == 422
    assert "It was not submitted" in answer.text
    assert "保本" in answer.text
    assert "work-found-block" in answer.text
    assert house.state(poster_id) == "draft"


def test_what_needs_a_human_says_until_when_and_can_be_taken_back(house: House, advisor: FlaskClient) -> None:
    poster_id = house.started(DOUBTFUL)
    page = press(advisor, f"/posters/{poster_id}/submit", follow=True).text
    assert "you will have an answer by" in page.lower()
    assert "Take it back and edit" in page
    assert advisor.get(f"/posters/{poster_id}/edit").headers["Location"] == f"/posters/{poster_id}"
    back = press(advisor, f"/posters/{poster_id}/withdraw")
    assert back.headers["Location"] == f"/posters/{poster_id}/edit"
    assert house.state(poster_id) == "draft"


def test_the_reviewers_words_and_pins_stand_on_the_poster(house: House, advisor: FlaskClient) -> None:
    poster_id = house.submitted(DOUBTFUL)
    pinned = [Comment("slots.words", "Say it in your own words.", 0.5, 0.25), Comment("$", "And shorter.")]
    reviewer = house.actor("reviewer")
    seen = house.digest(poster_id)
    said = {"reason": "Nearly there.", "comments": pinned}
    decide(house.parts.deps, reviewer, poster_id, "request_change", seen, **said)
    page = advisor.get(f"/posters/{poster_id}").text
    assert 'transform="translate(540.0 480.0)"' in page
    assert "Say it in your own words." in page
    assert "And shorter." in page
    assert "Nearly there." in page
    assert "Correct it" in page
    assert "Nearly there." in advisor.get("/posters").text
    assert "Nearly there." in advisor.get("/home").text


def test_an_approved_poster_is_locked_and_begins_anew(house: House, advisor: FlaskClient) -> None:
    poster_id = house.submitted()
    known = {"X-CSRFToken": form_token(advisor, "/home"), "Accept": "application/json"}
    body = {"size": "phone", "language": "zh", "values": {}, "base": 1}
    answer = advisor.post(f"/posters/{poster_id}/save", json=body, headers=known)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "locked")
    assert house.state(poster_id) == "approved"
    assert advisor.get(f"/posters/{poster_id}/edit").headers["Location"] == f"/posters/{poster_id}"
    again = press(advisor, f"/posters/{poster_id}/again")
    anew = re.fullmatch(r"/posters/(\w+)/edit", again.headers["Location"])
    assert anew is not None
    assert anew[1] != poster_id
    assert house.state(anew[1]) == "draft"


def test_recalled_is_gone_for_downloads_and_for_sharing(house: House, advisor: FlaskClient) -> None:
    poster_id = house.issued()
    no_reason = press(advisor, f"/posters/{poster_id}/recall", reason=" ")
    assert no_reason.status_code == 422
    assert "Say in a few words" in no_reason.text
    page = press(advisor, f"/posters/{poster_id}/recall", follow=True, reason="the rate has changed").text
    assert "the rate has changed" in page
    assert "Start again" in page
    for path in ("file/png", "file/png?shown=1", "share"):
        answer = advisor.get(f"/posters/{poster_id}/{path}")
        assert answer.status_code == 410
        assert "withdrawn" in answer.text
        assert b"PNG" not in answer.data[:8]


def test_expired_is_gone_too_and_says_so(house: House, advisor: FlaskClient) -> None:
    poster_id = house.issued()
    with transaction(house.parts.deps) as session:
        for link in links.links_to(session, "poster", poster_id):
            links.expire(session, link.code)
    assert advisor.get(f"/posters/{poster_id}/file/png").status_code == 410
    assert advisor.get(f"/posters/{poster_id}/share").status_code == 410
    assert "Its time is over" in advisor.get(f"/posters/{poster_id}").text


def test_an_operators_recall_reaches_the_download_at_once(house: House, advisor: FlaskClient) -> None:
    poster_id = house.issued()
    assert advisor.get(f"/posters/{poster_id}/file/png").status_code == 200
    recall_poster(house.parts.deps, house.actor("operator"), poster_id, "wrong rate")
    assert advisor.get(f"/posters/{poster_id}/file/png").status_code == 410


def test_where_it_went_is_written_down(house: House, advisor: FlaskClient) -> None:
    poster = f"/posters/{house.issued()}"
    assert press(advisor, f"{poster}/share", via="moments").status_code == 303
    assert press(advisor, f"{poster}/share", via="pigeon").status_code == 422
    assert house.shares() == ["moments"]


def test_only_what_is_issued_has_a_page_to_share_from(house: House, advisor: FlaskClient) -> None:
    poster_id = house.started()
    assert advisor.get(f"/posters/{poster_id}/share").headers["Location"] == f"/posters/{poster_id}"
    assert press(advisor, f"/posters/{poster_id}/issue").status_code == 409


@pytest.mark.parametrize("path", ["", "/edit", "/share", "/file/png", "/picture", "/state", "/pictures/" + "0" * 64])
def test_somebody_elses_poster_is_absent(app: Flask, house: House, path: str) -> None:
    poster_id = house.issued() if path in ("/share", "/file/png") else house.started()
    other = _colleague(app)
    answer, absent = (other.get(f"/posters/{one}{path}") for one in (poster_id, "nosuchposter"))
    assert (answer.status_code, absent.status_code) == (404, 404)
    words = [re.sub(r"nonce-\S+|Request \w+|请求编号 \w+", "", one.text) for one in (answer, absent)]
    assert _without_ids(words[0]) == _without_ids(words[1])


@pytest.mark.parametrize("step", ["submit", "withdraw", "issue", "recall", "again", "share"])
def test_nobody_takes_a_step_with_somebody_elses_poster(app: Flask, house: House, step: str) -> None:
    poster_id = house.issued() if step in ("recall", "share") else house.started()
    other = _colleague(app)
    answer = press(other, f"/posters/{poster_id}/{step}", reason="mine now", via="wechat")
    assert answer.status_code == 404
    assert house.state(poster_id) in ("draft", "issued")
    assert house.shares() == []


def _without_ids(text: str) -> str:
    return re.sub(r"[0-9a-f]{16}|content=\"[^\"]+\"|value=\"[^\"]+\"|/posters/[^\"&]+", "", text)


def _colleague(app: Flask) -> FlaskClient:
    """A browser of another advisor of the same branch."""
    parts: WebParts = app.extensions[EXTENSION]
    token = new_token()
    with transaction(parts.deps) as session:
        first = accounts.account_by_login(session, "advisor")
        assert first is not None
        person = accounts.add_person(session, first.organisation_id, "陈以宁")
        account = accounts.add_account(session, person, first.organisation_id, "advisor", "chen", first.password_hash)
        accounts.add_session(session, account, token_digest(token), 1)
    browser = app.test_client()
    browser.set_cookie("session", token, domain="localhost")
    return browser


def test_a_template_is_closed_without_its_licence(house: House, advisor: FlaskClient) -> None:
    assert "Licence needed" in advisor.get("/templates/").text
    page = advisor.get("/templates/insurance-knowledge").text
    assert "you need a valid Insurance licence" in page
    assert "/start" not in page
    answer = press(advisor, "/templates/insurance-knowledge/start")
    assert answer.status_code == 422
    assert "you need a valid Insurance licence" in answer.text
    assert "first poster" in advisor.get("/posters").text


def test_the_list_is_narrowed_and_has_pages(house: House, advisor: FlaskClient) -> None:
    assert "Your first poster is three taps away" in advisor.get("/posters").text
    for _ in range(25):
        house.started()
    house.submitted()
    shown = re.findall(r"work-card-next", advisor.get("/posters").text)
    assert len(shown) == 24
    assert "Page 2 of 2" in advisor.get("/posters?page=2").text
    assert len(re.findall(r"work-card-next", advisor.get("/posters?page=999").text)) == 2
    assert len(re.findall(r"work-card-next", advisor.get("/posters?show=ready").text)) == 1
    assert "None of your posters stands there" in advisor.get("/posters?show=ended").text
    assert len(re.findall(r"work-card-next", advisor.get("/posters?show=nonsense").text)) == 24


def test_the_picture_is_dead_as_soon_as_the_right_is(app: Flask, house: House, advisor: FlaskClient) -> None:
    poster_id = house.started()
    path = f"/posters/{poster_id}/picture?width=360"
    first = advisor.get(path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = advisor.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert _colleague(app).get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 404
    with transaction(house.parts.deps) as session:
        accounts.change_account(session, house.actor("advisor").account_id, role="designer")
    assert advisor.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 403


def test_widths_are_a_few(house: House, advisor: FlaskClient) -> None:
    poster_id = house.started()
    assert advisor.get(f"/posters/{poster_id}/picture?width=5000").status_code == 404
    assert advisor.get(f"/posters/{poster_id}/picture?width=x").status_code == 200


def test_a_photo_goes_out_as_it_was_cropped_and_says_nothing_of_where_it_was_taken(house: House) -> None:
    deps, studio, advisor = house.parts.deps, house.parts.studio, house.actor("advisor")
    poster_id = house.started({}, "photo-greeting")
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    exif[0x010F] = "a telltale camera"
    file = io.BytesIO()
    Image.radial_gradient("L").resize((1600, 2000)).convert("RGB").save(file, "JPEG", exif=exif)
    with pytest.raises(NotFound):
        bring_picture(deps, house.actor("advisor"), "nosuchposter", file.getvalue())
    digest = bring_picture(deps, advisor, poster_id, file.getvalue()).digest
    value = {"picture": digest, "focus": [0.5, 0.5], "zoom": 2.5}
    seen = []
    for number, zoom in enumerate((1.0, 2.5), 1):
        slots = {"view": value | {"zoom": zoom}}
        save_draft(deps, studio, advisor, poster_id, number, Draft(slots, "phone", "zh", "wechat"))
        seen.append(picture_of(deps, studio, pictured(deps, studio, advisor, poster_id, 180)))
    assert seen[0] != seen[1]
    if submit(deps, studio, advisor, poster_id).state == "in_review":
        decide(deps, house.actor("reviewer"), poster_id, "approve", house.digest(poster_id))
    with reading(deps) as session:
        snapshot = posters.find_snapshot(session, poster_id, house.digest(poster_id))
    assert snapshot.content.values["slots"] == {"view": value}
    for format_ in ("png", "jpeg", "pdf"):
        issued = issue(deps, studio, advisor, poster_id, format_)  # type: ignore[arg-type]
        seen.append(deps.store.get(issued.file.object_digest))
    for data in seen:
        assert b"telltale" not in data
        assert b"Exif" not in data


def test_what_must_be_checked_anew_is_submitted_again(house: House, advisor: FlaskClient) -> None:
    poster_id = house.submitted()
    with transaction(house.parts.deps) as session:
        row = session.query(SnapshotRow).filter(SnapshotRow.poster_id == poster_id).one()
        row.content = row.content | {"renderer_version": "an older one"}
        row.digest = SnapshotContent.of(row.content).digest
        session.query(CaseRow).filter(CaseRow.subject_id == poster_id).update({"digest": row.digest})
    answer = press(advisor, f"/posters/{poster_id}/issue")
    assert answer.status_code == 409
    assert "Submit it once more" in answer.text
    assert f"/posters/{poster_id}/issue" not in answer.text
    assert press(advisor, f"/posters/{poster_id}/submit").status_code == 303
    assert press(advisor, f"/posters/{poster_id}/issue").status_code == 303


def test_a_draft_is_deleted_for_good_and_nothing_else_is(app: Flask, as_role: AsRole) -> None:
    house, browser = House(app), as_role("advisor")
    draft, waiting = house.started(), house.started(DOUBTFUL)
    submit(house.parts.deps, house.parts.studio, house.actor("advisor"), waiting)
    shown = browser.get(f"/posters/{draft}")
    assert f'action="/posters/{draft}/delete"' in shown.text
    assert f'action="/posters/{waiting}/delete"' not in browser.get(f"/posters/{waiting}").text
    form = {"csrf_token": form_token(browser, "/me")}
    assert browser.post(f"/posters/{waiting}/delete", data=form).status_code == 409
    gone = browser.post(f"/posters/{draft}/delete", data=form)
    assert (gone.status_code, gone.location) == (303, "/posters")
    assert browser.get(f"/posters/{draft}").status_code == 404
    assert browser.post(f"/posters/{draft}/delete", data=form).status_code == 404
    assert browser.get(f"/posters/{waiting}").status_code == 200


def slots_of(advisor: FlaskClient, place: str) -> dict[str, str]:
    """What the texts of a draft say, where its editor is."""
    state = advisor.get(place.removesuffix("/edit") + "/state").get_json()
    return {name: value["text"] for name, value in state["values"].items()}


def test_a_greeting_begins_with_the_words_of_its_day(advisor: FlaskClient) -> None:
    page = advisor.get("/templates/daily-greeting?day=2026-12-22").text
    assert '<input type="hidden" name="day" value="2026-12-22">' in page
    assert "thumbnail-1080.webp?size=phone&amp;day=2026-12-22" in page
    begun = press(advisor, "/templates/daily-greeting/start", day="2026-12-22").headers["Location"]
    assert slots_of(advisor, begun) == {
        "month": "二〇二六年十二月",
        "day": "22",
        "weekday": "星期二",
        "lunar": "丙午年冬月十四",
        "term": "冬至",
        "words": "夜长了，\n好在有一桌人等你。",
    }
    for odd in ("", "yesterday", "1899-12-31", "2026-02-30"):
        assert 'name="day"' not in advisor.get(f"/templates/daily-greeting?day={odd}").text
        begun = press(advisor, "/templates/daily-greeting/start", day=odd).headers["Location"]
        assert slots_of(advisor, begun)["day"] == str(datetime.now(ZoneInfo("Asia/Shanghai")).day)
    assert 'name="day"' not in advisor.get("/templates/deposit?day=2026-12-22").text


def test_the_editor_asks_the_calendar_for_another_day(advisor: FlaskClient) -> None:
    poster = press(advisor, "/templates/photo-greeting/start").headers["Location"].removesuffix("/edit")
    told = advisor.get(f"{poster}/calendar?day=2027-01-01&language=en").get_json()
    assert told == {"day": "2027-01-01", "texts": {"date": "1 January 2027"}}
    assert advisor.get(f"{poster}/calendar?day=2027-01-01").get_json()["texts"] == {"date": "2027年1月1日"}
    for day, code in (("", "bad_day"), ("1.1.2027", "bad_day"), ("2150-01-01", "no_such_day")):
        answer = advisor.get(f"{poster}/calendar?day={day}", headers={"Accept": "application/json"})
        assert answer.status_code == 422
        assert [one["code"] for one in answer.get_json()["error"]["problems"]] == [code]


def test_the_thumbnail_of_a_day_is_of_that_day(advisor: FlaskClient) -> None:
    tags = {
        advisor.get(f"/templates/daily-greeting/thumbnail-360.webp?day={day}").headers["ETag"]
        for day in ("2026-12-22", "2026-12-23", "2026-12-22", "2026-12-22&of=nobody")
    }
    assert len(tags) == 3


def test_home_says_which_festivals_come_and_how_many_days_are_left(advisor: FlaskClient) -> None:
    page = advisor.get("/home").text
    found = re.findall(r'href="/templates/([a-z-]+)\?day=([\d-]+)"', page)
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    expected = list(occasions(today, 40))[:4]
    assert [day for _, day in found] == [one.day.isoformat() for one in expected]
    assert all(one.en in page for one in expected)
    left = (expected[-1].day - today).days
    assert f"in {left} day" in page or "today" in page


def test_in_the_place_of_a_profile_that_does_not_fit_there_are_words(house: House, tmp_path: Path) -> None:
    studio = house.parts.studio
    loaded = studio.templates["daily-greeting"]
    shown = [
        show_template(studio, tmp_path / str(number), Showing(loaded, profile, "zh", 360))
        for number, profile in enumerate((Profile(name=""), None, studio.sample_profile))
    ]
    assert shown[0] == shown[1] != shown[2]
