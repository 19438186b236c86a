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

from server.documents import pdf, word_grid
from server.documents.blocks import (
    Block,
    Chart,
    Grid,
    Heading,
    Line,
    PageBreak,
    PaperTable,
    Paragraph,
    Side,
    Title,
    Together,
)
from server.documents.layout import Layout, PageNumber, TextLayout, official
from server.documents.word_format import (
    FANG,
    FONTS,
    GREY,
    HEI,
    SIDES,
    SONG,
    add_field,
    cell_border,
    cell_margins,
    condense,
    keep_row_whole,
    keep_with_next,
    leave_latin_close,
    name_substitutes,
    repeat_on_each_page,
    set_widths,
    write,
)

NONE = Pt(0)
HAIR = Pt(1)
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


class WordDocument:
    """A page of official documents, or of another layout, filled from its top."""

    def __init__(self, layout: Layout | None = None) -> None:
        self.layout = layout or official()
        page = self.layout.page
        self.width, self.pitch, self.body = Mm(page.text_width), Pt(self.layout.line), Pt(self.layout.body)
        self._closer = ceil(20 * (self.body.pt - self.width.pt / self.layout.characters))
        self._breaks = False
        self._document = docx.Document()
        self._document.settings.odd_and_even_pages_header_footer = True
        name_substitutes(self._document)
        self.section = self._document.sections[0]
        self.section.page_width, self.section.page_height = Mm(page.width), Mm(page.height)
        self.section.top_margin, self.section.bottom_margin = Mm(page.top), Mm(page.bottom)
        self.section.left_margin, self.section.right_margin = Mm(page.left), Mm(page.right)
        self.section.footer_distance = Mm(self.layout.foot.from_edge)
        style = self._document.styles["Normal"]
        style.font.size = self.body
        style.font.name = FANG
        style.element.rPr.rFonts.set(docx.oxml.ns.qn("w:eastAsia"), FANG)
        style.paragraph_format.space_after = NONE
        leave_latin_close(style.element)

    def fill_feet(self, words: str, code: str = "") -> None:
        """Write the feet of all pages: the number outside; without numbers words on the left, a code on the right."""
        self.fill_foot(self.section.footer.paragraphs[0], words, code)
        self.fill_foot(self.section.even_page_footer.paragraphs[0], words, code, even=True)

    def fill_foot(self, foot: WordParagraph, words: str, code: str = "", *, even: bool = False) -> None:
        """Write words and the page's number into a footer."""
        foot.style = self._document.styles["Normal"]
        number = self.layout.page_number
        edge = NONE if number is None else self.body * number.characters_in
        foot.paragraph_format.tab_stops.add_tab_stop(
            Length(self.width if even else self.width - edge), WD_TAB_ALIGNMENT.RIGHT
        )
        if number is None:
            self._foot_words(foot, f"{words}\t{code}")
        elif even:
            foot.paragraph_format.left_indent = edge
            self._foot_number(foot, number)
            self._foot_words(foot, f"\t{words}")
        else:
            self._foot_words(foot, f"{words}\t")
            self._foot_number(foot, number)

    def _foot_words(self, foot: WordParagraph, words: str) -> None:
        write(foot, words, font=HEI, size=Pt(self.layout.foot.size), color=GREY)

    def _foot_number(self, foot: WordParagraph, number: PageNumber) -> None:
        size = Pt(number.size)
        write(foot, number.before, size=size)
        add_field(foot, "PAGE", size=size)
        write(foot, number.after, size=size)

    def paragraph(self) -> WordParagraph:
        made = self._document.add_paragraph()
        if self._breaks:
            made.paragraph_format.page_break_before = True
            self._breaks = False
        return made

    def line(
        self,
        words: str,
        *,
        font: str = FANG,
        size: Length | None = None,
        bold: bool = False,
        color: str | None = None,
        height: Length | None = None,
    ) -> WordParagraph:
        """Add a line in the size and height of the body, unless others are given."""
        paragraph = self.paragraph()
        paragraph.paragraph_format.line_spacing = height or self.pitch
        run = write(paragraph, words, font=font, size=size or self.body, bold=bold, color=color)
        if (size or self.body) == self.body:
            condense(run, self._closer)
        return paragraph

    def centred(
        self,
        words: str,
        *,
        font: str = FANG,
        size: Length | None = None,
        bold: bool = False,
        height: Length | None = None,
    ) -> WordParagraph:
        paragraph = self.line(words, font=font, size=size, bold=bold, height=height)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        return paragraph

    def indented(self, words: str, *, font: str = FANG) -> WordParagraph:
        paragraph = self.line(words, font=font)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.first_line_indent = self.body * 2
        return paragraph

    def title(self, words: str) -> WordParagraph:
        return self._headline(words, self.layout.title, font=SONG)

    def add(self, blocks: Sequence[Block]) -> None:
        """Add blocks in their order. Raises DomainError as `pdf.chart_pictures`."""
        charts = [block for block in blocks if isinstance(block, Chart)]
        pictures = dict(zip(charts, pdf.chart_pictures(charts), strict=True))
        for block in blocks:
            if isinstance(block, Chart):
                self._chart(block, pictures[block])
            else:
                self._add(block)

    def _add(self, block: Together | Paragraph | Heading | Title | Line | PaperTable | Grid | PageBreak) -> None:
        match block:
            case Paragraph() | Line():
                self._words(block)
            case Heading():
                font = FONTS[self.layout.headings[block.level - 1]]
                self.indented(block.text, font=font).paragraph_format.keep_with_next = True
            case Title():
                spaced(self.title(block.text), after=Mm(self.layout.title.below))
            case Together():
                for part in block.blocks[:-1]:
                    self._words(part).paragraph_format.keep_with_next = True
                self._words(block.blocks[-1])
            case PaperTable():
                self._table(block)
            case Grid():
                self._grid(block)
            case PageBreak():
                self._breaks = True

    def _words(self, block: Paragraph | Line) -> WordParagraph:
        return self.indented(block.text) if isinstance(block, Paragraph) else self._single(block)

    def _single(self, line: Line) -> WordParagraph:
        made = self.line(f"{line.text}\t{line.opposite}" if line.opposite else line.text, font=FONTS[line.font])
        if line.opposite:
            made.paragraph_format.tab_stops.add_tab_stop(self.width, WD_TAB_ALIGNMENT.RIGHT)
        made.alignment = SIDES[line.side]
        made.paragraph_format.keep_with_next = line.kept
        inset = self.body * line.inset
        if line.side is Side.right:
            made.paragraph_format.right_indent = inset
        else:
            made.paragraph_format.left_indent = inset
        return spaced(made, before=Length(self.pitch * line.gap))

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
        line = self._headline(words, self.layout.caption, font=HEI)
        line.paragraph_format.keep_with_next = True
        spaced(line, before=Pt(8), after=Pt(3))

    def _grid(self, grid: Grid) -> None:
        self._hair()
        table = self._document.add_table(rows=len(grid.rows), cols=len(grid.widths))
        set_widths(table, self.width, grid.widths)
        word_grid.fill(table, grid, self.layout.grid)
        self._hair()

    def _hair(self) -> None:
        """Word wants a paragraph on either side of a table; this one takes no room."""
        made = self.paragraph()
        made.paragraph_format.line_spacing = HAIR
        write(made, "", size=HAIR)

    def _table(self, table: PaperTable) -> None:
        self._caption(table.caption)
        sizes = self.layout.of_table(len(table.head))
        grid = self._document.add_table(rows=1 + len(table.rows), cols=len(table.head))
        cell_margins(grid, Mm(0.6))
        set_widths(grid, self.width, table.widths)
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
        write(after, table.note or "", size=Pt(self.layout.note))

    def _chart(self, chart: Chart, png: bytes) -> None:
        self._caption(chart.caption)
        picture = self.paragraph()
        picture.add_run().add_picture(io.BytesIO(png), width=Length(self.width - Mm(4)))
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


def _with_fixed_dates(saved: io.BytesIO) -> bytes:
    """Pack the parts again: python-docx stamps them with the time of day."""
    packed = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _ZIP_DATE), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
