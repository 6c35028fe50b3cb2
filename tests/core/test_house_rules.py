"""House rules: read from YAML with every problem at its place, laid over the packs, tried by their own examples."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.compliance.overlay import home_of, laid_over, read_rule, tried, write_rule
from app.compliance.pack import Rule
from app.compliance.repeats import nests_repeats
from app.compliance.rules import compile_rules
from app.kernel.errors import Invalid
from tests.core.compliance_cases import COMMON, TODAY, pack, spans, term

BASE = compile_rules([pack(term("保本")), pack({**term("guaranteed"), "id": "us-term"}, name="us-test")])


def text(**fields: Any) -> str:
    """A term rule of the house on 稳如泰山, as YAML; a field given as None is left out."""
    said: dict[str, Any] = {
        **COMMON,
        "id": "cn-house-firm",
        "kind": "term",
        "terms": ["稳如泰山"],
        "must_hit": ["本产品稳如泰山", "稳-如-泰-山的收益"],
        "must_pass": ["泰山风景很美", "稳步推进"],
        **fields,
    }
    return str(yaml.safe_dump({k: v for k, v in said.items() if v is not None}, allow_unicode=True, sort_keys=False))


def problems(given: str, house: dict[str, Rule] | None = None) -> list[tuple[str, str]]:
    """(path, code) of everything that stands against the rule."""
    with pytest.raises(Invalid) as caught:
        tried(BASE, house or {}, read_rule(given), TODAY)
    return [(one.path, one.code) for one in caught.value.problems]


def test_a_new_rule_stands_beside_the_packs_and_changes_the_fingerprint() -> None:
    over = tried(BASE, {}, read_rule(text()), TODAY)
    assert spans(over, "本产品稳如泰山，保本") == ["稳如泰山", "保本"]
    assert spans(BASE, "本产品稳如泰山，保本") == ["保本"]
    assert over.fingerprint != BASE.fingerprint
    assert [one.name for one in over.packs] == ["cn-house", "cn-test", "us-test"]


def test_a_rule_of_the_same_id_takes_the_place_of_the_built_in_one() -> None:
    rule = read_rule(text(id="cn-term"))
    over = tried(BASE, {}, rule, TODAY)
    assert spans(over, "稳如泰山，保本") == ["稳如泰山"]
    assert home_of(BASE, "cn-term").pack == "cn-test"
    assert [one.name for one in over.packs] == ["cn-test", "us-test"]


def test_a_house_rule_that_is_a_draft_takes_a_built_in_one_out_of_force() -> None:
    assert spans(tried(BASE, {}, read_rule(text(id="cn-term", status="draft")), TODAY), "稳如泰山，保本") == []


def test_only_the_jurisdictions_that_changed_are_compiled_anew() -> None:
    rule = read_rule(text())
    over = laid_over(BASE, {rule.id: rule})
    assert over.books["US"] is BASE.books["US"]
    again = laid_over(BASE, {rule.id: rule}, over)
    assert again.books["CN"] is over.books["CN"]
    assert again.fingerprint == over.fingerprint
    assert laid_over(BASE, {}, over).fingerprint == BASE.fingerprint


def test_an_object_of_python_is_not_made() -> None:
    hostile = text().replace("must_hit:", 'channels: !!python/object/apply:os.system ["touch /tmp/made"]\nmust_hit:')
    ((path, code),) = problems(hostile)
    assert code == "bad_rule"
    assert path.split(":")[0] == str(hostile[: hostile.index("!!python")].count("\n") + 1)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a*)*", "((a+)+)", "(?:x|a+)*b", "(?:(?:a)+){2,}", "(?P<n>\\d+)+"])
def test_a_repeat_of_a_repeat_is_refused(pattern: str) -> None:
    rule = text(kind="regex", terms=None, patterns=["aab", pattern])
    assert ("patterns[1]", "nested_repeat") in problems(rule)


@pytest.mark.parametrize(
    "pattern", ["a+b+", "(?:a+b)+", r"(?:\d+,)*", "[a+]+", r"\++", "(a+){2}", r"\p{Han}+", "a{2}+"]
)
def test_a_repeat_of_something_else_is_not_one_of_a_repeat(pattern: str) -> None:
    assert not nests_repeats(pattern)


@given(st.text(alphabet="ab()[]|*+?{},\\^:<P2", max_size=40))
def test_whatever_is_written_as_a_pattern_is_looked_at_without_a_crash(pattern: str) -> None:
    assert nests_repeats(f"(?:{re.escape(pattern)}x)+") is False
    nests_repeats(pattern)


def test_every_problem_is_told_with_its_line_and_its_key() -> None:
    given = text(severity="blocks", terms=[], colour="red")
    lines = given.splitlines()
    found = problems(given)
    assert {code for _, code in found} == {"bad_rule"}
    for key in ("severity", "terms", "colour"):
        line = next(number for number, one in enumerate(lines, 1) if one.startswith(f"{key}:"))
        assert f"{line}: {key}" in [path for path, _ in found]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"must_hit": ["本产品稳如泰山", "没有这个词"]}, [("must_hit[1]", "not_hit")]),
        ({"must_pass": ["稳如泰山！", "稳步推进"]}, [("must_pass[0]", "hit")]),
        ({"kind": "regex", "terms": None, "patterns": ["(未闭合"]}, [("patterns[0]", "bad_pattern")]),
        ({"unless": ["@nowhere"]}, [("unless", "unknown_context")]),
        ({"terms": ["稳"]}, [("$", "bad_term")]),
        ({"id": "cn-mine"}, [("id", "bad_id")]),
        ({"id": "xx-house-mine"}, [("id", "bad_id")]),
    ],
)
def test_a_rule_that_would_not_work_is_refused(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = problems(text(**fields))
    assert found[: len(expected)] == expected


@pytest.mark.parametrize("given", ["", "- a\n- b", "id: [", "just words", "a: b\n---\nc: d", "\ta: b", "x" * 20_001])
def test_what_is_no_rule_is_refused_with_a_line(given: str) -> None:
    assert all(re.match(r"\d+: ", path) for path, _ in problems(given))


def test_a_rule_that_is_not_in_force_yet_is_tried_all_the_same() -> None:
    rule = read_rule(text(status="pending", effective_from="2031-01-01", must_hit=["稳如泰山", "没有"]))
    with pytest.raises(Invalid) as caught:
        tried(BASE, {}, rule, TODAY)
    assert [one.path for one in caught.value.problems] == ["must_hit[1]"]


def test_what_is_written_is_read_as_the_same_rule() -> None:
    for rule in (read_rule(text()), read_rule(text(unless=["@a", {"before": "不", "within": 4}], products=["fund"]))):
        assert read_rule(write_rule(rule)) == rule
        assert "&" not in write_rule(rule)
