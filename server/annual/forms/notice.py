"""公示 as text on A4, to be put up where no poster hangs. Names are given in the order in which they are shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.documents.blocks import Block, Cell, Grid, GridRow, Heading, Line, Paragraph, Side, Title
from server.documents.fitting import size_for
from server.documents.paper import PlainPaper
from server.documents.signing import PaperSignature, ending

NUMBERS = "一二三四五六七八九十"


A_LINE = 6
"""Names of up to three characters on a line."""

PAIRS = 3
"""Names with a figure beside each other."""


@dataclass(frozen=True, slots=True)
class NoticeName:
    """A name, and what stands beside it: 86.50; nothing for a star."""

    name: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class NoticeGroup:
    heading: str
    names: tuple[NoticeName, ...]


@dataclass(frozen=True, slots=True)
class PublicityNotice:
    """`opening` are the paragraphs above the names, `lines` those below. `first` and `last` are days in words.

    `days` are working days; `unlisted` are 未参评, in number only.
    """

    title: str
    unit: str
    opening: tuple[str, ...]
    groups: tuple[NoticeGroup, ...]
    unlisted: int
    lines: tuple[str, ...]
    first: str
    last: str
    days: int
    telephones: tuple[str, ...]
    signature: PaperSignature
    code: str
    dated: datetime


def notice(shown: PublicityNotice) -> PlainPaper:
    """Return the notice as an official document."""
    blocks: list[Block] = [
        Title(shown.title),
        *(Paragraph(words) for words in shown.opening),
        Paragraph(f"公示时间：{shown.first}至{shown.last}，共{shown.days}个工作日。"),
        *_groups(shown),
        *(Paragraph(line) for line in shown.lines),
        Paragraph(_feedback(shown.telephones)),
        ending(shown.signature, closing="特此公示。"),
    ]
    return PlainPaper(shown.title, shown.unit, tuple(blocks), shown.dated, f"校验码 {shown.code}")


def _groups(shown: PublicityNotice) -> Iterator[Block]:
    for place, group in enumerate(shown.groups):
        number = f"{NUMBERS[place]}、" if 1 < len(shown.groups) <= len(NUMBERS) else ""
        yield Heading(f"{number}{group.heading}（{len(group.names)}人）")
        if any(each.words for each in group.names):
            yield _figures(group.names)
        else:
            yield from _names([each.name for each in group.names])
    if shown.unlisted:
        yield Paragraph(f"未参评{shown.unlisted}人。")


def _names(names: Sequence[str]) -> Iterator[Line]:
    """Lines of names below each other: those of two characters are spread to three."""
    padded = [f"{name[0]}　{name[1]}" if len(name) == 2 else name for name in names]
    lines: list[str] = []
    for name in padded:
        last = f"{lines[-1]}　{name}" if lines else ""
        if last and len(last) <= A_LINE * 4 - 1:
            lines[-1] = last
        else:
            lines.append(name)
    yield from (Line(words, inset=2) for words in lines)


def _figures(names: Sequence[NoticeName]) -> Grid:
    cells = [
        (Cell(each.name, size=size_for(each.name, 12, 30, lines=2)), Cell(each.words, Side.right, size=12))
        for each in names
    ]
    blank = (Cell(""), Cell(""))
    filled = [*cells, *(blank for _ in range(-len(cells) % PAIRS))]
    head = (Cell("姓名", Side.middle, "hei", 11), Cell("积分", Side.middle, "hei", 11))
    rows = [head * PAIRS, *(sum(filled[at : at + PAIRS], ()) for at in range(0, len(filled), PAIRS))]
    return Grid((30.0, 22.0) * PAIRS, tuple(GridRow(tuple(row), 8) for row in rows), heads=1)


def _feedback(telephones: tuple[str, ...]) -> str:
    call = f"联系电话：{'；'.join(telephones)}。" if telephones else ""
    return f"对公示内容有异议，或有情况需要反映的，请在公示期内向党支部或党总支提出，欢迎师生如实反映。{call}"
