"""Papers of blocks alone, as PDF and Word: pages and their numbers, grids, the profile of the layout."""

import io
from datetime import UTC, datetime

import docx
from pypdf import PdfReader

from server.documents.blocks import Block, Cell, Grid, GridRow, Heading, Line, PageBreak, PaperTable, Side, Title
from server.documents.layout import Layout, official
from server.documents.paper import PlainPaper, as_pdf, as_word
from tests.bulletins import needs_fonts

pytestmark = needs_fonts
DAY = datetime(2027, 1, 14, tzinfo=UTC)


def paper(*blocks: Block, foot: str = "脚注") -> PlainPaper:
    return PlainPaper("题目", "教工第一党支部", blocks, DAY, foot=foot, code="校验码 7D21-F0AB")


def pages(*papers: PlainPaper, layout: Layout | None = None) -> list[str]:
    made = PdfReader(io.BytesIO(as_pdf(papers, layout or official(), title="题目"))).pages
    return ["".join(page.extract_text().split()) for page in made]


def grid(rows: int) -> Grid:
    head = GridRow((Cell("序号"), Cell("姓名"), Cell("签名")), 8)
    joined = GridRow((Cell("组\n别", down=2, font="hei"), Cell("张敏", across=2, open=True)), 8)
    below = GridRow((Cell("李伟", under=True), Cell("", side=Side.right)), 8)
    return Grid((10, 40, 40), (head, joined, below, *(head for _ in range(rows))), heads=1)


def test_numbers_of_pages_stand_outside_and_begin_anew_with_each_paper() -> None:
    one = paper(Title("通报"), PageBreak(), Line("第二页"))
    made = pages(one, one)
    assert [("—1—" in page, "—2—" in page) for page in made] == [(True, False), (False, True)] * 2
    assert all(page.endswith("脚注—1—") for page in made[::2])
    assert all(page.endswith("—2—脚注") for page in made[1::2])
    section = docx.Document(io.BytesIO(as_word(one, official()))).sections[0]
    assert [part.text for part in section.footer.paragraphs] == ["脚注\t—  —"]
    assert [part.text for part in section.even_page_footer.paragraphs] == ["—  —\t脚注"]


def test_without_numbers_the_code_stands_opposite_the_words() -> None:
    layout = official().model_copy(update={"page_number": None})
    assert pages(paper(Line("一")), layout=layout) == ["一脚注校验码7D21-F0AB"]
    section = docx.Document(io.BytesIO(as_word(paper(Line("一")), layout))).sections[0]
    assert section.footer.paragraphs[0].text == "脚注\t校验码 7D21-F0AB"


def test_the_head_of_a_grid_repeats_on_each_page_and_its_cells_are_joined() -> None:
    made = pages(paper(grid(60)))
    assert len(made) > 2
    assert all(page.startswith("序号姓名签名") for page in made)
    table = docx.Document(io.BytesIO(as_word(paper(grid(60)), official()))).tables[0]
    assert [cell.text for cell in table.rows[1].cells] == ["组\n别", "张敏", "张敏"]
    assert [cell.text for cell in table.rows[2].cells] == ["组\n别", "李伟", ""]
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert all("w:cantSplit" in row._tr.xml for row in table.rows)


def test_a_row_of_a_table_is_not_split_across_pages() -> None:
    words = "很长的一段说明" * 12
    rows = tuple((f"行{place}", f"始{words}终") for place in range(40))
    table = PaperTable("表", ("行", "说明"), rows, (10, 60), left=2)
    made = pages(paper(table))
    assert len(made) > 2
    assert all(page.count("始") == page.count("终") for page in made)


def test_headings_have_the_fonts_of_their_levels() -> None:
    found = docx.Document(io.BytesIO(as_word(paper(Heading("一、甲"), Heading("（一）乙", level=2)), official())))
    assert [each.runs[0].font.name for each in found.paragraphs] == ["黑体", "楷体_GB2312"]


def test_the_same_paper_gives_the_same_bytes() -> None:
    one = paper(Title("通报"), grid(3))
    assert as_word(one, official()) == as_word(one, official())
    assert as_pdf([one], official(), title="题目") == as_pdf([one], official(), title="题目")
