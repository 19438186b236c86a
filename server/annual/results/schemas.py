"""Results of a year on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.annual.results.rules import EditionKind, Standing
from server.organizations.models import Category, Stage
from server.points.schemas import SectionPoints
from server.presentation import Id, PointsOut, TimeOut
from server.years.rules import YearState

Year = Annotated[int, Field(ge=2000, le=2099)]


class YearPath(BaseModel):
    year: Year


class MemberYearPath(YearPath):
    member_id: Id


class OrganizationYearPath(YearPath):
    organization_id: Id


class CertificateQuery(BaseModel):
    """`on`: the last day that counts."""

    on: date


class ResultOut(BaseModel):
    """A member's result of a year. `total` is null under a negative-list decision (`note` 另行通报) and for who was
    不列入 all year. `position` is null unless the branch shows positions.

    `edition` counts a branch's results of the year; `corrected`: they supersede others that were drawn up before.
    """

    member_id: int
    name: str
    year: int
    organization_id: int
    state: YearState
    edition: int
    corrected: bool
    standing: Standing
    note: str | None
    total: PointsOut | None
    position: int | None
    sections: list[SectionPoints]
    drawn_at: TimeOut
    hash: str
    head_seq: int
    head_hash: str


class ResultsOut(BaseModel):
    items: list[ResultOut]


class EditionOut(BaseModel):
    """`drawn_by` null: by the clock."""

    id: int
    edition: int
    kind: EditionKind
    supersedes_id: int | None
    drawn_by: str | None
    drawn_at: TimeOut
    hash: str


class BranchResultsOut(BaseModel):
    """A branch's results: `scored` + `exempt` + `negative` are all who belonged on 31 December."""

    organization_id: int
    year: int
    state: YearState
    edition: EditionOut
    scored: int
    exempt: int
    negative: int
    items: list[ResultOut]


class CertificateSectionOut(BaseModel):
    code: str
    title: str
    points: PointsOut
    cap: PointsOut


class CertificateOut(BaseModel):
    """积分证明 of who leaves. Until the end of `object_until` they may object; `object_note` says why that day is not
    certain yet."""

    member_id: int
    name: str
    category: Category
    stage: Stage
    organization_id: int
    branch: str
    unit: str | None
    year: int
    on: date
    standard_title: str
    total: PointsOut | None
    total_cap: PointsOut
    note: str | None
    sections: list[CertificateSectionOut]
    head_seq: int
    object_until: date
    object_note: str | None
