"""What this feature tells the features above it."""

from dataclasses import dataclass
from datetime import datetime

from server.meetings.rules import HeldStatus, LeaveStatus


@dataclass(frozen=True, slots=True)
class LeaveAnswered:
    """An officer granted or refused a leave."""

    leave_id: int
    member_id: int
    meeting_id: int
    status: LeaveStatus
    now: datetime


@dataclass(frozen=True, slots=True)
class HeldCheckInDecided:
    """The host confirmed or dismissed a check-in that was held."""

    meeting_id: int
    member_id: int
    status: HeldStatus
    now: datetime
