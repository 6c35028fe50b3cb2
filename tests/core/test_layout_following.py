"""Boxes as high as their text, and the layers that follow them or are pushed by them."""

from typing import Any

import pytest

from app.kernel.errors import Invalid
from app.rendering.values import Profile
from tests.posters import SLOT, item_of, poster, problems, template, text_layer, text_slot

GROWING = {"slot": "words", "box": [100, 100, 400, 120], "heights": {"min": 60, "max": 300}}


def rule(name: str = "rule", top: float = 240, **fields: Any) -> dict[str, Any]:
    return {"kind": "shape", "name": name, "box": [100, top, 400, 10], "fill": "@ink"} | fields


def tops(*layers: dict[str, Any], words: str = "一", **fields: Any) -> dict[str, float]:
    display = poster(template(*layers, slots=SLOT, **fields), {"words": words})
    return {item.layer: item.box[1] for item in display.items}


@pytest.mark.parametrize(
    ("valign", "box"),
    [("top", (100, 100, 400, 180)), ("middle", (100, 70, 400, 180)), ("bottom", (100, 40, 400, 180))],
)
def test_a_box_is_as_high_as_its_lines_and_keeps_the_edge_of_its_text(valign: str, box: object) -> None:
    made = template(text_layer(set={"valign": valign}, **GROWING), slots=SLOT)
    assert item_of(poster(made, {"words": "一\n二\n三"}), "words").box == box


def test_a_box_stays_within_its_heights_and_then_the_text_is_refused() -> None:
    made = template(text_layer(**GROWING), slots=SLOT)
    assert item_of(poster(made, {"words": "一"}), "words").box[3] == 60
    assert item_of(poster(made, {"words": "\n".join("一二三四五")}), "words").box[3] == 300
    assert [found.code for found in problems(made, {"words": "\n".join("一二三四五六")})] == ["overflow"]


@pytest.mark.parametrize(("words", "top"), [("一", 180), ("一\n二", 240), ("一\n二\n三", 300)])
def test_a_layer_follows_the_edge_that_it_is_anchored_to(words: str, top: float) -> None:
    assert tops(text_layer(**GROWING), rule(follow={"layer": "words"}), words=words)["rule"] == top


@pytest.mark.parametrize(("words", "top"), [("一", 240), ("一\n二", 240), ("一\n二\n三", 300)])
def test_a_layer_is_pushed_and_never_drawn_nearer(words: str, top: float) -> None:
    assert tops(text_layer(**GROWING), rule(follow={"layer": "words", "push": True}), words=words)["rule"] == top


def test_what_follows_the_top_moves_up_with_it() -> None:
    layers = text_layer(set={"valign": "bottom"}, **GROWING), rule(top=80, follow={"layer": "words", "edge": "top"})
    assert tops(*layers, words="一\n二\n三")["rule"] == 20


def test_layers_follow_in_chains_and_groups_with_all_that_is_in_them_whatever_is_painted_first() -> None:
    second = text_layer(
        "second", text="甲\n乙", box=[100, 260, 400, 60], heights={"max": 200}, follow={"layer": "words"}
    )
    group = {
        "kind": "group",
        "name": "group",
        "follow": {"layer": "second"},
        "layers": [rule("inner", 330), rule("other", 350, follow={"layer": "words", "push": True})],
    }
    found = tops(rule("last", 400, follow={"layer": "inner"}), group, second, text_layer(**GROWING), words="一\n二\n三")
    # words grows by 60, second by another 60; so group, inner, other and last go down by 120.
    assert found == {"last": 520, "inner": 450, "other": 470, "second": 320, "words": 100}
    assert list(found) == ["last", "inner", "other", "second", "words"]


def test_an_empty_text_leaves_its_room_to_what_follows() -> None:
    who = {"kind": "profile", "name": "who", "box": [100, 100, 400, 60], "field": "licence", "optional": True}
    who["set"] = {"size": 40, "line_height": 1.5}
    made = template(who | {"heights": {"max": 60}}, rule(top=170, follow={"layer": "who"}))
    assert item_of(poster(made, profile=Profile(licence="")), "rule").box[1] == 110
    assert item_of(poster(made, profile=Profile(licence="A1")), "rule").box[1] == 170


def test_what_follows_can_change_with_every_poster() -> None:
    layers = text_layer(**GROWING), rule(follow={"layer": "words"}), rule("still", 900)
    display = poster(template(*layers, slots=SLOT), {"words": "一"})
    assert {item.layer: item.dynamic for item in display.items} == {"words": True, "rule": True, "still": False}


def test_what_is_pushed_out_of_the_poster_is_a_problem_of_the_text_that_pushes() -> None:
    made = template(text_layer(**GROWING), rule(top=1000, follow={"layer": "words"}), slots=SLOT)
    assert poster(made, {"words": "一\n二\n三"})
    (found,) = problems(made, {"words": "\n".join("一二三四五")})
    assert (found.path, found.code) == ("slots.words", "overflow")
    assert "rule" in found.message


@pytest.mark.parametrize(
    ("layers", "path", "code"),
    [
        ([rule(follow={"layer": "none"})], "sizes.square.layers[0].follow.layer", "unknown_layer"),
        ([rule(follow={"layer": "rule"})], "sizes.square.layers[0].follow", "circle"),
        (
            [rule(follow={"layer": "b"}), rule("b", follow={"layer": "rule"})],
            "sizes.square.layers[0].follow",
            "circle",
        ),
        (
            [{"kind": "group", "name": "g", "follow": {"layer": "rule"}, "layers": [rule()]}],
            "sizes.square.layers[0].follow",
            "circle",
        ),
        (
            [text_layer(text="字", heights={"min": 9, "max": 5})],
            "sizes.square.layers[0].heights.min",
            "bad_range",
        ),
        (
            [text_layer(text="字", heights={"max": 50}, set={"direction": "vertical"})],
            "sizes.square.layers[0].heights",
            "vertical_heights",
        ),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_path(layers: list[dict[str, Any]], path: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        template(*layers, slots={"free": text_slot(required=False)})
    assert (refused.value.problems[0].path, refused.value.problems[0].code) == (path, code)
