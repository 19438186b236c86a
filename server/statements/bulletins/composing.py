"""Put a bulletin's content into the form of an official document. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil

from server.documents.blocks import Block, Chart, ChartKind, ChartValue, Heading, PaperTable, Paragraph
from server.statements.bulletins import wording
from server.statements.bulletins.content import AnnexLine, BranchPart, BulletinFigures, Content
from server.statements.bulletins.paper import Paper
from server.statements.bulletins.wording import NEGATIVE, NOTHING, one, percent, signed, two

Row = Callable[[str, BulletinFigures], tuple[str, ...]]
BARS_AT_MOST = 30
LABEL_AT_MOST = 28
WHOLE_IN_TEXT = 12
WHOLE_IN_ANNEX = 30
"""The number of rows up to which a table is kept whole: in the annex, as many as fit on one page."""


def compose(
    content: Content,
    *,
    names: Mapping[int, str],
    number: str | None,
    remarks: str | None,
    snapshot: str,
    issued_on: str | None,
    dated: datetime,
    only: int | None = None,
) -> Paper:
    """Return the paper; `issued_on` None marks a draft, `only` keeps just one branch's part of the annex."""
    return Paper(
        notice="内部资料　注意保存" if issued_on else "内部资料　注意保存　草稿",
        issuer=content.facts.issuer,
        number=number or "（文号待填）",
        title=wording.title_of(content),
        addressees=wording.addressees(content),
        body=tuple(_body(content, remarks)),
        closing=wording.closing(content),
        annex_line=f"附件：{wording.annex_title()}",
        signed="".join(content.facts.issuer),
        signed_on=issued_on or "（待发布）",
        printed=(content.facts.issuer[-1], f"{issued_on}印发" if issued_on else "（待印发）"),
        annex_title=wording.annex_title(),
        annex=tuple(_annex(content, each, names) for each in content.branches if only in (None, each.organization_id)),
        foot=wording.foot(snapshot),
        dated=dated,
    )


def _body(content: Content, remarks: str | None) -> Sequence[Block]:
    words = [wording.overall(content), *wording.remaining(content), wording.missing(content)]
    blocks: list[Block] = [Paragraph(wording.opening(content))]
    blocks += [Heading("一、总体情况"), Paragraph("".join(filter(None, words))), _main_table(content)]
    blocks += [Heading("二、积分分布"), Paragraph(wording.distribution(content)), _bands(content)]
    blocks += [*_averages(content), _second_table(content)]
    blocks += [Heading("三、组织生活和积分审核"), Paragraph(wording.work(content)), *_rates(content)]
    said = wording.paragraphs(remarks)
    if said:
        blocks += [Heading("四、有关情况"), *map(Paragraph, said)]
    return _numbered(blocks)


def _numbered(blocks: Sequence[Block]) -> list[Block]:
    """Put numbers before captions: 表1, 表2, 图1 …"""
    counts = {"table": 0, "chart": 0}
    numbered: list[Block] = []
    for block in blocks:
        if isinstance(block, PaperTable | Chart):
            counts[block.kind] += 1
            sign = "表" if isinstance(block, PaperTable) else "图"
            numbered.append(replace(block, caption=f"{sign}{counts[block.kind]}　{block.caption}"))
        else:
            numbered.append(block)
    return numbered


def _main_table(content: Content) -> PaperTable:
    shown = [place for place, band in enumerate(content.facts.form.counts) if band.in_table]
    titles = [f"{content.facts.form.counts[place].title}（人）" for place in shown]

    def row(title: str, figures: BulletinFigures) -> tuple[str, ...]:
        counts = [str(figures.counts[place]) for place in shown]
        rest = (percent(figures.rate), one(figures.review_days))
        return (title, str(figures.members), two(figures.average), *counts, *rest)

    return PaperTable(
        caption="各党支部积分与工作情况",
        head=("党支部", "党员（人）", "平均积分", *titles, "出勤率", "审核用时（天）"),
        rows=_with_sum(content, row),
        widths=(30, 17, 15, *(20 for _ in shown), 13, 20),
        summed=True,
        whole=len(content.branches) < WHOLE_IN_TEXT,
        note=wording.TABLE_NOTE,
    )


def _second_table(content: Content) -> PaperTable:
    compared = content.compared_with is not None
    bands = content.facts.form.bands

    def row(title: str, figures: BulletinFigures) -> tuple[str, ...]:
        change = (signed(figures.change),) if compared else ()
        rest = (str(figures.meetings), str(figures.backdated))
        return (title, str(figures.rated), str(figures.apart), *change, *map(str, figures.bands), *rest)

    change_title = ("较上季度",) if compared else ()
    head = (
        "党支部",
        "参评",
        "未参评",
        *change_title,
        *(band.title.replace("分", "") for band in bands),
        "会议",
        "补记",
    )
    return PaperTable(
        caption="各党支部分数段人数、会议次数和补记笔数",
        head=head,
        rows=_with_sum(content, row),
        widths=(41, 14, 12, *(14 for _ in change_title), *(12 for _ in bands), 9, 9),
        summed=True,
        whole=len(content.branches) < WHOLE_IN_TEXT,
    )


def _with_sum(content: Content, row: Row) -> tuple[tuple[str, ...], ...]:
    branches = [row(each.title, each.figures) for each in content.branches]
    return (*branches, row("合　计", content.total))


def _bands(content: Content) -> Chart:
    counted = sum(content.total.bands)
    marks = [
        ChartValue(band.title, float(count), f"{count}人" + (f"（{100 * count / counted:.0f}%）" if counted else ""))
        for band, count in zip(content.facts.form.bands, content.total.bands, strict=True)
    ]
    return Chart("党员积分分布", ChartKind.columns, tuple(marks), most=max(1.0, *(mark.value for mark in marks)))


def _averages(content: Content) -> list[Chart]:
    marks = [
        ChartValue(_label(each.title), float(each.figures.average), two(each.figures.average))
        for each in content.branches
        if each.figures.average is not None
    ]
    mean = content.total.average
    line = None if mean is None else ChartValue("平均", float(mean), f"平均{two(mean)}")
    return _bar_charts("各党支部平均积分（分）", marks, line)


def _rates(content: Content) -> list[Chart]:
    marks = [
        ChartValue(_label(each.title), float(each.figures.rate), percent(each.figures.rate))
        for each in content.branches
        if each.figures.rate is not None
    ]
    mean = content.total.rate
    line = None if mean is None else ChartValue("平均", float(mean), f"平均{percent(mean)}")
    return _bar_charts("各党支部出勤率", marks, line)


def _bar_charts(caption: str, marks: Sequence[ChartValue], line: ChartValue | None) -> list[Chart]:
    """One chart, or several of a page each if there are many branches; none without values."""
    parts = [tuple(marks[start : start + BARS_AT_MOST]) for start in range(0, len(marks), BARS_AT_MOST)]
    more = [""] if len(parts) == 1 else [f"（{number}/{len(parts)}）" for number in range(1, len(parts) + 1)]
    most = 10 * ceil(max((mark.value for mark in marks), default=1) / 10) or 10
    return [
        Chart(f"{caption}{which}", ChartKind.bars, part, most=float(most), line=line)
        for part, which in zip(parts, more, strict=False)
    ]


def _annex(content: Content, branch: BranchPart, names: Mapping[int, str]) -> PaperTable:
    codes = [code for code in content.facts.sections if any(code in line.sections for line in branch.lines)]
    compared = content.compared_with is not None
    change_title = ("较上季度",) if compared else ()
    titles = [content.facts.sections[code] for code in codes]
    figures = branch.figures
    mean = "" if figures.average is None else f"，平均{two(figures.average)}分"
    return PaperTable(
        caption=f"{branch.title}（{figures.lines}人{mean}）",
        head=("序号", "姓名", *titles, "合计", *change_title),
        rows=tuple(
            _member(place, line, codes, names, compared=compared) for place, line in enumerate(branch.lines, start=1)
        ),
        widths=(9, 30, *(16 for _ in codes), 16, *(16 for _ in change_title)),
        left=2,
        whole=len(branch.lines) <= WHOLE_IN_ANNEX,
    )


def _member(
    place: int, line: AnnexLine, codes: Sequence[str], names: Mapping[int, str], *, compared: bool
) -> tuple[str, ...]:
    who = (str(place), names.get(line.member_id, "（已注销）"))
    if line.negative:
        return (*who, *(NOTHING for _ in codes), NEGATIVE, *((NOTHING,) if compared else ()))
    sections = (two(line.sections.get(code)) for code in codes)
    return (*who, *sections, two(line.total), *((signed(line.change),) if compared else ()))


def _label(title: str) -> str:
    """Shorten a long title in the middle: what tells branches apart is often at the end."""
    half = LABEL_AT_MOST // 2
    return title if len(title) <= LABEL_AT_MOST else f"{title[:half]}…{title[1 - half :]}"
