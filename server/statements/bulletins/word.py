"""A bulletin as Word: the same paper as in PDF."""

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Length, Mm, Pt

from server.documents.word import WordDocument, spaced
from server.documents.word_format import HEI, RED, SONG, border, write
from server.statements.bulletins.paper import Paper

HEAD_OVERHANG = Mm(8)


def render(paper: Paper) -> bytes:
    """Return the paper as a .docx; the same paper gives the same bytes."""
    document = WordDocument()
    _set_page(document, paper)
    _letterhead(document, paper)
    document.add(paper.body)
    _ending(document, paper)
    _annex(document, paper)
    return document.saved(title=paper.title, author=paper.signed, dated=paper.dated)


def _set_page(document: WordDocument, paper: Paper) -> None:
    section = document.section
    section.different_first_page_header_footer = True
    section.header_distance = Mm(24)
    write(section.first_page_header.paragraphs[0], paper.notice, font=HEI, size=Pt(12))
    document.fill_foot(section.first_page_footer.paragraphs[0], paper.foot)
    document.fill_feet(paper.foot)


def _letterhead(document: WordDocument, paper: Paper) -> None:
    for words in paper.issuer:
        line = document.line(words, font=SONG, size=_fitted(words, document.width), color=RED, height=Pt(32))
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.left_indent = line.paragraph_format.right_indent = -HEAD_OVERHANG
    spaced(document.centred(paper.number), before=Pt(2), after=Pt(4))
    rule = document.paragraph()
    rule.paragraph_format.line_spacing = Pt(4)
    border(rule, "top", 16, RED)
    spaced(document.title(paper.title), before=Pt(4), after=Pt(6))
    document.line(paper.addressees)


def _ending(document: WordDocument, paper: Paper) -> None:
    document.indented(paper.closing)
    document.indented("特此通报。")
    annex = spaced(document.indented(paper.annex_line), before=document.pitch)
    annex.paragraph_format.keep_with_next = True
    signed = spaced(document.line(paper.signed), before=document.pitch)
    signed.paragraph_format.right_indent = document.body * 2
    signed.paragraph_format.keep_with_next = True
    signed_on = document.line(paper.signed_on)
    signed_on.paragraph_format.right_indent = document.body * 4
    for line in (signed, signed_on):
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    printed = spaced(document.paragraph(), before=document.pitch)
    printed.paragraph_format.tab_stops.add_tab_stop(Length(document.width - Mm(4)), WD_TAB_ALIGNMENT.RIGHT)
    write(printed, f"{paper.printed[0]}\t{paper.printed[1]}", size=_printed_size(paper.printed, document.width))
    border(printed, "top", 6)
    border(printed, "bottom", 6)


def _annex(document: WordDocument, paper: Paper) -> None:
    head = document.line("附件", font=HEI)
    head.paragraph_format.page_break_before = True
    spaced(document.title(paper.annex_title), before=Pt(10), after=Pt(6))
    document.add(paper.annex)


def _fitted(words: str, width: Length) -> Length:
    """As large as the page allows: 26 points, less for a long name."""
    return Pt(min(26.0, round((width.pt + 2 * HEAD_OVERHANG.pt) / max(len(words), 1) * 2) / 2))


def _printed_size(printed: tuple[str, str], width: Length) -> Length:
    characters = sum(map(len, printed)) + 1
    return Pt(min(14.0, int((width.pt - Mm(6).pt) / characters * 2) / 2))
