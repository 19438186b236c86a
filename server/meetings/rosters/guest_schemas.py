"""Guests on the wire."""

from pydantic import BaseModel

from server.identity.guard import Body
from server.meetings.rosters.oddities import OddityKind
from server.meetings.rosters.schemas import Words
from server.meetings.rules import AttendanceState
from server.presentation import Id, TimeOut


class HostPath(BaseModel):
    meeting_id: Id


class GuestPath(HostPath):
    member_id: Id


class RefuseGuestIn(Body):
    reason: Words


class GuestOut(BaseModel):
    """A visit. `confirmed` null waits for the host; `counts_for_*` is the meeting at home it stands for."""

    member_id: int
    name: str
    branch_title: str | None
    state: AttendanceState
    state_title: str
    scanned_at: TimeOut
    confirmed: bool | None
    reason: str | None
    decided_by: str | None
    decided_at: TimeOut | None
    counts_for_meeting_id: int | None
    counts_for_title: str | None


class GuestsOut(BaseModel):
    items: list[GuestOut]


class OddityOut(BaseModel):
    kind: OddityKind
    text: str


class OdditiesOut(BaseModel):
    """What an officer may want to look at; nothing follows from it by itself."""

    items: list[OddityOut]
