"""Cells to rows: what people write in Excel, and what no one should."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.organizations.models import Category, Stage
from server.organizations.roster.cells import CellProblem, read_date
from server.organizations.roster.rules import (
    RosterColumn,
    RosterProblem,
    RosterRow,
    find_header,
    parse_row,
    settled,
    suggested_role,
)
from server.organizations.roster.workbook import is_remark, is_second_heading

TODAY = date(2026, 6, 18)
POSITIONS = {column: position for position, column in enumerate(RosterColumn)}


def row(**changes: Any) -> RosterRow | list[RosterProblem]:
    """Parse a good row with some columns (by English name) changed."""
    good: dict[str, Any] = {
        "name": "张敏",
        "work_number": "T1",
        "branch": "教工第一党支部",
        "category": "教职工",
        "stage": "正式党员",
        **changes,
    }
    parsed, problems = parse_row(7, [good.get(column.name) for column in RosterColumn], POSITIONS, today=TODAY)
    return problems if parsed is None else parsed


def good(**changes: Any) -> RosterRow:
    parsed = row(**changes)
    assert isinstance(parsed, RosterRow), parsed
    return parsed


def refused(**changes: Any) -> list[str]:
    parsed = row(**changes)
    assert isinstance(parsed, list), parsed
    return [problem.text for problem in parsed]


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "2019-07-01",
            "2019/7/1",
            "2019年7月1日",
            "2019.07",
            "2019年7月",
            "20190701",
            "201907",
            "２０１９－０７－０１",
        ),
        *(" 2019 年 7 月 1 日 ", "2019-07-01 00:00:00", "2019-07-01T00:00:00", "2019.7.1"),
        *(datetime(2019, 7, 1, 12), date(2019, 7, 1), 43647, 43647.5, 20190701, 20190701.0, 2019.07),
    ],
)
def test_a_date_is_read_however_it_is_written(cell: object) -> None:
    assert read_date(cell) == date(2019, 7, 1)


@pytest.mark.parametrize(
    "cell",
    ["2019-02-30", "去年", "2019", 2019, 2019.1, True, time(9), timedelta(1), "1019-07-01", float("nan"), 10**400],
)
def test_what_is_no_date_is_refused(cell: object) -> None:
    with pytest.raises(CellProblem):
        read_date(cell)


@pytest.mark.parametrize(
    ("day", "plausible"),
    [
        (date(1921, 6, 30), False),
        (date(1921, 7, 1), True),
        (date(2100, 12, 31), True),
        (date(2101, 1, 1), False),
    ],
)
def test_a_date_lies_in_the_time_of_the_party(day: date, plausible: bool) -> None:
    if plausible:
        assert read_date(day) == day
    else:
        with pytest.raises(CellProblem):
            read_date(day)


def test_a_duty_keeps_one_blank_between_its_words() -> None:
    assert good(duty=" 支委  (组织) ").duty == "支委 (组织)"


@pytest.mark.parametrize(
    ("cell", "number"),
    [("２０１９００１", "2019001"), (2019001, "2019001"), (2019001.0, "2019001"), (" b21 01 ", "B2101")],
)
def test_a_work_number_is_the_same_however_it_is_typed(cell: object, number: str) -> None:
    assert good(work_number=cell).work_number == number


@pytest.mark.parametrize("cell", ["51010119900101123X", "510101199001011234"])
def test_an_identity_card_number_is_never_taken(cell: str) -> None:
    assert refused(work_number=cell) == ["第 7 行「工号/学号」：不要填写身份证号，请填工号或学号"]


def test_a_number_that_excel_has_rounded_is_refused() -> None:
    assert "请把该列设为文本格式" in refused(work_number=5.1010119900101e17)[0]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张　敏", "张敏"),
        (" 𬭎 ", "𬭎"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("Anna  Li", "Anna Li"),
        ("张\n敏", "张敏"),
    ],
)
def test_a_name_loses_its_padding_and_keeps_its_characters(cell: str, name: str) -> None:
    assert good(name=cell).name == name


@pytest.mark.parametrize(
    "cell", ["１３８００００１２３４", "138 0000 1234", "+86 13800001234", 13800001234, 13800001234.0]
)
def test_a_phone_number_is_read_however_it_is_written(cell: object) -> None:
    assert good(phone=cell).phone == "13800001234"


def test_problems_name_row_and_column_and_all_of_them_at_once() -> None:
    assert refused(name=None, phone="123", category="外星人", gender="?") == [
        "第 7 行「性别」：应为“男”或“女”",
        "第 7 行「手机号」：应为 11 位手机号",
        "第 7 行「人员类别」：应为“教职工”“学生”或“离退休”",
        "第 7 行「姓名」：不能为空",
    ]


def test_a_full_member_before_he_joined_is_refused() -> None:
    assert refused(joined_on="2019-07-01", full_member_on="2018-07-01") == [
        "第 7 行「转正日期」：转正日期不能早于入党日期"
    ]


def test_a_formula_that_failed_is_refused() -> None:
    assert refused(branch="#REF!") == ["第 7 行「党支部」：公式出错，请改为填写结果"]


def test_an_empty_cell_is_unknown() -> None:
    parsed = good(phone="  ", duty=None, category="")
    assert (parsed.phone, parsed.duty, parsed.category) == (None, None, None)


def test_categories_and_stages_have_their_usual_other_names() -> None:
    parsed = good(category="退休", stage="预备")
    assert (parsed.category, parsed.stage) == (Category.retired, Stage.probationary)


def test_the_heading_is_found_with_hints_stars_and_other_names() -> None:
    header = find_header(["序号", "*姓名", "学号", "手机号（必填）", "所在党支部", "姓名"])
    assert header is not None
    assert header.positions == {
        RosterColumn.name: 1,
        RosterColumn.work_number: 2,
        RosterColumn.phone: 3,
        RosterColumn.branch: 4,
    }
    assert header.notes == ("列「序号」不在模板中，已忽略", "列「姓名」出现多次，只取第一列")


@pytest.mark.parametrize("cells", [["2026 年党员名册"], [], [None, 3.5], ["姓名", "性别"]])
def test_a_title_is_no_heading(cells: Sequence[object]) -> None:
    assert find_header(cells) is None


@pytest.mark.parametrize(
    ("duty", "role"),
    [
        ("支部书记", "secretary"),
        ("副书记", "deputy_secretary"),
        ("支委", "committee_member"),
        ("宣传委员", "committee_member"),
        ("党小组组长", "group_leader"),
        ("总支书记", "general_secretary"),
        ("无", None),
        ("班长", None),
    ],
)
def test_a_duty_suggests_a_role(duty: str, role: str | None) -> None:
    assert suggested_role(duty) == role


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**5000),
    st.floats(),
    st.text(st.characters(codec=None), max_size=200),
    st.text("0123456789.-/年月日 男女", max_size=12),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.binary(max_size=5),
)


@given(st.lists(cells, max_size=14), st.permutations(list(RosterColumn)))
def test_any_cells_give_a_row_or_problems_with_their_places(values: list[Any], order: list[RosterColumn]) -> None:
    positions = {column: position for position, column in enumerate(order)}
    parsed, problems = parse_row(12, values, positions, today=TODAY)
    if parsed is not None:
        assert all(problem.warning for problem in problems)
        assert parsed.name
        assert parsed.work_number
        parsed.name.encode()
    else:
        assert any(not problem.warning for problem in problems)
    assert all(
        problem.row == 12 and isinstance(problem.column, RosterColumn) and problem.message for problem in problems
    )
    is_remark(values, positions)
    is_second_heading(values)


@given(st.lists(cells, max_size=14))
def test_any_cells_are_a_heading_or_not(values: list[object]) -> None:
    find_header(values)


def test_a_row_that_is_lost_has_no_warnings_and_another_keeps_its_own() -> None:
    """Who reads 其余照常导入 may rely on it."""
    problems = [
        RosterProblem(5, RosterColumn.phone, "不是手机号", warning=True),
        RosterProblem(3, RosterColumn.phone, "不是手机号", warning=True),
        RosterProblem(3, RosterColumn.name, "没有填写"),
    ]
    assert [(each.row, each.column, each.warning) for each in settled(problems)] == [
        (3, RosterColumn.phone, False),
        (3, RosterColumn.name, False),
        (5, RosterColumn.phone, True),
    ]
