"""Whatever is thrown at folding, matching and pack reading: an answer or a documented error."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.compliance.document import Document, Facts, TextRun
from app.compliance.engine import check, check_many
from app.compliance.normalise import Tight, fold, fold_many, fold_pattern, forbidden, may_be_forbidden, tighten
from app.compliance.pack import read_pack
from app.compliance.patterns import compile_pattern, pattern_problem, ways
from app.compliance.rules import Rules, compile_rules
from app.kernel.errors import Invalid
from app.reads.rule_packs import load_rules
from tests.core.compliance_cases import COMMON, TODAY
from tests.core.test_compliance_properties import calls

PACKS = Path(__file__).parents[2] / "compliance_rules"
FILE = (PACKS / "cn-chinese" / "spoken.yaml").read_text("utf-8").splitlines()
# A place is a file, its line if there is one, and where in its structure; or the rule, where two files have it.
PLACE = re.compile(r"(?:pack|topic)\.yaml(?::\d+(?:: \$[^\n]*)?)?|[a-z]{2}(?:-[a-z0-9]+)+", re.DOTALL)


@pytest.fixture(scope="module")
def packs() -> Rules:
    return load_rules(PACKS)


# --- texts -----------------------------------------------------------------------------------------------------------

ODD = "a0o·。，、%‰()《“-_ \n\t\u200b\u202e\ufe0f\u0301ﷺ㍿①Ⅹ🇨🏽‍🔥x×夲氵张保本赚第=ｂ𝐫ñǅßİ"
PIECES = st.sampled_from(
    ["保本保息", "稳。赚。不。赔", "bao本", "年化8%", "百分之八点五", "r1sk fr33", "请勿", "2026年1月1日"]
)
TEXTS = st.lists(st.one_of(st.text(alphabet=ODD, max_size=8), st.text(max_size=4), PIECES), max_size=12).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=14))
def test_texts_folded_together_are_as_each_alone_and_keep_their_places(texts: list[str]) -> None:
    together = fold_many(texts)
    assert together == [fold(text) for text in texts]
    may_be = may_be_forbidden(texts)
    assert all(is_asked for text, is_asked in zip(texts, may_be, strict=True) if any(forbidden(text)))
    for folded, tight in zip(together, tighten([one.text for one in together]), strict=True):
        assert (tight.text, tight.starts) == (Tight(folded.text).text, Tight(folded.text).starts)
    for text, folded in zip(texts, together, strict=True):
        assert len(folded.text) == len(folded.starts) == len(folded.ends)
        assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@settings(max_examples=60, deadline=None)
@given(
    runs=st.lists(TEXTS, min_size=1, max_size=4), jurisdiction=st.sampled_from(["CN", "US", "UK", "EU"]), data=st.data()
)
def test_the_real_packs_answer_with_places_inside_the_text(
    packs: Rules, runs: list[str], jurisdiction: Any, data: st.DataObject
) -> None:
    canvas = data.draw(st.sampled_from([None, (1080.0, 1920.0)]))
    facts = Facts(jurisdiction, data.draw(st.sampled_from(["fund", "loan", "generic"])))
    document = Document(tuple(TextRun(run, size=20) for run in runs), facts, canvas is None, canvas)
    (verdict,) = check_many(packs, [document], TODAY)
    for finding in verdict.findings:
        assert 0 <= finding.start <= finding.end <= len(document.text)
        assert finding.text == document.text[finding.start : finding.end]


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXTS, min_size=30, max_size=40), st.sampled_from(["CN", "US"]))
def test_texts_judged_together_are_judged_as_each_alone(packs: Rules, texts: list[str], jurisdiction: Any) -> None:
    documents = [Document((TextRun(text),), Facts(jurisdiction), fragment=True) for text in texts]
    assert check_many(packs, documents, TODAY) == [check(packs, document, TODAY) for document in documents]


# --- work in step with the length ------------------------------------------------------------------------------------

UNITS = [
    "a",
    "0",
    "·",
    "(",
    "《",
    "\n",
    "保·",
    "稳。赚。",
    "稳 赚 ",
    "夲",
    "氵张",
    "baoben",
    "r1sk ",
    "百分之八",
    "投资，收益8%。",
]


@pytest.mark.parametrize("unit", UNITS)
def test_four_times_the_text_is_about_four_times_the_work(packs: Rules, unit: str) -> None:
    def work(chars: int) -> int:
        document = Document((TextRun(unit * (chars // len(unit))),), Facts("CN", "wealth"), fragment=True)
        return calls(lambda: check(packs, document, TODAY))

    work(60)
    assert work(1200) <= 5 * work(300) + 4000


# --- patterns --------------------------------------------------------------------------------------------------------

BITS = [
    "保",
    "本",
    "a",
    "\\d",
    "[^。]",
    "[保本]",
    "(",
    ")",
    "(?:",
    "(?P<n>",
    "|",
    "*",
    "+?",
    "{0,4}",
    "{2}",
    "^",
    "$",
    ".",
]
BITS += ["\\p{Han}", "\\b", "[", "]", "{", "}", "\\", "?", "(?i)", "-", "\\Q"]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(BITS), min_size=1, max_size=10).map("".join), st.text(alphabet="保本a1。-", max_size=12)
)
def test_a_pattern_is_refused_with_its_place_or_can_be_tried(pattern: str, text: str) -> None:
    problem = pattern_problem(pattern, "here")
    if problem is not None:
        assert (problem.path, problem.code) == ("here", "bad_pattern")
        return
    fold_pattern(pattern)
    if compile_pattern(pattern).search(text):  # what it asks for stands in every text that it matches
        assert any(all(any(atom in text for atom in clause) for clause in way) for way in ways(pattern))


# --- packs -----------------------------------------------------------------------------------------------------------


def read(name: str, data: bytes) -> None:
    """Read a file; what is wrong is told with file, line and place alone."""
    with pytest.raises(Invalid) as caught:  # for want of the other file, if for nothing else
        read_pack({name: data})
    assert caught.value.code == "bad_pack"
    assert caught.value.problems
    for problem in caught.value.problems:
        assert PLACE.fullmatch(problem.path), problem.path


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(alphabet="ab:-[]{}&*!|>'\"#%@`?,\n 0~<", max_size=60).map(str.encode)))
def test_any_bytes_are_refused_as_a_pack(data: bytes) -> None:
    read("topic.yaml", data)


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 39),
        st.sampled_from(["cut", "twice", "indent", "key", "value"]),
        st.sampled_from(
            ["[", "{a: ", "&a", "*b", "!!python/name:os.system", "null", "9" * 5000, "2026-13-40", "<<: *base", "\t"]
        ),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=80, deadline=None)
@given(CHANGES)
def test_a_topic_with_lines_gone_wrong_is_read_or_refused_with_its_places(changes: list[tuple[int, str, str]]) -> None:
    lines = FILE[:40]
    for index, how, odd in changes:
        line = lines[index % len(lines)]
        new = {
            "cut": [],
            "twice": [line, line],
            "indent": [f"   {line}"],
            "key": [f"{odd}{line}"],
            "value": [f"{line}{odd}"],
        }
        lines[index % len(lines) : index % len(lines) + 1] = new[how]
    read("topic.yaml", "\n".join(lines).encode())


@pytest.mark.parametrize("deep", ["[" * 60_000 + "]" * 60_000, "{a: " * 20_000 + "}" * 20_000, "- " * 20_000 + "a"])
def test_what_is_nested_too_deeply_is_refused_before_it_is_read(deep: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_pack({"topic.yaml": b"rules:\n" + deep.encode()})
    assert [problem.path for problem in caught.value.problems] == ["topic.yaml:2"]


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    read("topic.yaml", "\n".join([*lines, "rules: *i"]).encode())


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["id", "severity", "status", "terms", "unless", "only_if", "message", "source", "products", "must_hit"]
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(KEYS, PLAIN, min_size=1, max_size=3))
def test_a_rule_with_values_of_any_kind_compiles_or_is_refused(odd: dict[str, Any]) -> None:
    rule = {**COMMON, "id": "cn-term", "kind": "term", "terms": ["保本保息"], **odd}
    head = {"pack": "cn-test", "version": "1.0.0", "title": {"zh": "测试", "en": "Test"}, "jurisdiction": "CN"}
    files = {"pack.yaml": head, "topic.yaml": {"rules": [rule]}}
    try:
        pack = read_pack({name: yaml.safe_dump(said, allow_unicode=True).encode() for name, said in files.items()})
        compile_rules([pack])
    except Invalid as error:
        if error.code != "bad_pack":
            raise
