"""Settling a meeting on the wire."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.meetings.rules import AttendanceStanding, MeetingStatus, Part, RosterStatus
from server.meetings.settlement.outcomes import OutcomeReason
from server.presentation import Id, PointsOut, TimeOut
from server.standards.rules import Method
from server.text import Lines

MOST_PEOPLE = 10_000

MemberIds = Annotated[list[Id], Field(max_length=MOST_PEOPLE)]


class SettlementPath(BaseModel):
    roster_id: Id


class ConfirmationIn(Body):
    """`absent`: those the officer saw as absent; `count_anyway`: those whose claim of the day is of something else."""

    absent: MemberIds
    count_anyway: MemberIds = Field(default_factory=list)


class ReopeningIn(Body):
    reason: Annotated[Lines, Field(min_length=2, max_length=200)]


class EffectOut(BaseModel):
    """What an item comes to for a person. `points` is null where quantities count (`owed` and what came of it)."""

    item_code: str
    item_title: str | None
    method: Method | None
    reason: OutcomeReason
    words: str
    points: PointsOut | None
    owed: int
    attended: int
    made_up: int
    excused: int
    posted: bool


class SettlementRowOut(BaseModel):
    member_id: int
    name: str
    part: Part
    standing: AttendanceStanding
    standing_title: str
    effects: list[EffectOut]


class SettlementOut(BaseModel):
    """A list and what it means. `absent` is what a confirmation has to repeat; `pending`: the rest is being posted.

    `held` are those whose check-ins wait for the host; the list is confirmed once they are decided.
    """

    roster_id: int
    meeting_id: int
    meeting_status: MeetingStatus
    status: RosterStatus
    closed: bool
    settles_at: TimeOut
    confirmed_by: str | None
    confirmed_at: TimeOut | None
    pending: bool
    absent: list[int]
    held: list[int]
    already_counted: list[int]
    rows: list[SettlementRowOut]
