"""A roster as offices have it: which sheets and rows are read, and what is said of the rest."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from server.errors import DomainError
from server.organizations.roster.rules import RosterColumn
from server.organizations.roster.workbook import ParsedRoster, is_remark, is_second_heading, read_roster
from tests.rosters import HEADINGS, person
from tests.workbooks import book

TODAY = date(2026, 6, 18)
WITHOUT_BRANCH = [heading for heading in HEADINGS if heading != "党支部"]
FIRST, SECOND = "教工第一党支部", "学生第一党支部"


def line(name: str, number: Any, headings: Sequence[str] = HEADINGS, **changes: Any) -> list[Any]:
    row = person(name, number, **changes)
    return [row.get(heading) for heading in headings]


def read(content: bytes) -> ParsedRoster:
    return read_roster(io.BytesIO(content), today=TODAY)


def names(parsed: ParsedRoster) -> list[str]:
    return [row.name for row in parsed.rows]


def texts(parsed: ParsedRoster) -> list[str]:
    return [problem.text for problem in parsed.problems]


def test_every_visible_sheet_with_a_heading_is_read_and_the_others_are_named() -> None:
    def hide(made: Any) -> None:
        made["字典"].sheet_state = "hidden"
        made.active = 1

    parsed = read(
        book(
            {
                "字典": [["男"], ["女"]],
                "甲": [HEADINGS, line("张敏", "T1")],
                "填写说明": [["请逐行填写"]],
                "乙": [["2026 年名册"], HEADINGS, line("李伟", "T2"), line("王芳", "T3", 性别="?")],
                "Sheet5": [],
            },
            hide,
        )
    )
    assert names(parsed) == ["张敏", "李伟"]
    assert texts(parsed) == ["“乙”第 4 行「性别」：应为“男”或“女”"]
    assert parsed.notes == [
        "工作表“甲”读了 1 行",
        "工作表“乙”读了 2 行",
        "工作表“字典”是隐藏的，未读",
        "工作表“填写说明”没有表头，未读",
        "工作表“Sheet5”是空的，未读",
    ]


def test_a_roster_that_is_hidden_is_refused_with_the_reason() -> None:
    def hide(made: Any) -> None:
        made["名册"].sheet_state = "hidden"
        made.active = 1

    with pytest.raises(DomainError) as refused:
        read(book({"名册": [HEADINGS, line("张敏", "T1")], "说明": [["请填写"]]}, hide))
    assert refused.value.code == "no_heading"
    assert "工作表“名册”是隐藏的，未读" in refused.value.message


def test_the_name_of_a_sheet_is_the_branch_where_no_column_names_it() -> None:
    parsed = read(
        book(
            {
                FIRST: [WITHOUT_BRANCH, line("张敏", "T1", WITHOUT_BRANCH)],
                f" {SECOND} ": [WITHOUT_BRANCH, line("李伟", "T2", WITHOUT_BRANCH)],
                "其他": [HEADINGS, line("王芳", "T3", 党支部="档案馆党支部"), line("赵强", "T4", 党支部=None)],
            }
        )
    )
    assert [row.branch for row in parsed.rows] == [FIRST, SECOND, "档案馆党支部", None]
    assert f"“{FIRST}”：没有“党支部”一列，以工作表名“{FIRST}”为党支部" in parsed.notes


@pytest.mark.parametrize("title", ["Sheet1", "名册", "2026级", "计算机学院党总支", "第一党小组"])
def test_a_sheet_whose_name_is_no_branch_gives_none(title: str) -> None:
    parsed = read(book({title: [WITHOUT_BRANCH, line("张敏", "T1", WITHOUT_BRANCH)]}))
    assert parsed.rows[0].branch is None


def test_a_column_outdoes_the_name_of_the_sheet() -> None:
    assert read(book({SECOND: [HEADINGS, line("张敏", "T1")]})).rows[0].branch == FIRST


def test_a_heading_in_two_lines_is_one_heading() -> None:
    upper = ["姓名", "工号/学号", "党组织", None, None, "人员类别", "党员类别"]
    lower = [None, None, "党总支", "党支部", "党小组", None, None]
    row = ["张敏", "T1", "计算机学院党总支", FIRST, "第一党小组", "教职工", "正式党员"]

    def merge(made: Any) -> None:
        for area in ("C2:E2", "A2:A3", "B2:B3", "F2:F3", "G2:G3"):
            made.worksheets[0].merge_cells(area)

    for change in (None, merge):
        parsed = read(book({"名册": [["党员名册"], upper, lower, row]}, change))
        assert (parsed.rows[0].branch, parsed.rows[0].group, parsed.problems) == (FIRST, "第一党小组", [])


def test_a_heading_that_comes_again_is_no_person_and_counts_from_there() -> None:
    again = [*reversed(HEADINGS)]
    parsed = read(book({"名册": [HEADINGS, line("张敏", "T1"), again, line("李伟", "T2", again)]}))
    assert names(parsed) == ["张敏", "李伟"]
    assert "第 3 行又是表头，未读" in parsed.notes
    assert parsed.problems == []


@pytest.mark.parametrize(
    "row",
    [
        ["注：以上均为在岗党员"],
        ["备注：含转入"],
        [None, None, "合计", 3],
        ["合计", None, 35],
        ["小计", "女", 12],
        ["填表人：张三", None, "审核人：李四"],
        ["1、本表由各支部填写；"],
        ["截至2026年6月"],
        [None, "女"],
        [None, None, None, None, None, FIRST],
    ],
)
def test_what_stands_below_the_persons_is_no_person(row: list[Any]) -> None:
    parsed = read(book({"名册": [HEADINGS, line("张敏", "T1"), row]}))
    assert (names(parsed), parsed.problems, parsed.total) == (["张敏"], [], 1)
    assert "第 3 行没有姓名或工号/学号，不是党员，未读" in parsed.notes


@pytest.mark.parametrize(
    ("name", "number"), [("注红", "T2"), ("单位", "T3"), ("张三", None), ("日期", "T4"), (None, "T5")]
)
def test_a_person_is_never_taken_for_a_remark(name: str | None, number: str | None) -> None:
    parsed = read(book({"名册": [HEADINGS, line("张敏", "T1"), line(name, number)]}))  # type: ignore[arg-type]
    assert parsed.total == 2
    assert len(parsed.rows) + len(parsed.problems) == 2


def test_many_rows_left_out_are_counted() -> None:
    parsed = read(book({"名册": [HEADINGS, line("张敏", "T1"), *[[None, "女"]] * 30]}))
    assert "第 3、4、5、6、7、8、9、10、11、12 等 30 行没有姓名或工号/学号，不是党员，未读" in parsed.notes


def test_a_branch_merged_over_its_persons_is_everyones() -> None:
    rows: list[Any] = [HEADINGS, line("张敏", "T1"), *(line(name, name, 党支部=None) for name in ("李伟A", "王芳B"))]
    column = "ABCDEFGHIJKL"[HEADINGS.index("党支部")]

    def merge(made: Any) -> None:
        made.worksheets[0].merge_cells(f"{column}2:{column}4")

    rows[2][HEADINGS.index("工号/学号")], rows[3][HEADINGS.index("工号/学号")] = "T2", "T3"
    assert [row.branch for row in read(book({"名册": rows}, merge)).rows] == [FIRST] * 3


def test_days_as_numbers_count_from_the_workbooks_own_epoch() -> None:
    def since_1904(made: Any) -> None:
        made.epoch = CALENDAR_MAC_1904

    rows = [HEADINGS, line("张敏", "T1", 入党日期=43647 - 1462, 转正日期=None)]
    assert read(book({"名册": rows}, since_1904)).rows[0].joined_on == date(2019, 7, 1)
    rows = [HEADINGS, line("张敏", "T1", 入党日期=43647, 转正日期=None)]
    assert read(book({"名册": rows})).rows[0].joined_on == date(2019, 7, 1)


def test_a_formula_without_result_costs_the_row_and_is_named_but_not_for_a_telephone() -> None:
    parsed = read(
        book(
            {"名册": [HEADINGS, line("张敏", '="T"&1'), line("李伟", "T2", 手机号="=1"), line("王芳", "T3", 籍贯="=1")]}
        )
    )
    why = "的公式没有保存结果，请在 Excel 中打开并保存后再上传，或改为填写结果"
    assert texts(parsed) == [
        f"第 2 行「工号/学号」：单元格 C2 {why}",
        f"第 3 行「手机号」：单元格 D3 {why}，其余照常导入",
    ]
    assert names(parsed) == ["李伟", "王芳"]


def test_a_summary_sheet_beside_those_of_the_branches_counts_once() -> None:
    parsed = read(
        book(
            {
                "总表": [HEADINGS, line("张敏", "T1"), line("李伟", "T2")],
                FIRST: [
                    WITHOUT_BRANCH,
                    line("张敏", "T1", WITHOUT_BRANCH),
                    line("李伟", "T2", WITHOUT_BRANCH, 职务="支委"),
                ],
            }
        )
    )
    assert names(parsed) == ["张敏", "李伟"]
    assert f"“{FIRST}”：1 行与前面的完全相同，只导入一次" in parsed.notes
    assert texts(parsed) == [f"“{FIRST}”第 3 行：工号/学号与“总表”第 3 行重复，以“总表”第 3 行为准"]


def test_rows_far_below_are_not_lost() -> None:
    rows = [HEADINGS, line("张敏", "T1"), *[[]] * 6_000, line("李伟", "T2")]
    assert names(read(book({"名册": rows}))) == ["张敏", "李伟"]


def test_a_text_table_has_no_sheet_to_name() -> None:
    text = "2026 年名册,,\n姓名,工号,手机号\n𬭎敏,00123,13800001234/13900001234\n"
    parsed = read(text.encode("gb18030"))
    assert [(row.name, row.work_number, row.phone) for row in parsed.rows] == [("𬭎敏", "00123", "13800001234")]
    assert parsed.notes == []
    assert texts(parsed) == ["第 3 行「手机号」：不只是一个手机号，只取了 138****1234，请核对，其余照常导入"]


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("13800001234、13900001234", "13800001234"),
        ("13800001234 13900001234", "13800001234"),
        ("138-0000-1234；139-0000-1234", "13800001234"),
        ("8590/139 0000 1234", "13900001234"),
        ("长号：13900001234 短号：661234", "13900001234"),
        ("１３８００００１２３４或１３９００００１２３４", "13800001234"),
        ("13800001234\n13900001234", "13800001234"),
        ("138000012345", None),
        ("无", None),
        ("0532-85901234", None),
    ],
)
def test_of_several_telephones_the_first_usable_one_is_taken(cell: str, phone: str | None) -> None:
    parsed = read(book({"名册": [HEADINGS, line("张敏", "T1", 手机号=cell)]}))
    assert parsed.rows[0].phone == phone
    assert [problem.warning for problem in parsed.problems] == [True]


def test_a_lower_line_of_a_heading_holds_names_of_columns_only() -> None:
    assert is_second_heading([None, "党总支", " 党支部 ", ""])
    assert not is_second_heading(["党支部", "张敏"])
    assert not is_second_heading([None, ""])
    assert not is_remark(["张敏", "T1"], {RosterColumn.name: 0, RosterColumn.work_number: 1})
