"""公示 as text on A4, to be put up where no poster hangs. Names are given in the order in which they are shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.annual.forms.signing import Signature, ending
from server.documents.blocks import Block, Heading, Paragraph, Title
from server.documents.paper import PlainPaper

NUMBERS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class NoticeGroup:
    """Names under a heading; what stands beside a name is part of it."""

    heading: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicityNotice:
    """`first`, `last` in words; `days` working days; `unlisted` are 未参评, in number only."""

    title: str
    unit: str
    groups: tuple[NoticeGroup, ...]
    unlisted: int
    lines: tuple[str, ...]
    first: str
    last: str
    days: int
    telephones: tuple[str, ...]
    signature: Signature
    code: str
    dated: datetime


def notice(shown: PublicityNotice) -> PlainPaper:
    """Return the notice as an official document."""
    blocks: list[Block] = [
        Title(shown.title),
        Paragraph(f"现将有关情况予以公示。公示时间：{shown.first}至{shown.last}，共{shown.days}个工作日。"),
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
        yield Paragraph("　".join(group.names))
    if shown.unlisted:
        yield Paragraph(f"未参评{shown.unlisted}人。")


def _feedback(telephones: tuple[str, ...]) -> str:
    call = f"联系电话：{'；'.join(telephones)}。" if telephones else ""
    return f"对公示内容有异议，或有情况需要反映的，请在公示期内向党支部或党总支提出，欢迎师生如实反映。{call}"
