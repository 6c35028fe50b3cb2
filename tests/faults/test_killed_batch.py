"""Two hundred advisors, killed with -9 in the middle: what was done stays, the rest is made, all codes read."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import zxingcpp
from PIL import Image

from tests.advisors import advisors, photographs, write_excel

COUNT = 200
KILL_AFTER = 40
PATIENCE_SECONDS = 240


def start(rows: Path, out: Path) -> subprocess.Popen[bytes]:
    arguments = ["batch", "wealth-launch", "--rows", str(rows), "--out", str(out), "--workers", "2"]
    code = "from app.factory import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def made(out: Path) -> dict[str, int]:
    """The finished posters and when each was written."""
    return {file.name: file.stat().st_mtime_ns for file in out.glob("[0-9]*.jpg")}


def test_a_killed_batch_goes_on_without_doing_anything_twice(tmp_path: Path) -> None:
    rows, out = tmp_path / "advisors.xlsx", tmp_path / "posters"
    write_excel(rows, advisors(COUNT, photographs(tmp_path)))
    first = start(rows, out)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(made(out)) < KILL_AFTER and time.monotonic() < deadline and first.poll() is None:
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    before = made(out)
    assert KILL_AFTER <= len(before) < COUNT

    second = start(rows, out)
    _, errors = second.communicate(timeout=PATIENCE_SECONDS)
    assert second.returncode == 0, errors.decode()

    journal = (out / ".batch.jsonl").read_text(encoding="utf-8").splitlines()
    listed = list(csv.DictReader(io.StringIO((out / "manifest.csv").read_text(encoding="utf-8-sig"))))
    after = made(out)
    redone = [name for name, written in before.items() if after[name] != written]
    assert len(redone) <= 2, "only a file that was in place but not yet written down may be made again"
    assert len(listed) == COUNT
    assert sum('"event": "made"' in line for line in journal) == COUNT
    assert {row["file"] for row in listed} == set(after)
    assert len({row["url"] for row in listed}) == COUNT
    for row in listed:
        with Image.open(out / row["file"]) as poster:
            poster.draft("L", poster.size)  # grey as the file has it, and only the kind that there is: half the time
            found = zxingcpp.read_barcodes(poster.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
        assert [code.text for code in found] == [row["url"]], row["file"]
    assert not list(out.glob(".*.part")), "no half-written file is left"
