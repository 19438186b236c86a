"""签名册 and 通报稿: a branch's year as lists of names. Nobody who is 未参评 is in them; they are counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.documents.blocks import Block, Cell, Grid, GridRow, Heading, Line, PaperTable, Paragraph, Side, Title
from server.documents.fitting import size_for
from server.documents.paper import PlainPaper
from server.documents.signing import POLICY, PaperSignature, ending


@dataclass(frozen=True, slots=True)
class NamedTotal:
    """A member's points by section, in the order of the sections, and in all. `position` only where they are shown."""

    name: str
    sections: tuple[str, ...]
    total: str
    position: str = ""


@dataclass(frozen=True, slots=True)
class BranchYearList:
    """`members` of whom `len(rows)` were rated; `rows` in the order in which they are shown.

    `average` None where nobody was rated. `dated` is when the results were drawn up.
    """

    branch: str
    year: int
    sections: tuple[str, ...]
    rows: tuple[NamedTotal, ...]
    members: int
    average: str | None
    code: str
    dated: datetime

    @property
    def unlisted(self) -> int:
        return self.members - len(self.rows)


def signature_book(listed: BranchYearList) -> PlainPaper:
    """Return 签名册: everybody checks their own line and signs it."""
    blocks: list[Block] = [
        Title("党员积分核对签名册"),
        Line(f"党支部：{listed.branch}", opposite=f"积分年度：{listed.year} 年"),
        _book(listed),
    ]
    if listed.unlisted:
        blocks.append(Line(f"另有未参评 {listed.unlisted} 人，由党支部个别核对。", gap=1))
    blocks.append(Line("支部书记签字：＿＿＿＿＿＿＿　　　年　　月　　日", Side.right, gap=1))
    title = f"{listed.year} 年度党员积分核对签名册"
    return PlainPaper(title, listed.branch, tuple(blocks), listed.dated, POLICY, f"校验码 {listed.code}")


def _book(listed: BranchYearList) -> Grid:
    heads = ("序号", "姓　名", *listed.sections, "年度积分", "核对意见", "本人签名", "日　期")
    widths = (10.0, 32.0, *(18.0 for _ in listed.sections), 18.0, 26.0, 32.0, 22.0)
    head = GridRow(tuple(Cell(words, Side.middle, "hei", 9.5) for words in heads), 9)
    return Grid(widths, (head, *_signers(listed, widths[1])), heads=1)


def _signers(listed: BranchYearList, width: float) -> Iterator[GridRow]:
    for place, row in enumerate(listed.rows, start=1):
        figures = (*row.sections, row.total)
        yield GridRow(
            (
                Cell(str(place), Side.middle),
                Cell(row.name, size=size_for(row.name, 10.5, width, lines=3)),
                *(Cell(each, Side.right) for each in figures),
                Cell("□ 无异议\n□ 有异议", size=9),
                Cell(""),
                Cell(""),
            ),
            11,
        )


@dataclass(frozen=True, slots=True)
class YearReport:
    """通报稿: `meeting` names the members' meeting by its day, with 应到 and 实到, once it was held; `until` is the
    last day for objections, once it is known."""

    listed: BranchYearList
    meeting: str
    until: str
    telephones: tuple[str, ...]
    signature: PaperSignature


def report(told: YearReport) -> PlainPaper:
    """Return the text that is read out at the members' meeting."""
    listed = told.listed
    title = f"关于{listed.year}年度党员积分情况的通报"
    heard = f"，并在{told.meeting}通报" if told.meeting else ""
    opening = (
        f"根据《关于推行党员积分量化管理实施方案》（党发〔2018〕75号），党支部汇总了{listed.year}年度党员积分{heard}。"
    )
    blocks: list[Block] = [
        Title(title),
        Line("各位党员："),
        Paragraph(f"{opening}现将有关情况通报如下。"),
        Heading("一、总体情况"),
        Paragraph(_overall(listed)),
        Heading("二、党员年度积分"),
        _table(listed),
        Heading("三、异议的提出"),
        Paragraph(_objections(told)),
        ending(told.signature, closing="特此通报。"),
    ]
    return PlainPaper(title, listed.branch, tuple(blocks), listed.dated, f"校验码 {listed.code}")


def _overall(listed: BranchYearList) -> str:
    left = f"，未参评{listed.unlisted}人" if listed.unlisted else ""
    mean = f"，平均积分{listed.average}分" if listed.average is not None else ""
    return f"截至{listed.year}年12月31日，本支部共有党员{listed.members}人，参评{len(listed.rows)}人{left}{mean}。"


def _objections(told: YearReport) -> str:
    until = f"请于{told.until}前" if told.until else "请"
    call = f"（{'；'.join(told.telephones)}）" if told.telephones else ""
    return (
        f"对积分有异议的，{until}向党支部反映{call}，党支部调查核实后反馈；对反馈仍有异议的，由党总支进行专项查核认定。"
    )


def _table(listed: BranchYearList) -> PaperTable:
    shown = any(row.position for row in listed.rows)
    places = ("名次",) if shown else ()
    return PaperTable(
        caption=f"{listed.branch}{listed.year}年度党员积分",
        head=("序号", "姓名", *listed.sections, "年度积分", *places),
        rows=tuple(
            (str(place), row.name, *row.sections, row.total, *((row.position,) if shown else ()))
            for place, row in enumerate(listed.rows, start=1)
        ),
        widths=(9, 30, *(16 for _ in listed.sections), 16, *(10 for _ in places)),
        left=2,
    )
