"""Packs: problems with their place, unsafe YAML refused, old rules staying in force (threat 22), the schema."""

import json
from pathlib import Path

import pytest

from app.compliance.pack import json_schema, read_pack
from app.compliance.rules import compile_rules
from app.kernel.errors import Invalid
from app.reads.rule_packs import RulesInForce, load_packs
from tests.core.compliance_cases import pack, term

HEAD = b"pack: cn-x\nversion: 1.0.0\ntitle: {zh: \xe6\xb5\x8b\xe8\xaf\x95, en: Test}\njurisdiction: CN\n"
RULE = """rules:
  - id: cn-a
    kind: term
    severity: block
    source: {law: {zh: 广告法, en: Advertising Law}}
    message: {zh: 不得, en: No.}
    suggestion: {zh: 改为, en: Say.}
    terms: [保本]
    must_hit: [保本, 保本理财]
    must_pass: [你好, 您好]
"""


def problems_of(**files: bytes) -> list[str]:
    with pytest.raises(Invalid) as raised:
        read_pack({name.replace("_", "."): data for name, data in files.items()})
    return [str(problem) for problem in raised.value.problems]


def test_a_pack_is_read() -> None:
    read = read_pack({"pack.yaml": HEAD, "a.yaml": RULE.encode()})
    assert (read.name, [rule.id for rule in read.rules]) == ("cn-x", ["cn-a"])


def test_all_problems_are_listed_with_file_line_and_place() -> None:
    wrong = RULE.replace("severity: block", "severity: fatal").replace(
        "must_pass: [你好, 您好]", "must_pass: [你好]\n    colour: red"
    )
    found = problems_of(pack_yaml=HEAD, a_yaml=wrong.encode())
    assert [problem.split(": ")[0] for problem in found] == ["a.yaml:4", "a.yaml:10", "a.yaml:11"]
    assert "$.rules[0].severity" in found[0]
    assert "$.rules[0].must_pass" in found[1]


@pytest.mark.parametrize(
    "unsafe",
    [
        b"!!python/object/apply:os.system ['true']",
        b"!!python/object:builtins.dict {}",
        b"rules: [",
        b"\x00",
        b"\xff\xfe\xff",
        b"rules: " + b"[" * 300_000 + b"]" * 300_000,
        b"rules:\n  " + b"- " * 200_000,
        b"rules: " + b"{a: " * 100 + b"1" + b"}" * 100,
        b"rules: " + b"[']', " * 9000,
    ],
)
def test_unsafe_or_broken_yaml_is_refused(unsafe: bytes) -> None:
    (problem,) = problems_of(pack_yaml=HEAD, a_yaml=unsafe)
    assert problem.startswith("a.yaml")
    assert "not safe YAML" in problem


def test_two_rules_of_one_id_and_unknown_contexts_are_refused() -> None:
    assert "duplicate_rule" in problems_of(pack_yaml=HEAD, a_yaml=RULE.encode(), b_yaml=RULE.encode())[0]
    with pytest.raises(Invalid) as raised:
        compile_rules([pack(term("保本", unless=["@nowhere", "@cn-none/also"]))])
    assert [problem.code for problem in raised.value.problems] == ["unknown_context", "unknown_context"]


def test_a_faulty_pack_leaves_the_old_rules_in_force(tmp_path: Path) -> None:
    home = tmp_path / "cn-x"
    home.mkdir()
    (home / "pack.yaml").write_bytes(HEAD)
    (home / "a.yaml").write_text(RULE, encoding="utf-8")
    in_force = RulesInForce(tmp_path)
    before = in_force.rules
    (home / "a.yaml").write_bytes(b"!!python/object/apply:os.system ['true']")
    with pytest.raises(Invalid):
        in_force.reload()
    assert in_force.rules is before
    (home / "a.yaml").write_text(RULE.replace("terms: [保本]", "terms: [保本, 保息]"), encoding="utf-8")
    assert in_force.reload().fingerprint != before.fingerprint


def test_the_folder_must_bear_the_name_of_its_pack(tmp_path: Path) -> None:
    home = tmp_path / "cn-other"
    home.mkdir()
    (home / "pack.yaml").write_bytes(HEAD)
    (home / "a.yaml").write_text(RULE, encoding="utf-8")
    with pytest.raises(Invalid, match="calls itself"):
        load_packs(tmp_path)


def test_the_published_schema_is_that_of_the_model() -> None:
    published = Path(__file__).parents[2] / "compliance_rules" / "pack.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == json_schema()
