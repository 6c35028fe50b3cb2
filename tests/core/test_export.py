"""What a spreadsheet gets: no cell that it would run (threat 58)."""

import pytest

from app.flow.export_results import neutral


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("http://x","y")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
    ],
)
def test_what_would_be_a_formula_is_shown_as_text(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["林若溪", "1 - 2", "a=b", "", 7, -7, 0.5])
def test_everything_else_stays_as_it_is(cell: str | int | float) -> None:
    assert neutral(cell) == cell
