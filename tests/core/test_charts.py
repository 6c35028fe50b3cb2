"""Charts: round axes, nothing outside of the frame, and labels that leave each other room."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.charts import SCREENS, Series, spark, ticks, trends

COUNTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=90)


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 6]),
        (11, [0, 5, 10, 15]),
        (100, [0, 50, 100]),
        (3482, [0, 1000, 2000, 3000, 4000]),
    ],
)
def test_an_axis_has_few_round_steps_and_holds_the_highest(highest: int, expected: list[int]) -> None:
    assert ticks(highest) == expected


@given(st.integers(0, 10**12))
def test_an_axis_never_has_many_steps(highest: int) -> None:
    found = ticks(highest)
    assert found[-1] >= highest
    assert 2 <= len(found) <= 6


@given(COUNTS)
def test_everything_stays_in_the_frame(values: list[int]) -> None:
    names = [f"11月{n}日" for n in range(len(values))]
    for chart in trends(Series(values, values[::-1], names, names), str):
        numbers = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", chart.line + chart.before)]
        assert all(chart.left <= x <= chart.right and 0 <= y <= chart.bottom for x, y in numbers)
        places = [x for x, _, _ in chart.marks]
        assert len(places) <= chart.screen.labels
        assert all(later - sooner >= 40 for sooner, later in pairwise(places))
        assert len(chart.columns) == len(values)


def test_the_highest_value_stands_highest_and_zero_on_the_base() -> None:
    chart = trends(Series([0, 4, 2], [], ["a", "b", "c"], ["a", "b", "c"]), str)[0]
    heights = [y for _, y in chart.dots]
    assert heights[1] < heights[2] < heights[0] == chart.bottom
    assert chart.before == ""
    assert chart.area == f"{chart.line}L{chart.dots[2][0]:.1f} {chart.bottom}L{chart.dots[0][0]:.1f} {chart.bottom}Z"


def test_a_day_that_is_not_over_is_no_part_of_the_line() -> None:
    names = ["a", "b", "c"]
    whole = trends(Series([3, 4, 0], [], names, names), str)[0]
    begun = trends(Series([3, 4, 0], [], names, names, open_end=True), str)[0]
    (before, last) = whole.dots[1:]
    assert begun.open_end == f"M{before[0]:.1f} {before[1]:.1f}L{last[0]:.1f} {last[1]:.1f}"
    assert whole.line == begun.line + f"L{last[0]:.1f} {last[1]:.1f}"
    assert (whole.open_end, begun.dots) == ("", whole.dots)
    assert trends(Series([0], [], ["a"], ["a"], open_end=True), str)[0].area == ""


def test_dots_give_way_where_days_are_many() -> None:
    many = trends(Series([1] * 90, [], ["x"] * 90, ["x"] * 90), str)
    assert [chart.dots for chart in many] == [()] * len(SCREENS)


def test_a_spark_runs_from_edge_to_edge() -> None:
    assert spark([0, 10]) == "M0.0 23.0L100.0 1.0"
    assert spark([0, 0, 0]) == "M0.0 23.0L50.0 23.0L100.0 23.0"
