"""党费: due by the month's last day and in full; what a payment makes of the month (design §4.9). Pure."""

from calendar import monthrange
from datetime import date
from enum import StrEnum


class DuesState(StrEnum):
    open = "open"  # less than due so far, the month still running
    paid = "paid"
    late = "late"
    short = "short"
    missing = "missing"
    waived = "waived"


STATE_TITLES = {
    DuesState.open: "待交齐",
    DuesState.paid: "已交",
    DuesState.late: "逾期",
    DuesState.short: "不足额",
    DuesState.missing: "未交",
    DuesState.waived: "已豁免",
}

DEDUCTING = frozenset({DuesState.late, DuesState.short, DuesState.missing})


def last_day(month: str) -> date:
    """Return the last day of a month given as YYYY-MM."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


def is_over(month: str, *, today: date) -> bool:
    return today > last_day(month)


def state_of(month: str, *, due_cents: int, paid_cents: int, paid_on: date | None, today: date) -> DuesState:
    """Return what a payment makes of its month. `paid_on` is the day its last part was paid, None if nothing was."""
    in_full = paid_cents >= due_cents
    if due_cents == 0:
        return DuesState.paid
    if paid_on is None or paid_cents == 0:
        return DuesState.missing if is_over(month, today=today) else DuesState.open
    if paid_on > last_day(month):
        return DuesState.late if in_full else DuesState.short
    if in_full:
        return DuesState.paid
    return DuesState.short if is_over(month, today=today) else DuesState.open


def settles(month: str, *, current: DuesState, following: DuesState, paid_on: date | None) -> bool:
    """Whether a record simply follows a newly told payment; what would take a deduction back is a correction.

    A month still open is settled by any payment, and a deducted one by what is paid afterwards, which restores nothing.
    """
    if current is DuesState.open:
        return True
    paid_afterwards = paid_on is not None and paid_on > last_day(month)
    return current in DEDUCTING and following in DEDUCTING and paid_afterwards


def payment_refusal(month: str, *, paid_cents: int, paid_on: date | None, today: date) -> str | None:
    """Return what is wrong with a payment's own figures, in words for people, or None."""
    if (paid_on is None) != (paid_cents == 0):
        return "实交金额与交纳日期应同时填写"
    if paid_on is not None and paid_on > today:
        return "交纳日期不能晚于今天"
    if month > f"{today.year + 1}-12" or month < "2000-01":
        return "月份不在可登记的范围内"
    return None


def close_refusal(month: str, *, today: date) -> str | None:
    """Return why a month cannot be closed yet, or None."""
    return None if is_over(month, today=today) else f"{month} 尚未结束，{last_day(month).isoformat()} 之后才能结账"
