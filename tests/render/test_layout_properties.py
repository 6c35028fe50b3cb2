"""What holds for every text: what is drawn is what was written, inside its box, at a size that was allowed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.errors import Invalid
from app.rendering.display import TextItem
from tests.posters import poster, template, text_layer, text_slot, texts

ALPHABET = "理财山水澜㛃𠮷，。！（）《》“”——…·aWi fj38%.5/-\n é's、；￥10万元"
HANGING = tuple("。，！；）》”、'.;")  # may reach out of the box, or of the measure, with their blank half
STYLES = st.fixed_dictionaries(
    {
        "size": st.sampled_from([30, 41.5, 72]),
        "min_size": st.sampled_from([None, 18]),
        "tracking": st.sampled_from([0, 0.1]),
        "phrases": st.booleans(),
        "tabular": st.booleans(),
        "align": st.sampled_from(["left", "centre", "right", "justify"]),
        "hanging": st.sampled_from([None, "trim", "margin"]),
        "autospace": st.booleans(),
        "min_line_height": st.sampled_from([None, 1.1]),
        "valign": st.sampled_from(["top", "middle", "bottom"]),
        "direction": st.sampled_from(["horizontal", "vertical"]),
        "max_lines": st.sampled_from([None, 1, 3]),
        "family": st.sampled_from(["sans", "serif"]),
    }
)


def laid(text: str, style: dict[str, object], box: list[int]) -> TextItem | None:
    slots = {"words": text_slot(max_chars=200, multiline=True)}
    try:
        return texts(poster(template(text_layer(slot="words", set=style, box=box), slots=slots), {"words": text}))[
            "words"
        ]
    except Invalid as refused:
        if {problem.code for problem in refused.problems} != {"overflow"}:
            raise
        return None


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    text=st.text(ALPHABET, min_size=1, max_size=60).filter(lambda text: text.strip()),
    style=STYLES,
    box=st.sampled_from([[100, 100, 400, 300], [100, 100, 210, 500], [0, 0, 1000, 80]]),
)
def test_every_text_is_drawn_whole_inside_its_box_or_refused(
    text: str, style: dict[str, object], box: list[int]
) -> None:
    item = laid(text, style, box)
    if item is None:
        return
    drawn = "".join(glyph.text for line in item.lines for run in line.runs for glyph in run.glyphs)
    without_gaps = str.maketrans("", "", " \n")
    assert drawn.translate(without_gaps) == text.translate(without_gaps)
    assert "".join(line.text for line in item.lines).translate(without_gaps) == text.translate(without_gaps)
    assert (style["min_size"] or style["size"]) <= item.size <= style["size"]  # type: ignore[operator]
    assert style["max_lines"] is None or len(item.lines) <= style["max_lines"]  # type: ignore[operator]
    start, extent = (box[1], box[3]) if item.vertical else (box[0], box[2])
    for line in item.lines:
        for run in line.runs:
            begin = run.baseline if item.vertical else run.x
            opened = 0.5 * run.size if style["hanging"] and line.text[0] in "“（《'" else 0
            assert begin >= start - opened - 1.1
            hang = 0.5 * run.size if line.text.endswith(HANGING) and (style["hanging"] or not item.vertical) else 0
            assert begin + run.advance - run.tracking <= start + extent + hang + 1.1
            assert all(glyph.id for glyph in run.glyphs)
            assert all(glyph.x * 64 == int(glyph.x * 64) and glyph.y * 64 == int(glyph.y * 64) for glyph in run.glyphs)
    axis = 1 if item.vertical else 0
    assert box[axis] - 0.1 * item.size <= item.ink[axis]
    assert item.ink[axis] + item.ink[axis + 2] <= box[axis] + box[axis + 2] + 0.1 * item.size
