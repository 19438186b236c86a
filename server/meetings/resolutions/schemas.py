"""Votes on the wire: who may vote, the figures, and what was resolved."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.meetings.resolutions.rules import ExclusionGround, VotingRuleCode
from server.meetings.rosters.schemas import Words
from server.presentation import Id, TimeOut
from server.text import Line, Lines

MOST_VOTERS = 1_000
Number = Annotated[int, Field(ge=0, le=MOST_VOTERS)]


class MeetingResolutionsPath(BaseModel):
    meeting_id: Id


class ResolutionPath(BaseModel):
    resolution_id: Id


class ExclusionIn(Body):
    """The reason says what it rests on: the decision's number, the superior's consent."""

    member_id: Id
    ground: ExclusionGround
    reason: Words


class ResolutionIn(Body):
    """赞成 + 反对 + 弃权 + 无效 + 未交 = 实到 (+ written opinions, where the rule counts them)."""

    rule: VotingRuleCode
    title: Annotated[Line, Field(min_length=2, max_length=100)]
    text: Annotated[Lines, Field(max_length=2_000)] = ""
    exclusions: Annotated[list[ExclusionIn], Field(default_factory=list, max_length=MOST_VOTERS)]
    written: Number = 0
    ayes: Number
    nays: Number
    abstentions: Number
    invalid: Number
    unreturned: Number


class WithdrawResolutionIn(Body):
    reason: Words


class VotingRuleOut(BaseModel):
    code: VotingRuleCode
    title: str
    source: str
    clause: str
    counts_written: bool


class ExclusionGroundOut(BaseModel):
    code: ExclusionGround
    title: str


class VoterOut(BaseModel):
    """`came`: was there in person, so that they count among those present."""

    member_id: int
    name: str
    came: bool


class ExclusionOut(BaseModel):
    member_id: int
    name: str
    ground: ExclusionGround
    ground_title: str
    reason: str


class ResolutionOut(BaseModel):
    """The figures as recorded. `attendance_differs`: the list was changed since, and no longer comes to them."""

    id: int
    rule: VotingRuleCode
    rule_title: str
    clause: str
    title: str
    text: str
    entitled: int
    present: int
    written: int
    ayes: int
    nays: int
    abstentions: int
    invalid: int
    unreturned: int
    passed: bool
    words: str
    exclusions: list[ExclusionOut]
    attendance_differs: bool
    recorded_by: str
    recorded_at: TimeOut
    withdrawn_by: str | None
    withdrawn_at: TimeOut | None
    withdrawn_reason: str | None


class ResolutionsOut(BaseModel):
    """`refusal` says why nothing can be recorded now. Without a quorum the meeting is held again by `again_by`."""

    may_record: bool
    refusal: str | None
    rules: list[VotingRuleOut]
    grounds: list[ExclusionGroundOut]
    voters: list[VoterOut]
    entitled: int
    present: int
    again_by: date
    items: list[ResolutionOut]
