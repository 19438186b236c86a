"""A bulletin as Word: the same paper in the same layout, for offices that go on writing in it.

Fonts are named, not embedded: 仿宋, 黑体 and 宋体 are on every Chinese Windows and in WPS.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC

import docx
from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Length, Mm, Pt
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from server.statements.bulletins import pdf
from server.statements.bulletins.paper import Chart, Heading, Paper, PaperTable, Paragraph
from server.statements.bulletins.word_format import (
    FANG,
    GREY,
    HEI,
    RED,
    SONG,
    add_field,
    border,
    cell_border,
    cell_margins,
    condense,
    keep_row_whole,
    keep_with_next,
    leave_latin_close,
    repeat_on_each_page,
    write,
)

WIDTH = Mm(156)
CHART_WIDTH = Mm(152)
LINE = Pt(28.95)
BODY = Pt(16)
NONE = Pt(0)
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_WIDE_TABLE = 8
HEAD_OVERHANG = Mm(8)
CLOSER = 5
"""Twentieths of a point by which 28 characters of 16 points come to stand on a line of 156 mm (GB/T 9704-2012)."""


def render(paper: Paper) -> bytes:
    """Return the paper as a .docx; the same paper gives the same bytes."""
    document = docx.Document()
    _set_page(document, paper)
    _letterhead(document, paper)
    _body(document, paper)
    _ending(document, paper)
    _annex(document, paper)
    return _saved(document, paper)


def _set_page(document: Document, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(22)
    style = document.styles["Normal"]
    style.font.size = BODY
    style.font.name = FANG
    style.element.rPr.rFonts.set(docx.oxml.ns.qn("w:eastAsia"), FANG)
    style.paragraph_format.space_after = Pt(0)
    leave_latin_close(style.element)
    section.different_first_page_header_footer = True
    section.header_distance = Mm(24)
    write(section.first_page_header.paragraphs[0], paper.notice, font=HEI, size=Pt(12))
    for foot in (section.footer, section.first_page_footer):
        _fill_foot(document, foot.paragraphs[0], paper)


def _letterhead(document: Document, paper: Paper) -> None:
    for words in paper.issuer:
        line = _line(document, words, font=SONG, size=_fitted(words), bold=True, color=RED, height=Pt(32))
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.left_indent = line.paragraph_format.right_indent = -HEAD_OVERHANG
    _spaced(_centred(document, paper.number), before=Pt(2), after=Pt(4))
    rule = document.add_paragraph()
    rule.paragraph_format.line_spacing = Pt(4)
    border(rule, "top", 16, RED)
    title = _line(document, paper.title, font=SONG, size=Pt(20), bold=True, height=Pt(34))
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _spaced(title, before=Pt(4), after=Pt(6))
    _line(document, paper.addressees)


def _fill_foot(document: Document, foot: WordParagraph, paper: Paper) -> None:
    foot.style = document.styles["Normal"]
    foot.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    write(foot, paper.foot, font=HEI, size=Pt(8), color=GREY)
    write(foot, "\t— ", size=Pt(14))
    add_field(foot, "PAGE", size=Pt(14))
    write(foot, " —", size=Pt(14))


def _body(document: Document, paper: Paper) -> None:
    charts = [block for block in paper.body if isinstance(block, Chart)]
    pictures = dict(zip(charts, pdf.chart_pictures(charts), strict=True))
    for block in paper.body:
        if isinstance(block, Paragraph):
            _indented(document, block.text)
        elif isinstance(block, Heading):
            heading = _indented(document, block.text, font=HEI)
            heading.paragraph_format.keep_with_next = True
        elif isinstance(block, PaperTable):
            _table(document, block)
        else:
            _chart(document, block, pictures[block])


def _ending(document: Document, paper: Paper) -> None:
    _indented(document, paper.closing)
    _indented(document, "特此通报。")
    annex = _spaced(_indented(document, paper.annex_line), before=LINE)
    annex.paragraph_format.keep_with_next = True
    signed = _spaced(_line(document, paper.signed), before=LINE)
    signed.paragraph_format.right_indent = BODY * 2
    signed.paragraph_format.keep_with_next = True
    signed_on = _line(document, paper.signed_on)
    signed_on.paragraph_format.right_indent = BODY * 4
    for line in (signed, signed_on):
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    printed = _spaced(document.add_paragraph(), before=LINE)
    printed.paragraph_format.tab_stops.add_tab_stop(WIDTH - Mm(4), WD_TAB_ALIGNMENT.RIGHT)
    write(printed, f"{paper.printed[0]}\t{paper.printed[1]}", size=_printed_size(paper.printed))
    border(printed, "top", 6)
    border(printed, "bottom", 6)


def _annex(document: Document, paper: Paper) -> None:
    head = _line(document, "附件", font=HEI)
    head.paragraph_format.page_break_before = True
    title = _line(document, paper.annex_title, font=SONG, size=Pt(20), bold=True, height=Pt(34))
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _spaced(title, before=Pt(10), after=Pt(6))
    for part in paper.annex:
        _table(document, part)


def _table(document: Document, table: PaperTable) -> None:
    _caption(document, table.caption)
    size, head_size = (Pt(9.5), Pt(8.5)) if len(table.head) > _WIDE_TABLE else (Pt(11.5), Pt(10))
    grid = document.add_table(rows=1 + len(table.rows), cols=len(table.head))
    grid.autofit = False
    cell_margins(grid, Mm(0.6))
    _set_widths(grid, table.widths)
    _fill(grid, 0, table.head, left=table.left, size=head_size, font=HEI)
    repeat_on_each_page(grid.rows[0])
    keep_with_next(grid.rows[0])
    cell_border(grid.rows[0], "top", 12)
    cell_border(grid.rows[0], "bottom", 8)
    for place, row in enumerate(table.rows, start=1):
        last = place == len(table.rows)
        _fill(grid, place, row, left=table.left, size=size, bold=last and table.summed)
        keep_row_whole(grid.rows[place])
        if table.whole and (not last or table.note):
            keep_with_next(grid.rows[place])
        cell_border(grid.rows[place], "bottom", 12 if last else 4, "000000" if last else "999999")
        if last and table.summed:
            cell_border(grid.rows[place], "top", 8)
    after = document.add_paragraph()
    after.paragraph_format.line_spacing = Pt(14)
    write(after, table.note or "", size=Pt(9))


def _fill(
    grid: WordTable,
    place: int,
    words: Sequence[str],
    *,
    left: int,
    size: Length,
    font: str = FANG,
    bold: bool = False,
) -> None:
    for column, (cell, text) in enumerate(zip(grid.rows[place].cells, words, strict=True)):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if column < left else WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.line_spacing = Pt(size.pt * 1.3)
        _spaced(paragraph, before=Pt(2), after=Pt(2))
        write(paragraph, text, font=font, size=size, bold=bold)


def _set_widths(grid: WordTable, widths: Sequence[int]) -> None:
    whole = sum(widths)
    for column, part in zip(grid.columns, widths, strict=True):
        width = Length(WIDTH * part // whole)
        column.width = width
        for cell in column.cells:
            cell.width = width


def _chart(document: Document, chart: Chart, png: bytes) -> None:
    _caption(document, chart.caption)
    picture = document.add_paragraph()
    picture.add_run().add_picture(io.BytesIO(png), width=CHART_WIDTH)
    picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
    described = picture.runs[0].element.xpath(".//wp:docPr")[0]
    described.set("descr", "；".join(f"{mark.label} {mark.text}" for mark in chart.marks))
    _spaced(picture, after=Pt(6))


def _caption(document: Document, words: str) -> None:
    line = _line(document, words, font=HEI, size=Pt(12), height=Pt(20))
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.keep_with_next = True
    _spaced(line, before=Pt(8), after=Pt(3))


def _line(
    document: Document,
    words: str,
    *,
    font: str = FANG,
    size: Length = BODY,
    bold: bool = False,
    color: str | None = None,
    height: Length = LINE,
) -> WordParagraph:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = height
    run = write(paragraph, words, font=font, size=size, bold=bold, color=color)
    if size == BODY:
        condense(run, CLOSER)
    return paragraph


def _centred(document: Document, words: str) -> WordParagraph:
    paragraph = _line(document, words)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _indented(document: Document, words: str, *, font: str = FANG) -> WordParagraph:
    paragraph = _line(document, words, font=font)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = BODY * 2
    return paragraph


def _spaced(paragraph: WordParagraph, *, before: Length = NONE, after: Length = NONE) -> WordParagraph:
    paragraph.paragraph_format.space_before = before
    paragraph.paragraph_format.space_after = after
    return paragraph


def _fitted(words: str) -> Length:
    """As large as the page allows: 26 points, less for a long name."""
    return Pt(min(26.0, round((Mm(156).pt + 2 * HEAD_OVERHANG.pt) / max(len(words), 1) * 2) / 2))


def _printed_size(printed: tuple[str, str]) -> Length:
    characters = sum(map(len, printed)) + 1
    return Pt(min(14.0, int(Mm(150).pt / characters * 2) / 2))


def _saved(document: Document, paper: Paper) -> bytes:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = paper.title, paper.signed, ""
    properties.last_modified_by = ""
    properties.created = properties.modified = paper.dated.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    buffer = io.BytesIO()
    document.save(buffer)
    return _with_fixed_dates(buffer)


def _with_fixed_dates(saved: io.BytesIO) -> bytes:
    """Pack the parts anew: python-docx stamps them with the time of day."""
    packed = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _ZIP_DATE), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
