"""A roster on the wire: who was expected, who came and how, and what was changed by hand."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from server.identity.guard import Body
from server.meetings.rules import (
    AttendanceStanding,
    AttendanceState,
    LeaveStatus,
    MeetingKind,
    MeetingStatus,
    Part,
    RosterStatus,
    Via,
)
from server.presentation import Id, PageQuery, TimeOut
from server.standards.rules import LeaveKind
from server.text import Line, Lines, Opaque

MAX_LINES = 1_000

Words = Annotated[Lines, Field(min_length=2, max_length=200)]
Came = Literal[AttendanceState.present, AttendanceState.late]
Instant = Annotated[AwareDatetime, Field(ge=datetime.fromisoformat("2000-01-01T00:00:00Z"))]


class RosterPath(BaseModel):
    roster_id: Id


class RosterMemberPath(RosterPath):
    member_id: Id


class RosterQuery(PageQuery):
    """One standing only, or everyone; a whole list at once or page by page."""

    limit: Annotated[int, Field(ge=1, le=MAX_LINES)] = 200
    cursor: Annotated[Opaque, Field(max_length=400)] | None = None
    standing: AttendanceStanding | None = None


class EntryIn(Body):
    """That someone came. `at` null: now while check-in runs, afterwards the meeting's beginning."""

    state: Came
    at: Instant | None = None
    reason: Words


class AttendanceCorrectionIn(Body):
    state: Came
    reason: Words


class UndoIn(Body):
    reason: Words


class MakeUpIn(Body):
    """A 补课: the day, and what shows it. `late_reason` is asked for after the deadline."""

    on: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
    evidence: Annotated[Line, Field(min_length=2, max_length=120)]
    late_reason: Annotated[Line, Field(min_length=2, max_length=70)] | None = None


class RosterMeetingOut(BaseModel):
    id: int
    kind: MeetingKind
    kind_title: str
    title: str
    topic: str
    place: str
    starts_at: TimeOut
    ends_at: TimeOut
    opens_at: TimeOut
    late_after: TimeOut
    closes_at: TimeOut
    makeup_until: date
    status: MeetingStatus
    organization_id: int
    organization_title: str


class RosterCountsOut(BaseModel):
    """How the invited stand; `observers` and those of them who came are counted apart."""

    invited: int
    present: int
    late: int
    made_up: int
    held: int
    on_leave: int
    expected: int
    absent: int
    observers: int
    observers_present: int
    leave_waiting: int


class RosterLeaveOut(BaseModel):
    """`reason` is for the member and the officers of their list."""

    id: int
    kind: LeaveKind
    kind_title: str
    status: LeaveStatus
    status_title: str
    makeup_until: date | None
    reason: str | None
    version: int


class RosterLineOut(BaseModel):
    """`scanned_at` is when they came (of a 补课: its day); `helper` who checked in for them (代签)."""

    member_id: int
    name: str
    part: Part
    standing: AttendanceStanding
    standing_title: str
    via: Via | None
    scanned_at: TimeOut | None
    helper: str | None
    leave: RosterLeaveOut | None


class RosterOut(BaseModel):
    """The list of one organization; people who have not come stand first. The counts are of the whole list."""

    id: int
    organization_id: int
    organization_title: str
    status: RosterStatus
    confirmed_by: str | None
    confirmed_at: TimeOut | None
    meeting: RosterMeetingOut
    counts: RosterCountsOut
    items: list[RosterLineOut]
    next_cursor: str | None


class AttendanceOut(BaseModel):
    """What stands recorded of a person; all null where nothing does."""

    roster_id: int
    member_id: int
    state: AttendanceState | None
    state_title: str | None
    via: Via | None
    scanned_at: TimeOut | None
    recorded_at: TimeOut | None
    reason: str | None


class AttendanceChangeOut(BaseModel):
    """A change by hand; null means there was, or is, no record."""

    before: AttendanceState | None
    before_title: str | None
    after: AttendanceState | None
    after_title: str | None
    reason: str
    by: str
    at: TimeOut


class AttendanceChangesOut(BaseModel):
    items: list[AttendanceChangeOut]
