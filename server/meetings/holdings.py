"""The meetings a person was invited to, how they came to them, and their leaves."""

from collections.abc import Iterator

from server.holdings import DataSubject, Holding
from server.meetings.held.wording import WHY, WORDS
from server.meetings.leave.service import STATUS_TITLES as LEAVE_TITLES
from server.meetings.models import (
    Attendance,
    AttendanceChange,
    DigitTries,
    GuestVisit,
    HeldCheckIn,
    Invitation,
    Leave,
    Meeting,
    ScreenLink,
)
from server.meetings.resolutions.models import Resolution, VoteExclusion
from server.meetings.resolutions.rules import GROUND_TITLES
from server.meetings.rosters.queries import STATE_TITLES
from server.meetings.rules import LEAVE_KIND_TITLES, Part, Via

PLACE = 60
"""Among the holdings of all features, in the order in which a person reads them."""

_MEETING = {"会议": Meeting.title, "会议时间": Meeting.starts_at}
_PARTS = {Part.invited: "应到", Part.observer: "列席"}
_VIA = {
    Via.qr: "扫码",
    Via.digits: "数字码",
    Via.helper: "代签",
    Via.manual: "补录",
    Via.elsewhere: "异地参加",
}
_STATES = {code.value: title for code, title in (*_VIA.items(), *STATE_TITLES.items())}
_HELD = {reason.value: words for reason, words in WHY.items()} | {s.value: words.heading for s, words in WORDS.items()}
_LEAVES = {code.value: title for code, title in (*LEAVE_KIND_TITLES.items(), *LEAVE_TITLES.items())}


def holdings(subject: DataSubject) -> Iterator[Holding]:
    yield Holding(
        "会议邀请",
        Invitation,
        Invitation.member_id == subject.member_id,
        {**_MEETING, "身份": Invitation.part},
        joins=((Meeting, Meeting.id == Invitation.meeting_id),),
        words={part.value: title for part, title in _PARTS.items()},
    )
    yield Holding(
        "签到",
        Attendance,
        Attendance.member_id == subject.member_id,
        {
            **_MEETING,
            "状态": Attendance.state,
            "方式": Attendance.via,
            "签到时间": Attendance.scanned_at,
            "登记时间": Attendance.recorded_at,
            "说明": Attendance.reason,
        },
        joins=((Meeting, Meeting.id == Attendance.meeting_id),),
        words=_STATES,
    )
    yield Holding(
        "待确认的签到",
        HeldCheckIn,
        HeldCheckIn.member_id == subject.member_id,
        {
            **_MEETING,
            "状态": HeldCheckIn.state,
            "方式": HeldCheckIn.via,
            "扫码时刻": HeldCheckIn.scanned_at,
            "收到时间": HeldCheckIn.held_at,
            "为什么待确认": HeldCheckIn.why,
            "主持人处理": HeldCheckIn.status,
            "处理时间": HeldCheckIn.decided_at,
            "说明": HeldCheckIn.reason,
        },
        joins=((Meeting, Meeting.id == HeldCheckIn.meeting_id),),
        words=_STATES | _HELD,
    )
    yield Holding(
        "签到的更改",
        AttendanceChange,
        AttendanceChange.member_id == subject.member_id,
        {
            **_MEETING,
            "原状态": AttendanceChange.before,
            "现状态": AttendanceChange.after,
            "理由": AttendanceChange.reason,
            "时间": AttendanceChange.at,
        },
        joins=((Meeting, Meeting.id == AttendanceChange.meeting_id),),
        words=_STATES,
    )
    yield Holding(
        "在其他支部的签到",
        GuestVisit,
        GuestVisit.member_id == subject.member_id,
        {
            **_MEETING,
            "状态": GuestVisit.state,
            "签到时间": GuestVisit.scanned_at,
            "已确认": GuestVisit.confirmed,
            "确认时间": GuestVisit.decided_at,
            "说明": GuestVisit.reason,
        },
        joins=((Meeting, Meeting.id == GuestVisit.meeting_id),),
        words=_STATES,
    )
    yield Holding(
        "请假",
        Leave,
        Leave.member_id == subject.member_id,
        {
            **_MEETING,
            "种类": Leave.kind,
            "理由": Leave.reason,
            "代请理由": Leave.on_behalf_reason,
            "状态": Leave.status,
            "补课期限": Leave.makeup_until,
            "申请时间": Leave.asked_at,
            "答复时间": Leave.decided_at,
            "答复": Leave.answer,
        },
        joins=((Meeting, Meeting.id == Leave.meeting_id),),
        words=_LEAVES,
    )
    yield Holding(
        "表决中不计入应到会",
        VoteExclusion,
        VoteExclusion.member_id == subject.member_id,
        {
            **_MEETING,
            "表决": Resolution.title,
            "原因": VoteExclusion.ground,
            "依据": VoteExclusion.reason,
            "登记时间": Resolution.recorded_at,
            "撤回时间": Resolution.withdrawn_at,
        },
        joins=(
            (Resolution, Resolution.id == VoteExclusion.resolution_id),
            (Meeting, Meeting.id == Resolution.meeting_id),
        ),
        words={ground.value: title for ground, title in GROUND_TITLES.items()},
    )
    yield Holding(
        "数字码输错次数",
        DigitTries,
        DigitTries.account_id == subject.account_id,
        {**_MEETING, "次数": DigitTries.wrong},
        joins=((Meeting, Meeting.id == DigitTries.meeting_id),),
    )
    yield Holding(
        "我打开的投屏",
        ScreenLink,
        ScreenLink.account_id == subject.account_id,
        {**_MEETING, "到期时间": ScreenLink.expires_at, "使用时间": ScreenLink.used_at},
        joins=((Meeting, Meeting.id == ScreenLink.meeting_id),),
    )
