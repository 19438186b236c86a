"""What messages say: a value for each field of the catalogue, never a reason, never another's figures. Pure.

Hints have at most 20 characters, WeChat's limit; the channel cuts what people wrote themselves.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from server.days import SHANGHAI, shanghai_date
from server.organizations.models import ResetStatus
from server.rounding import rounded

Content = dict[str, str]

NOTHING = "无"
OPEN = "请打开小程序查看"
ELSEWHERE = "另行通报"


def day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def short_day(on: date) -> str:
    return f"{on.month}月{on.day}日"


def local_day(instant: datetime) -> str:
    return day(shanghai_date(instant))


def moment(instant: datetime) -> str:
    return f"{local_day(instant)} {instant.astimezone(SHANGHAI):%H:%M}"


def month(period: str) -> str:
    """Return a month in words: 2026年6月."""
    year, _, number = period.partition("-")
    return f"{year}年{int(number)}月"


def points(value: Decimal) -> str:
    return f"{rounded(value)} 分"


def plain_points(value: Decimal) -> str:
    """Return points without needless zeros: 3 分."""
    return f"{rounded(value).normalize():f} 分"


def claim_approved(item: str, value: Decimal, occurred_on: date) -> Content:
    return {"item": item, "result": "已通过", "points": points(value), "hint": _fact(occurred_on)}


def claim_rejected(item: str, occurred_on: date) -> Content:
    return {"item": item, "result": "未通过", "points": NOTHING, "hint": _fact(occurred_on)}


def claim_reopened(item: str, occurred_on: date) -> Content:
    return {"item": item, "result": "重新审核", "points": "原核定分值已撤销", "hint": _fact(occurred_on)}


def claim_returned(item: str, occurred_on: date) -> Content:
    hint = f"{short_day(occurred_on)}的事项，请补充后再提交"
    return {"item": item, "result": "已退回", "points": "补充后再审核", "hint": hint}


def _fact(occurred_on: date) -> str:
    return f"{short_day(occurred_on)}的事项，请打开查看"


def digest(place: str, waiting: Iterable[tuple[str, str, int]]) -> Content:
    """`waiting` holds fields, their words with `{}` for the number, and the number, in the order of the message.

    Kinds with the same words are added up.
    """
    counts = Counter[tuple[str, str]]()
    for field, words, count in waiting:
        counts[field, words] += count
    fields: dict[str, list[str]] = {"claims": [], "meetings": [], "months": []}
    for (field, words), count in counts.items():
        fields[field].append(words.format(count))
    return {"place": place} | {field: "，".join(said) or NOTHING for field, said in fields.items()}


MEETING_HINTS = {
    "planned": "不能到会请提前请假",
    "tomorrow": "请按时到会签到",
    "changed": "时间或地点有变，以此为准",
    "cancelled": "会议取消，不用到会",
}


def meeting(title: str, starts_at: datetime, place: str, occasion: str) -> Content:
    return {"meeting": title, "time": moment(starts_at), "place": place, "hint": MEETING_HINTS[occasion]}


def leave_granted(title: str, makeup_until: date | None) -> Content:
    makeup = f"{day(makeup_until)}前补课" if makeup_until else "不用补课"
    return {"meeting": title, "result": "已批准", "makeup": makeup, "hint": OPEN}


def leave_refused(title: str) -> Content:
    return {"meeting": title, "result": "未批准", "makeup": NOTHING, "hint": "请按时到会或联系支部"}


def check_in_confirmed(title: str, scanned_at: datetime) -> Content:
    return {"meeting": title, "result": "已确认", "scanned": moment(scanned_at), "hint": "已计为到会，不用再办"}


def check_in_dismissed(title: str, scanned_at: datetime) -> Content:
    return {"meeting": title, "result": "未确认", "scanned": moment(scanned_at), "hint": "如确已到会请联系主持人"}


def statement_to_confirm(
    branch: str, *, members: int, exempt: int, backdated: int, confirm_by: date, certain: bool = True
) -> Content:
    return {
        "place": branch,
        "people": f"{members} 人，另 {exempt} 人不列入" if exempt else f"{members} 人",
        "backdated": f"{backdated} 笔" if backdated else NOTHING,
        "hint": f"{short_day(confirm_by)}后自动确认{'' if certain else '（暂按周末计算）'}",
    }


def month_score(period: str, *, total: Decimal, change: Decimal | None, position: int | None) -> Content:
    moved = "首次汇总" if change is None else "与上月持平" if not change else f"较上月 {change:+.2f}"
    return {
        "month": month(period),
        "points": points(total),
        "change": moved if position is None else f"{moved}，第 {position} 名",
        "hint": "可打开查看每一笔的来历",
    }


def month_score_elsewhere(period: str) -> Content:
    """For a member under a negative-list decision: no figure at all."""
    return {"month": month(period), "points": ELSEWHERE, "change": NOTHING, "hint": OPEN}


def bulletin(title: str, organization: str, published_at: datetime, *, acknowledges: bool) -> Content:
    hint = "请签收并查看内部附件" if acknowledges else OPEN
    return {"title": title, "organization": organization, "date": local_day(published_at), "hint": hint}


def quarter(name: str) -> str:
    """Return a quarter in words: 2026-Q2 is 2026年第二季度."""
    year, number = name.split("-Q")
    return f"{year}年第{'一二三四'[int(number) - 1]}季度"


def notice(title: str, organization: str, published_at: datetime, *, again: bool) -> Content:
    hint = "您还没有阅读，请打开阅读" if again else "请打开小程序阅读"
    return {"title": title, "organization": organization, "date": local_day(published_at), "hint": hint}


def dues_reminder(first: str, last: str, branch: str, last_day: date) -> Content:
    return {
        "title": f"{month(last)}党费" if first == last else f"{month(first)}至{month(last)}党费",
        "organization": branch,
        "date": day(last_day),
        "hint": "尚未登记交纳，如已交请联系支部",
    }


def at_risk(period: str, *, value: Decimal, until: date, several: bool) -> Content:
    return {
        "month": month(period),
        "points": plain_points(value),
        "until": f"最早一次 {day(until)}" if several else day(until),
        "hint": f"还有 {plain_points(value)}基础积分可以补回",
    }


def negative_decision(year: int, result: str) -> Content:
    return {"year": f"{year}年度", "matter": "积分情况另行通报", "result": result, "hint": "请打开查看，可提出异议"}


KEYS_RESET = {
    ResetStatus.waiting: ("拟重置", "非本人要求请点开撤回"),
    ResetStatus.confirmed: ("已重置", "非本人要求请联系上级党组织"),
    ResetStatus.stopped: ("已撤回", "账号没有变化"),
}


def keys_reset(status: ResetStatus, names: str) -> Content:
    result, hint = KEYS_RESET[status]
    return {"matter": "您的账号登录方式", "result": result, "names": names, "hint": hint}


def year_end(title: str, organization: str, on: date, hint: str) -> Content:
    return {"title": title, "organization": organization, "date": day(on), "hint": hint}


def daily_head(organization: str, head: str, on: date, *, named: bool) -> Content:
    """For the officers who keep it, or for 组织部 as long as nobody is named."""
    hint = "请抄存，核对账目时使用" if named else "请组织部指定两名接收人"
    return {"organization": organization, "head": head, "date": day(on), "hint": hint}


def feedback(until: date) -> Content:
    """Neither what was reported nor about whom."""
    return {"matter": "一件反映由您核实", "result": "待核实", "until": day(until), "hint": OPEN}


def objection(matter: str, result: str, until: date | None, hint: str) -> Content:
    return {"matter": matter, "result": result, "until": day(until) if until else NOTHING, "hint": hint}
