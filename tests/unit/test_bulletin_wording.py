"""How a bulletin's figures read, and how its content becomes a paper."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from server.documents.blocks import Chart, PaperTable
from server.statements.bulletins import wording
from server.statements.bulletins.composing import compose
from server.statements.bulletins.content import BranchPart, BulletinFigures, Content, Facts, MissingBranch
from server.statements.bulletins.form import form
from server.statements.bulletins.paper import Paper

NOTHING = BulletinFigures(
    members=0,
    exempt=0,
    lines=0,
    prospects=0,
    negative=0,
    average=None,
    change=None,
    bands=(0, 0, 0, 0, 0),
    counts=(0, 0, 0),
    meetings=0,
    rate=None,
    decisions=0,
    review_days=None,
    backdated=0,
)


def figures(**changes: Any) -> BulletinFigures:
    return NOTHING.model_copy(update=changes)


def branch(number: int, title: str, **changes: Any) -> BranchPart:
    return BranchPart(
        organization_id=number,
        title=title,
        statement_id=number,
        statement_hash="",
        figures=figures(**changes),
        lines=(),
    )


def content(
    *branches: BranchPart, total: BulletinFigures = NOTHING, committee: bool = False, **changes: Any
) -> Content:
    facts = Facts(
        issuer_id=1,
        issuer=("中共山海学院", "计算机学院总支部委员会"),
        is_committee=committee,
        form=form(),
        branches=(),
        sections={"base": "基础积分"},
    )
    return Content(
        version=1,
        quarter="2026-Q3",
        until=date(2026, 9, 30),
        as_of=datetime(2026, 10, 8, tzinfo=UTC),
        compared_with="2026-Q2",
        total=total,
        branches=branches,
        missing=(),
        facts=facts,
    ).model_copy(update=changes)


def paper(found: Content) -> Paper:
    return compose(
        found, names={}, number=None, remarks=None, snapshot="", issued_on=None, dated=datetime(2026, 10, 9, tzinfo=UTC)
    )


def captions(found: Content) -> list[str]:
    return [block.caption for block in paper(found).body if isinstance(block, PaperTable | Chart)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Decimal("6.14"), "平均积分77.03分，较上季度提高6.14分；"),
        (Decimal("-0.5"), "平均积分77.03分，较上季度下降0.50分；"),
        (Decimal(0), "平均积分77.03分，较上季度持平；"),
        (None, "平均积分77.03分；"),
    ],
)
def test_a_change_is_said_in_words(change: Decimal | None, said: str) -> None:
    total = figures(average=Decimal("77.03"), change=change)
    assert said in wording.overall(content(total=total))


def test_the_opening_paragraph_reads_like_the_office_writes_it() -> None:
    total = figures(
        members=191,
        exempt=2,
        negative=1,
        lines=189,
        average=Decimal("77.03"),
        change=Decimal("6.14"),
        counts=(26, 70, 29),
        meetings=52,
        rate=Decimal("87.1"),
    )
    said = wording.overall(content(*(branch(number, "一支部") for number in range(7)), total=total))
    assert said == (
        "截至9月30日，全总支7个党支部共有党员191人，参评188人，未参评3人，平均积分77.03分，较上季度提高6.14分；"
        "80分以上70人，70分以下29人。本季度召开会议、开展活动52次，平均出勤率87.1%。"
    )


def test_the_committee_speaks_of_its_direct_branches() -> None:
    found = content(branch(1, "图书馆直属党支部"), committee=True)
    assert "截至9月30日，1个直属党支部" in wording.overall(found)
    assert wording.addressees(found) == "各直属党支部："


def test_without_meetings_and_claims_it_says_so_and_draws_no_attendance() -> None:
    found = content(branch(1, "一支部", average=Decimal(70)), total=figures(average=Decimal(70)))
    assert "本季度没有召开会议、开展活动。" in wording.overall(found)
    assert "没有审核党员申报" in wording.work(found)
    assert not [caption for caption in captions(found) if "出勤率" in caption]


def test_the_best_and_the_last_are_named_only_where_they_differ() -> None:
    alike = [branch(number, f"{number}支部", average=Decimal(70)) for number in (1, 2)]
    assert "最高" not in wording.distribution(content(*alike))
    better = branch(3, "三支部", average=Decimal("80.5"))
    assert "最高的是三支部（80.50分）" in wording.distribution(content(*alike, better))


def test_tables_and_charts_are_numbered_apart() -> None:
    found = content(branch(1, "一支部", average=Decimal(70), rate=Decimal(90)), total=figures(average=Decimal(70)))
    assert [caption[:2] for caption in captions(found)] == ["表1", "图1", "图2", "表2", "图3"]


def test_the_first_quarter_has_no_column_for_changes() -> None:
    tables = [block for block in paper(content(compared_with=None)).body if isinstance(block, PaperTable)]
    assert "较上季度" not in tables[1].head
    assert all(len(row) == len(table.head) == len(table.widths) for table in tables for row in table.rows)


def test_long_titles_keep_their_end_in_charts() -> None:
    title = "材料科学与工程学院高分子材料与工程系研究生第一党支部和博士后流动站第十七联合党支部"
    (chart,) = [
        block
        for block in paper(content(branch(1, title, average=Decimal(70)))).body
        if isinstance(block, Chart) and "平均积分" in block.caption
    ]
    assert chart.marks[0].label == "材料科学与工程学院高分子材料…士后流动站第十七联合党支部"


def test_missing_branches_are_named_one_after_the_other() -> None:
    missing = tuple(MissingBranch(organization_id=number, title=f"{number}支部") for number in (1, 2))
    said = wording.missing(content(missing=missing))
    assert said == "1支部、2支部2026年9月的月汇总尚未生成，未计入本通报。"


def test_figures_use_the_minus_sign_and_a_dash_for_nothing() -> None:
    assert (wording.signed(Decimal("-1.75")), wording.signed(Decimal(2)), wording.two(None)) == ("−1.75", "+2.00", "—")
