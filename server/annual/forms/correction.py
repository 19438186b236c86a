"""更正通报: what the members were told of a year and what holds instead, of those alone for whom it changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.documents.blocks import Block, Line, PaperTable, Paragraph, Title
from server.documents.paper import PlainPaper
from server.documents.signing import PaperSignature, ending


@dataclass(frozen=True, slots=True)
class CorrectedFigure:
    """A figure that changed: which one, what was told, what holds."""

    title: str
    told: str
    corrected: str


@dataclass(frozen=True, slots=True)
class CorrectedMember:
    """A member whom lists name. `cause` says what kind of fact was corrected, never who doubted it or why."""

    name: str
    cause: str
    figures: tuple[CorrectedFigure, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """`told` says how the members knew the old figures: 2027年1月18日支部党员大会通报. `unlisted` are the numbers of
    未参评 before and after. `positions`: the branch shows them, so that others' may have moved.
    """

    branch: str
    year: int
    told: str
    rows: tuple[CorrectedMember, ...]
    unlisted: tuple[int, int]
    positions: bool
    telephones: tuple[str, ...]
    signature: PaperSignature
    code: str
    dated: datetime


def correction(made: Correction) -> PlainPaper:
    """Return the text that corrects what the members were told."""
    title = f"关于更正{made.year}年度党员积分的通报"
    blocks: list[Block] = [
        Title(title),
        Line("各位党员："),
        Paragraph(_opening(made)),
        *_table(made),
        *(Paragraph(words) for words in _others(made)),
        Paragraph(_objections(made)),
        ending(made.signature, closing="特此通报。"),
    ]
    return PlainPaper(title, made.branch, tuple(blocks), made.dated, f"校验码 {made.code}")


def _opening(made: Correction) -> str:
    what = f"有{len(made.rows)}名党员的积分经核实应予更正" if made.rows else "参评情况经核实应予更正"
    return f"{made.told}的{made.year}年度党员积分中，{what}，现将更正情况通报如下，以本次通报为准。"


def _table(made: Correction) -> Iterator[PaperTable]:
    if not made.rows:
        return
    rows = []
    for place, member in enumerate(made.rows, start=1):
        figures = ((each.title, each.told, each.corrected) for each in member.figures)
        cells = ("\n".join(column) for column in zip(*figures, strict=True))
        rows.append((str(place), member.name, member.cause, *cells))
    yield PaperTable(
        caption="更正前后的积分",
        head=("序号", "姓名", "更正事由", "项目", "原通报", "更正后"),
        rows=tuple(rows),
        widths=(9, 26, 32, 24, 14, 14),
        left=4,
    )


def _others(made: Correction) -> Iterator[str]:
    before, after = made.unlisted
    recount = f"未参评人数由{before}人更正为{after}人，" if before != after else ""
    moved = "，名次相应调整" if made.positions else ""
    yield f"{recount}其他党员的积分不变{moved}。"


def _objections(made: Correction) -> str:
    call = f"（{'；'.join(made.telephones)}）" if made.telephones else ""
    return (
        f"对更正后的积分有异议的，请向党支部反映{call}，党支部调查核实后反馈；"
        "对反馈仍有异议的，由党总支进行专项查核认定。"
    )
