"""How a bulletin's figures read in an official document. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from server.statements.bulletins.content import BranchPart, BulletinFigures, Content

NOTHING = "—"
TABLE_NOTE = "注：“以上”含本数，“以下”不含本数。"
NEGATIVE = "另行通报"


def title_of(content: Content) -> str:
    return f"关于{content.period.title}党员积分情况的通报"


def addressees(content: Content) -> str:
    return "各直属党支部：" if content.facts.is_committee else "各党支部："


def opening(content: Content) -> str:
    quarter = content.period.numeral
    return f"根据{content.facts.form.basis}，现将第{quarter}季度党员积分情况通报如下。"


def overall(content: Content) -> str:
    """The paragraph of 总体情况: people, average and counts, then meetings."""
    total = content.total
    people = f"截至{spoken_day(content.until)}，{_branches(content)}共有党员{total.members}人"
    parts = [people, f"参评{total.rated}人", *_apart(total), *_average(total)]
    counts = "，".join(_counts(content))
    return "，".join(parts) + f"；{counts}。" + _meetings(total)


def remaining(content: Content) -> list[str]:
    """Sentences on people who are counted beside the members: prospects."""
    prospects = content.total.prospects
    return [f"另有发展对象、入党积极分子{prospects}人参照管理，计入平均积分和分布。"] if prospects else []


def missing(content: Content) -> str | None:
    if not content.missing:
        return None
    names = "、".join(each.title for each in content.missing)
    return f"{names}{content.until.year}年{content.until.month}月的月汇总尚未生成，未计入本通报。"


def distribution(content: Content) -> str:
    """The paragraph of 积分分布: how many totals lie in each band, and which branches lead and follow."""
    bands = zip(content.facts.form.bands, content.total.bands, strict=True)
    said = f"从积分分布看，{'，'.join(f'{band.title}{count}人' for band, count in bands)}。"
    ranked = sorted(
        (each for each in content.branches if each.figures.average is not None),
        key=lambda each: -(each.figures.average or Decimal(0)),
    )
    if ranked and ranked[0].figures.average != ranked[-1].figures.average:
        best, last = ranked[0], ranked[-1]
        said += (
            f"平均积分最高的是{best.title}（{two(best.figures.average)}分），"
            f"最低的是{last.title}（{two(last.figures.average)}分）。"
        )
    return said


def work(content: Content) -> str:
    """The paragraph of 组织生活和积分审核."""
    total, said = content.total, ""
    rated = sorted((each for each in content.branches if each.figures.rate is not None), key=_rate)
    if rated and rated[0].figures.rate != rated[-1].figures.rate:
        low, high = rated[0], rated[-1]
        said += (
            f"出勤率最高的是{high.title}（{percent(high.figures.rate)}），"
            f"最低的是{low.title}（{percent(low.figures.rate)}）。"
        )
    if total.decisions:
        said += f"各党支部审核党员申报{total.decisions}件，平均用时{one(total.review_days)}天。"
    else:
        said += "本季度没有审核党员申报。"
    if total.backdated:
        said += f"补记以前月份的积分{total.backdated}笔。"
    return said


def closing(content: Content) -> str:
    return "各党支部收到本通报后，请核对附件中本支部的党员积分明细并签收；有异议的，请及时向我们反映。"


def annex_title() -> str:
    return "党员积分明细（内部）"


def foot(snapshot: str) -> str:
    return f"快照 {snapshot}，附件：{annex_title()}"


def spoken_day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def full_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def two(figure: Decimal | None) -> str:
    """Return a figure with two decimals."""
    return NOTHING if figure is None else f"{figure:.2f}".replace("-", "−")


def one(figure: Decimal | None) -> str:
    return NOTHING if figure is None else f"{figure:.1f}"


def percent(figure: Decimal | None) -> str:
    return NOTHING if figure is None else f"{figure:.1f}%"


def signed(figure: Decimal | None) -> str:
    """Return a change: +6.14, −1.75, 0.00."""
    return f"+{figure:.2f}" if figure is not None and figure > 0 else two(figure)


def paragraphs(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _branches(content: Content) -> str:
    count = len(content.branches)
    if content.facts.is_committee:
        return f"{count}个直属党支部"
    return f"{'全总支' if content.facts.issuer[-1].endswith('总支部委员会') else '所属'}{count}个党支部"


def _apart(total: BulletinFigures) -> Iterable[str]:
    """不列入 and 另行通报 are one number: whoever is told of the bulletin could else tell who is which."""
    if total.apart:
        yield f"未参评{total.apart}人"


def _average(total: BulletinFigures) -> Iterable[str]:
    if total.average is None:
        return
    yield f"平均积分{two(total.average)}分"
    if total.change is not None:
        yield f"较上季度{_moved(total.change)}"


def _moved(change: Decimal) -> str:
    if change == 0:
        return "持平"
    return f"{'提高' if change > 0 else '下降'}{abs(change):.2f}分"


def _rate(branch: BranchPart) -> Decimal:
    return branch.figures.rate or Decimal(0)


def _counts(content: Content) -> Sequence[str]:
    counts = zip(content.facts.form.counts, content.total.counts, strict=True)
    return [f"{band.title}{count}人" for band, count in counts if not band.in_table]


def _meetings(total: BulletinFigures) -> str:
    if not total.meetings:
        return "本季度没有召开会议、开展活动。"
    rate = "" if total.rate is None else f"，平均出勤率{one(total.rate)}%"
    return f"本季度召开会议、开展活动{total.meetings}次{rate}。"
