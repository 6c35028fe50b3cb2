"""A batch's files: what they are called, how they are written whole or not at all, the manifest, and the ZIP file."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from app.flow.batch_journal import JOURNAL_NAME, Made
from app.flow.orders import Format, ending
from app.kernel.errors import Invalid, Problem
from app.kernel.files import write_atomically

MANIFEST_NAME = "manifest.csv"
MANIFEST_COLUMNS = ("row", "file", "sha256", "url", "outcome", "error")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def file_name(row: int, name: str, format_: Format) -> str:
    """A name that sorts by row, shows whose poster it is, and is safe on every file system."""
    shown = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "", name).strip(" .")[:28]
    suffix = ending(format_)
    return f"{row:05d}-{shown}.{suffix}" if shown else f"{row:05d}.{suffix}"


def manifest(rows: Iterable[Made]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(MANIFEST_COLUMNS)
    for made in rows:
        cells = (str(made.row), made.file, made.sha256, made.url, made.outcome, made.error)
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def pack(folder: Path, archive: Path, rows: Iterable[Made]) -> None:
    """Put posters, manifest and journal into the ZIP file, then remove the folder: the ZIP file holds all of it."""
    names = [made.file for made in rows if made.file] + [MANIFEST_NAME, JOURNAL_NAME]
    part = archive.with_name(f".{archive.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as bundle:
            for name in names:
                bundle.write(folder / name, name)
        part.replace(archive)
    finally:
        part.unlink(missing_ok=True)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def unpack(archive: Path, folder: Path) -> None:
    """Take up an earlier run's ZIP file, so that what it holds is not made again. *Raises* Invalid ``not_a_batch``."""
    if (folder / JOURNAL_NAME).exists() or not archive.exists():
        return
    try:
        with zipfile.ZipFile(archive) as bundle:
            journal = bundle.read(JOURNAL_NAME)
            for name in bundle.namelist():
                if "/" not in name and "\\" not in name and name != JOURNAL_NAME:
                    write_atomically(folder / name, bundle.read(name))
            write_atomically(folder / JOURNAL_NAME, journal)
    except (zipfile.BadZipFile, KeyError) as error:
        message = "exists and is not the result of a batch: it is left as it is, name another file"
        raise Invalid.of([Problem(str(archive), "not_a_batch", message)]) from error
