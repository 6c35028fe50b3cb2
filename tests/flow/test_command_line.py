"""The command line as scripts see it: arguments in, files, lines and exit status out."""

import csv
import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image

from app.cli.main import run
from app.cli.parts import Parts
from app.compliance.rules import compile_rules
from app.config import Settings
from app.factory import open_studio, picture_reader
from app.flow.deps import Deps
from app.kernel.errors import Unavailable
from app.ocr.core import Line
from app.reads.rule_packs import load_rules
from app.rendering import foreign_codes
from app.rendering.almanac import calendar_word
from app.rendering.foreign_codes import require_no_code
from app.rendering.pictures import Picture
from tests.advisors import advisors, photographs, write_excel
from tests.core.compliance_cases import pack, term
from tests.photos import photo, photo_with_code

Command = Callable[..., int]
LINK = "https://go.lanshan.example/r/Test4kQ7"


@pytest.fixture(scope="session")
def parts() -> Parts:
    """The real parts, each opened once for all tests here."""
    settings = Settings.from_env({})
    studio = open_studio(settings)
    rules = load_rules(settings.compliance_rules_dir)
    return Parts(
        settings=lambda: settings,
        studio=lambda _settings, _only: studio,
        rules=lambda _settings: rules,
        work=_no_work,
        migrate=_no_migration,
        deps=_no_deps,
        serve=_no_deps,
    )


def _no_work(settings: Settings, once: bool) -> None:
    raise AssertionError("these commands need no worker")


def _no_migration(settings: Settings) -> None:
    raise AssertionError("these commands need no database")


def _no_deps(settings: Settings) -> Deps:
    raise AssertionError("these commands need no database")


@pytest.fixture
def command(parts: Parts) -> Command:
    return lambda *arguments: run(parts, [str(argument) for argument in arguments])


def codes(file: Path) -> list[str]:
    with Image.open(file) as poster:
        return [found.text for found in zxingcpp.read_barcodes(poster.convert("RGB"))]


def test_templates_lists_sizes_and_slots_in_the_promised_shape(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("templates", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) >= 10
    for entry in listed:
        assert set(entry) == {"slug", "title", "sizes", "slots", "product", "jurisdiction"}
        assert all(set(size) == {"name", "width_px", "height_px"} for size in entry["sizes"])
        assert all(set(slot) == {"name", "kind", "required", "max_chars", "example"} for slot in entry["slots"])


def test_render_makes_a_poster_whose_code_holds_the_given_url(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "poster.jpg"
    assert command("render", "daily-greeting", "--url", LINK, "-o", out) == 0
    with Image.open(out) as poster:
        assert poster.size == (1080, 1920)
    assert codes(out) == [LINK]


@pytest.mark.parametrize(
    ("suffix", "start"),
    [("png", b"\x89PNG"), ("jpg", b"\xff\xd8\xff"), ("webp", b"RIFF"), ("pdf", b"%PDF-"), ("svg", b"<")],
)
def test_the_ending_of_the_file_chooses_the_format(command: Command, tmp_path: Path, suffix: str, start: bytes) -> None:
    out = tmp_path / f"card.{suffix}"
    assert command("render", "business-card", "-o", out) == 0
    assert out.read_bytes().startswith(start)


def test_render_reports_every_bad_value_in_a_line_of_its_own(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values, out = tmp_path / "values.json", tmp_path / "poster.png"
    values.write_text(
        json.dumps(
            {
                "slots": {"headline": "字" * 500, "nowhere": "x", "week": {"picture": "absent.jpg"}},
                "profile": {"name": 7, "photo": "absent.jpg", "shoe": "42"},
                "more": 1,
            }
        )
    )
    assert command("render", "fund-weekly", "--values", values, "-o", out) == 2
    lines = capsys.readouterr().err.splitlines()
    for path in ("slots.nowhere", "slots.week.picture", "profile.name", "profile.photo", "profile.shoe", "more"):
        assert sum(line.startswith(f"{path}: ") for line in lines) == 1, path
    assert not out.exists()
    assert list(tmp_path.iterdir()) == [values]


def test_a_picture_with_a_code_gets_no_poster(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "me.jpg").write_bytes(photo_with_code(4, turn=20))
    (tmp_path / "values.json").write_text(json.dumps({"profile": {"photo": "me.jpg"}}), encoding="utf-8")
    out = tmp_path / "poster.png"
    assert command("render", "fund-weekly", "--values", tmp_path / "values.json", "-o", out) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("profile.photo: ")
    assert "[foreign_qr]" in line
    assert not out.exists()


@pytest.mark.parametrize("more", [[], ["--format", "pdf", "--document"]], ids=["files", "one document"])
def test_a_row_whose_picture_has_a_code_is_invalid_and_the_others_are_made(
    command: Command, tmp_path: Path, more: list[str]
) -> None:
    (tmp_path / "good.jpg").write_bytes(photo("好"))
    (tmp_path / "bad.jpg").write_bytes(photo_with_code(4, contrast=60))
    people = [row | {"headline": ""} for row in advisors(2, ["good.jpg", "bad.jpg"])]
    write_excel(tmp_path / "rows.xlsx", people)
    out = tmp_path / "posters"
    assert command("batch", "fund-weekly", "--rows", tmp_path / "rows.xlsx", "--out", out, *more) == 1
    good, bad = manifest(out)
    assert (good["outcome"] != "invalid", bad["outcome"]) == (True, "invalid")
    assert bad["error"].startswith("profile.photo: ")
    assert "[foreign_qr]" in bad["error"]


def test_a_photo_is_searched_for_codes_once_for_many_batches(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.jpg").write_bytes(photo("一次就好"))
    (tmp_path / "bad.jpg").write_bytes(photo_with_code(4, contrast=61))
    searches = tmp_path / "searches.txt"  # children write, and this process reads

    def search(picture: Picture, path: str) -> None:
        with searches.open("a", encoding="utf-8") as file:
            file.write(f"{picture.digest}\n")
        require_no_code(picture, path)

    monkeypatch.setattr(foreign_codes, "require_no_code", search)
    people = [row | {"headline": ""} for row in advisors(3, ["good.jpg", "bad.jpg", "good.jpg"])]
    write_excel(tmp_path / "rows.xlsx", people)
    for out in (tmp_path / "first", tmp_path / "second"):
        command("batch", "fund-weekly", "--rows", tmp_path / "rows.xlsx", "--out", out, "--workers", 1)
        assert [row["outcome"] == "invalid" for row in manifest(out)] == [False, True, False]
    good, bad = (hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("good.jpg", "bad.jpg"))
    assert Counter(searches.read_text(encoding="utf-8").split()) == {good: 1, bad: 2}


def test_a_text_that_does_not_fit_is_named_with_its_slot(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values, out = tmp_path / "values.json", tmp_path / "poster.png"
    values.write_text(json.dumps({"slots": {"headline": "字" * 500}}))
    assert command("render", "fund-weekly", "--values", values, "-o", out) == 2
    assert capsys.readouterr().err.startswith("slots.headline: ")
    assert not out.exists()


def test_a_blocking_sentence_gets_no_poster(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values, out = tmp_path / "values.json", tmp_path / "poster.png"
    values.write_text(json.dumps({"slots": {"headline": "保本保息，稳赚不赔"}}))
    assert command("render", "fund-weekly", "--values", values, "-o", out) == 2
    assert "slots.headline: " in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["render", "no-such", "-o", "x.png"], "template: "),
        (["render", "fund-weekly", "--size", "poster", "-o", "x.png"], "size: "),
        (["render", "wealth-launch", "--lang", "en", "-o", "x.png"], "language: "),
        (["render", "fund-weekly", "-o", "x.gif"], "format: "),
        (["render", "fund-weekly", "--values", "absent.json", "-o", "x.png"], "values: "),
    ],
)
def test_bad_arguments_are_refused_with_their_path(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    path: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(*arguments) == 2
    assert capsys.readouterr().err.startswith(path)
    assert not list(tmp_path.iterdir())


def test_check_answers_each_text_in_the_promised_shape(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "𠮷祥如意，零风险，保本保息"
    asked = tmp_path / "texts.jsonl"
    line = {"text": text, "jurisdiction": "CN", "product": "wealth"}
    calm = {"id": "b", "text": "早安，愿你今天也从容。", "jurisdiction": "CN", "product": "generic"}
    asked.write_text("\n".join([json.dumps({"id": "a"} | line), json.dumps(calm)]), encoding="utf-8")
    assert command("check", "--as-of", "2026-11-22", asked) == 0
    first, second = (json.loads(answer) for answer in capsys.readouterr().out.splitlines())
    assert (first["id"], first["outcome"], second["id"], second["outcome"]) == ("a", "block", "b", "pass")
    assert set(first) == {"id", "outcome", "findings", "rules"}
    for found in first["findings"]:
        assert set(found) == {"rule", "severity", "start", "end", "text", "source"}
        assert text[found["start"] : found["end"]] == found["text"]


@pytest.mark.parametrize(
    "line",
    ["not json", "[]", '{"id":"a","text":7}', '{"text":"x","jurisdiction":"XX"}', '{"text":"x","product":"car"}'],
)
def test_check_names_the_line_that_is_no_text(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    asked = tmp_path / "texts.jsonl"
    asked.write_text('{"id":"a","text":"你好","jurisdiction":"CN","product":"generic"}\n' + line, encoding="utf-8")
    assert command("check", asked) == 2
    assert capsys.readouterr().err.startswith("line 2")


def test_check_refuses_an_unknown_pack(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("check", "--pack", "no-such") == 2
    assert "--pack no-such" in capsys.readouterr().err


def manifest(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "manifest.csv").read_text(encoding="utf-8-sig"))))


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Six advisors in Excel: four good ones, one without a name, one whose words are forbidden."""
    people = [row | {"headline": ""} for row in advisors(6, photographs(tmp_path))]
    people[1]["name"] = ""
    people[4]["headline"] = "保本保息，稳赚不赔"
    path = tmp_path / "advisors.xlsx"
    write_excel(path, people)
    return path


def test_a_bad_row_never_stops_the_others(command: Command, rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "posters"
    assert (
        command("batch", "fund-weekly", "--rows", rows, "--out", out, "--base-url", "https://go.lanshan.example/r") == 1
    )
    listed = manifest(out)
    assert [row["row"] for row in listed] == ["1", "2", "3", "4", "5", "6"]
    assert (listed[1]["outcome"], listed[4]["outcome"]) == ("invalid", "block")
    assert "profile.name" in listed[1]["error"]
    assert "slots.headline" in listed[4]["error"]
    for row in (listed[index] for index in (0, 2, 3, 5)):
        assert row["outcome"] in {"pass", "advise", "review"}
        assert codes(out / row["file"]) == [row["url"]]
    assert len({row["url"] for row in listed}) == 6
    assert len(list(out.glob("*.jpg"))) == 4


def test_empty_cells_of_the_calendar_say_the_day_and_filled_ones_stay(command: Command, tmp_path: Path) -> None:
    rows = [row | {"weekday": said} for row, said in zip(advisors(2, photographs(tmp_path)), ("", "周一"), strict=True)]
    write_excel(tmp_path / "rows.xlsx", rows)
    out, today = tmp_path / "greetings", datetime.now(UTC).astimezone().date()
    assert command("batch", "daily-greeting", "--rows", tmp_path / "rows.xlsx", "--out", out, "--format", "pdf") == 0
    ours, theirs = [words_of(out / row["file"]) for row in manifest(out)]
    assert calendar_word("lunar", today, "zh") in ours
    assert calendar_word("lunar", today, "zh") in theirs
    assert calendar_word("weekday", today, "zh") in ours
    assert "周一" in theirs
    assert calendar_word("weekday", today, "zh") not in theirs
    assert command("render", "daily-greeting", "-o", tmp_path / "one.pdf") == 0
    assert calendar_word("lunar", today, "zh") in words_of(tmp_path / "one.pdf")


def words_of(file: Path) -> str:
    """The text of a PDF's page without blanks and line breaks."""
    with closing(pdfium.PdfDocument(file)) as document:
        return "".join(document[0].get_textpage().get_text_range().split())


def test_a_second_run_makes_only_what_is_missing(command: Command, rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "posters"
    command("batch", "fund-weekly", "--rows", rows, "--out", out)
    before = {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in out.glob("*.jpg")}
    links = {row["row"]: row["url"] for row in manifest(out)}
    lost = out / manifest(out)[2]["file"]
    lost.unlink()
    command("batch", "fund-weekly", "--rows", rows, "--out", out)
    after = {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in out.glob("*.jpg")}
    assert {row["row"]: row["url"] for row in manifest(out)} == links
    assert after[lost.name][1] == before[lost.name][1]
    assert [name for name in before if after[name] != before[name]] == [lost.name]


def test_a_zip_holds_all_and_can_be_taken_up_again(command: Command, rows: Path, tmp_path: Path) -> None:

    out = tmp_path / "posters.zip"
    command("batch", "fund-weekly", "--rows", rows, "--out", out, "--format", "png")
    with zipfile.ZipFile(out) as bundle:
        names, first = set(bundle.namelist()), bundle.read("manifest.csv")
    assert sum(name.endswith(".png") for name in names) == 4
    assert not out.with_name("posters.zip.parts").exists()
    command("batch", "fund-weekly", "--rows", rows, "--out", out, "--format", "png")
    with zipfile.ZipFile(out) as bundle:
        assert set(bundle.namelist()) == names
        assert bundle.read("manifest.csv") == first


def test_a_file_that_is_no_batch_is_not_overwritten(command: Command, rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "holiday.zip"
    out.write_bytes(b"precious")
    assert command("batch", "fund-weekly", "--rows", rows, "--out", out) == 2
    assert out.read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", "name,shoe\n李丽,42\n", "unknown_column"),
        ("b.csv", "name,姓名\n李丽,李丽\n", "duplicate_column"),
        ("c.csv", "name,title\n", "no_rows"),
        ("d.csv", "", "no_rows"),
        ("e.xlsx", "no workbook", "unreadable_rows"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, code: str
) -> None:
    table = tmp_path / name
    table.write_text(content, encoding="utf-8")
    assert command("batch", "fund-weekly", "--rows", table, "--out", tmp_path / "out") == 2
    assert f"[{code}]" in capsys.readouterr().err


def test_a_table_in_gb18030_with_chinese_headings_is_read(command: Command, tmp_path: Path) -> None:
    table = tmp_path / "名单.csv"
    table.write_bytes("姓名,职位,机构,手机\n王㛃,理财经理,望江支行,13800002048\n".encode("gb18030"))
    assert command("batch", "fund-weekly", "--rows", table, "--out", tmp_path / "out") == 0
    assert manifest(tmp_path / "out")[0]["file"] == "00001-王㛃.jpg"


def test_a_poster_that_takes_too_long_is_stopped_and_made_by_the_next_run(
    command: Command, parts: Parts, rows: Path, tmp_path: Path
) -> None:
    out = tmp_path / "posters"
    settings = parts.settings()
    hasty = replace(parts, settings=lambda: settings.model_copy(update={"render_seconds": 0.001}))
    assert run(hasty, ["batch", "fund-weekly", "--rows", str(rows), "--out", str(out)]) == 1
    # The fifth row says what is forbidden: it may be refused before it could take too long.
    slow = [row for row in manifest(out) if row["row"] != "5"]
    assert {row["outcome"] for row in slow} == {"failed"}
    assert all("[render_timeout]" in row["error"] for row in slow)
    command("batch", "fund-weekly", "--rows", rows, "--out", out)
    assert [row["outcome"] for row in manifest(out)].count("failed") == 0
    assert len(list(out.glob("*.jpg"))) == 4


def test_a_batch_is_judged_by_what_the_house_has_laid_over_the_packs(parts: Parts, rows: Path, tmp_path: Path) -> None:
    spared = compile_rules([pack(term("无人说过的词"))])
    of_the_house = replace(parts, house_rules=lambda _settings, _packs: spared)
    out = tmp_path / "posters"
    assert run(of_the_house, ["batch", "fund-weekly", "--rows", str(rows), "--out", str(out)]) == 1
    unread = "review"  # the photo of everybody, which nobody has read
    assert [row["outcome"] for row in manifest(out)] == [unread, "invalid", *[unread] * 4]


def test_a_batch_reads_the_photos_if_it_is_told_to(parts: Parts, tmp_path: Path) -> None:
    people = [row | {"headline": ""} for row in advisors(3, ["plain.jpg", "loud.jpg", "broken.jpg"])]
    for name, text in (("plain.jpg", ""), ("loud.jpg", "保本保收益"), ("broken.jpg", "慢慢来")):
        (tmp_path / name).write_bytes(photo(text))
    write_excel(tmp_path / "rows.xlsx", people)
    real, broken = picture_reader(parts.settings()), photo("慢慢来")

    def read(data: bytes) -> tuple[Line, ...]:
        if data == broken:
            raise Unavailable("reading_crashed", "the process that did this died twice")
        return real(data)

    reading = replace(parts, read_picture=lambda _settings: read)
    batch = ["batch", "fund-weekly", "--rows", str(tmp_path / "rows.xlsx"), "--out", str(tmp_path / "out")]
    assert run(reading, [*batch, "--read-pictures"]) == 0
    silent, loud, unread = (row["outcome"] for row in manifest(tmp_path / "out"))
    assert silent in {"pass", "advise"}  # what the copy is worth by itself
    assert (loud, unread) == ("review", "review")
