"""Appraisals on the wire."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.presentation import Id, TimeOut
from server.ratings.appraisals.rules import AppraisalGrade
from server.text import Line

ShortReason = Annotated[Line, Field(min_length=1, max_length=200)]


class AppraisalPath(BaseModel):
    appraisal_id: Id


class AppraisedIn(Body):
    member_id: Id
    grade: AppraisalGrade


class AppraisalsIn(Body):
    """The grades as the meeting came to them; who is left out has none yet."""

    meeting_id: Id
    grades: Annotated[list[AppraisedIn], Field(min_length=1, max_length=1_000)]


class WithdrawAppraisalIn(Body):
    reason: ShortReason


class AppraisalOut(BaseModel):
    """`withdrawn_reason` is set for a record that was mistaken."""

    id: int
    member_id: int
    name: str
    grade: AppraisalGrade
    title: str
    meeting_id: int
    recorded_at: TimeOut
    withdrawn_at: TimeOut | None
    withdrawn_reason: str | None


class AppraisalsOut(BaseModel):
    items: list[AppraisalOut]
