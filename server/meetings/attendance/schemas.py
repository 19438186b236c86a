"""Attendance on the wire: a member's year and an organization's month."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.meetings.rules import AttendanceStanding, LeaveStatus, MeetingKind, Part, RosterStatus, Via
from server.presentation import Id, TimeOut
from server.standards.rules import LeaveKind

Month = Annotated[str, Field(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$", description="YYYY-MM")]
Rate = Annotated[
    str | None, Field(pattern=r"^\d{1,3}\.\d$", description="百分数，一位小数；没有应到或签到未结束时为 null")
]


class AttendanceYearQuery(BaseModel):
    year: Annotated[int, Field(ge=2000, le=2099)]


class AttendanceMonthQuery(BaseModel):
    month: Month


class RosterSheetPath(BaseModel):
    roster_id: Id


class AttendanceTallyOut(BaseModel):
    """`attended` counts the late ones, too; the rate is attended and made up of what was owed without leave."""

    owed: int
    attended: int
    late: int
    made_up: int
    on_leave: int
    absent: int
    expected: int
    rate: Rate


class KindTallyOut(AttendanceTallyOut):
    kind: MeetingKind
    kind_title: str


class AppearanceOut(BaseModel):
    """A meeting in a member's year. A leave shows its kind, never its reason; `makeup_due` is the last day of 补课."""

    meeting_id: int
    on: date
    kind: MeetingKind
    kind_title: str
    title: str
    part: Part
    standing: AttendanceStanding
    standing_title: str
    late: bool
    via: Via | None
    leave_kind: LeaveKind | None
    leave_status: LeaveStatus | None
    makeup_due: date | None


class MemberAttendanceOut(BaseModel):
    year: int
    items: list[AppearanceOut]
    kinds: list[KindTallyOut]
    total: AttendanceTallyOut


class TableRosterOut(BaseModel):
    """One organization's list behind a column."""

    id: int
    organization_id: int
    status: RosterStatus


class TableMeetingOut(BaseModel):
    id: int
    kind: MeetingKind
    kind_title: str
    title: str
    starts_at: TimeOut
    rosters: list[TableRosterOut]
    tally: AttendanceTallyOut


class TableCellOut(BaseModel):
    standing: AttendanceStanding
    part: Part


class TableRowOut(BaseModel):
    """A member's month in a branch; `cells` follow the meetings, null where they were not invited."""

    member_id: int
    name: str
    organization_id: int
    organization_title: str
    cells: list[TableCellOut | None]
    tally: AttendanceTallyOut


class AttendanceTableOut(BaseModel):
    organization_id: int
    organization_title: str
    month: str
    meetings: list[TableMeetingOut]
    rows: list[TableRowOut]
