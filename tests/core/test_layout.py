"""Layout: what is placed where, and what is refused because it cannot be."""

import pytest

from app.rendering.display import PictureItem, QrItem, ShapeItem
from app.rendering.layout import reading_order
from app.rendering.pictures import Picture
from app.rendering.values import PictureValue, Profile, TextValue
from tests.posters import (
    ADVISOR,
    SLOT,
    brand,
    item_of,
    one_text,
    poster,
    problems,
    template,
    text_layer,
    text_slot,
    texts,
)

# --- glyphs and fallback ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("character", "㛃嬅䶮𠮷")
@pytest.mark.parametrize(("family", "weight"), [("sans", 400), ("sans", 700), ("serif", 900)])
def test_rare_characters_of_names_come_from_the_fallback_chain(character: str, family: str, weight: int) -> None:
    item = one_text(f"林{character}溪", {"family": family, "weight": weight})
    runs = item.lines[0].runs
    assert "".join(run.text for run in runs) == f"林{character}溪"
    for run in runs:
        face = brand().kit.fonts.face(run.font)
        assert all(face.has(ord(spelt)) for spelt in run.text)
        assert all(glyph.id for glyph in run.glyphs)


def test_a_character_that_no_font_has_is_named_with_its_code_and_offset() -> None:
    found = problems(template(text_layer(slot="words"), slots=SLOT), {"words": "你好\U00032000啊"})
    assert [(problem.path, problem.code) for problem in found] == [("slots.words", "missing_glyph")]
    assert "U+32000" in found[0].message
    assert "offset 2" in found[0].message


def test_accents_that_combine_are_one_cluster() -> None:
    runs = one_text("Zoe\u0308 Wang").lines[0].runs
    assert [glyph.text for run in runs for glyph in run.glyphs][:3] == ["Z", "o", "e\u0308"]


def test_a_dash_of_two_is_one_glyph_and_english_quotes_are_narrow() -> None:
    assert [glyph.text for glyph in one_text("山——水").lines[0].runs[0].glyphs] == ["山", "——", "水"]
    made = template(text_layer(slot="words"), slots=SLOT, languages=["zh", "en"])
    chinese = texts(poster(made, {"words": "“A”"}))["words"]
    english = texts(poster(made, {"words": "“A”"}, language="en"))["words"]
    assert sum(run.advance for run in chinese.lines[0].runs) > sum(run.advance for run in english.lines[0].runs) + 30
    assert {run.features for run in english.lines[0].runs} == {("pwid",)}


def test_chinese_in_an_english_poster_keeps_its_wide_marks() -> None:
    made = template(text_layer(slot="words"), slots=SLOT, languages=["zh", "en"])
    english = texts(poster(made, {"words": "有风险，需谨慎"}, language="en"))["words"]
    chinese = texts(poster(made, {"words": "有风险，需谨慎"}))["words"]
    assert [run.advance for run in english.lines[0].runs] == [run.advance for run in chinese.lines[0].runs]


def test_neighbouring_full_width_marks_keep_their_full_width() -> None:
    for family in ("sans", "serif"):
        glyphs = one_text("》）。", {"family": family}).lines[0].runs[0].glyphs
        assert [glyph.x - glyphs[0].x for glyph in glyphs] == [0, 40, 80]


# --- lines, sizes, overflow ------------------------------------------------------------------------------------------


def test_lines_stand_where_css_puts_them() -> None:
    item = one_text("第一行\n第二行", box=[100, 100, 400, 200])
    face = brand().kit.fonts.chain("sans", 400)[0]
    first = 100 + (1.5 - face.ascent - face.descent) / 2 * 40 + face.ascent * 40
    baselines = [line.runs[0].baseline for line in item.lines]
    assert baselines == pytest.approx([first, first + 60], abs=1 / 64)


@pytest.mark.parametrize(("align", "left"), [("left", 100), ("centre", 240), ("right", 380)])
def test_lines_are_aligned_in_their_box(align: str, left: float) -> None:
    run = one_text("三个字", {"align": align}).lines[0].runs[0]
    assert run.x == left
    assert run.advance == 120


@pytest.mark.parametrize(("valign", "top"), [("top", 100), ("middle", 170), ("bottom", 240)])
def test_blocks_are_aligned_in_their_box(valign: str, top: float) -> None:
    base = one_text("字", {"valign": "top"}, box=[100, 100, 400, 200]).lines[0].runs[0].baseline
    here = one_text("字", {"valign": valign}, box=[100, 100, 400, 200]).lines[0].runs[0].baseline
    assert here - base == top - 100


def test_tracking_widens_all_but_the_end() -> None:
    run = one_text("三个字", {"tracking": 0.1, "align": "right"}).lines[0].runs[0]
    assert [glyph.x for glyph in run.glyphs] == [500 - 128, 500 - 84, 500 - 40]
    assert run.tracking == 4


def test_text_shrinks_to_the_largest_size_that_fits_and_no_further() -> None:
    style = {"size": 60, "min_size": 20, "max_lines": 1}
    for count in (7, 9, 13, 19):
        item = one_text("字" * count, style, box=[0, 0, 400, 90])
        assert item.size * count <= 400.6 < (item.size + 0.5) * count + 0.6
        assert item.size * 2 == int(item.size * 2)
    assert one_text("字" * 6, style, box=[0, 0, 400, 90]).size == 60


def test_a_word_makes_the_text_smaller_before_it_is_cut() -> None:
    item = one_text("An Evening", {"size": 80, "min_size": 30, "line_height": 1}, box=[100, 100, 240, 300])
    assert [line.text for line in item.lines] == ["An", "Evening"]
    assert 30 <= item.size < 80
    cut = one_text("An Evening", {"size": 80, "line_height": 1}, box=[100, 100, 240, 300])
    assert (cut.size, len(cut.lines)) == (80, 3)


def test_a_dotted_name_breaks_at_its_dots() -> None:
    item = one_text("古丽米热·阿不都克里木·艾则孜·买合木提江", {"line_height": 1.2}, box=[100, 100, 460, 200])
    assert [line.text for line in item.lines] == ["古丽米热·", "阿不都克里木·艾则孜·", "买合木提江"]


def test_what_does_not_fit_says_by_how_much_in_which_direction_and_what_must_go() -> None:
    style = {"size": 40, "min_size": 30, "max_lines": 1}
    made = template(text_layer(slot="words", set=style), slots=SLOT)
    (problem,) = problems(made, {"words": "字" * 20})
    assert (problem.path, problem.code) == ("slots.words", "overflow")
    assert "200 px too wide" in problem.message
    assert "about 7 characters must go" in problem.message
    tall = template(text_layer(slot="words", box=[0, 0, 400, 120]), slots=SLOT)
    (problem,) = problems(tall, {"words": "字" * 33})
    assert "120 px too high" in problem.message
    assert "about 13 characters must go" in problem.message


def test_overflow_of_a_profile_field_and_of_fixed_words_names_its_place() -> None:
    profile = {"kind": "profile", "name": "who", "box": [0, 0, 200, 60], "field": "name", "set": {"max_lines": 1}}
    fixed = text_layer(text="这一行字太长了放不下", box=[0, 100, 100, 40], set={"max_lines": 1})
    found = problems(template(profile, fixed), profile=Profile(name="欧阳" * 14))
    assert {problem.path for problem in found} == {"profile.name", "sizes.square.layers[1]"}
    assert {problem.code for problem in found} == {"overflow"}


def test_names_of_2_and_28_characters_fit_the_same_strip() -> None:
    style = {"size": 48, "min_size": 24, "max_lines": 2, "line_height": 1.2}
    layer = {"kind": "profile", "name": "who", "box": [0, 0, 420, 80], "field": "name", "set": style}
    sizes = [
        texts(poster(template(layer), profile=Profile(name=name)))["who"].size
        for name in ("林溪", "阿卜杜热合曼·买买提吐尔逊·" * 2)
    ]
    assert sizes[0] == 48
    assert 24 <= sizes[1] < 48


def test_pieces_of_different_size_share_a_baseline() -> None:
    layer = text_layer(
        box=[100, 100, 800, 200],
        set={"size": 100},
        spans=[
            {"slot": "words"},
            {"text": "%", "scale": 0.4, "colour": "@gold"},
            {"text": "起", "scale": 0.3, "rise": 0.5},
        ],
    )
    item = texts(poster(template(layer, slots=SLOT), {"words": "2.85"}))["words"]
    figure, unit, risen = item.lines[0].runs
    assert (figure.size, unit.size, risen.size) == (100, 40, 30)
    assert figure.baseline == unit.baseline
    assert risen.baseline == figure.baseline - 15
    assert unit.x == pytest.approx(figure.x + figure.advance, abs=1 / 32)
    assert unit.colour != figure.colour
    assert item.dynamic


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (Profile(title="经理", organisation="望江支行", phone="138"), ["经理", "望江支行", "电话138"]),
        (Profile(title="经理", phone="138"), ["经理", "电话138"]),
        (Profile(organisation="望江支行"), ["望江支行"]),
        (Profile(title=" ", phone="138"), ["电话138"]),
        (Profile(), []),
    ],
    ids=["all", "no organisation", "one", "blank title", "none"],
)
def test_a_line_whose_fields_are_empty_leaves_no_hole(profile: Profile, expected: list[str]) -> None:
    spans = [
        {"field": "title"},
        {"text": "\n"},
        {"field": "organisation"},
        {"text": "\n"},
        {"text": "电话"},
        {"field": "phone"},
    ]
    laid = texts(poster(template(text_layer("who", box=[100, 100, 400, 300], spans=spans)), profile=profile))
    assert [row.text for item in laid.values() for row in item.lines] == expected


def test_the_ink_box_holds_exactly_the_outlines() -> None:
    item = one_text("gy国")
    edges: list[tuple[float, float]] = []
    for run in item.lines[0].runs:
        face = brand().kit.fonts.face(run.font)
        unit = run.size / face.units_per_em
        for glyph in run.glyphs:
            for _, points in face.outline(glyph.id):
                edges += [
                    (glyph.x + x * unit, glyph.y - y * unit) for x, y in zip(points[::2], points[1::2], strict=True)
                ]
    x, y, width, height = item.ink
    assert min(edge[0] for edge in edges) == pytest.approx(x, abs=1)
    assert max(edge[0] for edge in edges) == pytest.approx(x + width, abs=1)
    assert min(edge[1] for edge in edges) == pytest.approx(y, abs=1)
    assert max(edge[1] for edge in edges) == pytest.approx(y + height, abs=1)


def test_a_closing_mark_hangs_its_blank_half_out_of_the_line() -> None:
    full = one_text("九个字的一行正好满。", {"align": "right"}, box=[100, 100, 380, 60])
    assert len(full.lines) == 1
    assert 460 < full.ink[0] + full.ink[2] <= 480
    assert len(one_text("九个字的一行正好满了", box=[100, 100, 380, 120]).lines) == 2


# --- vertical --------------------------------------------------------------------------------------------------------


def test_columns_run_from_right_to_left_and_marks_are_turned() -> None:
    style = {"size": 40, "line_height": 1.5, "direction": "vertical"}
    item = one_text("春江潮水\n连海平，", style, box=[100, 100, 120, 300])
    first, second = (line.runs[0] for line in item.lines)
    assert item.vertical
    assert (first.x, second.x) == (190, 130)
    assert [glyph.y - first.glyphs[0].y for glyph in first.glyphs] == [0, 40, 80, 120]
    upright = one_text("，").lines[0].runs[0].glyphs[0].id
    assert second.glyphs[-1].id != upright


def test_two_figures_stand_side_by_side_in_a_column() -> None:
    style = {"size": 40, "direction": "vertical"}
    item = one_text("十22日", style, box=[100, 100, 60, 300])
    glyphs = [glyph for run in item.lines[0].runs for glyph in run.glyphs]
    ten, two, another, day = glyphs
    assert two.y == another.y
    assert another.x > two.x + 15
    assert day.y - ten.y == 80


def test_words_and_longer_figures_lie_on_their_side_and_what_is_short_stands() -> None:
    item = one_text("于2026年8月Lanshan购A股", {"size": 40, "direction": "vertical"}, box=[100, 100, 60, 600])
    shown = [(run.text, run.turned) for run in item.lines[0].runs]
    assert shown == [("于", False), ("2026", True), ("年8月", False), ("Lanshan", True), ("购A股", False)]
    runs = item.lines[0].runs
    word = one_text("Lanshan").lines[0].runs[0]
    assert runs[3].advance == pytest.approx(word.advance, abs=1 / 32)
    assert len({glyph.x for glyph in runs[3].glyphs}) == 1
    assert runs[3].glyphs[0].x < runs[3].x
    assert runs[4].baseline == pytest.approx(runs[3].baseline + word.advance, abs=1 / 16)
    left, top, width, height = item.ink
    assert left >= 100
    assert left + width <= 160
    assert top >= 100
    assert top + height <= runs[-1].baseline + 120


@pytest.mark.parametrize("figures", ["2026", "3.25", "9:30", "12%", "R2", "5G", "1,000", "Top 10"])
def test_figures_that_are_part_of_more_are_turned_as_one(figures: str) -> None:
    item = one_text(f"一{figures}二", {"size": 40, "direction": "vertical"}, box=[100, 100, 60, 600])
    assert [(run.text, run.turned) for run in item.lines[0].runs] == [("一", False), (figures, True), ("二", False)]


def test_quotation_marks_become_corner_brackets_in_a_column_and_are_copied_as_written() -> None:
    item = one_text("“稳‘健’”", {"size": 40, "direction": "vertical"}, box=[100, 100, 60, 600])
    run = item.lines[0].runs[0]
    face = brand().kit.fonts.face(run.font)
    brackets = [face.hb_font.get_nominal_glyph(ord(bracket)) for bracket in "﹃﹁﹂﹄"]
    assert [glyph.id for glyph in run.glyphs if glyph.text in "“‘’”"] == brackets
    assert run.text == "“稳‘健’”"


# --- layers ----------------------------------------------------------------------------------------------------------


def test_a_plate_hugs_its_text_and_is_as_dynamic_as_it() -> None:
    plate = {"fill": "@vermilion", "padding": [16, 8], "radius": 99}
    display = poster(template(text_layer(slot="words", plate=plate), slots=SLOT), {"words": "三个字"})
    ground, words = display.items
    assert isinstance(ground, ShapeItem)
    assert ground.box == (84, 92, 152, 76)
    assert ground.radius == 38
    assert ground.dynamic
    assert ground.slot == words.slot == "words"


def test_an_optional_field_that_is_empty_draws_nothing_and_a_needed_one_is_a_problem() -> None:
    layer = {"kind": "profile", "name": "no", "box": [0, 0, 500, 60], "field": "licence", "prefix": "证号 "}
    plate = {"fill": "@mist"}
    other = text_layer(text="字")
    assert [item.layer for item in poster(template(layer | {"optional": True, "plate": plate}, other)).items] == [
        "words"
    ]
    (problem,) = problems(template(layer, other))
    assert (problem.path, problem.code) == ("profile.licence", "required")
    shown = poster(template(layer, other), profile=Profile(licence="A1"))
    assert texts(shown)["no"].text == "证号 A1"


def test_groups_move_and_fade_their_members() -> None:
    inner = {"kind": "shape", "name": "path", "shape": "path", "box": [0, 0, 9, 9], "d": "M0 0h10v10z", "opacity": 0.5}
    group = {"kind": "group", "name": "g", "offset": [5, 7], "opacity": 0.5, "layers": [inner, text_layer(text="字")]}
    display = poster(template(group))
    path = item_of(display, "path")
    assert isinstance(path, ShapeItem)
    assert path.path[0] == ("M", (5, 7))
    assert path.opacity == 0.25
    assert item_of(display, "words").box == (105, 107, 400, 60)


def test_arcs_become_curves_that_end_where_they_should() -> None:
    arc = {"kind": "shape", "name": "arc", "shape": "path", "box": [0, 0, 9, 9], "d": "M10 20 a 5 5 0 0 1 10 0 Z"}
    item = item_of(poster(template(arc)), "arc")
    assert isinstance(item, ShapeItem)
    assert {name for name, _ in item.path} <= set("MLCQZ")
    assert [points[-2:] for name, points in item.path if name == "C"][-1] == pytest.approx((20, 20))


def test_a_layer_of_one_language_is_drawn_in_that_alone() -> None:
    layers = (text_layer("a", text="中", only="zh"), text_layer("b", text="E", only="en"))
    made = template(*layers, languages=["zh", "en"])
    assert set(texts(poster(made))) == {"a"}
    assert set(texts(poster(made, language="en"))) == {"b"}


def test_a_slot_moves_within_its_bounds_and_not_beyond() -> None:
    slots = {"words": text_slot(move={"square": [50, 50, 500, 200]})}
    made = template(text_layer(slot="words"), slots=slots)
    moved = poster(made, {"words": TextValue("字", offset=(20, 30))})
    assert item_of(moved, "words").box == (120, 130, 400, 60)
    (problem,) = problems(made, {"words": TextValue("字", offset=(100, 0))})
    assert (problem.path, problem.code) == ("slots.words.offset", "out_of_bounds")


def test_a_chosen_style_changes_the_look_and_not_the_place() -> None:
    made = template(
        text_layer(slot="words", style="plain", set={"align": "right"}),
        slots={"words": text_slot(styles=["loud"])},
        styles={"plain": {"size": 40}, "loud": {"size": 40, "weight": 900, "colour": "@vermilion"}},
    )
    run = texts(poster(made, {"words": TextValue("字", style="loud")}))["words"].lines[0].runs[0]
    assert run.font == "sans-900"
    assert run.x == 460


def test_pictures_are_cropped_around_their_focus_and_missing_ones_named() -> None:
    wide = Picture("d", 400, 100, b"")
    layer = {"kind": "picture", "name": "photo", "box": [0, 0, 100, 100], "photo": True}
    display = poster(template(layer), profile=Profile(photo=wide, photo_focus=(0.9, 0.5)))
    item = item_of(display, "photo")
    assert isinstance(item, PictureItem)
    assert item.crop == (300, 0, 100, 100)
    contained = item_of(poster(template(layer | {"fit": "contain"}), profile=Profile(photo=wide)), "photo")
    assert contained.box == (0, 37.5, 100, 25)
    found = problems(template(layer, {"kind": "picture", "name": "x", "box": [0, 0, 9, 9], "src": "no.png"}))
    assert [(one.path, one.code) for one in found] == [
        ("profile.photo", "missing_picture"),
        ("sizes.square.layers[1].src", "missing_picture"),
    ]


def test_the_focus_of_a_picture_slot_is_the_value_s_or_the_slot_s() -> None:
    wide = Picture("d", 400, 400, b"")
    slot = {"kind": "picture", "label": {"zh": "图"}, "example": "a.png", "focus": [0, 0]}
    layer = {"kind": "picture", "name": "photo", "box": [0, 0, 400, 100], "slot": "view"}
    made = template(layer, slots={"view": slot})
    crops = [
        item_of(poster(made, slots, pictures={"a.png": wide}), "photo")
        for slots in ({}, {"view": PictureValue(wide, focus=(0.5, 1.0))})
    ]
    assert [crop.crop for crop in crops if isinstance(crop, PictureItem)] == [(0, 0, 400, 100), (0, 300, 400, 100)]


# --- the code --------------------------------------------------------------------------------------------------------


def test_the_code_stands_on_whole_pixels_with_its_quiet_zone() -> None:
    display = poster(template({"kind": "qr", "name": "qr", "box": [800.5, 800, 240, 240]}))
    code = display.qr
    assert isinstance(code, QrItem)
    left, top, side, _ = code.modules
    module = side / len(code.matrix)
    assert module == int(module) >= 4
    assert left == int(left)
    assert min(left - code.box[0], top - code.box[1], code.box[0] + 240 - left - side) >= 4 * module - 1
    assert code.matrix[0][:8] == (True,) * 7 + (False,)
    assert code.dynamic


def test_a_small_code_keeps_its_size_rather_than_whole_modules() -> None:
    code = poster(template({"kind": "qr", "name": "qr", "box": [800, 800, 180, 180]})).qr
    assert code is not None
    _, _, side, _ = code.modules
    count = len(code.matrix)
    assert side == int(180 * count / (count + 8))
    assert 180 - side >= 2 * 4 * side / count


def test_a_link_too_long_for_its_box_is_refused() -> None:
    made = template({"kind": "qr", "name": "qr", "box": [800, 800, 160, 160]})
    (problem,) = problems(made, link="https://go.lanshan.example/r/" + "a" * 60)
    assert (problem.path, problem.code) == ("link", "link_too_long")
    (problem,) = problems(made, link="")
    assert (problem.path, problem.code) == ("link", "bad_link")


# --- the whole -------------------------------------------------------------------------------------------------------


def test_the_static_key_knows_all_that_is_static_and_nothing_else() -> None:
    made = template(text_layer("fixed", text="定"), text_layer(slot="words"), slots=SLOT)
    first, second = poster(made, {"words": "甲"}), poster(made, {"words": "乙"})
    assert first.static_key == second.static_key
    assert [item.dynamic for item in first.items] == [False, True]
    other = template(text_layer("fixed", text="变"), text_layer(slot="words"), slots=SLOT)
    assert poster(other, {"words": "甲"}).static_key != first.static_key


def test_what_looks_like_code_is_drawn_as_it_stands() -> None:
    for text in ("{{7*7}}", "</style><script>", "%(name)s ${x} &amp;"):
        assert one_text(text).text == text


def test_half_a_million_characters_are_refused_before_any_of_them_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def set_text(*_: object) -> None:
        raise AssertionError("a text that is too long must not be set")

    monkeypatch.setattr("app.rendering.text_layers.set_text", set_text)
    (problem,) = problems(template(text_layer(slot="words"), slots=SLOT), {"words": "字" * 500_000})
    assert problem.code == "too_long"


def test_texts_are_read_in_rows_and_columns() -> None:
    display = poster(
        template(
            text_layer("late", text="保", box=[100, 500, 200, 60]),
            text_layer("right", text="本", box=[600, 103, 200, 60]),
            text_layer("left", text="保", box=[100, 100, 200, 60]),
            text_layer("column_b", text="下联", box=[620, 700, 60, 200], set={"direction": "vertical"}),
            text_layer("column_a", text="上联", box=[700, 700, 60, 200], set={"direction": "vertical"}),
        )
    )
    assert [item.layer for item in reading_order(display)] == ["left", "right", "late", "column_a", "column_b"]


def test_a_tall_text_does_not_tear_the_rows_beside_it() -> None:
    display = poster(
        template(
            text_layer("day", text="18", box=[600, 80, 300, 330], set={"size": 220}),
            text_layer("when", text="时间", box=[100, 120, 80, 60]),
            text_layer("at", text="19:00", box=[200, 120, 200, 60]),
            text_layer("place", text="地点", box=[100, 200, 80, 60]),
            text_layer("hall", text="会客厅", box=[200, 200, 200, 60]),
        )
    )
    assert [item.layer for item in reading_order(display)] == ["when", "at", "place", "hall", "day"]


def test_all_problems_are_told_at_once() -> None:
    made = template(
        text_layer("a", slot="words", set={"max_lines": 1}),
        {"kind": "profile", "name": "who", "box": [0, 0, 30, 60], "field": "name"},
        {"kind": "picture", "name": "x", "box": [0, 0, 9, 9], "asset": "none"},
        slots=SLOT,
    )
    found = problems(made, {"words": "字" * 30}, ADVISOR)
    assert [problem.code for problem in found] == ["overflow", "overflow", "missing_picture"]
