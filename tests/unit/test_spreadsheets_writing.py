"""What we write into spreadsheets."""

import io

import openpyxl
import pytest

from server.spreadsheets.writing import WrittenWorkbook, guarded, written


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_nothing_we_write_can_become_a_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("row_by_row", [False, True])
def test_texts_are_guarded_and_figures_stay_figures(row_by_row: bool) -> None:
    def fill(book: WrittenWorkbook) -> None:
        sheet = book.sheet("名" * 40)
        sheet.table(("工号", "=名"), [("00123", -7), ("http://x", "=1+1\x00")], head=book.bold)

    found = openpyxl.load_workbook(io.BytesIO(written(fill, row_by_row=row_by_row))).active
    assert found is not None
    assert found.title == "名" * 31
    assert [[cell.value for cell in row] for row in found.iter_rows()] == [
        ["工号", "'=名"],
        ["00123", -7],
        ["http://x", "'=1+1"],
    ]
    assert found["A2"].data_type == "s"
    assert found["A1"].font.bold
