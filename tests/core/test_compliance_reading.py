"""A poster's display list becomes one text in the order in which people read it (threat 27)."""

from typing import Any

from app.compliance.document import Facts
from app.flow.check_copy import check_poster, document_of
from app.rendering.display import DisplayList, Run, TextItem, TextLine
from tests.core.compliance_cases import TODAY, rules, term

FACTS = Facts("CN", "wealth")


def item(text: str, x: float, y: float, **more: Any) -> TextItem:
    """Lines of 40 px, set at (x, y)."""
    lines = text.split("\n")
    width, height = 40.0 * max(map(len, lines)), 40.0 * len(lines)
    run = Run("sans-400", 40, (1, 2, 3, 255), text, x, y + 35, width, 0, ())
    return TextItem(
        layer=f"layer-{text}",
        box=(x, y, width, height),
        dynamic=False,
        lines=tuple(TextLine(line, (run,)) for line in lines),
        size=40,
        ink=(x, y, width, height),
        **more,
    )


def display(*items: TextItem) -> DisplayList:
    return DisplayList(1080, 1920, items, "key")


def test_adjacent_boxes_are_read_from_left_to_right_whatever_their_painting_order() -> None:
    poster = display(item("本", 150, 102), item("投资有风险", 100, 900), item("保", 100, 100))
    assert document_of(poster, FACTS).text == "保\n本\n投资有风险"
    verdict = check_poster(rules(term("保本")), poster, FACTS, TODAY).verdict
    assert [(f.text, f.folded) for f in verdict.findings] == [("保\n本", "保本")]


def test_boxes_one_below_the_other_and_lines_broken_within_a_box_are_read_on() -> None:
    poster = display(item("不赔", 100, 160), item("稳赚", 100, 100), item("零风\n险", 100, 600))
    found = check_poster(rules(term("稳赚不赔", "零风险")), poster, FACTS, TODAY).verdict.findings
    assert [finding.text for finding in found] == ["稳赚\n不赔", "零风\n险"]


def test_vertical_columns_are_read_from_right_to_left() -> None:
    poster = display(item("不\n赔", 100, 100, vertical=True), item("稳\n赚", 200, 100, vertical=True))
    found = check_poster(rules(term("稳赚不赔")), poster, FACTS, TODAY).verdict.findings
    assert [finding.folded for finding in found] == ["稳赚不赔"]


def test_boxes_that_only_happen_to_be_neighbours_make_no_hit() -> None:
    poster = display(item("由澜山人寿承保", 100, 100), item("本产品为保险产品", 100, 160))
    assert check_poster(rules(term("保本")), poster, FACTS, TODAY).verdict.outcome == "pass"


def test_a_run_carries_where_and_how_it_is_set() -> None:
    (run,) = document_of(display(item("保本", 100, 100, slot="headline")), FACTS).runs
    assert (run.box, run.size, run.colour, run.slot) == ((100, 100, 80, 40), 40, (1, 2, 3, 255), "headline")
