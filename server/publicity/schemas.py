"""Publicities on the wire."""

from datetime import date

from pydantic import BaseModel, Field

from server.deadlines.schemas import DeadlineMoveOut, StripDayOut
from server.presentation import Id, TimeOut
from server.publicity.rules import PublicityPhase, PublicityScope, PublicitySubject


class PublicityPath(BaseModel):
    publicity_id: Id


class PublicitySignOut(BaseModel):
    """Who proposed or approved it, as what, when. `for_committee`: entered for the 支委会."""

    name: str
    role_title: str
    for_committee: bool
    at: TimeOut


class TelephoneOut(BaseModel):
    """An office's telephone: 党支部, 党总支."""

    title: str
    number: str


class PublicityEntryOut(BaseModel):
    """`own`: it is the reader."""

    name: str
    words: list[str]
    own: bool


class PublicityGroupOut(BaseModel):
    heading: str
    mark: str
    entries: list[PublicityEntryOut]


class PublicityItemOut(BaseModel):
    """`phase_words` say where it stands: 公示中，还剩 3 个工作日."""

    id: int
    organization_id: int
    organization: str
    subject_kind: PublicitySubject
    title: str
    phase: PublicityPhase
    phase_words: str
    first_day: date
    last_day: date


class PublicityDetailOut(PublicityItemOut):
    """What is publicized. The list is by 姓氏笔画; `unlisted` are 未参评, in number only.

    `code` is the 校验码. `days` are all days from the first to the last; `resumes_on` is set while it is paused.
    """

    scope: PublicityScope
    scope_title: str
    place: str
    text: str
    working_days: int
    counted: str
    left: int
    resumes_on: date | None
    days: list[StripDayOut]
    moves: list[DeadlineMoveOut]
    proposed: PublicitySignOut
    approved: PublicitySignOut | None
    ended_at: TimeOut | None
    withdrawn_at: TimeOut | None
    withdrawn_reason: str | None = Field(description="仅干部可见")
    telephones: list[TelephoneOut]
    groups: list[PublicityGroupOut]
    listed: int
    unlisted: int
    lines: list[str]
    code: str
