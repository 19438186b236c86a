"""A form's grid as a table of Word: cells joined, lines around them, rows of a least height."""

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.shared import Mm, Pt
from docx.table import Table, _Cell

from server.documents.blocks import Cell, Grid
from server.documents.layout import TableLayout
from server.documents.word_format import (
    FONTS,
    SIDES,
    borders_around,
    cell_margins,
    keep_row_whole,
    no_border,
    repeat_on_each_page,
    write,
)


def fill(table: Table, grid: Grid, sizes: TableLayout) -> None:
    """Fill an empty table of as many rows and columns."""
    cell_margins(table, Mm(1.2))
    borders_around(table, outer=9, inner=4)
    _fill_cells(table, grid, sizes)
    for place, row in enumerate(grid.rows):
        made = table.rows[place]
        made.height, made.height_rule = Mm(row.height), WD_ROW_HEIGHT_RULE.AT_LEAST
        if place < grid.heads:
            repeat_on_each_page(made)
        else:
            keep_row_whole(made)


def _fill_cells(table: Table, grid: Grid, sizes: TableLayout) -> None:
    """Write cells where they begin, joined with those they take the place of."""
    columns, cells = len(grid.widths), table._cells
    taken: set[tuple[int, int]] = set()
    for place, row in enumerate(grid.rows):
        free = (column for column in range(columns) if (place, column) not in taken)
        for cell in row.cells:
            column = next(each for each in free if (place, each) not in taken)
            taken |= {(place + down, column + across) for down in range(cell.down) for across in range(cell.across)}
            made = cells[place * columns + column]
            if cell.across > 1 or cell.down > 1:
                made = made.merge(cells[(place + cell.down - 1) * columns + column + cell.across - 1])
            _fill_cell(made, cell, sizes)
            if cell.under:
                no_border(made, "top")
            if cell.open:
                no_border(made, "bottom")


def _fill_cell(made: _Cell, cell: Cell, sizes: TableLayout) -> None:
    top = WD_CELL_VERTICAL_ALIGNMENT.TOP if cell.top else WD_CELL_VERTICAL_ALIGNMENT.CENTER
    made.vertical_alignment = top
    size = Pt(cell.size or (sizes.head if cell.font == "hei" else sizes.size))
    for place, words in enumerate(cell.text.split("\n")):
        paragraph = made.add_paragraph() if place else made.paragraphs[0]
        paragraph.alignment = SIDES[cell.side]
        paragraph.paragraph_format.line_spacing = Pt(size.pt * 1.3)
        write(paragraph, words, font=FONTS[cell.font], size=size, bold=cell.bold)
