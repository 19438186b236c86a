"""Bulletins as Word and PDF: opened again with other libraries, and read."""

import io
from datetime import timedelta

import docx
import pytest
from docx.document import Document
from pypdf import PdfReader
from sqlalchemy.orm import Session

from server.organizations import service as organizations
from server.organizations.models import Member, OrganizationKind
from server.statements.bulletins import document, queries
from server.statements.bulletins.paper import Paper
from server.statements.models import Bulletin
from tests.bulletins import DUE, both_branches, drawn, make_statement, needs_fonts, of, published
from tests.cast import Cast

pytestmark = needs_fonts
LONG = "材料科学与工程学院高分子材料与工程系研究生第一党支部和博士后流动站联合党支部"


def paper(session: Session, bulletin: Bulletin, only: int | None = None) -> Paper:
    return document.of_bulletin(session, bulletin, organization_id=only)


def pdf_pages(made: Paper) -> list[str]:
    pages = PdfReader(io.BytesIO(document.as_pdf(made))).pages
    return ["".join(page.extract_text().split()) for page in pages]


def word(made: Paper) -> Document:
    return docx.Document(io.BytesIO(document.as_word(made)))


def words_of(found: Document) -> list[str]:
    return [paragraph.text for paragraph in found.paragraphs if paragraph.text]


def table_of(found: Document, number: int) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in found.tables[number].rows]


@pytest.fixture
def bulletin(session: Session, cast: Cast) -> Bulletin:
    both_branches(session, cast)
    return published(session, cast)


def test_the_pdf_has_head_paragraphs_figures_and_foot(session: Session, bulletin: Bulletin) -> None:
    pages = pdf_pages(paper(session, bulletin))
    for words in (
        "内部资料注意保存",
        "中共山海学院",
        "计算机科学与技术学院总支部委员会",
        "计科总支〔2026〕18号",
        "关于2026年第二季度党员积分情况的通报",
        "截至6月30日，全总支2个党支部共有党员7人，参评5人，未参评2人，平均积分77.05分，较上季度提高36.05分；80分以上3人，70分以下2人。",
        "表1各党支部积分与工作情况",
        "教工第一党支部578.41",
        f"快照2026-Q2/{bulletin.hash[:4]}{bulletin.hash[4:8]}{bulletin.hash[8:12]}",
        "—1—",
    ):
        assert words in pages[0]
    assert "图1党员积分分布" in "".join(pages)
    assert "2026年7月8日印发" in "".join(pages)


def test_word_says_the_same(session: Session, bulletin: Bulletin) -> None:
    found = word(paper(session, bulletin))
    words = words_of(found)
    assert words[:5] == [
        "中共山海学院",
        "计算机科学与技术学院总支部委员会",
        "计科总支〔2026〕18号",
        "关于2026年第二季度党员积分情况的通报",
        "各党支部：",
    ]
    assert {"一、总体情况", "二、积分分布", "三、组织生活和积分审核", "四、有关情况", "请及时审核。"} <= set(words)
    assert table_of(found, 0)[1] == ["教工第一党支部", "5", "78.41", "1", "—", "—"]
    assert table_of(found, 0)[-1] == ["合　计", "7", "77.05", "2", "—", "—"]
    assert len(found.inline_shapes) == 2  # 分布 and 平均积分: no meetings, no attendance
    section = found.sections[0]
    assert section.first_page_header.paragraphs[0].text == "内部资料　注意保存"
    assert section.first_page_footer.paragraphs[0].text.startswith("快照 2026-Q2 / ")


def test_the_annex_names_members_and_gives_no_figures_under_a_negative_decision(
    session: Session, bulletin: Bulletin
) -> None:
    found = word(paper(session, bulletin))
    rows = table_of(found, 2)
    assert rows[0] == ["序号", "姓名", "基础积分", "贡献积分", "合计", "较上季度"]
    assert rows[1] == ["1", "张敏", "60.00", "25.25", "85.25", "+45.25"]
    assert rows[-1] == ["4", "孙丽", "—", "—", "另行通报", "—"]
    assert "孙丽——另行通报—" in "".join(pdf_pages(paper(session, bulletin)))


def test_a_branch_gets_its_own_part_of_the_annex_alone(session: Session, cast: Cast, bulletin: Bulletin) -> None:
    text = "".join(pdf_pages(paper(session, bulletin, cast.branch)))
    assert "张敏" in text
    assert "赵强" not in text


def test_an_erased_name_is_erased_in_later_prints(session: Session, cast: Cast, bulletin: Bulletin) -> None:
    session.get_one(Member, cast.zhang_min.member_id).name = "已注销党员"
    session.commit()
    text = "".join(pdf_pages(paper(session, bulletin)))
    assert "张敏" not in text
    assert queries.verify(session, bulletin) == bulletin.hash


def test_the_same_paper_gives_the_same_bytes(session: Session, bulletin: Bulletin) -> None:
    made = paper(session, bulletin)
    assert document.as_pdf(made) == document.as_pdf(made)
    assert document.as_word(made) == document.as_word(made)


def test_a_draft_says_that_it_is_one(session: Session, cast: Cast) -> None:
    both_branches(session, cast)
    text = pdf_pages(paper(session, drawn(session, cast)))[0]
    assert "草稿" in text
    assert "（文号待填）" in text


def test_a_missing_branch_is_named(session: Session, cast: Cast) -> None:
    make_statement(session, cast, cast.branch, of((cast.zhang_min, "80")))
    text = "".join(pdf_pages(paper(session, drawn(session, cast))))
    assert "学生第一党支部2026年6月的月汇总尚未生成，未计入本通报。" in text


def test_nothing_a_person_types_is_taken_for_markup(session: Session, cast: Cast, bulletin: Bulletin) -> None:
    bulletin.remarks = '#panic("x") *粗* $a$ {{ 7*7 }} <w:t> & ]]>\n第二段'
    made = paper(session, bulletin)
    assert '#panic("x")*粗*$a${{7*7}}<w:t>&]]>' in "".join(pdf_pages(made))
    assert '#panic("x") *粗* $a$ {{ 7*7 }} <w:t> & ]]>' in words_of(word(made))


@pytest.mark.sqlite_only
def test_forty_branches_with_long_titles_break_over_pages_with_the_head_repeated(session: Session, cast: Cast) -> None:
    for number in range(40):
        title = f"{LONG}{number}" if number % 7 == 0 else f"学生第{number + 2}党支部"
        branch = organizations.create_organization(
            session,
            parent_id=cast.general_branch,
            kind=OrganizationKind.branch,
            title=title,
            account_id=None,
            now=DUE - timedelta(days=99),
        )
        make_statement(session, cast, branch.id, of((cast.zhang_min, "80"), (cast.li_wei, "60")))
    made = paper(session, drawn(session, cast))
    pages = pdf_pages(made)
    heads = [page for page in pages if "审核用时（天）" in page]
    assert len(heads) > 1
    assert all(f"—{number}—" in page for number, page in enumerate(pages, start=1))
    assert sum("各党支部平均积分（分）（" in page for page in pages) == 2
    found = word(made)
    assert len(table_of(found, 0)) == 42
    assert table_of(found, 0)[1][0] == f"{LONG}0"
    assert "w:tblHeader" in found.tables[0].rows[0]._tr.xml


def test_old_rows_with_what_no_paper_can_show_are_set_without_it(session: Session, bulletin: Bulletin) -> None:
    bulletin.remarks = "一\x08二\x00三\ufffe四\x9f五\ufdd0六\U0001ffff七\r\n八\x0b九👨\u200d👩"
    bulletin.document_number = "计科\x1b总支〔2026〕18 号"
    session.flush()
    made = paper(session, bulletin)
    written = "".join(words_of(word(made)))
    assert "一二三四五六七" in written
    assert "计科总支〔2026〕18 号" in written
    assert "一二三四五六七" in "".join(pdf_pages(made))
