"""Bulletins on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.documents.formats import FileFormat
from server.identity.guard import Body
from server.presentation import Id, PointsOut, TimeOut
from server.statements.rules import BulletinStatus
from server.text import Line, Lines


class BulletinPath(BaseModel):
    bulletin_id: Id


class BulletinBranchPath(BaseModel):
    bulletin_id: Id
    organization_id: Id


class BulletinFileQuery(BaseModel):
    format: FileFormat = FileFormat.pdf


class BulletinDescriptionIn(Body):
    """文号 and remarks as they are to be printed; empty or null removes them. Remarks: one paragraph per line."""

    document_number: Annotated[Line, Field(max_length=64)] | None = None
    remarks: Annotated[Lines, Field(max_length=4000)] | None = None


class BandOut(BaseModel):
    """How many totals lie in a half-open band; a null limit is open."""

    title: str
    at_least: str | None
    below: str | None
    count: int


class BulletinFiguresOut(BaseModel):
    """`rate` is in percent, `review_days` in days; null if there was nothing to count.

    `rated` are 参评, `apart` 未参评, whatever the reason.
    """

    members: int
    rated: int
    apart: int
    prospects: int
    average: PointsOut | None
    change: PointsOut | None
    bands: list[BandOut]
    counts: list[BandOut]
    meetings: int
    rate: str | None
    decisions: int
    review_days: str | None
    backdated: int


class BulletinBranchOut(BaseModel):
    organization_id: int
    title: str
    figures: BulletinFiguresOut
    acknowledged_at: TimeOut | None
    acknowledged_by: str | None


class MissingBranchOut(BaseModel):
    """A branch whose month was not drawn up: it is named and left out of all figures."""

    organization_id: int
    title: str


class BulletinSummaryOut(BaseModel):
    id: int
    organization_id: int
    organization_title: str
    quarter: str
    title: str
    status: BulletinStatus
    document_number: str | None
    snapshot: str
    average: PointsOut | None
    branches: int
    missing: int
    acknowledged: int
    frozen_at: TimeOut
    published_at: TimeOut | None


class BulletinOut(BulletinSummaryOut):
    """`compared_with`: the quarter that changes refer to, null in a year's first. `hash` covers the whole content."""

    remarks: str | None
    until: date
    compared_with: str | None
    hash: str
    total: BulletinFiguresOut
    parts: list[BulletinBranchOut]
    missing_branches: list[MissingBranchOut]


class AnnexSectionOut(BaseModel):
    code: str
    title: str
    points: PointsOut | None


class AnnexLineOut(BaseModel):
    """A member in the annex; under a negative-list decision 另行通报 replaces all figures."""

    member_id: int
    name: str
    negative: bool
    sections: list[AnnexSectionOut]
    total: PointsOut | None
    change: PointsOut | None


class AnnexBranchOut(BaseModel):
    organization_id: int
    title: str
    lines: list[AnnexLineOut]


class BulletinReceiptOut(BaseModel):
    organization_id: int
    acknowledged_at: TimeOut
    acknowledged_by: str | None


class BulletinVerificationOut(BaseModel):
    """Whether computing the bulletin again from the frozen statements gives what was frozen."""

    matches: bool
    hash: str
    recomputed: str
