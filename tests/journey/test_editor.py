"""The editor in a real Chromium: by touch on a phone, by mouse on a desktop, by keyboard alone."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from app.posters.drafts import Draft
from app.web.advisor.editor_words import words_for
from app.web.assets import entry
from tests.journey.editor_house import DAY, House, photograph, serving
from tests.journey.looking import look

RISKY = "债市回暖，保本保收益"
JS_LIMIT_BYTES = 40 * 1024
STATIC = Path(__file__).resolve().parents[2] / "app" / "web" / "static"


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with serving(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.fixture
def house(serve: House) -> House:
    serve.language = "zh"
    serve.forget()
    return serve


def opened(context: BrowserContext, house: House, slug: str = "fund-weekly") -> Page:
    """The editor with its poster drawn. What the content policy refuses or a script throws fails the test."""
    page = context.new_page()
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective))"
    )
    page.on("console", lambda message: _fail(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: _fail(str(error)))
    page.goto(f"{house.url}/posters/{slug}/edit")
    expect(page.locator(".overlay .area").first).to_be_attached()
    return page


def _fail(text: str) -> None:
    expected = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "409 (CONFLICT)", "status of 422", "status of 429")
    if not any(one in text for one in expected):
        raise AssertionError(text)


def tap(page: Page, slot: str) -> None:
    """Tap a slot on the poster, by touch where there is touch."""
    place = page.locator(f"[data-area={slot}] rect").first
    box = place.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if page.evaluate("navigator.maxTouchPoints") > 0:
        page.touchscreen.tap(x, y)
    else:
        page.mouse.click(x, y)


def text(page: Page) -> Locator:
    return page.locator("#slot-text")


def drawn(page: Page, slot: str) -> str:
    """What the poster on the canvas says."""
    return str(page.locator(f".poster [data-slot={slot}][aria-label]").first.get_attribute("aria-label"))


def eventually(page: Page, holds: Callable[[], bool]) -> None:
    """Return as soon as `holds`; what a busy machine delays is waited for."""
    for _ in range(150):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to hold")


def rect(locator: Locator) -> list[float]:
    """Where a rectangle of the overlay stands on the poster, in the poster's own pixels."""
    return [float(locator.first.get_attribute(name) or 0) for name in ("x", "y", "width", "height")]


def test_a_risky_sentence_is_marked_explained_and_mended_with_one_tap(context: BrowserContext, house: House) -> None:
    page = opened(context, house)
    tap(page, "headline")
    expect(text(page)).to_be_focused()
    text(page).fill(RISKY)
    mark = page.locator(".finding-mark.block rect").first
    expect(mark).to_be_attached()
    expect(page.locator(".mirror mark.block")).to_have_text("保本保收益")
    card = page.locator(".card-finding.block")
    expect(card.locator(".reason").first).not_to_be_empty()
    expect(card.locator(".source")).to_contain_text("广告法")
    assert "保本" in drawn(page, "headline")
    (_, top, _, height), (_, area_top, _, area_height) = rect(mark), rect(page.locator("[data-area=headline] rect"))
    assert area_top <= top + 40
    assert top + height <= area_top + area_height + 40
    card.locator(".fix.replace").click()
    expect(text(page)).to_have_value("债市回暖，投资有风险，本金可能遭受损失，理财非存款，投资须谨慎")
    expect(page.locator(".finding-mark.block")).to_have_count(0)
    expect(page.locator(".card-finding.block")).to_have_count(0)
    expect(page.locator(".mirror mark.block")).to_have_count(0)


def test_another_day_changes_all_that_the_calendar_says_in_one_step(context: BrowserContext, house: House) -> None:
    page = opened(context, house, "daily-greeting")
    page.locator(".slots [data-slot=words]").click()
    day = page.get_by_label("按日历填写")
    expect(day).to_have_value(DAY.isoformat())
    day.fill("2026-12-22")
    expect(text(page)).to_have_value("夜长了，\n好在有一桌人等你。")
    eventually(page, lambda: drawn(page, "lunar") == "丙午年冬月十四")
    assert (drawn(page, "day"), drawn(page, "weekday"), drawn(page, "term")) == ("22", "星期二", "冬至")
    page.get_by_role("button", name="撤销").click()
    eventually(page, lambda: drawn(page, "lunar") != "丙午年冬月十四")
    page.route("**/calendar?*", lambda route: route.abort())
    day.fill("2026-12-23")
    expect(page.get_by_role("alert")).to_contain_text("没有查到这一天")


def test_while_something_is_written_its_slot_stays_in_sight(phone: BrowserContext, house: House) -> None:
    page = opened(phone, house)
    for slot in ("source", "headline", "message"):
        page.locator(f".slots [data-slot={slot}]").click()
        text(page).fill("保本保收益")
        expect(page.locator(".card-finding.block").first).to_be_visible()
        eventually(page, partial(is_in_sight, page, slot))
        page.keyboard.press("Escape")


def is_in_sight(page: Page, slot: str) -> bool:
    """Whether a slot's place on the poster stands below the bar and above the sheet."""
    places = (f"[data-area={slot}] rect", ".stage", ".sheet")
    area, stage, sheet = (page.locator(place).first.bounding_box() for place in places)
    if area is None or stage is None or sheet is None:
        return False
    return area["y"] >= stage["y"] - 1 and area["y"] + area["height"] <= sheet["y"] + 1


def test_undo_and_redo_take_whole_steps_and_the_poster_follows(context: BrowserContext, house: House) -> None:
    page = opened(context, house)
    page.locator(".slots [data-slot=headline]").click()
    text(page).fill("第一句")
    page.wait_for_timeout(1000)
    text(page).fill("第二句")
    expect(page.locator(".poster [aria-label='第二句']")).to_be_attached()
    page.keyboard.press("Control+z")
    expect(text(page)).to_have_value("第一句")
    expect(page.locator(".poster [aria-label='第一句']")).to_be_attached()
    page.get_by_label("撤销").click()
    expect(text(page)).to_have_value("慢下来，\n看清一周市场")
    expect(page.get_by_label("撤销")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+y")
    expect(text(page)).to_have_value("第二句")
    expect(page.get_by_label("重做")).to_be_disabled()


def test_a_reload_keeps_everything_and_a_second_tab_is_told(context: BrowserContext, house: House) -> None:
    page = opened(context, house)
    page.get_by_role("button", name="朋友圈方图").click()
    page.locator(".slots [data-slot=headline]").click()
    text(page).fill("留得住的一句")
    page.reload()
    expect(page.get_by_text("已恢复上次的内容")).to_be_visible()
    expect(page.locator(".poster [aria-label='留得住的一句']")).to_be_attached()
    expect(page.get_by_role("button", name="朋友圈方图")).to_have_attribute("aria-pressed", "true")
    second = opened(context, house)
    expect(page.get_by_text("这张海报也在另一个标签页中编辑")).to_be_visible()
    expect(second.get_by_text("这张海报也在另一个标签页中编辑")).to_be_visible()
    second.locator(".slots [data-slot=headline]").click()
    text(second).fill("那边写的")
    page.get_by_role("button", name="载入那边的内容").click()
    expect(page.locator(".poster [aria-label='那边写的']")).to_be_attached()


def test_what_is_written_is_saved_where_the_page_says_once_the_hand_rests(
    desktop: BrowserContext, house: House
) -> None:
    page = opened(desktop, house)
    page.locator(".slots [data-slot=headline]").click()
    for words in ("一", "一句", "一句话"):
        text(page).fill(words)
    expect(page.locator(".bar small")).to_have_text("保存中…")
    expect(page.locator(".bar small")).to_have_text("已保存")
    assert house.saved == [
        {"slug": "fund-weekly", "size": "phone", "language": "zh", "values": {"headline": {"text": "一句话"}}}
    ]


def two_texts(desktop: BrowserContext, house: House) -> Page:
    """An editor in which something was written on a revision that is not the newest any more."""
    page = opened(desktop, house)
    page.locator(".slots [data-slot=headline]").click()
    house.save("fund-weekly", 1, Draft({"headline": {"text": "别处写的"}}, "phone", "zh", "wechat"))
    text(page).fill("这里写的")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    return page


def test_two_texts_are_shown_side_by_side_and_the_person_keeps_their_own(context: BrowserContext, house: House) -> None:
    page = two_texts(context, house)
    panel = page.get_by_role("alertdialog")
    expect(panel.locator(".mine")).to_contain_text("这里写的")
    expect(panel.locator(".theirs")).to_contain_text("别处写的")
    expect(panel.get_by_role("button", name="保留这里的")).to_be_focused()
    look(page)
    page.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    expect(page.locator(".bar small")).to_have_text("已保存")
    assert house.revision("fund-weekly").draft.slots == {"headline": {"text": "这里写的"}}
    assert house.revision("fund-weekly").number == 3


def test_or_takes_the_other_one_and_may_still_undo(context: BrowserContext, house: House) -> None:
    page = two_texts(context, house)
    page.get_by_role("button", name="改用别处的").click()
    expect(text(page)).to_have_value("别处写的")
    expect(page.locator(".bar small")).to_have_text("已保存")
    page.get_by_label("撤销").click()
    expect(text(page)).to_have_value("这里写的")


def test_what_was_not_saved_meets_what_was_saved_since(desktop: BrowserContext, house: House) -> None:
    page = opened(desktop, house)
    page.locator(".slots [data-slot=headline]").click()
    page.route("**/save", lambda _route: None)  # never answered
    text(page).fill("没来得及保存的")
    eventually(page, lambda: "没来得及保存的" in page.evaluate("JSON.stringify({...localStorage})"))
    page.goto("about:blank")
    page.unroute("**/save")
    house.save("fund-weekly", 1, Draft({"headline": {"text": "别处写的"}}, "phone", "zh", "wechat"))
    page.goto(f"{house.url}/posters/fund-weekly/edit")
    panel = page.get_by_role("alertdialog")
    expect(panel.locator(".mine")).to_contain_text("没来得及保存的")
    expect(panel.locator(".theirs")).to_contain_text("别处写的")


def test_going_on_saves_first(context: BrowserContext, house: House) -> None:
    page = opened(context, house)
    tap(page, "headline")
    text(page).fill("写完就走")
    page.get_by_role("link", name="下一步").click()
    expect(page.get_by_text("checked")).to_be_visible()
    assert house.revision("fund-weekly").draft.slots == {"headline": {"text": "写完就走"}}


def test_an_approved_poster_says_so_instead_of_saving(desktop: BrowserContext, house: House) -> None:
    page = opened(desktop, house)
    house.locked = True
    page.locator(".slots [data-slot=headline]").click()
    text(page).fill("太晚了")
    expect(page.get_by_text("这张海报已经通过审核")).to_be_visible()
    page.get_by_role("button", name="查看海报").click()
    expect(page.get_by_text("checked")).to_be_visible()


def test_an_input_method_is_left_alone_until_it_has_settled(desktop: BrowserContext, house: House) -> None:
    page = opened(desktop, house)
    page.locator(".slots [data-slot=headline]").click()
    with page.expect_response(lambda answer: "preview" in answer.url):
        text(page).fill("")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or "") if "preview" in request.url else None)
    session = desktop.new_cdp_session(page)
    for spelt in ("wen", "wen'j", "wen'jian"):
        session.send(
            "Input.imeSetComposition", {"text": spelt, "selectionStart": len(spelt), "selectionEnd": len(spelt)}
        )
        page.wait_for_timeout(120)
        expect(text(page)).to_have_value(spelt)
    assert asked == []
    session.send("Input.insertText", {"text": "稳健"})
    expect(text(page)).to_have_value("稳健")
    expect(page.locator(".poster [aria-label='稳健']")).to_be_attached()
    assert not any("wen" in body for body in asked)


def test_the_keyboard_reaches_everything(desktop: BrowserContext, house: House) -> None:
    page = opened(desktop, house)
    first = page.locator(".slots [data-slot=week]")
    page.locator(".all-findings button").focus()
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    expect(page.locator("[data-area=week]")).to_have_class(re.compile("pointed"))
    assert first.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(text(page)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(RISKY)
    fix = page.locator(".fix.remove").first
    expect(fix).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if fix.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(text(page)).to_have_value("债市回暖")
    expect(text(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".slots [data-slot=headline]")).to_be_focused()


def test_a_picture_is_chosen_and_cropped_by_dragging_wheel_and_keys(context: BrowserContext, house: House) -> None:
    page = opened(context, house, "open-day")
    tap(page, "view")
    page.set_input_files(
        "input[type=file]", files=[{"name": "../a.jpg", "mimeType": "image/jpeg", "buffer": photograph()}]
    )
    frame = page.locator(".crop-frame")
    expect(frame).to_have_attribute("tabindex", "0")
    image = page.locator(".poster [data-slot=view] image")
    before = _part(image)
    assert before[:2] == (0, 155.56)
    box = frame.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 100, steps=4)
    page.mouse.up()
    eventually(page, lambda: _part(image)[1] < before[1])
    dragged = _part(image)
    frame.focus()
    for _ in range(4):
        page.keyboard.press("+")
    eventually(page, lambda: _part(image)[2] < dragged[2])
    _at_rest(page, image)
    zoomed = _part(image)
    page.keyboard.press("ArrowLeft")
    eventually(page, lambda: _part(image)[0] != zoomed[0])
    moved = _part(image)
    frame.hover()
    page.mouse.wheel(0, -200)
    eventually(page, lambda: _part(image)[2] < moved[2])
    page.reload()
    expect(image).to_have_attribute("href", re.compile("part="))
    assert (
        page.evaluate("""async () => (await fetch(document.querySelector(
        '.poster [data-slot=view] image').getAttribute('href'))).status""")
        == 200
    )


def _part(image: Locator) -> tuple[float, ...]:
    """Which part of the picture the poster shows: left, top, width, height."""
    text = str(image.get_attribute("href")).split("part=")[1]
    return tuple(float(part) for part in text.replace("%2C", ",").split(","))


def _at_rest(page: Page, image: Locator) -> None:
    """Until the poster has shown the same part for as long as an answer takes."""
    seen: list[tuple[float, ...]] = []

    def rests() -> bool:
        seen.append(_part(image))
        return len(seen) > 6 and len(set(seen[-6:])) == 1

    eventually(page, rests)


def test_a_picture_with_a_code_is_refused_in_words(phone: BrowserContext, house: House) -> None:
    told = json.dumps({"error": {"code": "foreign_qr", "message": "…", "request_id": "0"}})
    for language in ("zh", "en"):
        house.language = language
        page = opened(phone, house, "open-day")
        page.route("**/pictures", lambda route: route.fulfill(status=422, body=told))
        tap(page, "view")
        page.set_input_files("input[type=file]", files=[{"name": "a", "mimeType": "image/jpeg", "buffer": b"a"}])
        expect(page.get_by_text(words_for(house.language)["upload_foreign_qr"])).to_be_visible()
        page.close()


def test_a_preview_that_comes_too_soon_is_asked_for_again_and_nobody_is_bothered(
    phone: BrowserContext, house: House
) -> None:
    page = opened(phone, house)
    refused: list[str] = []

    def once(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route.request.url)
        told = json.dumps({"error": {"code": "too_many_renders", "message": "…", "request_id": "0"}})
        route.fulfill(status=429, body=told, headers={"Retry-After": "1"})

    page.route("**/preview", once)
    tap(page, "headline")
    text(page).fill("债市平稳")
    eventually(page, lambda: bool(refused) and drawn(page, "headline") == "债市平稳")
    assert words_for("zh")["failed"] not in page.inner_text("body")


def test_two_fingers_zoom_a_picture(phone: BrowserContext, house: House) -> None:
    page = opened(phone, house, "open-day")
    tap(page, "view")
    page.set_input_files("input[type=file]", files=[{"name": "a", "mimeType": "image/jpeg", "buffer": photograph()}])
    frame = page.locator(".crop-frame")
    expect(frame).to_have_attribute("tabindex", "0")
    box = frame.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = phone.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        listed = [{"x": one, "y": two, "id": index} for index, (one, two) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": listed})

    touch("touchStart", (x - 20, y), (x + 20, y))
    for reach in (30, 40, 50, 60):
        touch("touchMove", (x - reach, y), (x + reach, y))
    touch("touchEnd")
    expect(page.locator(".zoom input")).not_to_have_value("1")
    assert float(page.locator(".zoom input").input_value()) > 1.8


def test_what_may_be_moved_follows_the_finger_snaps_and_stays_in_its_bounds(
    context: BrowserContext, house: House
) -> None:
    page = opened(context, house, "open-day")
    area = page.locator("[data-area=headline] rect").first
    box = area.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    ratio = 1080 / float(page.locator(".overlay").get_attribute("width") or 1)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 146 / ratio, y, steps=5)
    expect(page.locator(".guide")).to_have_count(2)
    page.mouse.up()
    expect(page.locator(".guide")).to_have_count(0)
    expect(page.locator("#slot-text")).to_have_count(0)

    def moved_by() -> float:
        now = area.bounding_box()
        assert now is not None
        return (now["x"] - x + box["width"] / 2) * ratio

    eventually(page, lambda: abs(moved_by() - 150) < 3)
    page.mouse.move(box["x"] + moved_by() / ratio + 10, y)
    page.mouse.down()
    page.mouse.move(2000, 3000, steps=5)
    page.mouse.up()
    eventually(page, lambda: abs(moved_by() - 300) < 3)
    page.locator(".slots [data-slot=headline]").click()
    page.locator(".place .pad").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".place .pad")).to_have_text(re.compile(r"292,\s*160"))
    page.get_by_role("button", name="回到原位").click()
    expect(page.locator(".place .pad")).to_have_text(re.compile(r"0,\s*0"))


def test_a_text_that_does_not_fit_is_told_and_nothing_is_lost(context: BrowserContext, house: House) -> None:
    page = opened(context, house)
    page.locator(".slots [data-slot=figure]").click()
    text(page).fill("一二三四五六七八九")
    expect(page.locator("#slot-count")).to_have_text("超出 2 字")
    expect(page.locator(".sheet .problem")).to_be_visible()
    assert drawn(page, "figure") == "+0.84%"
    text(page).fill("+1.2%")
    expect(page.locator(".poster [aria-label='+1.2%']")).to_be_attached()
    expect(page.locator(".sheet .problem")).to_have_count(0)


def test_a_broken_connection_is_told_and_mends_itself(desktop: BrowserContext, house: House) -> None:
    page = opened(desktop, house)
    page.locator(".slots [data-slot=headline]").click()
    desktop.set_offline(True)
    text(page).fill("没有网络")
    expect(page.get_by_text("连接中断")).to_be_visible()
    desktop.set_offline(False)
    expect(page.locator(".poster [aria-label='没有网络']")).to_be_attached()
    expect(page.get_by_text("连接中断")).to_have_count(0)


def test_markup_in_a_text_stays_text(desktop: BrowserContext, house: House) -> None:
    page = opened(desktop, house)
    page.locator(".slots [data-slot=headline]").click()
    text(page).fill("</g><script>x</script>{{7*7}}")
    expect(page.locator(".poster [data-slot=headline]")).to_have_attribute("aria-label", re.compile("<script>"))
    assert page.locator("poster-editor script").count() == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing(context: BrowserContext, house: House, language: Any) -> None:
    house.language = language
    page = opened(context, house)
    look(page)
    page.locator(".slots [data-slot=headline]").click()
    text(page).fill(RISKY)
    expect(page.locator(".card-finding").first).to_be_visible()
    look(page)
    page.goto(f"{house.url}/posters/open-day/edit")
    page.locator(".slots [data-slot=view]").click()
    expect(page.locator(".crop-frame")).to_be_visible()
    look(page)


def test_the_script_stays_within_its_budget() -> None:
    assert len(gzip.compress((STATIC / entry("src/editor.ts").script).read_bytes(), 9)) <= JS_LIMIT_BYTES
