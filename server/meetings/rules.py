"""What holds for a meeting: its states, its check-in window, and where a person stands in its roster. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.error_codes import ErrorCode
from server.standards.rules import LeaveKind


class MeetingKind(StrEnum):
    members_meeting = "members_meeting"
    branch_committee_meeting = "branch_committee_meeting"
    group_meeting = "group_meeting"
    organizational_life = "organizational_life"
    lecture = "lecture"
    theme_day = "theme_day"
    training = "training"
    volunteering = "volunteering"


KIND_TITLES = {
    MeetingKind.members_meeting: "支部党员大会",
    MeetingKind.branch_committee_meeting: "支委会",
    MeetingKind.group_meeting: "党小组会",
    MeetingKind.organizational_life: "组织生活会",
    MeetingKind.lecture: "党课",
    MeetingKind.theme_day: "主题党日",
    MeetingKind.training: "集中培训",
    MeetingKind.volunteering: "志愿服务",
}

SETTLES_AFTER = timedelta(hours=24)
"""Presence is posted this long after check-in closed (design §5)."""

MAKEUP_DAYS = 30
"""How long a 补课 may take unless the officer says otherwise, in days after the meeting."""


class MeetingStatus(StrEnum):
    """`planned` until presence is posted or it is called off; the check-in window says whether it is open."""

    planned = "planned"
    settled = "settled"
    cancelled = "cancelled"


class MeetingAction(StrEnum):
    settle = "settle"
    reopen = "reopen"
    cancel = "cancel"


_MOVES = {
    (MeetingStatus.planned, MeetingAction.settle): MeetingStatus.settled,
    (MeetingStatus.settled, MeetingAction.settle): MeetingStatus.settled,
    (MeetingStatus.settled, MeetingAction.reopen): MeetingStatus.planned,
    (MeetingStatus.planned, MeetingAction.cancel): MeetingStatus.cancelled,
}


def next_status(current: MeetingStatus, action: MeetingAction) -> MeetingStatus | None:
    """Return the status an action leads to, or None where it is not possible."""
    return _MOVES.get((current, action))


class RosterStatus(StrEnum):
    """A branch's own 应到 list: absences are deducted once its officer has confirmed it."""

    open = "open"
    confirmed = "confirmed"


class Scope(StrEnum):
    """Who of an organization a meeting invites."""

    all = "all"
    committee = "committee"
    group = "group"
    chosen = "chosen"


class Part(StrEnum):
    """As what a person is invited; exempt people come as observers, and nothing is posted for observers."""

    invited = "invited"
    observer = "observer"


class AttendanceState(StrEnum):
    present = "present"
    late = "late"
    made_up = "made_up"


class Via(StrEnum):
    """How an attendance came about."""

    qr = "qr"
    digits = "digits"
    helper = "helper"  # 代签: another's phone, the helper named
    manual = "manual"  # entered by an officer, with a reason
    elsewhere = "elsewhere"  # 双重组织生活, 流动党员: confirmed by the host


class HoldReason(StrEnum):
    """Why a check-in waits for the host's word."""

    shared_ticket = "shared_ticket"  # more accounts than one scan is good for
    many_helped = "many_helped"  # the helper has entered somebody else before
    many_exchanges = "many_exchanges"  # one place got far more tickets than there are people
    decided_before = "decided_before"  # the host did not confirm an earlier one


MOST_ACCOUNTS = 2
"""How many accounts one ticket checks in: a couple with one phone between them."""

MOST_HELPED = 1
"""How many people one account enters at a meeting (代签)."""


class HeldStatus(StrEnum):
    """What the host says of a check-in that is held; each may follow any other."""

    waiting = "waiting"
    confirmed = "confirmed"
    dismissed = "dismissed"


LEAVE_KIND_TITLES = {
    LeaveKind.official: "公假",
    LeaveKind.sick: "病假",
    LeaveKind.maternity: "产假",
    LeaveKind.personal: "事假",
    LeaveKind.abroad: "出国（境）",
    LeaveKind.other: "其他",
}


class LeaveStatus(StrEnum):
    asked = "asked"
    granted = "granted"
    refused = "refused"
    withdrawn = "withdrawn"


class LeaveAction(StrEnum):
    grant = "grant"
    refuse = "refuse"
    withdraw = "withdraw"  # by the member, or 销假 by checking in


_LEAVE_MOVES = {
    (LeaveStatus.asked, LeaveAction.grant): LeaveStatus.granted,
    (LeaveStatus.asked, LeaveAction.refuse): LeaveStatus.refused,
    (LeaveStatus.asked, LeaveAction.withdraw): LeaveStatus.withdrawn,
    (LeaveStatus.granted, LeaveAction.withdraw): LeaveStatus.withdrawn,
    (LeaveStatus.granted, LeaveAction.refuse): LeaveStatus.refused,
    (LeaveStatus.refused, LeaveAction.grant): LeaveStatus.granted,
}


def next_leave_status(current: LeaveStatus, action: LeaveAction) -> LeaveStatus | None:
    """Return the status an action leads to, or None where it is not possible."""
    return _LEAVE_MOVES.get((current, action))


@dataclass(frozen=True, slots=True)
class CheckInWindow:
    """When a scan counts: from `opens_at` up to and including `closes_at`; after `late_after` it is late."""

    opens_at: datetime
    late_after: datetime
    closes_at: datetime


class CheckInRefusal(ErrorCode):
    """Why a scan does not count."""

    too_early = "too_early"
    closed = "closed"


def refusal(window: CheckInWindow, *, scanned_at: datetime) -> CheckInRefusal | None:
    """Return why a scan does not count, or None if it does."""
    if scanned_at < window.opens_at:
        return CheckInRefusal.too_early
    return CheckInRefusal.closed if scanned_at > window.closes_at else None


def state_at(window: CheckInWindow, *, scanned_at: datetime) -> AttendanceState:
    """Return whether a scan that counts is in time or late."""
    return AttendanceState.late if scanned_at > window.late_after else AttendanceState.present


class MeetingPhase(StrEnum):
    """How a meeting stands at an instant, as people see it."""

    planned = "planned"
    open = "open"
    closed = "closed"
    settled = "settled"
    cancelled = "cancelled"


PHASE_TITLES = {
    MeetingPhase.planned: "未开始",
    MeetingPhase.open: "签到中",
    MeetingPhase.closed: "签到已结束",
    MeetingPhase.settled: "已计分",
    MeetingPhase.cancelled: "已取消",
}


def phase_at(status: MeetingStatus, window: CheckInWindow, *, now: datetime) -> MeetingPhase:
    """Return where a meeting of this status and window stands now."""
    if status is not MeetingStatus.planned:
        return MeetingPhase(status.value)
    if now < window.opens_at:
        return MeetingPhase.planned
    return MeetingPhase.open if now <= window.closes_at else MeetingPhase.closed


class AttendanceStanding(StrEnum):
    """Where someone stands in a roster, as people read it."""

    present = "present"
    late = "late"
    made_up = "made_up"
    held = "held"  # came, and the host has yet to confirm it
    on_leave = "on_leave"
    expected = "expected"  # check-in has not closed yet
    absent = "absent"


STANDING_TITLES = {
    AttendanceStanding.present: "出席",
    AttendanceStanding.late: "迟到",
    AttendanceStanding.made_up: "已补课",
    AttendanceStanding.held: "签到待确认",
    AttendanceStanding.on_leave: "请假",
    AttendanceStanding.expected: "未到",
    AttendanceStanding.absent: "缺席",
}


def standing(attendance: AttendanceState | None, *, held: bool, on_leave: bool, closed: bool) -> AttendanceStanding:
    """Return a person's standing: what they did, or say they did, comes before the leave they were granted."""
    if attendance is not None:
        return AttendanceStanding(attendance.value)
    if held:
        return AttendanceStanding.held
    if on_leave:
        return AttendanceStanding.on_leave
    return AttendanceStanding.absent if closed else AttendanceStanding.expected
