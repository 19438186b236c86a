"""Check-in on the wire: a code or six digits in, a ticket out; a ticket in, the record out."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.meetings.check_in.service import CheckInResult
from server.meetings.rules import AttendanceState, Via
from server.presentation import TimeOut
from server.text import Line, Opaque

MAX_CODE = 2000
"""Characters; WeChat adds to addresses that are handed on."""

MAX_TICKET = 400


class CodeIn(Body):
    """What the QR holds, as read: the whole URL and whatever was added, `<meeting>?t=<code>` or `<meeting>.<code>`."""

    code: Annotated[Line, Field(min_length=1, max_length=MAX_CODE)]


class DigitsIn(Body):
    digits: Annotated[Line, Field(min_length=1, max_length=32, description="屏幕上的六位数字")]


class CheckInIn(Body):
    """`for_work_number` enters someone else (代签); `end_leave` is 销假; `as_guest` comes from another branch."""

    ticket: Annotated[Opaque, Field(min_length=1, max_length=MAX_TICKET)]
    for_work_number: (
        Annotated[Line, Field(min_length=1, max_length=64, description="代签：对方的工号或学号")] | None
    ) = None
    end_leave: bool = False
    as_guest: bool = False


class ScannedMeetingOut(BaseModel):
    title: str
    place: str
    starts_at: TimeOut
    host: str


class TicketOut(BaseModel):
    ticket: str
    expires_at: TimeOut
    meeting: ScannedMeetingOut


class AttendedMeetingOut(BaseModel):
    id: int
    title: str
    place: str
    starts_at: TimeOut


class CheckInOut(BaseModel):
    """The first record of this member at this meeting; a guest's waits for the host.

    `words` and `advice` are what to show. Of one that is held, or was not confirmed, `state` says so, too.
    """

    result: CheckInResult
    state: AttendanceState | Literal[CheckInResult.held, CheckInResult.dismissed]
    words: str
    advice: str
    via: Via
    checked_in_at: TimeOut
    member_name: str
    meeting: AttendedMeetingOut
