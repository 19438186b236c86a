"""The kinds of 待办, in the order in which an officer should turn to them, and their words. Pure."""

from datetime import date, timedelta
from enum import StrEnum


class TodoKind(StrEnum):
    claims = "claims"
    leaves = "leaves"
    rosters = "rosters"
    statements = "statements"
    standards = "standards"
    dues = "dues"
    unreached = "unreached"
    opinions = "opinions"
    holidays = "holidays"


TITLES = {
    TodoKind.claims: "待审核",
    TodoKind.leaves: "请假待批",
    TodoKind.rosters: "签到名单待确认",
    TodoKind.statements: "月汇总待确认",
    TodoKind.standards: "积分标准待发布",
    TodoKind.dues: "党费待登记",
    TodoKind.unreached: "未送达待告知",
    TodoKind.opinions: "申报待听取意见",
    TodoKind.holidays: "放假安排待录入",
}

ORDER = list(TodoKind)

DUES_FROM_DAY = 25
"""From this day of a month on, when its members are reminded too, its payments wait to be registered."""


def dues_months(today: date) -> list[str]:
    """Return the months, as YYYY-MM, whose payments should be registered by now, the earlier first."""
    before = today.replace(day=1) - timedelta(days=1)
    running = [today] if today.day >= DUES_FROM_DAY else []
    return [f"{day:%Y-%m}" for day in (before, *running)]
