"""请假 on the wire. The reason is null for callers who may not read it."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.meetings.leave.service import LeaveRequest, LeaveTerms
from server.meetings.rules import LeaveStatus, MeetingKind
from server.presentation import Id, MemberPath, PageQuery, TimeOut
from server.standards.rules import LeaveKind
from server.text import Lines

Answer = Annotated[Lines, Field(min_length=2, max_length=200)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="看到的版本；不填表示看到时尚未决定")]


class LeavePath(BaseModel):
    leave_id: Id


class MemberMeetingPath(MemberPath):
    meeting_id: Id


class LeavesQuery(PageQuery):
    status: LeaveStatus = LeaveStatus.asked


class AskLeaveIn(Body):
    """What is asked for; an officer who asks for a member adds why."""

    kind: LeaveKind
    reason: Annotated[Lines, Field(min_length=2, max_length=500)]
    on_behalf_reason: Answer | None = None

    def wish(self) -> LeaveRequest:
        return LeaveRequest(self.kind, self.reason, self.on_behalf_reason)


class GrantLeaveIn(Body):
    """`makeup` null: as the standard says. `makeup_until` null: as the meeting says."""

    makeup: bool | None = None
    makeup_until: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))] | None = None
    answer: Answer | None = None
    version: Version | None = None

    def terms(self) -> LeaveTerms:
        return LeaveTerms(self.makeup, self.makeup_until, self.answer)


class RefuseLeaveIn(Body):
    answer: Answer
    version: Version | None = None


class LeaveOut(BaseModel):
    """A leave. `reason`, `on_behalf_reason` and `answer` are for the member and their branch's officers."""

    id: int
    meeting_id: int
    meeting_title: str
    meeting_kind: MeetingKind
    meeting_kind_title: str
    starts_at: TimeOut
    roster_id: int
    organization_id: int
    organization_title: str
    member_id: int
    name: str
    kind: LeaveKind
    kind_title: str
    reason: str | None
    on_behalf_reason: str | None
    status: LeaveStatus
    status_title: str
    makeup_until: date | None
    asked_by: str
    asked_at: TimeOut
    decided_by: str | None
    decided_at: TimeOut | None
    answer: str | None
    version: int
