"""Write .xlsx: text is written as text, never as a formula, and stays harmless when it is copied elsewhere."""

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from server.text import readable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_TITLE = 31
"""Characters of a sheet's title."""

_A4 = 9
_TEXT_STAYS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Value = int | str


def guarded(text: str) -> str:
    """Return what a sheet can hold of a text, with an apostrophe before anything that would be taken for a formula."""
    text = readable(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


class WrittenSheet:
    """One sheet: every text goes through the guard. `raw` is xlsxwriter's, for widths, heights and choices."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def write(self, row: int, column: int, value: Value, style: Any = None) -> None:
        if isinstance(value, int):
            self.raw.write_number(row, column, value, style)
        else:
            self.raw.write_string(row, column, guarded(value), style)

    def write_row(self, row: int, values: Iterable[Value], style: Any = None) -> None:
        for column, value in enumerate(values):
            self.write(row, column, value, style)

    def across(self, row: int, last_column: int, text: str, style: Any) -> None:
        """Write a text over all columns of a row."""
        self.raw.merge_range(row, 0, row, last_column, "", style)
        self.write(row, 0, text, style)

    def table(self, headings: Sequence[str], rows: Iterable[Iterable[Value]], *, head: Any) -> None:
        """Write headings and rows from the top."""
        self.write_row(0, headings, head)
        for number, row in enumerate(rows, start=1):
            self.write_row(number, row)

    def print_on_a4(self, *, upright: bool, head_row: int) -> None:
        """One page wide, as many pages long as it takes, the head row repeated on each."""
        self.raw.set_paper(_A4)
        if upright:
            self.raw.set_portrait()
        else:
            self.raw.set_landscape()
        self.raw.set_margins(left=0.6, right=0.5, top=0.6, bottom=0.7)
        self.raw.fit_to_pages(1, 0)
        self.raw.repeat_rows(head_row)
        self.raw.center_horizontally()
        self.raw.set_footer("&C第 &P 页，共 &N 页")
        self.raw.freeze_panes(head_row + 1, 0)


class WrittenWorkbook:
    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.bold = self.style(bold=True)

    def style(self, **looks: Any) -> Any:
        """Return a style of xlsxwriter's properties."""
        return self._raw.add_format(looks)

    def sheet(self, title: str) -> WrittenSheet:
        return WrittenSheet(self._raw.add_worksheet(title[:LONGEST_TITLE]))


def written(fill: Callable[[WrittenWorkbook], None], *, row_by_row: bool = False) -> bytes:
    """Return a workbook; `row_by_row` holds one row in memory, and takes rows only in order."""
    import xlsxwriter  # only when a sheet is made

    buffer = io.BytesIO()
    held = {"constant_memory": True} if row_by_row else {"in_memory": True}
    with xlsxwriter.Workbook(buffer, {**held, **_TEXT_STAYS_TEXT}) as raw:
        fill(WrittenWorkbook(raw))
    return buffer.getvalue()
