"""Values: what may be filled in, and every reason why something may not."""

import pytest

from app.rendering.characters import forbidden_characters
from app.rendering.pictures import Picture
from app.rendering.template import Template
from app.rendering.values import PictureValue, Profile, TextValue, Values, validate
from tests.posters import brand, template, text_layer, text_slot

PHOTO = Picture("digest", 800, 800, b"")


def made() -> Template:
    slots = {
        "words": text_slot(max_chars=10, must_change=True, styles=["loud"]),
        "lines": text_slot(required=False, multiline=True),
        "view": {"kind": "picture", "label": {"zh": "图"}, "example": "a.png", "min_px": [600, 400], "crop": False},
    }
    picture = {"kind": "picture", "name": "photo", "box": [0, 0, 400, 100], "slot": "view"}
    return template(
        text_layer(slot="words"),
        text_layer("more", slot="lines"),
        picture,
        slots=slots,
        styles={"loud": {"weight": 900}},
    )


def codes(
    slots: dict[str, TextValue | PictureValue], profile: Profile | None = None, complete: bool = False
) -> list[str]:
    found = validate(made(), Values(slots, profile or Profile()), brand().kit.fonts, complete=complete)
    return [f"{problem.path} {problem.code}" for problem in found]


def test_good_values_have_no_problem() -> None:
    good = {"words": TextValue("早安，欧阳·溪", "loud"), "lines": TextValue("一\n二"), "view": PictureValue(PHOTO)}
    assert codes(good, Profile(name="阿卜杜热合曼·买买提", phone="138 0000 2048"), complete=True) == []


@pytest.mark.parametrize(
    ("slots", "found"),
    [
        ({"nothing": TextValue("x")}, ["slots.nothing unknown_slot"]),
        ({"words": PictureValue(PHOTO)}, ["slots.words wrong_kind"]),
        ({"view": TextValue("x")}, ["slots.view wrong_kind"]),
        ({"words": TextValue("  ")}, ["slots.words required"]),
        ({"words": TextValue("示例")}, ["slots.words must_change"]),
        ({"words": TextValue("字" * 11)}, ["slots.words too_long"]),
        ({"words": TextValue("𠮷" * 10)}, []),
        ({"words": TextValue("x", "quiet")}, ["slots.words.style style_not_allowed"]),
        ({"words": TextValue("x", offset=(1, 0))}, ["slots.words.offset not_movable"]),
        ({"words": TextValue("一\n二")}, ["slots.words forbidden_character"]),
        ({"view": PictureValue(Picture("d", 599, 800, b""))}, ["slots.view picture_too_small"]),
        ({"view": PictureValue(PHOTO, (0.1, 0.1))}, ["slots.view.focus crop_not_allowed"]),
        ({"words": TextValue("\u200b" * 11), "no": TextValue("")}, ["slots.words too_long", "slots.no unknown_slot"]),
    ],
)
def test_bad_values_are_told_by_slot(slots: dict[str, TextValue | PictureValue], found: list[str]) -> None:
    assert codes(slots) == found


def test_what_is_left_out_is_a_problem_only_where_all_must_be_there() -> None:
    assert codes({}) == []
    assert codes({}, complete=True) == ["slots.words required", "slots.view required"]


HIDDEN = {
    "zero width space": "\u200b",
    "soft hyphen": "\u00ad",
    "variation selector 16": "\ufe0f",
    "variation selector 17": "\U000e0100",
    "tag": "\U000e0061",
    "hangul filler": "\u3164",
    "halfwidth hangul filler": "\uffa0",
    "hangul choseong filler": "\u115f",
    "blank braille": "\u2800",
    "private use": "\ue000",
    "private use, plane 15": "\U000f0000",
    "word joiner": "\u2060",
    "zero width joiner": "\u200d",
    "no-break space, zero width": "\ufeff",
    "invisible times": "\u2062",
    "line separator": "\u2028",
    "ideographic variation indicator": "\u303e",
    "right-to-left override": "\u202e",
    "pop directional isolate": "\u2069",
    "long stroke overlay": "\u0336",
    "enclosing circle": "\u20dd",
    "control": "\x07",
    "carriage return": "\r",
    "tab": "\t",
    "nothing": "\x00",
    "lone surrogate": "\ud800",
    "radical for the character": "\u2f26",
    "vertical form": "\ufe12",
}


@pytest.mark.parametrize("character", HIDDEN.values(), ids=HIDDEN.keys())
def test_what_hides_or_overlays_is_refused_with_its_offset(character: str) -> None:
    assert list(forbidden_characters(f"保{character}本", multiline=True)) == [(1, character)]


def test_the_message_names_code_and_offset() -> None:
    (problem,) = validate(made(), Values({"words": TextValue("保\u200b本")}), brand().kit.fonts, complete=False)
    assert problem.code == "forbidden_character"
    assert "U+200B" in problem.message
    assert "offset 1" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "1OO%",
        "１００％",
        "ОК",
        "保·本",
        "保夲",
        "保證",
        "①⓪⓪%",
        "㊣品",
        "José Müller",
        "Nguye\u0302n",
        "O’Neil",
        "㛃嬅䶮𠮷",
        "㎡㈱℃",
        "カタカナ 한글",
        "￥3,000",
    ],
)
def test_what_people_write_is_allowed_even_where_the_rules_will_look_at_it(text: str) -> None:
    assert list(forbidden_characters(text)) == []


def test_an_accent_stands_only_on_a_letter() -> None:
    assert list(forbidden_characters("e\u0301")) == []
    assert list(forbidden_characters("保\u0301本")) == [(1, "\u0301")]
    assert list(forbidden_characters("\u0301")) == [(0, "\u0301")]


def test_profile_fields_are_held_to_the_same_characters_and_a_length() -> None:
    assert codes({}, Profile(name="林\u202e溪", organisation="行" * 201)) == [
        "profile.name forbidden_character",
        "profile.organisation too_long",
    ]


def test_a_character_that_no_font_has_is_told_before_layout() -> None:
    assert codes({"words": TextValue("好\U00032000")}) == ["slots.words missing_glyph"]
