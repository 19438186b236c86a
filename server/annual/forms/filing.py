"""备案表 with 收悉回执: what a branch hands in of its year, and the slip that comes back, on one page."""

from dataclasses import dataclass
from datetime import datetime

from server.documents.blocks import Block, Cell, Grid, GridRow, Line, Side, Title
from server.documents.fitting import size_for
from server.documents.paper import PlainPaper

SIGN = "＿＿＿＿＿＿＿"
BLANK = "年　　月　　日"
_WIDTHS = (30.0, 55.0, 30.0, 55.0)


@dataclass(frozen=True, slots=True)
class FilingForm:
    """What is filed: an edition of a branch's results. Days in words, empty where they are written by hand."""

    branch: str
    above: str
    year: int
    edition: int
    members: int
    rated: int
    average: str
    reported: str
    publicized: str
    objections: str
    enclosures: tuple[str, ...]
    code: str
    dated: datetime


def filing_form(filed: FilingForm) -> PlainPaper:
    """Return the form with its receipt."""
    title = f"{filed.year}年度党员积分备案表"
    what = f"（第{filed.edition}版，党员{filed.members}人，校验码 {filed.code}）"
    receipt = f"{filed.branch}：\n　　你支部报送的{filed.year}年度党员积分备案材料{what}已收悉。"
    decision = "　　备案意见：□ 同意备案　　□ 退回，事由："
    blocks: list[Block] = [
        Title(title),
        Line(f"报送：{filed.branch}", opposite=f"第 {filed.edition} 版"),
        Grid(_WIDTHS, (*_facts(filed), *_signatures(filed))),
        Line("收悉回执", Side.middle, font="hei", gap=2, kept=True),
        Grid(
            (170.0,),
            (
                GridRow((Cell(f"{receipt}\n{decision}", size=10.5, top=True, open=True),), 26),
                GridRow((Cell(f"{filed.above}（章）　　经办人：{SIGN}　　{BLANK}　", Side.right, under=True),), 14),
            ),
        ),
    ]
    return PlainPaper(title, filed.branch, tuple(blocks), filed.dated, "", f"校验码 {filed.code}")


def _facts(filed: FilingForm) -> list[GridRow]:
    pairs = [
        ("报送党支部", filed.branch, "备案单位", filed.above),
        ("积分年度", f"{filed.year} 年", "党员总数", f"{filed.members} 人"),
        ("参评人数", f"{filed.rated} 人", "未参评人数", f"{filed.members - filed.rated} 人"),
        ("平均积分", filed.average, "党员大会通报", filed.reported),
        ("公示起止", filed.publicized, "异议收到/办结", filed.objections),
    ]
    rows = [GridRow((_head(one), _value(first), _head(two), _value(second)), 11) for one, first, two, second in pairs]
    listed = "\n".join(f"{place}. {each}" for place, each in enumerate(filed.enclosures, start=1))
    return [*rows, GridRow((_head("报送材料"), Cell(listed, size=10.5, across=3)), 24)]


def _signatures(filed: FilingForm) -> list[GridRow]:
    own = f"　　{filed.year}年度党员积分已按《实施方案》审核、通报，无未办结的异议，请予备案。"
    return [
        GridRow((_head("党支部意见", down=2), Cell(own, size=10.5, across=3, top=True, open=True)), 18),
        GridRow((Cell(f"支部书记签字：{SIGN}（章）　　{BLANK}　", Side.right, across=3, under=True),), 12),
        GridRow((_head(f"{_kind(filed.above)}意见", down=2), Cell("", across=3, open=True)), 18),
        GridRow((Cell(f"负责人签字：{SIGN}（章）　　{BLANK}　", Side.right, across=3, under=True),), 12),
    ]


def _kind(above: str) -> str:
    return "备案单位" if len(above) > 6 else above


def _head(words: str, down: int = 1) -> Cell:
    return Cell(words, Side.middle, "hei", down=down)


def _value(words: str) -> Cell:
    return Cell(words, size=size_for(words, 10.5, _WIDTHS[1], lines=2))
