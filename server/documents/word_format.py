"""What python-docx has no functions for: eastern fonts, the grid of characters, borders, fields, repeated rows."""

from collections.abc import Sequence
from typing import Any

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Length, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from server.documents.blocks import Side
from server.documents.layout import official

FONTS = {use: names[0] for use, names in official().word_fonts.items()}
FANG, HEI, SONG = FONTS["fang"], FONTS["hei"], FONTS["song"]
RED, GREY, BLACK = "C8102E", "444444", "000000"
SIDES = {
    Side.left: WD_ALIGN_PARAGRAPH.LEFT,
    Side.middle: WD_ALIGN_PARAGRAPH.CENTER,
    Side.right: WD_ALIGN_PARAGRAPH.RIGHT,
}
_CELL_BORDERS = ("top", "left", "bottom", "right")


def write(
    paragraph: Paragraph,
    words: str,
    *,
    font: str = FANG,
    size: Length | None = None,
    bold: bool = False,
    color: str | None = None,
) -> Run:
    """Add words to a paragraph in a font for all scripts."""
    run = paragraph.add_run(words)
    _dress(run, font, size)
    run.bold = bold or None
    if color is not None:
        run.font.color.rgb = RGBColor.from_string(color)
    return run


def add_field(paragraph: Paragraph, code: str, *, size: Length) -> None:
    """Add a field that Word fills in: PAGE."""
    for kind in ("begin", None, "end"):
        run = paragraph.add_run()
        _dress(run, FANG, size)
        if kind is None:
            element = OxmlElement("w:instrText")
            element.text = code
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def condense(run: Run, twentieths: int) -> None:
    """Set characters closer together, by twentieths of a point."""
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(-twentieths))
    properties = run._r.get_or_add_rPr()
    properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")


def border(paragraph: Paragraph, side: str, eighths: int, color: str = BLACK) -> None:
    """Draw a line above or below a paragraph; `eighths` of a point thick."""
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(borders, *_AFTER_BORDERS)
    borders.append(_rule(side, eighths, color))


def cell_border(row: _Row, side: str, eighths: int, color: str = BLACK) -> None:
    """Draw a line on one side of all cells of a row."""
    for cell in row.cells:
        properties = cell._tc.get_or_add_tcPr()
        borders = properties.find(qn("w:tcBorders"))
        if borders is None:
            borders = OxmlElement("w:tcBorders")
            properties.append(borders)
        borders.append(_rule(side, eighths, color))
        borders[:] = sorted(borders, key=lambda each: _CELL_BORDERS.index(each.tag.rpartition("}")[2]))


def borders_around(table: Table, *, outer: int, inner: int) -> None:
    """Draw lines around a table and all its cells; in eighths of a point."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_rule(side, inner if side.startswith("inside") else outer, BLACK))
    table._tbl.tblPr.append(borders)


def no_border(cell: _Cell, side: str) -> None:
    """Leave out the line on one side of a cell."""
    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.append(borders)
    nothing = OxmlElement(f"w:{side}")
    nothing.set(qn("w:val"), "nil")
    borders.append(nothing)


def name_substitutes(document: Document) -> None:
    """Say in the table of fonts which font to take where one is missing."""
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table = parse_xml(part.blob)
    for name, *others in official().word_fonts.values():
        font = OxmlElement("w:font")
        font.set(qn("w:name"), name)
        for other in others:
            alternative = OxmlElement("w:altName")
            alternative.set(qn("w:val"), other)
            font.append(alternative)
        table.append(font)
    part._blob = serialize_part_xml(table)


def set_widths(grid: Table, room: Length, widths: Sequence[float]) -> None:
    """Part the room among the columns."""
    grid.autofit = False
    whole = sum(widths)
    for column, part in zip(grid.columns, widths, strict=True):
        width = Length(int(room * part / whole))
        column.width = width
        for cell in column.cells:
            cell.width = width


def cell_margins(table: Table, width: Length) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(int(width.pt * 20)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    if look is None:
        properties.append(margins)
    else:
        look.addprevious(margins)


def repeat_on_each_page(row: _Row) -> None:
    keep_row_whole(row)
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_row_whole(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def keep_with_next(row: _Row) -> None:
    """Keep a row on the same page as the next one."""
    for cell in row.cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def leave_latin_close(style: Any) -> None:
    """Put no space between Chinese and figures: 第75号, not 第 75 号."""
    properties = style.get_or_add_pPr()
    for name in ("autoSpaceDE", "autoSpaceDN"):
        element = OxmlElement(f"w:{name}")
        element.set(qn("w:val"), "0")
        properties.insert_element_before(element, "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind")


def _dress(run: Run, font: str, size: Length | None) -> None:
    run.font.name = font
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    run.font.size = size


def _rule(side: str, eighths: int, color: str) -> Any:
    rule = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "1"), ("color", color)):
        rule.set(qn(f"w:{name}"), value)
    return rule


_AFTER_BORDERS = tuple(
    f"w:{name}"
    for name in ("shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct")
) + tuple(
    f"w:{name}"
    for name in ("autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "jc", "rPr")
)
