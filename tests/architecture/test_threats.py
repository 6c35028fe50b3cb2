"""Every threat that must have a test has one, and every test that docs/threats.md names is there."""

import ast
import re

from tests.architecture.checks import PROJECT

NEEDED = {*range(1, 4), *range(7, 51), *range(52, 57), 69, 75, 76}
ROW = re.compile(r"^\| (\d+) \|.*\| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def named(document: str) -> dict[int, list[tuple[str, str]]]:
    """The tests of each row, as file and name."""
    return {int(number): TEST.findall(tests) for number, tests in ROW.findall(document)}


def missing(rows: dict[int, list[tuple[str, str]]]) -> list[str]:
    """Tests that are named but not there."""
    found = []
    for file, name in sorted({test for tests in rows.values() for test in tests}):
        path = PROJECT / file
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
        if not any(isinstance(node, ast.FunctionDef) and node.name == name for node in tree.body):
            found.append(f"{file}::{name}")
    return found


def test_every_threat_has_its_tests_and_each_of_them_is_there() -> None:
    rows = named((PROJECT / "docs" / "threats.md").read_text(encoding="utf-8"))
    assert missing(rows) == []
    assert {number for number in NEEDED if not rows.get(number)} == set()


def test_the_check_of_threats_can_fail() -> None:
    here = "tests/architecture/test_threats.py"
    rows = named(f"| 1 | a | b | `{here}::test_gone`<br>`{here}::missing` |\n| 2 | a | b | – |\n")
    assert rows == {1: [(here, "test_gone"), (here, "missing")], 2: []}
    assert missing(rows) == [f"{here}::test_gone"]
