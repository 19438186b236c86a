"""What a pasted table says: headings, titles and totals are named, and no line is lost."""

from datetime import date

import pytest

from server.dues.paste import Pasted, PastedNote, PastedProblem, PastedRow, parse

ZHANG_MIN = PastedRow(1, "张敏", "2026-07", 2000, 2000, date(2026, 7, 15))


def kinds(rows: list[Pasted]) -> list[tuple[int, type]]:
    return [(row.line, type(row)) for row in rows]


def test_a_table_as_an_office_keeps_it() -> None:
    text = (
        "\ufeff计算机学院教工一支部2026年7月党费收缴表\t\t\t\t\t\r\n"
        "序号\t姓 名\t月份\t应缴（元）\t实缴（元）\t缴纳日期\r\n"
        "1\t张敏\t7月\t¥ 20.00\t￥２０\t2026/7/15\r\n"
        "\t\t\t\t\t\r\n"
        "2\t李伟\tJul-26\t1,234.50\t¥ -\t—\r\n"
        "小 计\t\t\t1,254.50\t20.00\t\r\n"
        "序号\t姓 名\t月份\t应缴（元）\t实缴（元）\t缴纳日期\r\n"
        "3\t王芳\t7-26\t20\t20\t2026/7/15\r\n"
        "\t合计：\t\t20\t20\t\r\n"
        "制表人：王芳\t\t\t\t\t\r\n"
    )
    rows = parse(text)
    assert [row for row in rows if isinstance(row, PastedRow)] == [
        PastedRow(3, "张敏", "2026-07", 2000, 2000, date(2026, 7, 15)),
        PastedRow(5, "李伟", "2026-07", 123450, 0, None),
    ]
    notes = [(row.line, row.message) for row in rows if isinstance(row, PastedNote)]
    unread = "标题行；没有读取的列：序号"
    assert notes == [(1, "表名，不登记"), (2, unread), (6, "合计行，不登记"), (7, unread), (9, "合计行，不登记")]
    problems = [(row.line, row.column) for row in rows if isinstance(row, PastedProblem)]
    assert problems == [(8, "月份"), (10, "姓名或工号")]


@pytest.mark.parametrize(
    "line",
    [
        "张敏\t2026-07\t20\t20\t2026-07-15",
        "张敏  2026-07   20  20    2026-07-15",
        "张敏　　2026-07　　20　　20　　2026-07-15",
        "张敏 2026-07 20 20 2026-07-15",
        "  张敏  2026 年 7 月  ¥ 20  20 元  2026-07-15 08:00:00  ",
        "\u200b张敏\t\xa02026-07\xa0\t20\t20\t2026-07-15\t\t",
    ],
)
def test_columns_are_parted_by_tabs_or_spaces(line: str) -> None:
    assert parse(line) == [ZHANG_MIN]


@pytest.mark.parametrize(
    "line",
    [
        "王芳  2026-07  20",
        "王芳  2026-07  20  2026-07-15",
        "张 敏 2026-07 20 20 2026-07-15",
        "张敏,2026-07,20,20,2026-07-15",
        "1\t张敏\t2026-07\t20\t20\t2026-07-15",
        "制表",
    ],
)
def test_a_line_whose_columns_do_not_show_is_named(line: str) -> None:
    ((number, kind),) = kinds(parse(line))
    assert (number, kind) == (1, PastedProblem)


def test_the_chosen_month_completes_what_a_line_leaves_out_and_a_line_that_says_it_keeps_it() -> None:
    lines = "\n".join(f"张敏\t{month}\t20\t0" for month in ("", "7月", "6月", "2025-12"))
    assert [kind for _line, kind in kinds(parse(lines))] == [PastedProblem, PastedProblem, PastedProblem, PastedRow]
    read = [row.month for row in parse(lines, "2026-07") if isinstance(row, PastedRow)]
    assert read == ["2026-07", "2026-07", "2026-06", "2025-12"]


def test_a_title_that_names_two_years_completes_nothing() -> None:
    _note, row = parse("2025年12月至2026年1月党费表\n张敏\t1月\t20\t20\t2026-01-15")
    assert isinstance(row, PastedProblem)


def test_the_chosen_month_goes_before_the_title() -> None:
    _note, row = parse("2025年7月党费表\n张敏\t\t20\t20\t2026-07-15", "2026-07")
    assert isinstance(row, PastedRow)
    assert row.month == "2026-07"


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("姓名\t月份\t应交\t日期", "实交"),
        ("姓名\t月份\t实交\t日期", "应交"),
        ("姓名\t月份\t应交\t实交", "日期"),
        ("姓名\t月份\t应交\t实交\t日期\t应交", "应交"),
        ("工号\t学号\t月份\t应交\t实交\t日期", "姓名或工号"),
    ],
)
def test_a_heading_that_lacks_or_doubles_a_column_is_named_on_every_line(heading: str, column: str) -> None:
    cells = "\t".join(["1"] * (heading.count("\t") + 1))
    note, *rows = parse(f"{heading}\n{cells}\n{cells}", "2026-07")
    assert isinstance(note, PastedNote)
    assert [row.column for row in rows if isinstance(row, PastedProblem)] == [column] * 2


def test_every_line_that_is_not_blank_is_answered() -> None:
    text = "张敏\n\n合计\n \t \n姓名\t月份\n???\n党费表\n\x0b"
    assert [row.line for row in parse(text)] == [1, 3, 5, 6, 7]
