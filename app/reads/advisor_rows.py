"""A spreadsheet of advisors (Excel or CSV) as rows of named text cells, exactly as a marketing department keeps it."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from app.kernel.errors import Invalid, Problem

MAX_ROWS = 100_000
MAX_CELL_CHARS = 4_000

PROFILE_COLUMNS = ("name", "title", "phone", "organisation", "licence", "photo")

# How advisors' lists are headed in practice, beside the field names themselves.
HEADINGS: Mapping[str, str] = {
    "姓名": "name",
    "名字": "name",
    "职位": "title",
    "职务": "title",
    "职称": "title",
    "电话": "phone",
    "手机": "phone",
    "手机号": "phone",
    "联系电话": "phone",
    "机构": "organisation",
    "网点": "organisation",
    "支行": "organisation",
    "organization": "organisation",
    "执业编号": "licence",
    "资格编号": "licence",
    "license": "licence",
    "照片": "photo",
    "头像": "photo",
    "链接": "url",
    "网址": "url",
}


class Row(NamedTuple):
    """One advisor. `number` counts data rows from 1; `cells` holds the non-empty ones by column name."""

    number: int
    cells: Mapping[str, str]


def read_rows(path: Path, slots: Iterable[str]) -> list[Row]:
    """All rows of the file that hold anything.

    Columns are profile fields (in English or under their usual Chinese heading), slot names of the template, ``url``.
    *Raises* Invalid with every problem of the file: ``unreadable_rows``, ``unknown_column``, ``duplicate_column``,
    ``no_rows``, ``too_many_rows``.
    """
    table = _excel(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _csv(path)
    header = next(table, None)
    if header is None or not any(header):
        raise Invalid.of([Problem(str(path), "no_rows", "the file is empty: its first row must name the columns")])
    columns = [_column(cell) for cell in header]
    problems = list(_header_problems(path, header, columns, {*PROFILE_COLUMNS, "url", *slots}))
    if problems:
        raise Invalid.of(problems)
    rows: list[Row] = []
    for number, cells in enumerate(table, start=1):
        named = {column: cell for column, cell in zip(columns, cells, strict=False) if column and cell}
        if named:
            rows.append(Row(number, named))
        if number > MAX_ROWS:
            raise Invalid.of([Problem(str(path), "too_many_rows", f"more than {MAX_ROWS:,} rows: split the file")])
    if not rows:
        raise Invalid.of([Problem(str(path), "no_rows", "there is no row below the column names")])
    return rows


def _column(heading: str) -> str:
    key = heading.strip()
    return HEADINGS.get(key.lower(), key.lower() if key.lower() in PROFILE_COLUMNS or key.lower() == "url" else key)


def _header_problems(path: Path, header: list[str], columns: list[str], known: set[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, (heading, column) in enumerate(zip(header, columns, strict=True), start=1):
        place = f"{path}: column {position}"
        if not column:
            continue
        if column not in known:
            listed = ", ".join(sorted(known))
            yield Problem(place, "unknown_column", f"“{heading}” is no profile field or slot; known are {listed}")
        elif column in seen:
            yield Problem(place, "duplicate_column", f"“{heading}” stands twice")
        seen.add(column)


def _excel(path: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    try:
        for cells in book.worksheets[0].iter_rows(values_only=True):
            yield [_text(cell) for cell in cells]
    finally:
        book.close()


def _csv(path: Path) -> Iterator[list[str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _unreadable(path, ValueError("neither UTF-8 nor GB 18030"))
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), strict=True):
            yield [_text(cell) for cell in cells]
    except csv.Error as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> Invalid:
    return Invalid.of([Problem(str(path), "unreadable_rows", f"cannot be read as a table: {error}")])


def _text(cell: object) -> str:
    """The cell as people see it: whole numbers without a decimal point, dates as ISO days, no surrounding space."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()[:MAX_CELL_CHARS]
