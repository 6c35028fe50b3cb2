"""What is kept of rule packs between processes says the same as reading them, and never more."""

import shutil
from pathlib import Path

import pytest

from app.compliance import patterns
from app.compliance.patterns import Known, know
from app.compliance.rules import Rules
from app.config import PROJECT
from app.kernel.errors import Invalid
from app.reads import kept_rules
from app.reads.kept_rules import read_kept
from app.reads.rule_packs import load_packs, load_rules

PACKS = ("us-finra", "us-english", "us-wording")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Packs that depend on no others, and nothing that is kept of them."""
    for name in PACKS:
        shutil.copytree(PROJECT / "compliance_rules" / name, tmp_path / name)
    return tmp_path


def kept_file(folder: Path) -> Path:
    (found,) = (folder / kept_rules.FOLDER).iterdir()
    return found


def same(one: Rules, other: Rules) -> bool:
    return (one.packs, one.fingerprint, one.patterns) == (other.packs, other.fingerprint, other.patterns)


def test_what_is_kept_is_what_is_worked_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_recalled", {})
    patterns._folded.cache_clear()
    patterns.ways.cache_clear()
    fresh = load_rules(folder)
    kept = read_kept(folder)
    assert len(kept.patterns) > 100
    assert kept.patterns.keys() == fresh.patterns
    assert {pattern: know(pattern) for pattern in fresh.patterns} == kept.patterns
    assert all(
        known == Known(patterns._folded(pattern), patterns.ways(pattern), patterns.words(pattern))
        for pattern, known in kept.patterns.items()
    )
    before = kept_file(folder).stat().st_mtime_ns
    assert same(load_rules(folder), fresh)
    assert kept_file(folder).stat().st_mtime_ns == before  # nothing new, nothing written
    assert fresh.packs == load_packs(folder)


def test_a_file_that_has_changed_is_read_again_and_its_old_self_forgotten(folder: Path) -> None:
    old = load_rules(folder)
    head = folder / PACKS[0] / "pack.yaml"
    head.write_text(head.read_text(encoding="utf-8").replace("version: ", "version: 9", 1), encoding="utf-8")
    new = load_rules(folder)
    assert new.fingerprint != old.fingerprint
    assert len(read_kept(folder).parts) == len(list(folder.glob("*/*.yaml")))
    assert same(load_rules(folder), new)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"patterns": {"a": ["a"]}}', b'{"topics": {"x": {"rules": 1}}}'])
def test_a_damaged_file_is_made_again(folder: Path, damage: bytes) -> None:
    fresh = load_rules(folder)
    whole = kept_file(folder).read_bytes()
    kept_file(folder).write_bytes(damage)
    assert same(load_rules(folder), fresh)
    assert len(kept_file(folder).read_bytes()) == len(whole)


def test_nothing_is_kept_of_other_code_or_of_a_faulty_pack(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_rules(folder)
    first = kept_file(folder)
    monkeypatch.setattr(kept_rules, "_code", lambda: "other")
    topic = next(path for path in sorted((folder / PACKS[0]).glob("*.yaml")) if path.name != "pack.yaml")
    whole = topic.read_text(encoding="utf-8")
    topic.write_text(whole.replace("severity: ", "severity: no-such-", 1), encoding="utf-8")
    with pytest.raises(Invalid):
        load_rules(folder)
    assert kept_file(folder) == first
    topic.write_text(whole, encoding="utf-8")
    load_rules(folder)
    assert kept_file(folder).name == "rules-other.json"


def test_a_folder_that_cannot_be_written_is_read_all_the_same(folder: Path) -> None:
    (folder / kept_rules.FOLDER).write_text("in the way")
    assert load_rules(folder).packs == load_packs(folder)
