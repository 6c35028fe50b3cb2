"""template.json: every mistake is told under the path where it stands in the file."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.kernel.errors import Invalid
from app.reads.templates import load_template
from app.rendering.brand_names import name_problems
from app.rendering.scene import Print
from app.rendering.template_checks import bare_sides
from app.rendering.template_file import read_template
from script.template_schema import schema
from tests.posters import PROJECT, brand, document, template, text_layer, text_slot

GROUND = {"kind": "shape", "name": "ground", "box": [0, 0, 1080, 1080], "fill": "@paper"}
LEGAL = {"kind": "disclosure", "name": "legal", "box": [0, 900, 900, 60], "text": "投资有风险", "set": {"size": 22}}
QR = {"kind": "qr", "name": "qr", "box": [800, 800, 240, 240]}
GOOD = document(
    GROUND,
    text_layer(slot="words"),
    LEGAL,
    QR,
    {"kind": "group", "name": "pair", "layers": [text_layer("inner", spans=[{"text": "甲"}, {"slot": "words"}])]},
    slots={"words": text_slot()},
    styles={"plain": {"size": 30}},
)
WIDE_PAPER = {"width_mm": 500, "height_mm": 300, "bleed_mm": 0}
NARROW_PAPER = {"width_mm": 500, "height_mm": 500}
LAYERS = "sizes.square.layers"


def layers(file: dict[str, Any]) -> Any:
    return file["sizes"]["square"]["layers"]


CASES: list[tuple[Callable[[dict[str, Any]], Any], str, str]] = [
    (lambda f: layers(f)[0].update(fill=5), f"{LAYERS}[0].fill", "bad_template"),
    (lambda f: layers(f)[0].update(fill="red"), f"{LAYERS}[0].fill", "bad_template"),
    (lambda f: layers(f)[0].update(fill={"kind": "cone"}), f"{LAYERS}[0].fill.kind", "bad_template"),
    (
        lambda f: layers(f)[0].update(
            fill={"kind": "linear", "stops": [{"at": 0, "colour": "@ink"}, {"at": 2, "colour": "@ink"}]}
        ),
        f"{LAYERS}[0].fill.stops[1].at",
        "bad_template",
    ),
    (lambda f: layers(f)[0].update(colour="@ink"), f"{LAYERS}[0].colour", "bad_template"),
    (lambda f: layers(f)[0].update(kind="blob"), f"{LAYERS}[0].kind", "bad_template"),
    (lambda f: layers(f)[0].pop("kind"), f"{LAYERS}[0].kind", "bad_template"),
    (lambda f: layers(f)[0].pop("box"), f"{LAYERS}[0].box", "bad_template"),
    (lambda f: layers(f)[0].update(box=[0, 0, 5]), f"{LAYERS}[0].box[3]", "bad_template"),
    (lambda f: layers(f)[0].update(opacity=float("nan")), f"{LAYERS}[0].opacity", "bad_template"),
    (lambda f: layers(f)[0].update(shape="path", d="M0 0 Q1"), f"{LAYERS}[0].d", "bad_path"),
    (lambda f: layers(f)[0].update(d="M0 0"), f"{LAYERS}[0]", "bad_template"),
    (lambda f: layers(f)[1].update(text="字"), f"{LAYERS}[1]", "bad_template"),
    (lambda f: (layers(f)[1].pop("slot"), layers(f)[1].update(text=5)), f"{LAYERS}[1].text", "bad_template"),
    (lambda f: (layers(f)[1].pop("slot"), layers(f)[1].update(text={"zh": 5})), f"{LAYERS}[1].text.zh", "bad_template"),
    (
        lambda f: (layers(f)[1].pop("slot"), layers(f)[1].update(text={"en": "x"})),
        f"{LAYERS}[1].text",
        "missing_language",
    ),
    (lambda f: layers(f)[2].update(text="投资\u200b有风险"), f"{LAYERS}[2].text", "forbidden_character"),
    (lambda f: f["slots"]["words"].update(example="保\u202e本"), "slots.words.example", "forbidden_character"),
    (lambda f: f["sizes"]["square"].update(print=NARROW_PAPER), "sizes.square.print", "no_bleed"),
    (lambda f: layers(f)[1].update(slot="none"), f"{LAYERS}[1].slot", "unknown_slot"),
    (lambda f: layers(f)[1].update(style="none"), f"{LAYERS}[1].style", "unknown_style"),
    (lambda f: layers(f)[1]["set"].update(min_size=50), f"{LAYERS}[1].set", "bad_range"),
    (lambda f: layers(f)[1]["set"].update(weigth=50), f"{LAYERS}[1].set.weigth", "bad_template"),
    (lambda f: layers(f)[2]["set"].update(size=21), f"{LAYERS}[2]", "disclosure_too_small"),
    (lambda f: layers(f)[2]["set"].update(min_size=12), f"{LAYERS}[2]", "disclosure_too_small"),
    (lambda f: layers(f)[3].update(box=[0, 0, 120, 120]), f"{LAYERS}[3].box", "qr_too_small"),
    (lambda f: layers(f).append(QR | {"name": "another"}), f"{LAYERS}[5]", "second_qr"),
    (
        lambda f: layers(f)[4]["layers"][0]["spans"][1].update(text="x"),
        f"{LAYERS}[4].layers[0].spans[1]",
        "bad_template",
    ),
    (lambda f: layers(f)[4]["layers"][0].update(name="ground"), f"{LAYERS}[4].layers[0].name", "duplicate_layer"),
    (lambda f: f["slots"]["words"].pop("max_chars"), "slots.words.max_chars", "bad_template"),
    (lambda f: f["slots"]["words"].update(max_chars=1), "slots.words.example", "too_long"),
    (lambda f: f["slots"]["words"].update(styles=["plain", "none"]), "slots.words.styles[1]", "unknown_style"),
    (lambda f: f["slots"].update(title=text_slot(required=False)), "slots.title", "reserved_name"),
    (lambda f: f["slots"]["words"].update(move={"none": [0, 0, 1, 1]}), "slots.words.move.none", "unknown_size"),
    (lambda f: f["slots"].update(more=text_slot()), "sizes.square", "slot_not_drawn"),
    (lambda f: f["slots"].update({"Big Name": text_slot()}), "slots.Big Name", "bad_template"),
    (lambda f: f["styles"]["plain"].update(size=-1), "styles.plain.size", "bad_template"),
    (lambda f: f["sizes"]["square"].update(print=WIDE_PAPER), "sizes.square.print", "bad_ratio"),
    (lambda f: f["validity"].update(starts_on="soon"), "validity.starts_on", "bad_template"),
    (lambda f: f.update(version="1"), "version", "bad_template"),
    (lambda f: f.update(title={"en": "x"}), "title", "missing_language"),
]


def test_the_good_file_is_good() -> None:
    assert read_template(json.dumps(GOOD).encode()).slug == "test-poster"


@pytest.mark.parametrize(
    ("spoil", "path", "code"), CASES, ids=[f"{number} {case[1]}" for number, case in enumerate(CASES)]
)
def test_a_mistake_is_told_once_under_its_own_path(
    spoil: Callable[[dict[str, Any]], Any], path: str, code: str
) -> None:
    file = copy.deepcopy(GOOD)
    spoil(file)
    with pytest.raises(Invalid) as refused:
        read_template(json.dumps(file).encode(), "x/template.json")
    assert [(one.path, one.code) for one in refused.value.problems] == [(f"x/template.json: {path}", code)]


def test_bleed_is_asked_of_each_side_and_groups_move_what_fills_it() -> None:
    ground = {"kind": "shape", "name": "ground", "box": [0, 0, 1100, 1100], "fill": "@ink"}
    group = {"kind": "group", "name": "g", "offset": [-10, 0], "layers": [ground]}
    size = template(group).sizes["square"].model_copy(update={"print": Print(width_mm=540, height_mm=540, bleed_mm=3)})
    assert bare_sides(size) == ["top", "left", "right"]


def test_several_mistakes_are_told_together() -> None:
    file = copy.deepcopy(GOOD)
    layers(file)[0].pop("box")
    file["slots"]["words"]["max_chars"] = 0
    with pytest.raises(Invalid) as refused:
        read_template(json.dumps(file).encode())
    assert {one.path for one in refused.value.problems} == {f"{LAYERS}[0].box", "slots.words.max_chars"}


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[" * 100_000, b"[]", b'{"slug": 1}'])
def test_what_is_no_template_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_template(data)
    assert refused.value.code == "bad_template"


@pytest.mark.parametrize("depth", [300, 20_000])
def test_boxes_nested_without_end_are_refused(depth: int) -> None:
    file = json.dumps(document("inmost"))  # type: ignore[arg-type]
    group = '{"kind": "group", "name": "g", "layers": ['
    with pytest.raises(Invalid) as refused:
        read_template(file.replace('"inmost"', group * depth + json.dumps(GROUND) + "]}" * depth).encode())
    assert refused.value.code == "bad_template"


def test_what_the_brand_lacks_is_told_by_name() -> None:
    made = template(
        GROUND | {"fill": {"kind": "radial", "stops": [{"at": 0, "colour": "@no"}, {"at": 1, "colour": "@ink"}]}},
        text_layer(text="字", style="plain", set={"weight": 600}, plate={"fill": "@nothing"}),
        {
            "kind": "picture",
            "name": "mark",
            "box": [0, 0, 9, 9],
            "asset": "none",
            "border": {"colour": "@x", "width": 1},
        },
        text_layer("more", spans=[{"text": "x", "colour": "@y", "family": "mono"}]),
        styles={"plain": {"family": "serif", "colour": "@z"}, "bold": {"weight": 800}},
    )
    kit = brand().kit
    found = name_problems(made, kit.palette, kit.fonts.weights, kit.assets)
    assert [(one.path, one.code) for one in found] == [
        ("styles.plain.colour", "unknown_colour"),
        ("styles.bold.weight", "unknown_weight"),
        (f"{LAYERS}[0].fill.stops[0].colour", "unknown_colour"),
        (f"{LAYERS}[1].plate.fill", "unknown_colour"),
        (f"{LAYERS}[2].border.colour", "unknown_colour"),
        (f"{LAYERS}[2].asset", "unknown_asset"),
        (f"{LAYERS}[3].spans[0].colour", "unknown_colour"),
        (f"{LAYERS}[3].spans[0].family", "unknown_family"),
    ]


@pytest.mark.parametrize(
    ("name", "code"), [("none.png", "missing_picture"), ("../brand.json", "bad_name"), ("broken.png", "bad_picture")]
)
def test_pictures_beside_the_file_are_looked_at_when_it_is_loaded(tmp_path: Path, name: str, code: str) -> None:
    home = tmp_path / "test-poster"
    home.mkdir()
    (home / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    picture = {"kind": "picture", "name": "art", "box": [0, 0, 9, 9], "src": name}
    (home / "template.json").write_text(json.dumps(document(GROUND, picture)))
    with pytest.raises(Invalid) as refused:
        load_template(home, brand().kit)
    assert [(one.path, one.code) for one in refused.value.problems] == [
        (f"test-poster/template.json: {LAYERS}[1].src", code)
    ]


def test_the_published_schema_is_the_one_of_the_code() -> None:
    published = (PROJECT / "poster_templates" / "template.schema.json").read_text(encoding="utf-8")
    assert published == schema(), "run script/template_schema.py"
