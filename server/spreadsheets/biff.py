"""The .xls of Excel 97 and of WPS, read by xlrd: only xlrd gives number formats and merged cells."""

import io
from typing import Any

from server.spreadsheets.cells import EPOCH_1900, EPOCH_1904, Area, Cell, Row, Sheet, failed, fill_down, numbered, shown
from server.spreadsheets.reading import has_password

_NOTHING = b"\0\6"
"""The types of an empty cell, and of one that has only a format."""


def read_biff(content: bytes) -> list[Sheet]:
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise has_password() from error
        raise
    area = Area()
    return [_sheet(book, sheet, area) for sheet in book.sheets()]


def _sheet(book: Any, sheet: Any, area: Area) -> Sheet:
    if sheet.visibility:
        return Sheet(sheet.name, [], hidden=True)
    rows: list[Row] = []
    for number in range(sheet.nrows):
        width = len(bytes(sheet.row_types(number)).rstrip(_NOTHING))
        area.add(width, number, width - 1)
        rows.append([_cell(book, sheet.cell(number, column), number, column) for column in range(width)])
    for top, bottom, left, _ in sheet.merged_cells:
        fill_down(rows, top, bottom - 1, left)
    return Sheet(sheet.name, numbered(rows), epoch=EPOCH_1904 if book.datemode else EPOCH_1900)


def _cell(book: Any, cell: Any, row: int, column: int) -> Cell:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_ERROR:
        return failed(row, column)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)  # type: ignore[no-any-return]
        except (ValueError, OverflowError):
            return float(cell.value)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        return shown(cell.value, code) or float(cell.value)
    return str(cell.value)
