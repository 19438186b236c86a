"""Held check-ins on the wire."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.meetings.rosters.schemas import Words
from server.meetings.rules import AttendanceState, HeldStatus, HoldReason, Via
from server.presentation import Id, TimeOut

MOST_AT_ONCE = 500


class HeldPath(BaseModel):
    meeting_id: Id


MemberIds = Annotated[list[Id], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ConfirmHeldIn(Body):
    member_ids: MemberIds


class DismissHeldIn(Body):
    """The reason is shown to each of them."""

    member_ids: MemberIds
    reason: Words


class SharingIn(Body):
    allowed: bool


class HeldCheckInOut(BaseModel):
    """`why_title` is for the host; `others` are checked in by the same scan. `state` is what it will count as.

    `open`: the host has yet to decide. `came`: the person is recorded in another way. `own`: it is the caller's own,
    for another to decide. `helper` is whose phone it was (代签).
    """

    member_id: int
    name: str
    organization_title: str | None
    why: HoldReason
    why_title: str
    status: HeldStatus
    status_title: str
    open: bool
    came: bool
    own: bool
    state: AttendanceState
    state_title: str
    via: Via
    helper: str | None
    others: list[str]
    scanned_at: TimeOut
    decided_by: str | None
    decided_at: TimeOut | None
    reason: str | None


class HeldCheckInsOut(BaseModel):
    """Those that wait first. `allows_sharing`: the host lets any number of people check in by one phone."""

    allows_sharing: bool
    waiting: int
    items: list[HeldCheckInOut]
