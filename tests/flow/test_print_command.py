"""Print from the command line: sheets of cards, files for press and archive, one document for a whole outlet."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
import rfc8785
import zxingcpp
from PIL import Image

from app.cli.main import run
from app.cli.parts import Parts
from app.config import Settings
from app.factory import open_studio
from app.flow.deps import Deps
from app.rendering import strips
from app.rendering.version import renderer_version
from tests.render.pdf_rules import problems_a3u, problems_x4

Command = Callable[..., int]
LINK = "https://go.lanshan.example/r/Test4kQ7"
FRONT = ("business-card", "--size", "front")


@pytest.fixture(scope="module")
def parts() -> Parts:
    settings = Settings.from_env({})
    studio = open_studio(settings, "business-card")
    return Parts(
        settings=lambda: settings,
        studio=lambda _settings, _only: studio,
        rules=lambda _settings: studio.rules,
        work=lambda _settings, _once: None,
        migrate=lambda _settings: None,
        deps=_no_deps,
        serve=_no_deps,
    )


def _no_deps(settings: Settings, *_: object) -> Deps:
    raise AssertionError("these commands need no database")


@pytest.fixture
def command(parts: Parts) -> Command:
    return lambda *arguments: run(parts, [str(argument) for argument in arguments])


def codes(data: bytes, page: int) -> list[str]:
    """The codes of a page, by rows from the top."""
    document = pdfium.PdfDocument(data)
    image = document[page].render(scale=4, grayscale=True).to_numpy()
    document.close()
    found = zxingcpp.read_barcodes(np.ascontiguousarray(image.squeeze()))
    found.sort(key=lambda code: (round(code.position.top_left.y / 100), code.position.top_left.x))
    return [code.text for code in found]


def test_a_card_is_imposed_on_a_sheet_for_the_press(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "cards.pdf"
    assert command("render", *FRONT, "--url", LINK, "--standard", "x-4", "--imposition", "a4", "-o", out) == 0
    assert codes(out.read_bytes(), 0) == [LINK] * 8
    assert problems_x4(out.read_bytes()) == []


def test_a_card_for_the_archive_carries_its_record(command: Command, tmp_path: Path) -> None:
    out, again = tmp_path / "card.pdf", tmp_path / "again.pdf"
    for file in (out, again):
        assert command("render", *FRONT, "--url", LINK, "--standard", "a-3u", "-o", file) == 0
    assert out.read_bytes() == again.read_bytes()
    assert problems_a3u(out.read_bytes()) == []
    with pikepdf.open(out) as pdf:
        data = pdf.attachments["evidence.json"].get_file().read_bytes()
        spoken = {str(one.Alt) for one in pdf.Root.StructTreeRoot.K.K if one.S == "/Figure"}
    record = json.loads(data)
    assert data == rfc8785.dumps(record)
    assert (record["link"], record["size"], record["outcome"]) == (LINK, "front", "pass")
    assert record["renderer_version"] == renderer_version()
    assert {"layer": "name", "role": "profile", "text": "林若溪"} in record["texts"]
    assert spoken == {"机构标志", f"二维码：{LINK}"}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("render", *FRONT, "--marks", "-o", "card.png"), "not_a_pdf"),
        (("render", "business-card", "--imposition", "a3", "--size", "front", "-o", "card.svg"), "not_a_pdf"),
        (("batch", "business-card", "--rows", "rows.csv", "--out", "out", "--document"), "not_a_pdf"),
        (
            ("batch", "business-card", "--rows", "rows.csv", "--out", "o.zip", "--format", "pdf", "--document"),
            "not_a_folder",
        ),
    ],
)
def test_what_is_no_pdf_has_no_finish(
    command: Command,
    arguments: tuple[str, ...],
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("name\n林若溪\n", encoding="utf-8")
    assert command(*arguments) == 2
    assert f"[{problem}]" in capsys.readouterr().err
    assert {file.name for file in tmp_path.iterdir()} == {"rows.csv"}


NAMES = "赵钱孙李周吴郑王冯陈"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Ten cards, a row without a name, and one that promises what nobody may."""
    file = tmp_path / "outlet.csv"
    lines = [f"{family}若溪,理财经理," for family in NAMES]
    file.write_text("\n".join(["name,title,address", *lines, ",经理,", "卫若溪,经理,保本保收益"]), encoding="utf-8")
    return file


def test_an_outlet_becomes_one_document(
    command: Command, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "outlet"
    arguments = ("batch", *FRONT, "--rows", table, "--out", out, "--format", "pdf", "--document", "--imposition", "a4")
    assert command(*arguments, "--standard", "a-3u") == 1
    told = capsys.readouterr().err
    assert "row 11: invalid" in told
    assert "row 12: block" in told
    assert "10 posters, 2 rows without one" in told
    listed = list(csv.DictReader(io.StringIO((out / "manifest.csv").read_text(encoding="utf-8-sig"))))
    assert [row["file"] for row in listed] == ["posters.pdf"] * 10 + ["", ""]
    data = (out / "posters.pdf").read_bytes()
    urls = [row["url"] for row in listed[:10]]
    assert codes(data, 0) + codes(data, 1) == urls
    assert problems_a3u(data) == []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        records = json.loads(pdf.attachments["evidence.json"].get_file().read_bytes())["posters"]
    assert [record["link"] for record in records] == urls
    assert command(*arguments, "--standard", "a-3u") == 1
    assert (out / "posters.pdf").read_bytes() == data


def test_a_batch_of_files_takes_the_finish_and_makes_them_anew_for_another(command: Command, tmp_path: Path) -> None:
    table, out = tmp_path / "rows.csv", tmp_path / "out"
    table.write_text(f"name,url\n林若溪,{LINK}\n", encoding="utf-8")
    arguments = ("batch", *FRONT, "--rows", table, "--out", out, "--format", "pdf")
    assert command(*arguments, "--standard", "x-4", "--marks") == 0
    (file,) = out.glob("*.pdf")
    assert problems_x4(file.read_bytes()) == []
    assert command(*arguments) == 0
    assert b"GTS_PDFXVersion PDF" not in file.read_bytes()
    assert "not one output intent" in " ".join(problems_x4(file.read_bytes()))


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_large_poster_is_painted_in_strips_and_looks_the_same(
    command: Command, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, stripped, drawn = tmp_path / f"whole.{suffix}", tmp_path / f"stripped.{suffix}", tmp_path / "drawn.svg"
    assert command("render", *FRONT, "--url", LINK, "-o", whole) == 0
    monkeypatch.setattr(strips, "WHOLE_LIMIT_PIXELS", 0)
    assert command("render", *FRONT, "--url", LINK, "-o", stripped) == 0
    assert command("render", *FRONT, "--url", LINK, "-o", drawn) == 0
    with Image.open(whole) as one, Image.open(stripped) as other:
        assert one.tobytes() == other.tobytes()
    assert drawn.read_bytes().startswith(b"<svg")
