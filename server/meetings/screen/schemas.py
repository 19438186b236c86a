"""The screen on the wire."""

from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.meetings.rules import MeetingPhase
from server.presentation import Id, TimeOut
from server.text import Opaque


class ScreenPath(BaseModel):
    meeting_id: Id


class ScreenQuery(BaseModel):
    """`after_step`: the last step whose code the screen already holds."""

    after_step: Annotated[int, Field(ge=0, le=2**40)] | None = None


class ScreenHeader(BaseModel):
    x_screen_token: Annotated[str, Field(max_length=200, alias="X-Screen-Token")] = ""


class ScreenSessionIn(Body):
    """The key behind the # of a link, or its eight digits."""

    key: Annotated[Opaque, Field(min_length=8, max_length=64)]


class ScreenLinkOut(BaseModel):
    """Opens the screen once, by the address or by typing the digits at `/screen`."""

    url: str
    digits: str
    expires_at: TimeOut


class ScreenSessionOut(BaseModel):
    screen_token: str
    meeting_id: int
    expires_at: TimeOut


class ScreensClosedOut(BaseModel):
    """How many screens and unused links have ended."""

    closed: int


class ScreenMeetingOut(BaseModel):
    """`organization` is “总支 · 支部”."""

    id: int
    organization: str
    title: str
    topic: str
    place: str
    starts_at: TimeOut
    ends_at: TimeOut
    opens_at: TimeOut
    closes_at: TimeOut


class ScreenCountsOut(BaseModel):
    """Of those invited; `observers` are the 列席 who came, `held` whose check-ins wait for the host."""

    invited: int
    present: int
    leave: int
    missing: int
    observers: int
    held: int


class ArrivalOut(BaseModel):
    name: str
    at: TimeOut
    helper: str | None


class PictureOut(BaseModel):
    """The code of ten seconds. `path` is drawn with strokes of width 1 on a square of `size` modules."""

    step: int
    shown_from: TimeOut
    shown_until: TimeOut
    digits: str
    size: int
    path: str


class ScreenOut(BaseModel):
    """`now` is the server's clock, by which the codes change."""

    now: TimeOut
    phase: MeetingPhase
    meeting: ScreenMeetingOut
    counts: ScreenCountsOut
    recent: list[ArrivalOut]
    codes: list[PictureOut]
