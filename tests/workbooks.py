"""Spreadsheets as offices have them, and as attackers make them."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import xlwt
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def book(sheets: Mapping[str, Sequence[Sequence[Any]]], change: Callable[[Any], object] | None = None) -> bytes:
    """Return an .xlsx of these rows by sheet; `change` may bend the workbook before it is saved."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet: Worksheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if change:
        change(made)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def patched(content: bytes, name: str, pattern: str, replacement: str) -> bytes:
    """Return a package with one part changed by a pattern, which must be found."""
    found = parts(content)
    text, count = re.subn(pattern, replacement, found[name].decode())
    assert count, f"{pattern} is not in {name}"
    return packed({**found, name: text.encode()})


def with_part(content: bytes, name: str, part: bytes | None) -> bytes:
    """Return a package with one part put in, or left out."""
    others = {key: value for key, value in parts(content).items() if key != name}
    return packed(others if part is None else {**others, name: part})


def strict(content: bytes) -> bytes:
    """Return a package as "Strict Open XML" names its things."""
    found = parts(content)
    for old, new in STRICT.items():
        found = {name: part.replace(old.encode(), new.encode()) for name, part in found.items()}
    return packed(found)


def sheet_of(cells: str, after: str = "") -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData>{after}</worksheet>'.encode()


def old_excel() -> bytes:
    """Return an .xls: a hidden sheet, and one with a merged cell, a padded number and a date."""
    made = xlwt.Workbook()
    hidden = made.add_sheet("字典")
    hidden.visibility = 1
    hidden.write(0, 0, "男")
    sheet = made.add_sheet("名册")
    for column, words in enumerate(["党支部", "姓名", "工号", "入党日期"]):
        sheet.write(0, column, words)
    sheet.write_merge(1, 2, 0, 0, "一支部")
    sheet.write(1, 1, "张敏")
    sheet.write(1, 2, 123, xlwt.easyxf(num_format_str="00000"))
    sheet.write(1, 3, date(2019, 7, 1), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(2, 1, "李伟")
    sheet.write(2, 2, 2019002)
    sheet.write(9, 5, None, xlwt.easyxf("borders: left thin"))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()
