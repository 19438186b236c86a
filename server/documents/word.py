"""A document as Word, in the same layout as its PDF, for offices that continue to edit it.

Fonts are named, not embedded: they are on every Chinese Windows and in WPS. The same document gives the same bytes.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil

import docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Length, Mm, Pt
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from server.documents import pdf
from server.documents.blocks import Block, Chart, Heading, PaperTable, Paragraph
from server.documents.layout import TextLayout, official
from server.documents.word_format import (
    FANG,
    GREY,
    HEI,
    SONG,
    add_field,
    cell_border,
    cell_margins,
    condense,
    keep_row_whole,
    keep_with_next,
    leave_latin_close,
    repeat_on_each_page,
    write,
)

_LAYOUT = official()
WIDTH = Mm(_LAYOUT.page.text_width)
LINE = Pt(_LAYOUT.line)
BODY = Pt(_LAYOUT.body)
NONE = Pt(0)
_CHART_WIDTH = Mm(_LAYOUT.page.text_width - 4)
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_CLOSER = ceil(20 * (BODY.pt - WIDTH.pt / _LAYOUT.characters))
"""Twentieths of a point by which the characters of a line are moved to fit its width."""


class WordDocument:
    """A page of official documents, filled from its top."""

    def __init__(self) -> None:
        self._document = docx.Document()
        page = _LAYOUT.page
        self.section = self._document.sections[0]
        self.section.page_width, self.section.page_height = Mm(page.width), Mm(page.height)
        self.section.top_margin, self.section.bottom_margin = Mm(page.top), Mm(page.bottom)
        self.section.left_margin, self.section.right_margin = Mm(page.left), Mm(page.right)
        self.section.footer_distance = Mm(22)
        style = self._document.styles["Normal"]
        style.font.size = BODY
        style.font.name = FANG
        style.element.rPr.rFonts.set(docx.oxml.ns.qn("w:eastAsia"), FANG)
        style.paragraph_format.space_after = NONE
        leave_latin_close(style.element)

    def fill_foot(self, foot: WordParagraph, words: str) -> None:
        """Write words and the page's number into a footer."""
        foot.style = self._document.styles["Normal"]
        foot.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
        number = Pt(_LAYOUT.page_number)
        write(foot, words, font=HEI, size=Pt(_LAYOUT.foot), color=GREY)
        write(foot, "\t— ", size=number)
        add_field(foot, "PAGE", size=number)
        write(foot, " —", size=number)

    def paragraph(self) -> WordParagraph:
        return self._document.add_paragraph()

    def line(
        self,
        words: str,
        *,
        font: str = FANG,
        size: Length = BODY,
        bold: bool = False,
        color: str | None = None,
        height: Length = LINE,
    ) -> WordParagraph:
        paragraph = self.paragraph()
        paragraph.paragraph_format.line_spacing = height
        run = write(paragraph, words, font=font, size=size, bold=bold, color=color)
        if size == BODY:
            condense(run, _CLOSER)
        return paragraph

    def centred(
        self, words: str, *, font: str = FANG, size: Length = BODY, bold: bool = False, height: Length = LINE
    ) -> WordParagraph:
        paragraph = self.line(words, font=font, size=size, bold=bold, height=height)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        return paragraph

    def indented(self, words: str, *, font: str = FANG) -> WordParagraph:
        paragraph = self.line(words, font=font)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.first_line_indent = BODY * 2
        return paragraph

    def title(self, words: str) -> WordParagraph:
        return self._headline(words, _LAYOUT.title, font=SONG, bold=True)

    def add(self, blocks: Sequence[Block]) -> None:
        """Add paragraphs, headings, tables and charts in their order. Raises DomainError as `pdf.chart_pictures`."""
        charts = [block for block in blocks if isinstance(block, Chart)]
        pictures = dict(zip(charts, pdf.chart_pictures(charts), strict=True))
        for block in blocks:
            if isinstance(block, Paragraph):
                self.indented(block.text)
            elif isinstance(block, Heading):
                self.indented(block.text, font=HEI).paragraph_format.keep_with_next = True
            elif isinstance(block, PaperTable):
                self._table(block)
            else:
                self._chart(block, pictures[block])

    def saved(self, *, title: str, author: str, dated: datetime) -> bytes:
        """Return the file; `dated` replaces the time it is made."""
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = title, author, ""
        properties.last_modified_by = ""
        properties.created = properties.modified = dated.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        buffer = io.BytesIO()
        self._document.save(buffer)
        return _with_fixed_dates(buffer)

    def _headline(self, words: str, layout: TextLayout, *, font: str, bold: bool = False) -> WordParagraph:
        return self.centred(words, font=font, size=Pt(layout.size), bold=bold, height=Pt(layout.line))

    def _caption(self, words: str) -> None:
        line = self._headline(words, _LAYOUT.caption, font=HEI)
        line.paragraph_format.keep_with_next = True
        spaced(line, before=Pt(8), after=Pt(3))

    def _table(self, table: PaperTable) -> None:
        self._caption(table.caption)
        sizes = _LAYOUT.of_table(len(table.head))
        grid = self._document.add_table(rows=1 + len(table.rows), cols=len(table.head))
        grid.autofit = False
        cell_margins(grid, Mm(0.6))
        _set_widths(grid, table.widths)
        _fill(grid, 0, table.head, left=table.left, size=Pt(sizes.head), font=HEI)
        repeat_on_each_page(grid.rows[0])
        keep_with_next(grid.rows[0])
        cell_border(grid.rows[0], "top", 12)
        cell_border(grid.rows[0], "bottom", 8)
        for place, row in enumerate(table.rows, start=1):
            last = place == len(table.rows)
            _fill(grid, place, row, left=table.left, size=Pt(sizes.size), bold=last and table.summed)
            keep_row_whole(grid.rows[place])
            if table.whole and (not last or table.note):
                keep_with_next(grid.rows[place])
            cell_border(grid.rows[place], "bottom", 12 if last else 4, "000000" if last else "999999")
            if last and table.summed:
                cell_border(grid.rows[place], "top", 8)
        after = self.paragraph()
        after.paragraph_format.line_spacing = Pt(14)
        write(after, table.note or "", size=Pt(_LAYOUT.note))

    def _chart(self, chart: Chart, png: bytes) -> None:
        self._caption(chart.caption)
        picture = self.paragraph()
        picture.add_run().add_picture(io.BytesIO(png), width=_CHART_WIDTH)
        picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
        described = picture.runs[0].element.xpath(".//wp:docPr")[0]
        described.set("descr", "；".join(f"{mark.label} {mark.text}" for mark in chart.marks))
        spaced(picture, after=Pt(6))


def spaced(paragraph: WordParagraph, *, before: Length = NONE, after: Length = NONE) -> WordParagraph:
    paragraph.paragraph_format.space_before = before
    paragraph.paragraph_format.space_after = after
    return paragraph


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
        spaced(paragraph, before=Pt(2), after=Pt(2))
        write(paragraph, text, font=font, size=size, bold=bold)


def _set_widths(grid: WordTable, widths: Sequence[int]) -> None:
    whole = sum(widths)
    for column, part in zip(grid.columns, widths, strict=True):
        width = Length(WIDTH * part // whole)
        column.width = width
        for cell in column.cells:
            cell.width = width


def _with_fixed_dates(saved: io.BytesIO) -> bytes:
    """Pack the parts again: python-docx stamps them with the time of day."""
    packed = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _ZIP_DATE), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
