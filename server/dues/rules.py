"""党费: due in full by the month's end, or by a later day the branch agreed to; what a payment makes of it. Pure."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class DuesState(StrEnum):
    open = "open"  # less than due so far, the term still running
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


class ConsentKind(StrEnum):
    """What a branch may agree to (党费收缴、使用和管理规定)."""

    quarterly = "quarterly"
    deferred = "deferred"


CONSENT_TITLES = {ConsentKind.quarterly: "按季交纳", ConsentKind.deferred: "缓交"}

LONGEST_CONSENT_MONTHS = 6


@dataclass(frozen=True, slots=True)
class ConsentTerm:
    """Months (YYYY-MM, both included) for which a branch agreed to a later day; from `ended_from` on it holds no more.

    Quarterly ones are due by the quarter's last day, deferred ones by the last day of `until_month`. An end shortens
    which months are covered, never the day agreed to for those that remain.
    """

    kind: ConsentKind
    from_month: str
    until_month: str
    ended_from: str | None = None

    def covers(self, month: str) -> bool:
        return self.from_month <= month <= self.until_month and (self.ended_from is None or month < self.ended_from)

    def due_month(self, month: str) -> str:
        """Return the month by whose last day a covered one is due."""
        return quarter_end(month) if self.kind == ConsentKind.quarterly else self.until_month

    def months_due(self, month: str) -> list[str]:
        """Return the covered months that are due by the last day of this one."""
        covered = (each for each in months_between(self.from_month, self.until_month) if self.covers(each))
        return [each for each in covered if self.due_month(each) == month]


def quarter_end(month: str) -> str:
    """Return the last month of a month's quarter."""
    return f"{month[:4]}-{-(-int(month[5:]) // 3) * 3:02}"


def months_between(first: str, last: str) -> list[str]:
    """Return the months from one to another, both included."""
    return [f"{(each - 1) // 12}-{(each - 1) % 12 + 1:02}" for each in range(_number(first), _number(last) + 1)]


def due_day(month: str, terms: Iterable[ConsentTerm]) -> date:
    """Return the day by which a month is due."""
    return last_day(max((term.due_month(month) for term in terms if term.covers(month)), default=month))


def consent_refusal(term: ConsentTerm, *, agreed_on: date, today: date) -> str | None:
    """Return why a consent cannot be recorded, in words for people, or None."""
    months = months_between(term.from_month, term.until_month)
    if len(months) <= 1:
        return "结束月份应晚于开始月份"
    if len(months) > LONGEST_CONSENT_MONTHS:
        return "一次最多同意六个月"
    if term.kind == ConsentKind.quarterly and term.until_month != quarter_end(term.until_month):
        return "按季交纳应到一个季度的最后一个月（3、6、9、12 月）为止"
    if agreed_on > today:
        return "支部同意的日期不能晚于今天"
    if agreed_on > last_day(term.from_month):
        return f"支部同意时 {term.from_month} 已过，请从同意的当月起算"
    return None


def end_refusal(term: ConsentTerm, *, from_month: str, today: date) -> str | None:
    """Return why a consent cannot end from a month on, or None; from its first month on means that it never held."""
    if not term.covers(from_month):
        return "该月份不在这项同意之内"
    if from_month != term.from_month and from_month < f"{today:%Y-%m}":
        return "已过的月份不能终止，可自本月起终止；登记有误的请整项撤销"
    return None


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def state_of(due_on: date, *, due_cents: int, paid_cents: int, paid_on: date | None, today: date) -> DuesState:
    """Return what a payment makes of a month. `paid_on` is the day its last part was paid, None if nothing was."""
    in_full = paid_cents >= due_cents
    if due_cents == 0:
        return DuesState.paid
    if paid_on is None or paid_cents == 0:
        return DuesState.missing if today > due_on else DuesState.open
    if paid_on > due_on:
        return DuesState.late if in_full else DuesState.short
    if in_full:
        return DuesState.paid
    return DuesState.short if today > due_on else DuesState.open


def settles(due_on: date, *, current: DuesState, following: DuesState, paid_on: date | None) -> bool:
    """Whether a record simply follows a newly registered payment; what would take a deduction back is a correction.

    A month still open is settled by any payment, and a deducted one by what is paid afterwards, which restores nothing.
    """
    if current is DuesState.open:
        return True
    paid_afterwards = paid_on is not None and paid_on > due_on
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


DUES_FROM_DAY = 25
"""From this day of a month on, when its members are reminded too, its payments wait to be registered."""


def months_to_register(today: date) -> list[str]:
    """Return the months, as YYYY-MM, whose payments should be registered by now, the earlier first."""
    before = today.replace(day=1) - timedelta(days=1)
    running = [today] if today.day >= DUES_FROM_DAY else []
    return [f"{day:%Y-%m}" for day in (before, *running)]
