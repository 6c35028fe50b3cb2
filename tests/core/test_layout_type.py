"""The typesetter's finer points: hanging marks, justified lines, gaps between scripts, tightening, marked stretches."""

from itertools import pairwise

import pytest

from app.flow.fill import Reader
from app.rendering.display import TextItem
from app.rendering.values import Marked, TextValue
from tests.posters import SLOT, brand, one_text, poster, problems, template, text_layer, text_slot, texts

BOX = [100, 100, 400, 300]


def ends(item: TextItem) -> list[tuple[float, float]]:
    """Where the ink of each line starts and ends."""
    found = []
    for line in item.lines:
        edges = []
        for run in line.runs:
            face = brand().kit.fonts.face(run.font)
            for glyph in run.glyphs:
                left, _, right, _ = face.extents(glyph.id)
                edges += [glyph.x + edge * run.size / face.units_per_em for edge in (left, right) if left != right]
        found.append((min(edges), max(edges)))
    return found


def places(item: TextItem, line: int = 0) -> dict[str, float]:
    return {glyph.text: glyph.x for run in item.lines[line].runs for glyph in run.glyphs}


# --- marks at the ends of lines --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", "“「《（【")
def test_the_blank_half_of_an_opening_mark_hangs_before_the_line(mark: str) -> None:
    plain, trimmed = one_text(f"{mark}稳健"), one_text(f"{mark}稳健", {"hanging": "trim"})
    assert ends(plain)[0][0] > 110
    assert 100 <= ends(trimmed)[0][0] <= 108.5
    shift = plain.lines[0].runs[0].glyphs[1].x - trimmed.lines[0].runs[0].glyphs[1].x
    assert shift == pytest.approx(ends(plain)[0][0] - ends(trimmed)[0][0], abs=1 / 32)


def test_room_that_a_hanging_mark_leaves_is_room_for_one_more_character() -> None:
    assert len(one_text("“一二三四五六七八九十", box=[100, 100, 424, 300]).lines) == 2
    assert len(one_text("“一二三四五六七八九十", {"hanging": "trim"}, box=[100, 100, 424, 300]).lines) == 1


@pytest.mark.parametrize("align", ["left", "centre", "right"])
def test_quotes_and_stops_stand_in_the_margin_beside_the_words(align: str) -> None:
    item = one_text("“把时间交给您”\n把时间交给您。\n把时间交给您", {"hanging": "margin", "align": align}, box=BOX)
    firsts = [places(item, line)["把"] for line in range(3)]
    assert firsts == pytest.approx([{"left": 120, "centre": 180, "right": 240}[align]] * 3, abs=1 / 32)
    assert min(left for left, _ in ends(item)) >= 100
    assert max(right for _, right in ends(item)) <= 500


def test_latin_quotes_and_stops_hang_too() -> None:
    item = one_text('"So it is," she said.\nSo it is', {"hanging": "margin"}, box=BOX)
    assert places(item)["S"] == pytest.approx(places(item, 1)["S"], abs=1 / 32) == 120


def test_a_centred_line_is_centred_without_what_hangs() -> None:
    quoted, plain = (
        places(one_text(text, {"hanging": "margin", "align": "centre"}, box=BOX)) for text in ("“山水”", "山水")
    )
    assert (quoted["山"], quoted["水"]) == (plain["山"], plain["水"])


def test_marks_hang_in_columns_as_well() -> None:
    style = {"direction": "vertical", "hanging": "trim"}
    plain, trimmed = one_text("《山》", {"direction": "vertical"}, box=BOX), one_text("《山》", style, box=BOX)
    assert 15 < places_down(plain)["山"] - places_down(trimmed)["山"] < 20.1
    assert trimmed.ink[1] >= 100


def places_down(item: TextItem) -> dict[str, float]:
    return {glyph.text: glyph.y for run in item.lines[0].runs for glyph in run.glyphs}


# --- justified lines -------------------------------------------------------------------------------------------------


def test_justified_lines_end_where_their_box_ends_but_the_last() -> None:
    text = "理财产品的业绩比较基准不代表产品的未来表现和实际收益"
    item = one_text(text, {"align": "justify"}, box=[100, 100, 410, 300])
    *full, last = item.lines
    assert len(full) >= 2
    for line in full:
        run = line.runs[-1]
        assert run.x + run.advance == pytest.approx(510, abs=0.1)
        steps = [after.x - before.x for before, after in pairwise(run.glyphs)]
        assert max(steps) - min(steps) <= 1 / 32
    assert last.runs[0].glyphs[1].x - last.runs[0].glyphs[0].x == 40


def test_a_justified_line_opens_beside_chinese_and_at_spaces_and_never_in_a_word() -> None:
    item = one_text("欢迎来到Lanshan银行一起来看", {"align": "justify"}, box=[100, 100, 390, 300])
    glyphs = [glyph for run in item.lines[0].runs for glyph in run.glyphs]
    loose = {a.text + b.text: b.x - a.x for a, b in pairwise(glyphs)}
    plain = one_text("Lanshan").lines[0].runs[0].glyphs
    word = {a.text + b.text: b.x - a.x for a, b in pairwise(plain)}
    assert {pair: loose[pair] for pair in word} == pytest.approx(word, abs=1 / 32)
    assert loose["来到"] > 40


def test_a_line_that_would_be_torn_apart_is_left_as_it_is() -> None:
    item = one_text("两字Incomprehensibilities", {"align": "justify"}, box=[100, 100, 420, 300])
    assert item.lines[0].text == "两字"
    assert [glyph.x for glyph in item.lines[0].runs[0].glyphs] == [100, 140]


# --- gaps between scripts --------------------------------------------------------------------------------------------


def test_a_quarter_of_an_em_lies_between_chinese_and_latin() -> None:
    plain, spaced = one_text("购10份A类，5%起"), one_text("购10份A类，5%起", {"autospace": True})
    wider = [
        after.x - before.x
        for before, after in zip(
            (glyph for run in plain.lines[0].runs for glyph in run.glyphs),
            (glyph for run in spaced.lines[0].runs for glyph in run.glyphs),
            strict=True,
        )
    ]
    # 购 1 0 份 A 类 ， 5 % 起: gaps after 购, 0, 份, A and %; none beside the comma.
    assert wider == pytest.approx([0, 10, 10, 20, 30, 40, 40, 40, 40, 50], abs=1 / 32)


def test_a_space_that_was_written_gets_no_second_one() -> None:
    texts_ = [one_text("购 10 份", {"autospace": autospace}) for autospace in (True, False)]
    assert texts_[0].lines == texts_[1].lines


def test_a_gap_at_the_end_of_a_line_takes_no_room() -> None:
    item = one_text("一二三四五六七八九十Lanshan", {"autospace": True}, box=[100, 100, 400, 300])
    assert [line.text for line in item.lines] == ["一二三四五六七八九十", "Lanshan"]
    assert item.lines[0].runs[-1].advance == 400


# --- what does not break ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "whole",
    [
        "10 万元",
        "第 3 期",
        "第3季",
        "1,234,567.89元",
        "US$ 500",
        "≤ 5",
        "20万+",
        "2.85%/年",
        "R2级",
        "A股",
        "50 bps",
        "1：1",
    ],
)
def test_a_figure_stays_with_what_belongs_to_it(whole: str) -> None:
    for before in range(9):
        item = one_text("理财产品说明书详细"[:before] + whole + "之后", box=[100, 100, 400, 300])
        assert any(whole in line.text for line in item.lines)


# --- tightening ------------------------------------------------------------------------------------------------------


def test_a_text_is_shrunk_first_then_tightened_and_only_then_refused() -> None:
    style = {"size": 40, "min_size": 30, "tracking": 0.1, "min_tracking": -0.05, "max_lines": 1}
    sizes = []
    for count in (9, 12, 13, 14):
        run = one_text("字" * count, style, box=[100, 100, 400, 60]).lines[0].runs[0]
        sizes.append((run.size, round(run.tracking / run.size, 4)))
        assert run.advance - run.tracking <= 401
    assert sizes == [(40, 0.1), (30.5, 0.1), (30, 0.025), (30, -0.05)]
    made = template(text_layer(slot="words", set=style), slots=SLOT)
    assert [problem.code for problem in problems(made, {"words": "字" * 15})] == ["overflow"]


def test_lines_come_closer_when_there_are_too_many() -> None:
    style = {"size": 40, "line_height": 1.5, "min_line_height": 1.2}
    loose = one_text("一\n二", style, box=[100, 100, 400, 120])
    tight = one_text("一\n二", style, box=[100, 100, 400, 104])
    steps = [item.lines[1].runs[0].baseline - item.lines[0].runs[0].baseline for item in (loose, tight)]
    assert steps == pytest.approx([60, 51], abs=1 / 32)
    assert tight.size == 40


def test_a_word_is_tightened_before_it_is_cut() -> None:
    style = {"size": 80, "line_height": 1, "min_tracking": -0.1}
    item = one_text("An Evening", style, box=[100, 100, 270, 300])
    assert [line.text for line in item.lines] == ["An", "Evening"]
    assert item.lines[1].runs[0].tracking < 0


def test_a_mark_that_hangs_in_a_box_too_narrow_for_its_margin_does_not_fit() -> None:
    made = template(text_layer(slot="words", set={"hanging": "margin", "size": 60}, box=[100, 100, 20, 80]), slots=SLOT)
    assert [problem.code for problem in problems(made, {"words": "“"})] == ["overflow"]


@pytest.mark.parametrize(("field", "value"), [("min_size", 50), ("min_tracking", 0.1), ("min_line_height", 1.6)])
def test_a_range_that_is_upside_down_is_a_problem_of_the_template(field: str, value: float) -> None:
    with pytest.raises(Exception, match=f"{field} {value:g} is more than") as refused:
        template(text_layer(text="字", set={field: value}))
    assert [problem.path for problem in refused.value.problems] == ["sizes.square.layers[0].set"]  # type: ignore[attr-defined]


# --- marked stretches ------------------------------------------------------------------------------------------------

LOUD = {"size": 90, "weight": 900, "colour": "@vermilion"}
MARKABLE = {"slots": {"words": text_slot(styles=["loud"])}, "styles": {"plain": {"size": 40}, "loud": LOUD}}


def test_marked_stretches_have_the_look_of_their_style_at_the_size_of_the_text() -> None:
    made = template(text_layer(slot="words", style="plain"), **MARKABLE)
    value = TextValue("每天存一点", marks=(Marked(0, 2, "loud"), Marked(4, 5, "loud")))
    runs = texts(poster(made, {"words": value}))["words"].lines[0].runs
    assert [(run.text, run.font, run.size) for run in runs] == [
        ("每天", "sans-900", 40),
        ("存一", "sans-400", 40),
        ("点", "sans-900", 40),
    ]
    assert runs[0].colour == runs[2].colour != runs[1].colour


def test_a_stretch_in_a_span_keeps_the_span_s_size() -> None:
    layer = text_layer(style="plain", set={}, box=BOX, spans=[{"slot": "words", "scale": 2}, {"text": "元"}])
    made = template(layer, **MARKABLE)
    runs = texts(poster(made, {"words": TextValue("九十", marks=(Marked(1, 2, "loud"),))}))["words"].lines[0].runs
    assert [(run.text, run.font, run.size) for run in runs] == [
        ("九", "sans-400", 80),
        ("十", "sans-900", 80),
        ("元", "sans-400", 40),
    ]


@pytest.mark.parametrize(
    ("marks", "path", "code"),
    [
        ((Marked(0, 1, "other"),), "slots.words.marks[0].style", "style_not_allowed"),
        ((Marked(0, 9, "loud"),), "slots.words.marks[0]", "bad_mark"),
        ((Marked(1, 1, "loud"),), "slots.words.marks[0]", "bad_mark"),
        ((Marked(0, 2, "loud"), Marked(1, 3, "loud")), "slots.words.marks[1]", "bad_mark"),
        ((Marked(0, 1, "loud"),) * 101, "slots.words.marks", "too_many"),
    ],
)
def test_a_stretch_that_may_not_be_is_named(marks: tuple[Marked, ...], path: str, code: str) -> None:
    made = template(text_layer(slot="words", style="plain"), **MARKABLE)
    found = problems(made, {"words": TextValue("每天存一点", marks=marks)})
    assert [(problem.path, problem.code) for problem in found] == [(path, code)]


def test_a_glyph_that_is_missing_after_a_stretch_is_named_by_its_place_in_the_text() -> None:
    made = template(text_layer(slot="words", style="plain"), **MARKABLE)
    value = TextValue("每天\u0300存\U00032000", marks=(Marked(0, 1, "loud"),))
    assert any("offset 4" in problem.message for problem in problems(made, {"words": value}))


def test_stretches_are_read_from_json() -> None:
    reader = Reader(template(text_layer(slot="words"), **MARKABLE), lambda name: b"")
    given = {"text": "每天存", "marks": [{"start": 0, "end": 2, "style": "loud"}]}
    assert reader.slot("words", given) == TextValue("每天存", marks=(Marked(0, 2, "loud"),))
    wrong: list[object] = [{"start": 0}, {"start": 0, "end": "2", "style": "loud"}, {**given["marks"][0], "x": 1}, 7]  # type: ignore[dict-item]
    reader.slot("words", {"text": "每天存", "marks": wrong})
    assert [problem.path for problem in reader.take_problems()] == [f"slots.words.marks[{n}]" for n in range(4)]
