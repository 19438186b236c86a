"""What holds when a meeting is planned: its times, what it counts for, how it recurs, who may be invited. Pure."""

import calendar
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from server.error_codes import ErrorCode
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.rules import KIND_TITLES, MeetingKind, Scope
from server.organizations.models import OrganizationKind, Stage
from server.points.error_codes import PointsErrorCode
from server.standards.rules import Evidence, Item, StandardDocument

OPENS_BEFORE = timedelta(minutes=20)
LATE_AFTER = timedelta(minutes=10)
CLOSES_AFTER = timedelta(minutes=20)
OPENS_AT_MOST_BEFORE = timedelta(hours=24)
LONGEST = timedelta(days=7)
ENTERED_WITHIN = timedelta(days=30)
"""A meeting held on paper may be entered this long after it began."""

MOST_MEETINGS = 24
CLASS_HOUR = timedelta(minutes=45)
CLASS_HOUR_UNIT = "学时"


def usual_title(kind: MeetingKind, day: date) -> str:
    """Return what a meeting is called where nobody gave it a name: 6 月主题党日."""
    return f"{day.month} 月{KIND_TITLES[kind]}"


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """Why a plan cannot stand: its code and words for the planner."""

    code: ErrorCode
    message: str


@dataclass(frozen=True, slots=True)
class Times:
    """When a meeting is, and when one can check in to it."""

    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    late_after: datetime
    closes_at: datetime

    def shifted(self, delta: timedelta) -> "Times":
        return Times(*(instant + delta for instant in self.instants))

    def moved_like(self, before: "Times", after: "Times") -> "Times":
        """Return these times changed as another meeting's were."""
        pairs = zip(self.instants, before.instants, after.instants, strict=True)
        return Times(*(own + (new - old) for own, old, new in pairs))

    @property
    def instants(self) -> tuple[datetime, ...]:
        return self.starts_at, self.ends_at, self.opens_at, self.late_after, self.closes_at


@dataclass(frozen=True, slots=True)
class WindowWish:
    """What the planner says about the check-in window; None takes the defaults."""

    opens_at: datetime | None = None
    late_after: datetime | None = None
    closes_at: datetime | None = None


USUAL = WindowWish()


def times_of(starts_at: datetime, ends_at: datetime, wish: WindowWish) -> Times:
    """Return the times with the defaults: check-in from 20 minutes before to 20 after the start, late after 10."""
    closes_at = wish.closes_at or min(starts_at + CLOSES_AFTER, ends_at)
    late_after = wish.late_after or min(starts_at + LATE_AFTER, closes_at)
    return Times(starts_at, ends_at, wish.opens_at or starts_at - OPENS_BEFORE, late_after, closes_at)


def changed_times(current: Times, starts_at: datetime | None, ends_at: datetime | None, wish: WindowWish) -> Times:
    """Return the times after a change: what is not named moves with the start, and check-in ends with the meeting."""
    moved = current.shifted(starts_at - current.starts_at) if starts_at else current
    moved = replace(moved, ends_at=ends_at or moved.ends_at)
    closes_at = wish.closes_at or min(moved.closes_at, moved.ends_at)
    late_after = wish.late_after or min(moved.late_after, closes_at)
    return replace(moved, opens_at=wish.opens_at or moved.opens_at, late_after=late_after, closes_at=closes_at)


def time_problem(times: Times, *, now: datetime) -> PlanProblem | None:
    """Return what is wrong with a plan's times, or None."""
    if times.ends_at <= times.starts_at:
        return PlanProblem(MeetingErrorCode.end_before_start, "结束时间应晚于开始时间，请检查")
    if times.ends_at - times.starts_at > LONGEST:
        return PlanProblem(MeetingErrorCode.too_long, "一次会议不能超过 7 天，请检查结束时间，或分次安排")
    if times.starts_at < now - ENTERED_WITHIN:
        return PlanProblem(MeetingErrorCode.too_long_ago, "补录的会议应在 30 天以内，更早的请报上级党组织处理")
    return _window_problem(times)


def _window_problem(times: Times) -> PlanProblem | None:
    if not times.opens_at <= times.late_after <= times.closes_at or times.opens_at == times.closes_at:
        return PlanProblem(MeetingErrorCode.window_order, "签到时间应依次为开始签到、迟到起算、签到结束，请检查")
    if not times.starts_at - OPENS_AT_MOST_BEFORE <= times.opens_at <= times.starts_at:
        return PlanProblem(MeetingErrorCode.window_order, "签到应在会议开始前 24 小时以内开始，请检查")
    if not times.starts_at <= times.closes_at <= times.ends_at:
        return PlanProblem(MeetingErrorCode.window_order, "签到应在会议开始后、结束前截止，请检查")
    return None


def class_hours(times: Times) -> Decimal:
    """Return the 学时 (45 minutes each) of a meeting in halves, at least half of one."""
    halves = Decimal((times.ends_at - times.starts_at) / (CLASS_HOUR / 2))
    return max(halves.quantize(Decimal(1), rounding=ROUND_HALF_UP), Decimal(1)) / 2


DEFAULT_CODES: dict[MeetingKind, str | None] = {
    MeetingKind.members_meeting: "B01",
    MeetingKind.group_meeting: "B02",
    MeetingKind.lecture: "B03",
    MeetingKind.theme_day: "B04",
    MeetingKind.training: "B06a",
    MeetingKind.organizational_life: "B07",
    MeetingKind.volunteering: "C04",
    MeetingKind.branch_committee_meeting: None,
}
"""What a kind counts for in the university's standard (党发〔2018〕75号); other schemes name their items otherwise, and
there the planner chooses. 支委会 carries no points (design §4.9)."""


@dataclass(frozen=True, slots=True)
class CountedItem:
    """An item a meeting counts for; without a quantity it is the meeting's length in 学时, or 1 in any other unit."""

    code: str
    quantity: Decimal | None = None


def offered_items(document: StandardDocument | None) -> tuple[Item, ...]:
    """Return the items of a standard that a meeting can count for."""
    return tuple(item for item in document.items if Evidence.attendance in item.evidence) if document else ()


def default_items(kind: MeetingKind, offered: Sequence[Item]) -> tuple[CountedItem, ...]:
    """Return what a kind of meeting counts for unless the plan says otherwise."""
    code = DEFAULT_CODES[kind]
    return tuple(CountedItem(item.code) for item in offered if item.code == code)


def item_problem(counted: Sequence[CountedItem], offered: Sequence[Item]) -> PlanProblem | None:
    """Return what is wrong with the items a plan names, or None."""
    codes = [each.code for each in counted]
    if len(set(codes)) < len(codes):
        return PlanProblem(MeetingErrorCode.item_repeated, "同一积分项目在一次会议中只能选一次")
    if unknown := set(codes) - {item.code for item in offered}:
        return PlanProblem(
            PointsErrorCode.unknown_item,
            f"本年度积分标准中没有可由会议计分的项目 {'、'.join(sorted(unknown))}，请重新选择",
        )
    return None


def quantity_of(counted: CountedItem, offered: Sequence[Item], times: Times) -> Decimal:
    """Return how much of an item the meeting counts for, in the item's unit."""
    if counted.quantity is not None:
        return counted.quantity
    unit = next(item.unit for item in offered if item.code == counted.code)
    return class_hours(times) if unit == CLASS_HOUR_UNIT else Decimal(1)


class RepeatBy(StrEnum):
    day = "day"
    weekday = "weekday"


def monthly_days(first: date, *, by: RepeatBy, until: date) -> Iterator[date]:
    """Yield the days of a monthly meeting, the first included.

    By day it is the same day of the month, or its last where the month is shorter; by weekday the same one counted
    from the first of the month (the second Thursday), or the last where there is no fifth.
    """
    months = 0
    day = first
    while day <= until:
        yield day
        months += 1
        years, month = divmod(first.month - 1 + months, 12)
        day = _day_in(first, first.year + years, month + 1, by)


def _day_in(first: date, year: int, month: int, by: RepeatBy) -> date:
    length = calendar.monthrange(year, month)[1]
    if by is RepeatBy.day:
        return date(year, month, min(first.day, length))
    offset = (first.weekday() - date(year, month, 1).weekday()) % 7 + (first.day - 1) // 7 * 7
    return date(year, month, offset + 1 if offset < length else offset - 6)


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """Who of an organization a plan invites."""

    organization_id: int
    scope: Scope = Scope.all
    group_ids: tuple[int, ...] = ()
    member_ids: tuple[int, ...] = ()


def roster_problem(rosters: Sequence[RosterPlan]) -> PlanProblem | None:
    """Return what is wrong with the lists a plan asks for, as far as one can tell from them alone, or None."""
    if not rosters:
        return PlanProblem(MeetingErrorCode.no_roster, "请至少选择一个参加会议的党组织")
    if len({roster.organization_id for roster in rosters}) < len(rosters):
        return PlanProblem(MeetingErrorCode.roster_repeated, "同一党组织在一次会议中只能有一份名单")
    for roster in rosters:
        if (roster.scope is Scope.group) != bool(roster.group_ids):
            return PlanProblem(MeetingErrorCode.roster_incomplete, "按党小组参加时请选择党小组，其他范围不用选择")
        if (roster.scope is Scope.chosen) != bool(roster.member_ids):
            return PlanProblem(MeetingErrorCode.roster_incomplete, "按人员参加时请选择人员，其他范围不用选择")
    return None


def are_neighbours(host: tuple[OrganizationKind, int | None], other: tuple[OrganizationKind, int | None]) -> bool:
    """Whether two organizations (kind and parent) are branches under one supervising organization."""
    return host == other and host[0] is OrganizationKind.branch


PROSPECTS_COME_TO = frozenset(
    {MeetingKind.lecture, MeetingKind.training, MeetingKind.volunteering, MeetingKind.theme_day}
)
"""The kinds that invite 发展对象 and 积极分子 if the branch manages them."""


def invited_stages(kind: MeetingKind, *, manages_prospects: bool) -> Collection[Stage]:
    """Return which stages of a branch a kind of meeting invites."""
    if manages_prospects and kind in PROSPECTS_COME_TO:
        return frozenset(Stage)
    return frozenset({Stage.full, Stage.probationary})
