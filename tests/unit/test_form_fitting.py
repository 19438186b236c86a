"""How forms are filled and kept on their page, without setting them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from server.annual.forms import register as registers
from server.annual.forms.months import CountedEntry, basis, months, way
from server.annual.forms.register import Register, RegisterEntry, RegisterLine, RegisterSection
from server.documents.blocks import Cell, Grid, Line, PageBreak
from server.documents.fitting import lines_of, size_for
from server.documents.signing import PaperSignature, ending
from server.points.scores.rules import LineScore, Share
from server.standards.rules import Evidence, Item, Level, Method

LONG_BRANCH = "材料科学与工程学院高分子材料与工程系研究生第一党支部和博士后流动站联合党支部一"
LONG_NAME = "阿卜杜热合曼·阿卜杜热西提·买买提明·艾合买提江·吐尔逊阿依古丽木合塔尔提"
ZERO = Decimal(0)


def lines(count: int) -> tuple[RegisterLine, ...]:
    return tuple(
        RegisterLine(f"B{place:02}", "参加支部党员大会", "缺一次扣 3", "12", "12.00", "3、6 月，应到 4 实到 4")
        for place in range(count)
    )


def register(**changes: object) -> Register:
    sections = (
        RegisterSection("基础积分", "70", "69.50", "", lines(10)),
        RegisterSection("贡献积分", "30", "22.00", "", lines(5)),
    )
    made = Register(
        branch="教工第一党支部",
        above="党总支",
        year=2026,
        name="张敏",
        gender="女",
        category="教职工",
        stage="正式党员",
        group="第二党小组",
        joined="2009年6月",
        sections=sections,
        total="91.50",
        negative="无",
        star="",
        heard="经审核确认。",
        basis="依据党发〔2018〕75号",
        code="7D21-F0AB",
        dated=datetime(2027, 1, 14, tzinfo=UTC),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def form_of(made: Register) -> Grid:
    return next(block for block in registers.paper(made).blocks if isinstance(block, Grid))


def words_of(grid: Grid) -> list[str]:
    return [cell.text for row in grid.rows for cell in row.cells]


def item(method: Method, **more: object) -> Item:
    columns = {"code": "B01", "section": "base", "title": "会", "cap": Decimal(8), "clause": "二（一）"}
    given = {"points": Decimal(2), "evidence": (Evidence.decision,)} | more
    return Item.model_validate(columns | {"method": method} | given)


def score(counted: Item, *, uncounted: str = "0") -> LineScore:
    share = Share(1, Decimal(uncounted), ZERO)
    return LineScore("B01", (counted,), Decimal(8), ZERO, ZERO, ZERO, Decimal(6), (share,) if share.points else ())


@pytest.mark.parametrize(
    ("found", "said"),
    [((), ""), ((3,), "3 月"), ((6, 3), "3、6 月"), ((1, 2), "1、2 月"), ((3, 1, 2, 9), "1—3、9 月"), ((5, 5), "5 月")],
)
def test_months_are_listed_as_people_write_them(found: tuple[int, ...], said: str) -> None:
    assert months(date(2026, month, 7) for month in found) == said


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (item(Method.deduct, evidence=(Evidence.attendance,), points=Decimal(3)), "缺一次扣 3"),
        (item(Method.deduct, evidence=(Evidence.dues,), unit="月"), "缺一月扣 2"),
        (item(Method.deduct), "每次扣 2"),
        (item(Method.earn, points=Decimal("0.25"), unit="学时"), "每学时 0.25"),
        (item(Method.ratio), "按出勤比例"),
        (item(Method.measured), "按测评结果"),
        (item(Method.levels, levels=(Level(code="a", title="国家级", points=Decimal(8)),)), "按级 8"),
    ],
)
def test_the_way_of_counting_is_said_in_a_few_words(counted: Item, said: str) -> None:
    assert way(counted) == said


def test_what_a_line_rests_on_is_said_by_method() -> None:
    may, june = date(2026, 5, 3), date(2026, 6, 3)
    deduct, earn = item(Method.deduct), item(Method.earn)
    assert basis(score(deduct), deduct, []) == "无扣分"
    assert basis(score(deduct), deduct, [CountedEntry(may, Decimal(-2))]) == "5 月，扣 2.00"
    attended = [CountedEntry(may, ZERO, owed=1, attended=1), CountedEntry(june, Decimal(-2), owed=1)]
    assert basis(score(deduct), deduct, attended) == "5、6 月，应到 2 实到 1，扣 2.00"
    assert basis(score(earn), earn, []) == "—"
    assert basis(score(earn, uncounted="1"), earn, [CountedEntry(may, Decimal(4))]) == "5 月，2 次，未计入 1.00"
    ratio = item(Method.ratio)
    made_up = [CountedEntry(may, ZERO, owed=3, attended=1, made_up=1, excused=1)]
    assert basis(score(ratio), ratio, made_up) == "5 月，应到 2 实到 1，补课 1"
    levels = item(Method.levels, levels=(Level(code="a", title="校级", points=Decimal(2)),))
    assert basis(score(levels), levels, [CountedEntry(may, Decimal(2), level="a")]) == "5 月，校级"


def test_a_register_has_a_line_for_each_item_and_boxes_for_agreement() -> None:
    words = words_of(form_of(register()))
    assert words.count("12.00") == 15
    assert "　　□ 无异议　　　□ 有异议" in "\n".join(words)
    assert {"党总支备案", "负面清单", "91.50", "基\n础\n积\n分"} <= set(words)
    assert "推荐样式" not in "".join(words)


def test_every_row_of_a_register_is_as_wide_as_the_form() -> None:
    for made in (register(), register(name=LONG_NAME), register(sections=())):
        open_below = [0] * len(registers.WIDTHS)
        for row in form_of(made).rows:
            taken = sum(1 for left in open_below if left) + sum(cell.across for cell in row.cells)
            assert taken == len(registers.WIDTHS)
            begun = [cell for cell in row.cells if cell.down > 1]
            open_below = [max(0, left - 1) for left in open_below]
            for cell in begun:
                open_below[: cell.across] = [cell.down - 1] * cell.across


@pytest.mark.parametrize("count", [1, 15, 30, 40])
def test_more_items_make_a_register_smaller_not_longer(count: int) -> None:
    sections = (RegisterSection("基础积分", "70", "69.50", "", lines(count)),)
    form = form_of(register(sections=sections))
    assert sum(map(registers._height, form.rows)) <= registers.ROOM


def test_a_long_name_has_a_row_of_its_own() -> None:
    first = form_of(register(name=LONG_NAME)).rows[0].cells
    assert [cell.across for cell in first] == [2, 7]
    assert first[1].text == LONG_NAME


def test_a_long_branch_leaves_less_room_and_the_form_still_fits() -> None:
    short, long = form_of(register()), form_of(register(branch=LONG_BRANCH, name=LONG_NAME))
    room = registers.ROOM - 5
    assert sum(map(registers._height, long.rows)) <= room
    assert sum(map(registers._height, short.rows)) <= registers.ROOM


def test_entries_follow_on_pages_of_their_own_only_on_request() -> None:
    entry = RegisterEntry("3月7日", "C04", "志愿服务", "申报", "1.00", "1.00", "1.00", "P12", "李伟 3月9日", "")
    assert not any(isinstance(block, PageBreak) for block in registers.paper(register()).blocks)
    blocks = registers.paper(register(entries=(entry,))).blocks
    assert isinstance(blocks[4], PageBreak)
    grid = blocks[6]
    assert isinstance(grid, Grid)
    assert [cell.text for cell in grid.rows[1].cells] == ["1", *(getattr(entry, name) for name in entry.__slots__)]
    nothing = registers.paper(register(entries=())).blocks[6]
    assert isinstance(nothing, Grid)
    assert "没有积分明细" in nothing.rows[1].cells[0].text


def test_sizes_shrink_by_halves_until_words_fit_or_are_as_small_as_may_be() -> None:
    assert size_for("张敏", 10.5, 22) == 10.5
    size = size_for("第二党小组组长", 10.5, 22)
    assert 6.5 < size < 10.5
    assert lines_of("第二党小组组长", size, 22) == 1
    assert size_for("很" * 99, 10.5, 22) == 6.5


def test_a_long_signature_takes_two_lines_and_is_cut_after_the_committee() -> None:
    def signed(words: str) -> list[str]:
        return [
            block.text
            for block in ending(PaperSignature(words), closing="特此通报。").blocks
            if isinstance(block, Line)
        ]

    assert signed("教工第一党支部")[:-1] == ["教工第一党支部"]
    assert signed("中共山海学院计算机科学与技术学院总支部委员会教工第一党支部")[:-1] == [
        "中共山海学院计算机科学与技术学院总支部委员会",
        "教工第一党支部",
    ]
    assert "".join(signed("很" * 41)[:-1]) == "很" * 41


def test_cells_of_a_signature_have_no_line_between_words_and_name() -> None:
    rows = form_of(register()).rows[-4:]
    assert [all(cell.open for cell in row.cells) for row in rows] == [True, False, True, False]
    assert [all(isinstance(cell, Cell) and cell.under for cell in row.cells) for row in rows] == [False, True] * 2
