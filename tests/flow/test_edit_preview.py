"""The editor's preview: findings at their place in the slot's own text, boxes over the words, fixes that mend."""

import io
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from PIL import Image

from app.config import Settings
from app.factory import open_studio
from app.flow.edit_preview import Mark, Preview, preview
from app.flow.keep_picture import keep_picture
from app.flow.make_poster import Order, Studio
from app.flow.wording import fixes_for
from app.kernel.errors import Invalid
from app.rendering.pictures import read_picture
from app.rendering.template import LoadedTemplate
from app.rendering.values import PictureValue, TextValue, Values
from app.storage.store import Store
from tests.posters import template, text_layer, text_slot

DAY = date(2026, 11, 22)


@cache
def studio() -> Studio:
    """The demonstration bank's."""
    return open_studio(Settings.from_env({}))


def look(slug: str, size: str | None = None, **texts: str) -> Preview:
    """The preview of a built-in template with some texts."""
    values = Values({slot: TextValue(text) for slot, text in texts.items()}, studio().sample_profile)
    order = Order(studio().templates[slug], values, studio().sample_link, "svg", DAY, size)
    return preview(studio(), order, lambda *_: "/picture")


def marks_on(found: Preview, slot: str) -> list[Mark]:
    return [mark for mark in found.marks if mark.slot == slot]


def test_every_slot_of_every_built_in_template_has_its_area_within_the_poster() -> None:
    for slug, loaded in studio().templates.items():
        seen: set[str] = set()
        for size in loaded.template.sizes:
            found = look(slug, size)
            assert found.svg is not None, (slug, size, found.problems)
            for boxes in found.areas.values():
                for x, y, width, height in boxes:
                    assert width > 0
                    assert height > 0
                    assert x > -1
                    assert y > -1
                    assert x + width <= found.width_px + 1
                    assert y + height <= found.height_px + 1
            seen |= set(found.areas)
        assert seen == set(loaded.template.slots), slug


def test_a_finding_counts_the_characters_that_were_typed_though_lines_break_elsewhere() -> None:
    text = "债市回暖，稳健之选，保本保收益"
    found = look("fund-weekly", headline=text)
    spans = {(mark.start, mark.end) for mark in marks_on(found, "headline")}
    assert (text.index("保本"), len(text)) in spans
    assert all(text[mark.start : mark.end] == mark.text.replace("\n", "") for mark in marks_on(found, "headline"))


def test_characters_outside_the_basic_plane_count_as_one() -> None:
    found = look("fund-weekly", headline="𠮷利之年，保本保收益")
    assert any(mark.start == 5 for mark in marks_on(found, "headline"))


def test_boxes_cover_the_words_in_each_line_that_they_touch() -> None:
    found = look("fund-weekly", headline="稳赚不赔，保本保收益，债市回暖")
    broken = next(mark for mark in found.marks if "\n" in mark.text)
    assert len(broken.boxes) == 2
    (left, top, width, height), (left_2, top_2, _, _) = broken.boxes
    assert left > left_2
    assert top_2 > top + height / 2
    area = found.areas["headline"][0]
    assert area[0] - 30 <= left
    assert left + width <= area[0] + area[2] + 30


def test_a_slot_within_a_line_of_fixed_words_has_the_box_of_its_own_words() -> None:
    found = look("daily-greeting")
    assert found.areas["month"][0][2] < found.width_px / 2


def test_findings_come_also_while_the_text_does_not_fit() -> None:
    found = look("fund-weekly", figure="保本保收益的选择")
    assert found.svg is None
    assert [problem.path for problem in found.problems] == ["slots.figure"]
    assert marks_on(found, "figure")
    assert all(not mark.boxes for mark in found.marks)


def test_accepting_each_fix_takes_its_finding_away() -> None:
    text = "稳健之选，保本保收益，债市回暖"
    found = look("fund-weekly", headline=text)
    kinds = set()
    for mark in marks_on(found, "headline"):
        for fix in mark.fixes:
            mended = text[: fix.start] + fix.text + text[fix.end :]
            after = look("fund-weekly", headline=mended)
            left = {one.text.replace("\n", "") for one in after.marks if one.rule == mark.rule}
            if (fix.start, fix.end) >= (mark.start, mark.end) and mark.text.replace("\n", "") == "保本保收益":
                assert "保本保收益" not in left
            kinds.add(fix.kind)
    assert {"replace", "remove"} <= kinds


def test_only_movable_slots_have_a_frame_and_it_moves_with_the_offset() -> None:
    movable = text_slot(move={"square": [0, 0, 1080, 1080]})
    made = template(
        text_layer(slot="free"), text_layer("fast", slot="fixed"), slots={"free": movable, "fixed": text_slot()}
    )
    loaded = LoadedTemplate(made, {}, "")
    values = Values({"free": TextValue("字", offset=(40, 20))}, studio().sample_profile)
    found = preview(studio(), Order(loaded, values, studio().sample_link, "svg", DAY))
    assert found.frames == {"free": (140, 120, 400, 60)}


@pytest.mark.parametrize(
    ("suggestion", "text", "hit", "mended"),
    [
        ("改为“收益随市场波动”。", "稳赚不赔，欢迎咨询", "稳赚不赔", ["收益随市场波动，欢迎咨询", "欢迎咨询"]),
        ("删除该词", "安心，最好，放心", "最好", ["安心，放心"]),
        ("删除该词", "安心，最好。", "最好", ["安心。"]),
        ("删除该词", "我们是最好的银行", "最好的", ["我们是银行"]),
        ("删除该词", "最好！", "最好", []),
        ("写明“商业保险，自愿投保”", "保障全家", "保障", ["保障全家，商业保险，自愿投保"]),
        (
            "Write: “Subject to status.”",
            "Everyone is approved, now.",
            "Everyone is approved",
            ["Subject to status, now.", "now."],
        ),
        ("改为主动勾选的明示同意", "默认同意", "默认", []),
        ("改为“这句话比这里能写的字数多得多得多得多得多”", "短，话", "短", ["话"]),
    ],
)
def test_a_suggestion_that_is_a_wording_can_be_taken_over(
    suggestion: str, text: str, hit: str, mended: list[str]
) -> None:
    start = text.index(hit)
    fixes = fixes_for(suggestion, text, start, start + len(hit), 30 if text[0] != "短" else 20)
    assert [(text[: fix.start] + fix.text + text[fix.end :]).strip() for fix in fixes] == mended


def test_a_kept_picture_is_pixels_only(store: Store) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    file = io.BytesIO()
    Image.new("RGB", (600, 400), (200, 60, 40)).save(file, "JPEG", exif=exif, comment=b"secret")
    kept = keep_picture(store, file.getvalue() + b"PK\x03\x04<script>")
    assert (kept.width_px, kept.height_px) == (400, 600)
    data = store.get(kept.digest)
    assert b"script" not in data
    assert b"secret" not in data
    with Image.open(io.BytesIO(data)) as again:
        assert dict(again.getexif()) == {}
        assert again.size == (400, 600)


def test_a_kept_picture_is_no_larger_than_a_poster_needs(store: Store) -> None:
    file = io.BytesIO()
    Image.new("RGB", (6000, 3000)).save(file, "JPEG")
    kept = keep_picture(store, file.getvalue())
    assert (kept.width_px, kept.height_px) == (4096, 2048)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"<html>", "bad_picture"), (b"GIF89a" + bytes(40), "bad_picture"), (bytes(21 * 1024 * 1024), "too_large")],
)
def test_what_is_not_a_picture_is_refused(store: Store, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as raised:
        keep_picture(store, data)
    assert raised.value.code == code


def test_zoom_enlarges_around_the_focus_and_has_limits() -> None:
    file = io.BytesIO()
    Image.new("RGB", (800, 800)).save(file, "PNG")
    picture = read_picture(file.getvalue())
    layer = {"kind": "picture", "name": "photo", "slot": "view", "box": [0, 0, 400, 400]}
    slot = {"kind": "picture", "label": {"zh": "图"}, "example": "a.png"}
    loaded = LoadedTemplate(template(layer, slots={"view": slot}), {"a.png": picture}, "")

    def parts(zoom: float) -> Preview:
        asked: list[tuple[float, ...]] = []

        def href(_picture: object, crop: tuple[float, ...], _size: object) -> str:
            asked.append(crop)
            return "/p?" + ",".join(f"{part:g}" for part in crop) + "&x"

        value = PictureValue(picture, focus=(0.5, 0.25), zoom=zoom)
        order = Order(loaded, Values({"view": value}, studio().sample_profile), studio().sample_link, "svg", DAY)
        found = preview(studio(), order, href)
        return replace(found, areas={"crop": tuple(asked)})  # type: ignore[arg-type]

    assert parts(1).areas["crop"] == ((0, 0, 800, 800),)
    assert parts(2).areas["crop"] == ((200, 0, 400, 400),)
    assert 'href="/p?200,0,400,400&amp;x"' in (parts(2).svg or "")
    assert [problem.code for problem in parts(5).problems] == ["bad_zoom"]
