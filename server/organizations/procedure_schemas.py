"""Shapes of filings 备案 and exemptions on the wire."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel

from server.identity.guard import Body
from server.organizations.models import FilingStatus, FilingSubject
from server.organizations.rules import ExemptionStatus
from server.organizations.schemas import Words
from server.presentation import Id, PageQuery, TimeOut


class FilingPath(BaseModel):
    filing_id: Id


class Direction(StrEnum):
    incoming = "incoming"
    outgoing = "outgoing"


class FilingsQuery(PageQuery):
    direction: Direction = Direction.incoming
    status: FilingStatus | None = None


class NoteIn(Body):
    note: Words | None = None


class ReturnIn(Body):
    reason: Words


class FilingOut(BaseModel):
    """`notice` says that a filing is no approval."""

    id: int
    subject_kind: FilingSubject
    subject_id: int
    title: str
    from_organization_id: int
    from_organization_title: str
    to_organization_id: int
    to_organization_title: str
    status: FilingStatus
    submitted_at: TimeOut
    decided_at: TimeOut | None
    reason: str | None
    notice: str


class FilingStepOut(BaseModel):
    status: FilingStatus
    at: TimeOut
    name: str
    note: str | None


class FilingDetailOut(FilingOut):
    steps: list[FilingStepOut]


class ExemptionPath(BaseModel):
    exemption_id: Id


class StudyIn(Body):
    """支委会研究."""

    reason: Words
    on: date
    note: Words


class PassingIn(Body):
    """支部党员大会通过: the note holds 应到、实到、表决."""

    on: date
    note: Words


class ExemptionSubmitIn(Body):
    from_date: date


class ExemptionStepOut(BaseModel):
    on: date | None
    note: str | None
    name: str | None


class ExemptionOut(BaseModel):
    id: int
    member_id: int
    member_name: str
    organization_id: int
    status: ExemptionStatus
    reason: str
    studied: ExemptionStepOut
    passed: ExemptionStepOut
    filing_id: int | None
    from_date: date | None
    until_date: date | None
    ended_note: str | None
