"""The benches run, and print what others read. What they measure is no test: machines differ."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from pydantic import SecretStr

from app.cli import bench_batch, bench_peers, bench_rescan, bench_results
from app.cli.bench_goals import Goal
from app.cli.bench_page import write_list, write_page
from app.cli.bench_painters import order_for
from app.cli.main import run
from app.cli.parts import Parts
from app.config import Settings
from app.factory import open_studio
from app.flow.make_poster import compose
from app.reads.rule_packs import load_rules
from app.rendering.display import TextItem
from tests.bench import keystroke


@pytest.fixture(scope="module")
def parts() -> Parts:
    def nothing(*_: object) -> None:
        raise AssertionError("a bench needs no database")

    return Parts(
        lambda: Settings.from_env({}),
        open_studio,
        lambda s: load_rules(s.compliance_rules_dir),
        nothing,
        nothing,
        nothing,
        nothing,
    )


def printed(parts: Parts, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(parts, ["bench", *arguments, "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_bench_check_names_every_engine_with_its_rate(parts: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    answer = printed(parts, capsys, "check", "--rounds", "1", "--texts", "60", "--no-peers")
    assert {"imprimatur", "folding alone", "plain Aho–Corasick list", "naive loop"} <= set(answer["engines"])
    assert all(engine["texts_per_s"] > 0 for engine in answer["engines"].values())
    assert 0 < answer["latency_us"]["p50"] <= answer["latency_us"]["p95"]
    assert answer["poster_ms"]["posters"] > 20
    assert 0 < answer["poster_ms"]["p50"] <= answer["poster_ms"]["p95"]
    assert [goal["met"] is None for goal in answer["goals"]] == [True, True, False]


def test_bench_rescan_judges_what_it_made(parts: Parts, tmp_path: Path) -> None:
    database = {"database_url": SecretStr(f"sqlite:///{tmp_path / 'bench.db'}"), "storage_dir": tmp_path}
    settings = Settings.from_env({}).model_copy(update=database)
    studio = parts.studio(settings, None)
    bench_rescan.fill(settings, studio, 30, 6)
    scans = [bench_rescan.scan(settings, studio, name) for name in (bench_rescan.UNKNOWN, bench_rescan.ONE)]
    assert [scan.blocked for scan in scans] == [0, 5]  # the word is on the first text, and so on five posters
    assert all(scan.seconds > 0 and scan.peak_mib > 0 for scan in scans)
    answer = bench_rescan.RescanBench(30, 6, tuple(scans)).as_json()
    assert set(answer["rescans"]) == {bench_rescan.UNKNOWN, bench_rescan.ONE}
    assert [goal["met"] for goal in answer["goals"]] == [None, None, None]  # they are for a million


def test_bench_render_names_every_painter_and_goal(parts: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    answer = printed(parts, capsys, "render", "--runs", "3", "--no-peers", "--pages", "3")
    assert set(answer["painters"]) == {"imprimatur", "imprimatur_fpng", "pillow_uncached"}
    for painter in (*answer["painters"].values(), answer["whole"]):
        assert set(painter) == {"png_ms", "jpeg_ms", "rss_mib"}
        assert all(value > 0 for value in painter.values())
    assert set(answer["floor"]) == {"fpng_ms", "jpeg_ms"}
    assert set(answer["stages"]["jpeg"]) == {"layout_ms", "check_ms", "paint_encode_ms", "proof_ms"}
    measured = {goal["goal"]: goal["met"] for goal in answer["goals"]}
    assert len(measured) == 16
    assert {name for name, met in measured.items() if met is None} == {
        name for name in measured if "against chromium" in name or "satori" in name or "of chromium" in name
    }
    assert answer["absent"] == {}


def test_a_goal_is_met_from_the_right_side() -> None:
    assert [Goal("a", value, 2).is_met for value in (1.9, 2, 2.1, None)] == [True, True, False, None]
    assert [Goal("a", value, 2, at_least=True).is_met for value in (1.9, 2, 2.1)] == [False, True, True]
    assert "NOT MET" in Goal("a", 3, 2).as_text()


def test_chromium_paints_the_poster_with_another_name(parts: Parts, tmp_path: Path) -> None:
    studio = open_studio(Settings.from_env({}), "wealth-launch")
    display, _ = compose(studio, order_for(studio, "wealth-launch", "png", "林若溪", studio.sample_link))
    page = write_page(display, studio.kit.fonts, tmp_path)
    peer = bench_peers.chromium(page, (display.width_px, display.height_px), speed=True)
    try:
        short, long = (peer.shoot("jpeg", name, "") for name in ("王", "阿卜杜热依木·买买提依明"))
        assert 0 < short.bytes != long.bytes
        assert min(short.ms, short.rss_mib, peer.print("王").bytes) > 0
    finally:
        peer.close()
    listed = json.loads(write_list(display, studio.kit.fonts, tmp_path).read_text())
    texts = {line.text for item in display.items if isinstance(item, TextItem) for line in item.lines}
    assert sum(len(run["text"]) for run in listed["runs"]) == sum(map(len, texts | {""}))
    assert [run["text"] for run in listed["runs"] if run["id"] == "name"] == ["林若溪"]
    assert all(Path(face["file"]).stat().st_size > 1000 for face in listed["fonts"])


def test_bench_print_compares_one_document_with_many(parts: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    answer = printed(parts, capsys, "print", "--runs", "1", "--pages", "4")
    assert answer["pages"] == 4
    assert set(answer["standards"]) == {"plain", "x-4", "a-3u"}
    for pair in answer["standards"].values():
        assert 0 < pair["together_bytes"] < pair["alone_bytes"]
        assert pair["time_ratio"] > 0


def test_bench_batch_finds_each_poster_once_and_proved(
    parts: Parts, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bench_batch, "ROUNDS", 1)
    monkeypatch.setattr(bench_batch, "LEAST_SHARE", 4)
    asked = ("batch", "--template", "event-invitation", "--posters", "12", "--kills", "2", "--out", str(tmp_path))
    answer = printed(parts, capsys, *asked)
    assert (answer["posters"], answer["sorts"], answer["kills"]) == (12, 3, 2)
    assert min(answer["per_second"], answer["per_core_second"], answer["peak_mib"], answer["growth"]) > 0
    faults = ("without_poster", "missing", "unlisted", "doubled", "changed", "unproved")
    assert {name: answer[name] for name in faults} == dict.fromkeys(faults, 0)

    posters = sorted((tmp_path / "event-invitation-square").glob("*.jpg"))
    posters[0].unlink()
    posters[1].write_bytes(posters[2].read_bytes())
    (tmp_path / "event-invitation-square" / "again.jpg").write_bytes(posters[2].read_bytes())
    studio = open_studio(Settings.from_env({}), "event-invitation")
    sorts = [bench_batch.Sort(studio.templates["event-invitation"], "square")]
    rows = bench_batch.advisors(studio, tmp_path / "photos", 4)
    posters[3].write_bytes(posters[3].read_bytes()[:-2000])
    found = bench_batch.looked_at(tmp_path, sorts, rows, 1)
    assert [found.faults[name] for name in ("missing", "unlisted", "changed")] == [1, 1, 2]
    assert found.faulty == [f"event-invitation-square/{posters[index].name}: changed" for index in (1, 3)]


def test_bench_results_compares_two_stores(
    parts: Parts, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_results, "DAYS", 95)
    answer = printed(parts, capsys, "results", "--visits", "1000", "--runs", "3")
    assert set(answer["stores"]) == {"1000", "10000"}
    for store in answer["stores"].values():
        assert all(0 < taken["p50_ms"] <= taken["p95_ms"] for taken in store["periods"].values())
    assert set(answer["growth"]) == {"30", "90"}


def test_bench_customers_names_what_it_measured(parts: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    answer = printed(parts, capsys, "customers", "--visits", "300", "--people", "20", "--nodes", "500")
    assert (answer["visits"], answer["customers"], answer["tree_nodes"]) == (300, 20, 500)
    assert all(value > 0 for value in answer.values())


def test_the_keystroke_bench_times_every_letter_on_the_canvas(browser: Browser, tmp_path: Path) -> None:
    taken = keystroke.measure(browser, tmp_path, "周看")
    assert taken["letters"] == 2
    assert 0 < taken["own_ms"] <= taken["whole_ms"]
