"""Exceptions on the wire."""

from datetime import date

from pydantic import BaseModel

from server.identity.guard import Body
from server.presentation import Id, TimeOut
from server.ratings.appraisals.schemas import ShortReason
from server.ratings.exceptions.models import ExceptionKind


class ExceptionPath(BaseModel):
    exception_id: Id


class StarExceptionIn(Body):
    """What the 支委会 decided, when, and why."""

    member_id: Id
    kind: ExceptionKind
    reason: ShortReason
    decided_on: date


class WithdrawExceptionIn(Body):
    reason: ShortReason


class StarExceptionOut(BaseModel):
    """`withdrawn_reason` is set for a note that was mistaken."""

    id: int
    member_id: int
    name: str
    kind: ExceptionKind
    title: str
    reason: str
    decided_on: date
    entered_at: TimeOut
    withdrawn_at: TimeOut | None
    withdrawn_reason: str | None


class StarExceptionsOut(BaseModel):
    items: list[StarExceptionOut]
