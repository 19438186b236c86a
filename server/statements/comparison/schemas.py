"""The overview on the wire."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, PlainSerializer

from server.organizations.models import OrganizationKind
from server.presentation import PointsOut

TenthOut = Annotated[Decimal, PlainSerializer(str, return_type=str)]
"""A figure with one decimal, as text."""


class PendingOut(BaseModel):
    """待审核的申报、待批的请假、待确认的签到名单、待确认的月汇总、未送达且无人告知的推送。"""

    claims: int
    leaves: int
    rosters: int
    statements: int
    unreached: int


class ComparedOut(BaseModel):
    """`average` of the month's statements; `attendance` in percent, `review_days` as averages of the time looked at."""

    members: int
    average: PointsOut | None
    attendance: TenthOut | None
    review_days: TenthOut | None
    pending: PendingOut


class ComparedUnitOut(BaseModel):
    organization_id: int
    title: str
    kind: OrganizationKind
    figures: ComparedOut


class OverviewOut(BaseModel):
    """`own` is what belongs to the organization and to no unit; `total` is all of it. Averages are of `period`,
    attendance and reviews since `since`."""

    organization_id: int
    title: str
    kind: OrganizationKind
    period: str | None
    since: date
    total: ComparedOut
    own: ComparedOut
    units: list[ComparedUnitOut]
