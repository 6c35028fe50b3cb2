"""Problems are shown at the line of the file where they stand."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.importing.positions import Position, nearest, positions

FILE = b"""{
  "slug": "a",
  "sizes": {
    "phone": {"layers": [
      {"kind": "shape", "box": [0, 0, 1, 2]},
      {"kind": "text", "text": "a \\" , ] }"}]}
  }
}
"""


def test_each_value_has_its_line_and_column() -> None:
    found = positions(FILE)
    assert found["slug"] == Position(2, 3)
    assert found["sizes.phone.layers[0].box[3]"] == Position(5, 42)
    assert found["sizes.phone.layers[1].text"] == Position(6, 24)


def test_what_is_missing_is_shown_at_what_it_is_missing_from() -> None:
    found = positions(FILE)
    assert nearest(found, "sizes.phone.layers[1].style.size") == Position(6, 7)
    assert nearest(found, "sizes.square") == found["sizes"]
    assert nearest(found, "title") is None


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 5000 + b"]" * 5000, b"nonsense"])
def test_what_is_not_json_has_no_places(data: bytes) -> None:
    assert positions(data) == {}


def test_every_line_of_a_real_template_is_right() -> None:
    data = (Path(__file__).parents[2] / "poster_templates" / "fund-weekly" / "template.json").read_bytes()
    lines = data.decode().splitlines()
    for path, place in positions(data).items():
        name = path.rpartition(".")[2]
        if not name.endswith("]"):
            assert lines[place.line - 1][place.column - 1 :].startswith(f'"{name}"')


TREES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(TREES, st.sampled_from([None, 0, 3]))
def test_any_json_is_walked_to_its_end(tree: object, indent: int | None) -> None:
    positions(json.dumps(tree, indent=indent).encode())
